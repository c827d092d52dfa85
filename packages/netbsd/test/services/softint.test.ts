import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { SoftintHandle, Steps } from '../../src/releases/10.1.js'
import { createKernel as createKernel10 } from '../../src/releases/10.1.js'
import { createKernel as createKernel6 } from '../../src/releases/6.js'
import { faultOf, MS, panicOf, releases, spawn, valueOf } from './releases.js'

/** Establishes a handler, MP-safe unless `flags` says otherwise. */
function* establish(k: NetbsdKernel, flags: number, body: () => Steps): Steps<SoftintHandle> {
  function* handler(): Steps<void> {
    yield* body()
  }
  const handle = yield* k.softint_establish(flags, handler, 'arg')
  if (handle === null) throw new Error('the table is full')
  return handle
}

function* schedule(k: NetbsdKernel, ...handles: readonly SoftintHandle[]): Steps<void> {
  yield* k.kpreempt_disable()
  for (const handle of handles) yield* k.softint_schedule(handle)
  yield* k.kpreempt_enable()
}

function noting(log: string[], text: string): () => Steps {
  return function* () {
    log.push(text)
  }
}

describe.each(releases)('softint(9) on NetBSD $release', (driver) => {
  const { createKernel } = driver

  it('runs the most urgent level first, serial net bio clock, and each level in order', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const handles: SoftintHandle[] = []
      for (const [name, level] of [
        ['clock', k.SOFTINT_CLOCK],
        ['bio1', k.SOFTINT_BIO],
        ['bio2', k.SOFTINT_BIO],
        ['net', k.SOFTINT_NET],
        ['serial', k.SOFTINT_SERIAL],
      ] as const) {
        handles.push(yield* establish(k, level | k.SOFTINT_MPSAFE, noting(log, name)))
      }
      k.interrupt(
        function* () {
          for (const handle of handles) yield* k.softint_schedule(handle)
          log.push('scheduled')
        },
        { ipl: k.IPL_HIGH },
      )
      yield* k.work(MS)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('scheduled serial net bio1 bio2 clock')
  })

  it('hands a handler its argument as it is, null too', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const seen: unknown[] = []
      function* handler(arg: unknown): Steps<void> {
        seen.push(arg)
      }
      for (const arg of [null, 'arg']) {
        const handle = yield* k.softint_establish(k.SOFTINT_NET | k.SOFTINT_MPSAFE, handler, arg)
        yield* schedule(k, handle!)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([null, 'arg'])
  })

  it('a handler that is pending is not scheduled again; one that runs is', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const handle: SoftintHandle = yield* establish(k, k.SOFTINT_NET | k.SOFTINT_MPSAFE, function* () {
        log.push(`run${log.length}`)
        if (log.length === 1) yield* k.softint_schedule(handle)
      })
      yield* k.splraiseipl(k.IPL_HIGH)
      yield* schedule(k, handle, handle, handle)
      log.length = 0
      yield* k.splx(k.IPL_NONE)
      yield* k.work(MS)
      return log
    })
    expect(valueOf(outcome)).toEqual(['run0', 'run1'])
  })

  it('runs on top of what its CPU does, at once, which stays LSONPROC below it', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      const handle = yield* establish(k, k.SOFTINT_NET | k.SOFTINT_MPSAFE, function* () {
        const self = k.curlwp
        log.push(
          self.l_name,
          self.l_stat === k.LSONPROC,
          self.l_priority,
          k.curcpu().index,
          below.l_stat === k.LSONPROC,
        )
        yield* k.work(MS)
      })
      const below = yield* spawn(
        k,
        'below',
        function* () {
          yield* k.kpause('x', false, 1, null)
          yield* schedule(k, handle)
          log.push('below goes on', k.proc0.lwps.find((lwp) => lwp.l_name === 'softnet/1')?.l_stat === k.LSIDL)
        },
        { ci: k.cpu_lookup(1), pri: 223 },
      )
      yield* k.kpause('x', false, 3, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['softnet/1', true, 222, 1, true, 'below goes on', true])
  })

  it('one that blocks lets the thread below go on, and continues as an ordinary thread of priority 222', () => {
    const k = createKernel({ trace: true })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const handle = yield* establish(k, k.SOFTINT_NET | k.SOFTINT_MPSAFE, function* () {
        log.push('handler')
        yield* k.mutex_enter(mtx)
        log.push('handler has it', k.curlwp.l_priority, k.curlwp.l_class === k.SCHED_RR)
        yield* k.mutex_exit(mtx)
      })
      const softnet = k.proc0.lwps.find((lwp) => lwp.l_name === 'softnet/0')!
      yield* k.mutex_enter(mtx)
      yield* schedule(k, handle)
      log.push(softnet.l_stat === k.LSSLEEP, softnet.l_wmesg)
      // The level cannot fire again until it has finished.
      yield* schedule(k, handle)
      log.push('main')
      yield* k.mutex_exit(mtx)
      log.push('released', softnet.l_stat === k.LSIDL)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      'handler',
      true,
      'tstile',
      'main',
      'handler has it',
      222,
      true,
      'handler',
      'handler has it',
      222,
      true,
      'released',
      true,
    ])
  })

  it('is not displaced by a thread, however urgent, not even after it blocked', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: string[] = []
      const handle = yield* establish(k, k.SOFTINT_CLOCK | k.SOFTINT_MPSAFE, function* () {
        yield* k.wakeup('urgent')
        yield* k.work(MS)
        log.push('before')
        yield* k.mutex_enter(mtx)
        yield* k.wakeup('urgent')
        yield* k.work(MS)
        log.push('after')
        yield* k.mutex_exit(mtx)
      })
      yield* spawn(
        k,
        'urgent',
        function* () {
          for (let n = 1; n <= 2; n++) {
            yield* k.tsleep('urgent', 0, 'wait', 0)
            log.push(`urgent${n}`)
          }
        },
        { pri: 223 },
      )
      yield* k.mutex_enter(mtx)
      yield* schedule(k, handle)
      log.push('main')
      yield* k.mutex_exit(mtx)
      return log
    })
    expect(valueOf(outcome)).toEqual(['before', 'urgent1', 'main', 'after', 'urgent2'])
  })

  it('waits while the level is held back, and comes when it is lowered', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const net = yield* establish(k, k.SOFTINT_NET | k.SOFTINT_MPSAFE, noting(log, 'net'))
      const serial = yield* establish(k, k.SOFTINT_SERIAL | k.SOFTINT_MPSAFE, noting(log, 'serial'))
      const s = yield* k.splraiseipl(k.IPL_SOFTNET)
      yield* schedule(k, net, serial)
      yield* k.work(MS)
      log.push('splx')
      yield* k.splx(s)
      log.push('low')
      return log
    })
    expect(valueOf(outcome)).toEqual(['serial', 'splx', 'net', 'low'])
  })

  it('a handler that is not MP-safe has the big lock, kept between handlers in 6 and taken for each in 10', () => {
    const k = createKernel({ trace: true })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: number[] = []

      const giant = function* () {
        log.push(k.curlwp.l_blcnt)
      }
      const first = yield* establish(k, k.SOFTINT_NET, giant)
      const second = yield* establish(k, k.SOFTINT_NET, giant)
      const third = yield* establish(k, k.SOFTINT_NET | k.SOFTINT_MPSAFE, giant)
      const from = k.trace!.length
      const s = yield* k.splraiseipl(k.IPL_HIGH)
      yield* schedule(k, first, second, third)
      yield* k.splx(s)
      const taken = [...k.trace!.events(from)].filter((event) => event.kind === 'lock').length
      return [...log, taken]
    })
    expect(valueOf(outcome)).toEqual([1, 1, 0, driver.release === '6' ? 1 : 2])
  })

  it('on a CPU that has the big lock it is had for free; while another has it the handler spins', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: unknown[] = []
      const handle = yield* establish(k, k.SOFTINT_NET, function* () {
        log.push(`${k.curcpu().index}@${(k.now - startNs) / MS}`)
        yield* k.work(MS)
      })
      yield* spawn(
        k,
        'holder',
        function* () {
          yield* k.KERNEL_LOCK(1, null)
          yield* schedule(k, handle)
          yield* k.work(3 * MS)
          yield* k.KERNEL_UNLOCK_ONE(null)
        },
        { ci: k.cpu_lookup(0) },
      )
      yield* spawn(
        k,
        'other',
        function* () {
          yield* k.work(2 * MS)
          yield* schedule(k, handle)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 2, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['0@0', '1@4'])
  })

  it('softint_disestablish waits until the handler runs nowhere', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: string[] = []
      const handle = yield* establish(k, k.SOFTINT_BIO | k.SOFTINT_MPSAFE, function* () {
        yield* k.mutex_enter(mtx)
        log.push('handler ends')
        yield* k.mutex_exit(mtx)
      })
      yield* spawn(k, 'owner', function* () {
        yield* k.mutex_enter(mtx)
        yield* k.kpause('x', false, 5, null)
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 1, null)
      yield* schedule(k, handle)
      yield* k.softint_disestablish(handle)
      log.push('gone', String(k.ticks >= 5))
      return log
    })
    expect(valueOf(outcome)).toEqual(['handler ends', 'gone', 'true'])
  })

  it('a full table gives null and a line on the console; a handler that goes makes room', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const handles: SoftintHandle[] = []
      const nothing = noting([], '')
      for (;;) {
        const handle = yield* k.softint_establish(k.SOFTINT_NET, nothing, null)
        if (handle === null) break
        handles.push(handle)
        if (handles.length > driver.softintBytes) throw new Error('the table has no end')
      }
      const lines = k.console.filter((line) => line.startsWith('WARNING: softint'))
      yield* k.softint_disestablish(handles[0]!)
      const again = (yield* k.softint_establish(k.SOFTINT_NET, nothing, null)) !== null
      return { bytesEach: driver.softintBytes / handles.length, lines, again }
    })
    const { bytesEach, lines, again } = valueOf(outcome)
    // A handler of some pointers and flags on a 64-bit machine.
    expect(bytesEach).toBeGreaterThanOrEqual(32)
    expect(bytesEach).toBeLessThanOrEqual(64)
    expect(lines).toEqual(['WARNING: softint_establish: table full, increase softint_bytes'])
    expect(again).toBe(true)
  })

  it('an injected failure gives null once', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      k.inject({ at: 'softint' })
      const nothing = noting([], '')
      const first = yield* k.softint_establish(k.SOFTINT_NET, nothing, null)
      const second = yield* k.softint_establish(k.SOFTINT_NET, nothing, null)
      return [first === null, second === null]
    })
    expect(valueOf(outcome)).toEqual([true, false])
  })

  it('misuse: a schedule with preemption on panics, as establishing in an interrupt does; a level is one of four', () => {
    const k = createKernel()
    const preemptible = k.boot(function* () {
      const handle = yield* establish(k, k.SOFTINT_NET, noting([], ''))
      yield* k.softint_schedule(handle)
    })
    expect(panicOf(preemptible)).toContain('kpreempt_disabled()')
    const other = createKernel()
    const interrupted = other.boot(function* () {
      other.interrupt(function* () {
        yield* other.softint_establish(0, noting([], ''), null)
      })
      yield* other.work(MS)
    })
    expect(panicOf(interrupted)).toContain('assert_sleepable: interrupt')
    const third = createKernel()
    const level = third.boot(function* () {
      yield* third.softint_establish(4, noting([], ''), null)
    })
    expect(faultOf(level)).toContain('there is no level 4')
  })
})

describe('softint_schedule_cpu', () => {
  it('runs a SOFTINT_RCPU handler on the CPU asked for', () => {
    const k = createKernel10({ ncpu: 3 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: number[] = []
      const handle = yield* establish(
        k,
        k.SOFTINT_NET | k.SOFTINT_MPSAFE | k.SOFTINT_RCPU,

        function* () {
          log.push(k.curcpu().index)
        },
      )
      yield* k.kpreempt_disable()
      for (const index of [2, 0, 1]) yield* k.softint_schedule_cpu(handle, k.cpu_lookup(index)!)
      yield* k.kpreempt_enable()
      yield* k.work(MS)
      return log.sort()
    })
    expect(valueOf(outcome)).toEqual([0, 1, 2])
  })

  it('is for such handlers only, and not in 6', () => {
    const k = createKernel10()
    const outcome = k.boot(function* () {
      const handle = yield* establish(k, k.SOFTINT_NET, noting([], ''))
      yield* k.kpreempt_disable()
      yield* k.softint_schedule_cpu(handle, k.curcpu())
    })
    expect(panicOf(outcome)).toContain('SOFTINT_RCPU')
    expect(createKernel6()).not.toHaveProperty('softint_schedule_cpu')
  })
})
