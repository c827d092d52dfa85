import { describe, expect, it } from 'vitest'
import {
  createKernel,
  type FreebsdOptions,
  type IntrEvent,
  type Kernel,
  type Steps,
  type Swi,
} from '../../src/releases/8.0.js'
import { MS, panicOf, pause, spawn, undefinedOf, valueOf } from './runs.js'

function run<T>(main: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(createKernel({ daemons: 'none', ...options }).boot(main))
}

function* nothing(): Steps<void> {}

function interrupts(k: Kernel) {
  return k.allproc.find((p) => p.p_comm === 'intr')!
}

describe('swi(9)', () => {
  it('a handler has a thread of process intr, at 36 and four times its number', () => {
    const seen = run(function* (k) {
      const all = [
        ['tty', k.SWI_TTY],
        ['net', k.SWI_NET],
        ['cambio', k.SWI_CAMBIO],
        ['vm', k.SWI_VM],
        ['clock', k.SWI_CLOCK],
        ['fast', k.SWI_TQ_FAST],
        ['tq', k.SWI_TQ],
        ['giant', k.SWI_TQ_GIANT],
      ] as const
      const rows: unknown[] = []
      for (const [name, pri] of all) {
        const eventp = k.ref<IntrEvent>()
        const error = yield* k.swi_add(eventp, name, nothing, null, pri, k.INTR_MPSAFE, null)
        const td = eventp.value!.ithread!
        rows.push([error, td.td_name, td.td_priority, td.td_pri_class])
        if (td.td_proc !== interrupts(k)) rows.push('elsewhere')
      }
      return rows
    })
    expect(seen).toEqual([
      [0, 'swi0: tty', 36, 1],
      [0, 'swi1: net', 40, 1],
      [0, 'swi2: cambio', 44, 1],
      [0, 'swi3: vm', 48, 1],
      [0, 'swi4: clock', 52, 1],
      [0, 'swi5: fast', 56, 1],
      [0, 'swi6: tq', 60, 1],
      [0, 'swi6: giant', 60, 1],
    ])
  })

  it('its thread waits in an inhibitor of its own', () => {
    const seen = run(function* (k) {
      const eventp = k.ref<IntrEvent>()
      yield* k.swi_add(eventp, 'mine', nothing, null, k.SWI_VM, k.INTR_MPSAFE, null)
      const td = eventp.value!.ithread!
      yield* pause(k, 1)
      return [td.td_state === k.TDS_INHIBITED, td.td_inhibitors === k.TDI_IWAIT, (td.td_pflags & k.TDP_ITHREAD) !== 0]
    })
    expect(seen).toEqual([true, true, true])
  })

  it('numbers that there are not are EINVAL', () => {
    const seen = run(function* (k) {
      const errors: number[] = []
      for (const pri of [-1, 7]) errors.push(yield* k.swi_add(null, 'none', nothing, null, pri, 0, null))
      return errors
    })
    expect(seen).toEqual([22, 22])
  })

  it('swi_sched has it run, before anything that is no interrupt', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const cookie = k.ref<Swi>()
      const handler = function* (arg: string): Steps<void> {
        log.push([arg, k.curthread.td_name])
      }
      yield* k.swi_add(null, 'mine', handler, 'arg', k.SWI_NET, k.INTR_MPSAFE, cookie)
      yield* k.swi_sched(cookie.value!, 0)
      log.push('main')
      yield* k.swi_sched(cookie.value!, 0)
      return log
    })
    expect(seen).toEqual([['arg', 'swi1: mine'], 'main', ['arg', 'swi1: mine']])
  })

  it('asked for twice before it could run, it runs once', () => {
    const seen = run(function* (k) {
      let runs = 0
      const cookie = k.ref<Swi>()
      yield* k.swi_add(
        null,
        'mine',
        function* () {
          runs++
        },
        null,
        k.SWI_NET,
        k.INTR_MPSAFE,
        cookie,
      )
      yield* k.critical_enter()
      yield* k.swi_sched(cookie.value!, 0)
      yield* k.swi_sched(cookie.value!, 0)
      const before = runs
      yield* k.critical_exit()
      return [before, runs]
    })
    expect(seen).toEqual([0, 1])
  })

  it('asked for while it runs, it runs again', () => {
    const seen = run(function* (k) {
      let runs = 0
      const cookie = k.ref<Swi>()
      yield* k.swi_add(
        null,
        'mine',
        function* () {
          if (++runs < 3) yield* k.swi_sched(cookie.value!, 0)
        },
        null,
        k.SWI_NET,
        k.INTR_MPSAFE,
        cookie,
      )
      yield* k.swi_sched(cookie.value!, 0)
      return runs
    })
    expect(seen).toBe(3)
  })

  it('the better number goes first', () => {
    const seen = run(function* (k) {
      const log: string[] = []
      const cookies: Swi[] = []
      for (const [name, pri] of [
        ['vm', k.SWI_VM],
        ['tty', k.SWI_TTY],
        ['net', k.SWI_NET],
      ] as const) {
        const cookie = k.ref<Swi>()
        const handler = function* (): Steps<void> {
          log.push(name)
        }
        yield* k.swi_add(null, name, handler, null, pri, k.INTR_MPSAFE, cookie)
        cookies.push(cookie.value!)
      }
      yield* k.critical_enter()
      for (const cookie of cookies) yield* k.swi_sched(cookie, 0)
      yield* k.critical_exit()
      return log
    })
    expect(seen).toEqual(['tty', 'net', 'vm'])
  })

  it('handlers of one event share its thread, whose name has them all, as far as there is room', () => {
    const seen = run(function* (k) {
      const log: string[] = []
      const eventp = k.ref<IntrEvent>()
      const cookies: Swi[] = []
      for (const name of ['alpha', 'beta', 'gamma-delta']) {
        const cookie = k.ref<Swi>()
        const handler = function* (): Steps<void> {
          log.push(`${name} in ${k.curthread.td_name}`)
        }
        yield* k.swi_add(eventp, name, handler, null, k.SWI_VM, k.INTR_MPSAFE, cookie)
        cookies.push(cookie.value!)
      }
      yield* k.swi_sched(cookies[1]!, 0)
      return [log, eventp.value!.handlers.length]
    })
    expect(seen).toEqual([['beta in swi3: alpha beta ga'], 3])
  })

  it('without INTR_MPSAFE the handler has Giant, and waits for it', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const cookie = k.ref<Swi>()
      yield* k.swi_add(
        null,
        'mine',
        function* () {
          log.push(yield* k.mtx_owned(k.Giant))
        },
        null,
        k.SWI_NET,
        0,
        cookie,
      )
      yield* k.mtx_lock(k.Giant)
      yield* k.swi_sched(cookie.value!, 0)
      log.push('main has Giant')
      yield* k.mtx_unlock(k.Giant)
      log.push('main')
      return log
    })
    expect(seen).toEqual(['main has Giant', true, 'main'])
  })

  it.each([true, false])('a handler may not sleep, INVARIANTS %s', (invariants) => {
    const k = createKernel({ daemons: 'none', invariants })
    const outcome = k.boot(function* () {
      const cookie = k.ref<Swi>()
      const handler = function* (): Steps<void> {
        yield* k.tsleep('x', 0, 'x', 1)
      }
      yield* k.swi_add(null, 'mine', handler, null, k.SWI_NET, k.INTR_MPSAFE, cookie)
      yield* k.swi_sched(cookie.value!, 0)
    })
    if (invariants) expect(panicOf(outcome)[0]).toBe('Trying sleep, but thread marked as sleeping prohibited')
    else expect(undefinedOf(outcome)).toBe('UB:sleep-not-allowed')
  })

  it('a hardware interrupt can ask for it', () => {
    const seen = run(function* (k) {
      const cookie = k.ref<Swi>()
      let at = -1
      yield* k.swi_add(
        null,
        'mine',
        function* () {
          at = k.now / MS
        },
        null,
        k.SWI_NET,
        k.INTR_MPSAFE,
        cookie,
      )
      k.interrupt(
        function* () {
          yield* k.swi_sched(cookie.value!, 0)
        },
        { afterNs: 3 * MS },
      )
      yield* spawn(k, 'busy', () => k.work(10 * MS))
      yield* pause(k, 20)
      return at
    })
    expect(seen).toBe(3)
  })
})

describe('process intr', () => {
  it('has the clock’s thread on a quiet machine, and those of the stock queues otherwise', () => {
    const names = (['none', 'stock'] as const).map((daemons) => {
      const k = createKernel({ daemons })
      valueOf(k.boot())
      return interrupts(k)
        .p_threads.map((td) => td.td_name)
        .reverse()
    })
    expect(names).toEqual([
      ['swi4: clock'],
      ['swi4: clock', 'swi1: netisr 0', 'swi6: task queue', 'swi6: Giant taskq', 'swi5: Fast taskq'],
    ])
  })
})
