import { describe, expect, it } from 'vitest'
import {
  Callout,
  createKernel,
  Mtx,
  type FreebsdOptions,
  type Kernel,
  type KernelCall,
  type Steps,
} from '../../src/releases/8.0.js'
import { MS, pause, spawn, undefinedOf, valueOf } from './runs.js'

function quiet(options: FreebsdOptions = {}): Kernel {
  return createKernel({ daemons: 'none', ...options })
}

function run<T>(main: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(quiet(options).boot(main))
}

function* ready(k: Kernel): Steps<Callout> {
  const c = new Callout()
  yield* k.callout_init(c, k.CALLOUT_MPSAFE)
  return c
}

describe('callout_stop and callout_drain', () => {
  it('say 1 for a callout that is not called any more, else 0', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const c = yield* ready(k)
      const note = function* (): Steps<void> {
        log.push('called')
      }
      log.push(yield* k.callout_stop(c))
      yield* k.callout_reset(c, 5, note, null)
      log.push(yield* k.callout_pending(c), yield* k.callout_active(c))
      log.push(yield* k.callout_stop(c), yield* k.callout_stop(c))
      log.push(yield* k.callout_pending(c), yield* k.callout_active(c))
      yield* k.callout_reset(c, 5, note, null)
      log.push(yield* k.callout_drain(c))
      yield* pause(k, 20)
      yield* k.callout_reset(c, 1, note, null)
      yield* pause(k, 5)
      log.push(yield* k.callout_pending(c), yield* k.callout_active(c))
      yield* k.callout_deactivate(c)
      log.push(yield* k.callout_active(c), yield* k.callout_stop(c), yield* k.callout_drain(c))
      return log
    })
    expect(seen).toEqual([0, true, true, 1, 0, false, false, 1, 'called', false, true, false, 0, 0])
  })

  it('a running function is waited for by the latter only', () => {
    const seen = run(
      function* (k) {
        const log: unknown[] = []
        const c = yield* ready(k)
        const slow = function* (): Steps<void> {
          yield* k.work(5 * MS)
          log.push('end')
        }
        yield* k.callout_reset(c, 1, slow, null)
        yield* k.work(4 * MS)
        log.push(['stop', yield* k.callout_stop(c)])
        const from = k.now
        log.push(['drain', yield* k.callout_drain(c), k.now > from])
        return log
      },
      { ncpu: 2 },
    )
    expect(seen).toEqual([['stop', 0], 'end', ['drain', 0, true]])
  })

  it('the wait is called codrain', () => {
    const seen = run(
      function* (k) {
        const c = yield* ready(k)
        yield* k.callout_reset(c, 1, () => k.work(5 * MS), null)
        yield* k.work(3 * MS)
        const td = yield* spawn(k, 'drains', function* () {
          yield* k.callout_drain(c)
        })
        yield* k.work(MS)
        const wmesg = td.td_wmesg
        yield* k.work(10 * MS)
        return [wmesg, td.isExited]
      },
      { ncpu: 3 },
    )
    expect(seen).toEqual(['codrain', true])
  })

  it('the function itself is told that it cannot be stopped', () => {
    const seen = run(function* (k) {
      const log: number[] = []
      const m = new Mtx('m', k.MTX_DEF)
      const locked = new Callout()
      yield* k.callout_init_mtx(locked, m, 0)
      for (const c of [yield* ready(k), locked]) {
        yield* k.callout_reset(
          c,
          1,
          function* () {
            log.push(yield* k.callout_stop(c))
          },
          null,
        )
        yield* pause(k, 3)
      }
      return log
    })
    expect(seen).toEqual([0, 0])
  })

  it('a callout that is pending cannot be made ready anew', () => {
    const k = quiet()
    const outcome = k.boot(function* () {
      const c = yield* ready(k)
      yield* k.callout_reset(c, 5, function* () {}, null)
      yield* k.callout_init(c, 0)
    })
    expect(undefinedOf(outcome)).toBe('UB:callout')
  })
})

describe('callout_init_mtx', () => {
  it('the mutex is taken for the function, and released unless that does it', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const m = new Mtx('m', k.MTX_DEF)
      for (const flags of [0, k.CALLOUT_RETURNUNLOCKED]) {
        const c = new Callout()
        yield* k.callout_init_mtx(c, m, flags)
        yield* k.callout_reset(
          c,
          1,
          function* () {
            log.push(yield* k.mtx_owned(m))
            if (flags !== 0) yield* k.mtx_unlock(m)
          },
          null,
        )
        yield* pause(k, 3)
        log.push(m.owner)
      }
      return log
    })
    expect(seen).toEqual([true, null, true, null])
  })

  type Act = (c: Callout, note: () => Steps<void>) => Steps | KernelCall<unknown>

  /** Main has the mutex while the callout expires and waits for it, does something, and gives the mutex up. */
  function* withLock(k: Kernel, act: Act): Steps<unknown[]> {
    const log: unknown[] = []
    const m = new Mtx('m', k.MTX_DEF)
    const c = new Callout()
    const note = function* (): Steps<void> {
      log.push(k.ticks)
    }
    yield* k.callout_init_mtx(c, m, 0)
    yield* k.callout_reset(c, 1, note, null)
    yield* k.mtx_lock(m)
    yield* k.work(5 * MS)
    log.push(`pending ${String(yield* k.callout_pending(c))}`, yield* act(c, note))
    yield* k.mtx_unlock(m)
    yield* pause(k, 20)
    return log
  }

  it.each([1, 2])('callout_stop with the mutex held stops it at the last moment, %i CPUs', (ncpu) => {
    expect(run((k) => withLock(k, (c) => k.callout_stop(c)), { ncpu })).toEqual(['pending false', 1])
  })

  it.each([1, 2])('callout_reset with the mutex held moves it at the last moment, %i CPUs', (ncpu) => {
    const seen = run((k) => withLock(k, (c, note) => k.callout_reset(c, 4, note, null)), { ncpu })
    expect(seen).toEqual(['pending false', 1, 10])
  })

  it('a second stop finds nothing to stop', () => {
    const seen = run((k) =>
      withLock(k, function* (c) {
        return [yield* k.callout_stop(c), yield* k.callout_stop(c)]
      }),
    )
    expect(seen).toEqual(['pending false', [1, 0]])
  })

  it('callout_deactivate stops nothing', () => {
    const seen = run((k) => withLock(k, (c) => k.callout_deactivate(c)))
    expect(seen).toEqual(['pending false', undefined, 5])
  })
})
