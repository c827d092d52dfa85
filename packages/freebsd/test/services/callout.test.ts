import { describe, expect, it } from 'vitest'
import { Callout, createKernel, type FreebsdOptions, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { MS, panicOf, pause, undefinedOf, valueOf } from './runs.js'

function quiet(options: FreebsdOptions = {}): Kernel {
  return createKernel({ daemons: 'none', ...options })
}

/** What main of a quiet machine returns. */
function run<T>(main: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(quiet(options).boot(main))
}

/** A callout that needs no Giant. */
function* ready(k: Kernel): Steps<Callout> {
  const c = new Callout()
  yield* k.callout_init(c, k.CALLOUT_MPSAFE)
  return c
}

describe('callout(9)', () => {
  it('n ticks from tick t is tick t + n + 1; less than one tick is one', () => {
    const seen = run(function* (k) {
      const log: number[][] = []
      yield* pause(k, 5)
      const start = k.ticks
      for (const ticks of [0, -7, 1, 2, 100, 1000]) {
        const c = yield* ready(k)
        yield* k.callout_reset(
          c,
          ticks,
          function* (arg: number) {
            log.push([arg, k.ticks - start])
          },
          ticks,
        )
      }
      yield* pause(k, 2000)
      return log
    })
    expect(seen).toEqual([
      [0, 2],
      [-7, 2],
      [1, 2],
      [2, 3],
      [100, 101],
      [1000, 1001],
    ])
  })

  it('so a sleep takes between n and n + 1 whole ticks', () => {
    const seen = run(function* (k) {
      const slept: number[] = []
      for (const offsetNs of [0, 1, 500_000, 999_999]) {
        yield* pause(k, 1)
        yield* k.work(offsetNs)
        const from = k.now
        yield* k.tsleep('x', 0, 'x', 3)
        slept.push((k.now - from) / MS)
      }
      return slept
    })
    expect(seen).toEqual([4, 3.999999, 3.5, 3.000001])
  })

  it('those of one tick are called in the order in which they were armed, whenever that was', () => {
    const seen = run(function* (k) {
      const log: string[] = []
      const arm = function* (name: string, ticks: number): Steps<void> {
        yield* k.callout_reset(
          yield* ready(k),
          ticks,
          function* (arg: string) {
            log.push(arg)
          },
          name,
        )
      }
      yield* arm('a', 10)
      yield* arm('z', 5)
      yield* arm('b', 10)
      yield* pause(k, 1)
      // Two ticks later.
      yield* arm('c', 8)
      yield* pause(k, 20)
      return log.join('')
    })
    expect(seen).toBe('zabc')
  })

  it('runs in the thread "swi4: clock" of process intr, at 52, which may not sleep', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      yield* k.callout_reset(
        yield* ready(k),
        1,
        function* () {
          const td = k.curthread
          log.push(td.td_name, td.td_proc.p_comm, td.td_priority, (td.td_pflags & k.TDP_NOSLEEPING) !== 0)
        },
        null,
      )
      yield* pause(k, 3)
      return log
    })
    expect(seen).toEqual(['swi4: clock', 'intr', 52, true])
  })

  it.each([true, false])('its function may not sleep, INVARIANTS %s', (invariants) => {
    const k = quiet({ invariants })
    const outcome = k.boot(function* () {
      yield* k.callout_reset(
        yield* ready(k),
        1,
        function* () {
          yield* k.tsleep('x', 0, 'x', 1)
        },
        null,
      )
      yield* pause(k, 5)
    })
    if (invariants)
      expect(panicOf(outcome)).toEqual(['Trying sleep, but thread marked as sleeping prohibited', 'FB8-O-16'])
    else expect(undefinedOf(outcome)).toBe('UB:sleep-not-allowed')
  })

  it('it comes even when a kernel thread has the CPU', () => {
    const seen = run(function* (k) {
      let at = -1
      yield* k.callout_reset(
        yield* ready(k),
        4,
        function* () {
          at = k.ticks
        },
        null,
      )
      yield* k.work(50 * MS)
      return at
    })
    expect(seen).toBe(5)
  })

  it('callout_reset of a pending one moves it, function and all, and says 1', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const note = function* (arg: string): Steps<void> {
        log.push([arg, k.ticks])
      }
      const c = yield* ready(k)
      log.push(yield* k.callout_reset(c, 5, note, 'first'))
      log.push(yield* k.callout_reset(c, 10, note, 'second'))
      log.push(yield* k.callout_reset(c, 2, note, 'third'))
      yield* pause(k, 20)
      log.push(yield* k.callout_reset(c, 1, note, 'again'))
      yield* pause(k, 5)
      return log
    })
    expect(seen).toEqual([0, 1, 1, ['third', 3], 0, ['again', 23]])
  })

  it('callout_schedule keeps function and argument', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const c = yield* ready(k)
      yield* k.callout_reset(
        c,
        1,
        function* (arg: string) {
          log.push([arg, k.ticks])
        },
        'kept',
      )
      yield* pause(k, 5)
      log.push(yield* k.callout_schedule(c, 3))
      yield* pause(k, 9)
      return log
    })
    expect(seen).toEqual([['kept', 2], 0, ['kept', 10]])
  })

  it('may arm itself again', () => {
    const seen = run(function* (k) {
      const log: number[] = []
      const c = yield* ready(k)
      const again = function* (): Steps<void> {
        log.push(k.ticks)
        if (log.length < 3) yield* k.callout_schedule(c, 4)
      }
      yield* k.callout_reset(c, 4, again, null)
      yield* pause(k, 30)
      return log
    })
    expect(seen).toEqual([5, 10, 15])
  })

  it('without MPSAFE the function has Giant', () => {
    const seen = run(function* (k) {
      const owned: boolean[] = []
      for (const flag of [0, k.CALLOUT_MPSAFE, 1]) {
        const c = new Callout()
        yield* k.callout_init(c, flag)
        yield* k.callout_reset(
          c,
          1,
          function* () {
            owned.push(yield* k.mtx_owned(k.Giant))
          },
          null,
        )
        yield* pause(k, 3)
      }
      return [...owned, k.Giant.owner]
    })
    expect(seen).toEqual([true, false, false, null])
  })
})

describe('callouts on several CPUs', () => {
  it('are called by the thread of the CPU they were armed on or for', () => {
    const k = quiet({ ncpu: 2 })
    const clocks = () => k.allproc.find((p) => p.p_comm === 'intr')!.p_threads.map((td) => td.td_name)
    const outcome = k.boot(function* () {
      const seen: (readonly [number, number])[] = []
      yield* k.sched_bind(k.curthread, 1)
      const note = function* (): Steps<void> {
        seen.push([k.curcpu().pc_cpuid, k.curthread.td_tid])
      }
      yield* k.callout_reset(yield* ready(k), 1, note, null)
      yield* pause(k, 3)
      yield* k.callout_reset_on(yield* ready(k), 1, note, null, 0)
      yield* pause(k, 3)
      return [seen.map(([cpu]) => cpu), new Set(seen.map(([, tid]) => tid)).size]
    })
    expect(valueOf(outcome)).toEqual([[1, 0], 2])
    expect(clocks()).toEqual(['swi4: clock', 'swi4: clock'])
  })
})
