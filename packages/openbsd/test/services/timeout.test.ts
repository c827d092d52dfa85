import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import { Timeout } from '../../src/releases/5.1.js'
import type { Kernel, Steps } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

/** A timeout that notes the tick at which it fires, counted from now. */
function* noting(k: OpenbsdKernel, log: unknown[], name: string): Steps<Timeout> {
  const to = new Timeout()
  const start = k.ticks
  yield* k.timeout_set(
    to,
    function* (arg: string) {
      log.push([arg, k.ticks - start])
    },
    name,
  )
  return to
}

describe.each(releases)('timeout(9) on OpenBSD $release', ({ release, createKernel }) => {
  it('fires at the n-th tick, with its argument, once', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      for (const ticks of [0, 1, 2, 7, 255, 256, 300]) {
        yield* k.timeout_add(yield* noting(k, log, `t${ticks}`), ticks)
      }
      yield* pause(k, 400)
      return log
    })
    // None is never: no ticks are the next.
    expect(valueOf(outcome)).toEqual([
      ['t0', 1],
      ['t1', 1],
      ['t2', 2],
      ['t7', 7],
      ['t255', 255],
      ['t256', 256],
      ['t300', 300],
    ])
  })

  it('comes between n − 1 and n ticks after it was armed', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const to = new Timeout()
      let firedNs = 0
      yield* k.timeout_set(
        to,
        function* () {
          firedNs = k.now
        },
        null,
      )
      yield* k.work(9 * MS)
      const armedNs = k.now
      yield* k.timeout_add(to, 3)
      yield* pause(k, 10)
      return (firedNs - armedNs) / MS
    })
    expect(valueOf(outcome)).toBe(21)
  })

  it('those of one tick are called in the order in which they were armed', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const name of ['a', 'b', 'c']) {
        const to = new Timeout()
        yield* k.timeout_set(
          to,
          function* (arg: string) {
            log.push(arg)
          },
          name,
        )
        yield* k.timeout_add(to, 2)
      }
      yield* pause(k, 3)
      return log.join('')
    })
    expect(valueOf(outcome)).toBe('abc')
  })

  it('adding a pending one moves it, forth and back', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const later = yield* noting(k, log, 'later')
      yield* k.timeout_add(later, 2)
      yield* k.timeout_add(later, 5)
      const earlier = yield* noting(k, log, 'earlier')
      yield* k.timeout_add(earlier, 9)
      yield* k.timeout_add(earlier, 3)
      yield* pause(k, 12)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['earlier', 3],
      ['later', 5],
    ])
  })

  it('timeout_del disarms; only 5.1 says whether there was anything to disarm', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const to = yield* noting(k, log, 'never')
      log.push(yield* k.timeout_del(to))
      yield* k.timeout_add(to, 2)
      log.push(yield* k.timeout_del(to))
      log.push(yield* k.timeout_del(to))
      yield* pause(k, 5)
      return log
    })
    expect(valueOf(outcome)).toEqual(release === '5.1' ? [0, 1, 0] : [undefined, undefined, undefined])
  })

  it('timeout_pending is true from the addition until the function is about to be called', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const to = new Timeout()
      const log: boolean[] = []
      yield* k.timeout_set(
        to,
        function* () {
          log.push(yield* k.timeout_pending(to))
        },
        null,
      )
      log.push(yield* k.timeout_pending(to))
      yield* k.timeout_add(to, 1)
      log.push(yield* k.timeout_pending(to))
      yield* pause(k, 2)
      log.push(yield* k.timeout_pending(to))
      return log
    })
    expect(valueOf(outcome)).toEqual([false, true, false, false])
  })

  it('runs at IPL_SOFTCLOCK, and waits while a level holds it back', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const to = new Timeout()
      yield* k.timeout_set(
        to,
        function* () {
          log.push(['fired', k.ticks, k.curcpu().ipl])
        },
        null,
      )
      yield* k.timeout_add(to, 1)
      yield* pause(k, 3)
      yield* k.timeout_add(to, 1)
      const s = yield* k.splraise(k.IPL_SOFTCLOCK)
      yield* k.work(25 * MS)
      log.push(['splx', k.ticks])
      yield* k.splx(s)
      log.push('after')
      return log
    })
    const { IPL_SOFTCLOCK } = k
    expect(valueOf(outcome)).toEqual([['fired', 1, IPL_SOFTCLOCK], ['splx', 5], ['fired', 5, IPL_SOFTCLOCK], 'after'])
  })

  it('runs on the first CPU with the big lock, for which it waits while another CPU has it', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      const log: unknown[] = []
      const startNs = k.now
      const to = new Timeout()
      yield* k.timeout_set(
        to,
        function* () {
          const lock = k.locks().find(({ name }) => name === 'kernel_lock')
          log.push(['fired', (k.now - startNs) / MS, k.curcpu().index, lock?.owner?.split(' ')[0]])
        },
        null,
      )
      yield* spawn(k, 'without', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.work(60 * MS)
        yield* k.KERNEL_LOCK()
      })
      yield* spawn(k, 'with', function* () {
        yield* k.timeout_add(to, 1)
        yield* k.work(35 * MS)
        log.push(['with', (k.now - startNs) / MS, k.curcpu().index])
      })
      yield* pause(k, 10)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['with', 35, 1],
      ['fired', 35, 0, 'softclock'],
    ])
  })

  it('a function may arm its own timeout again: a period', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: number[] = []
      const to = new Timeout()
      yield* k.timeout_set(
        to,
        function* () {
          log.push(k.ticks)
          if (log.length < 4) yield* k.timeout_add(to, 5)
        },
        null,
      )
      yield* k.timeout_add(to, 5)
      yield* pause(k, 40)
      return log
    })
    expect(valueOf(outcome)).toEqual([5, 10, 15, 20])
  })

  it('one that a function of the same tick disarms is not called', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const [first, second] = [new Timeout(), yield* noting(k, log, 'second')]
      yield* k.timeout_set(
        first,
        function* () {
          log.push('first', yield* k.timeout_del(second))
        },
        null,
      )
      yield* k.timeout_add(first, 1)
      yield* k.timeout_add(second, 1)
      yield* pause(k, 3)
      return log
    })
    expect(valueOf(outcome)).toEqual(['first', release === '5.1' ? 1 : undefined])
  })

  it('its function may wake, and may not sleep', () => {
    const k = createKernel()
    const woken = k.boot(function* () {
      const to = new Timeout()
      yield* k.timeout_set(to, (ident: string) => wakes(k, ident), 'here')
      yield* k.timeout_add(to, 3)
      return [yield* k.tsleep('here', k.PWAIT, 'here', 100), k.ticks]
    })
    expect(valueOf(woken)).toEqual([0, 3])

    const k2 = createKernel()
    const slept = k2.boot(function* () {
      const to = new Timeout()
      yield* k2.timeout_set(
        to,
        function* () {
          yield* pause(k2, 1)
        },
        null,
      )
      yield* k2.timeout_add(to, 1)
      yield* pause(k2, 3)
    })
    expect(panicOf(slept)).toEqual(['tsleep: called in an interrupt', 'OB-D-14'])
  })

  it('panics (DIAGNOSTIC) over negative ticks and over one that was not set', () => {
    const ends = (diagnostic: boolean, isSet: boolean) => {
      const k = createKernel({ diagnostic })
      return k.boot(function* () {
        const to = isSet ? yield* noting(k, [], 'x') : new Timeout()
        yield* k.timeout_add(to, -5)
      })
    }
    expect(panicOf(ends(true, true))[0]).toBe('timeout_add: to_ticks (-5) < 0')
    expect(panicOf(ends(true, false))[0]).toBe('timeout_add: not initialized')
    for (const isSet of [true, false])
      expect(ends(false, isSet)).toMatchObject({ kind: 'undefined', id: 'UB:OB-TIMEOUT' })
  })

  it('only 5.1 knows other units', () => {
    const k = createKernel()
    const units = ['sec', 'msec', 'usec', 'nsec', 'tv', 'ts', 'bt'].map((unit) => `timeout_add_${unit}` in k)
    expect(units).toEqual(new Array(7).fill(release === '5.1'))
  })
})

function* wakes(k: OpenbsdKernel, ident: string): Steps<void> {
  yield* k.wakeup(ident)
}

describe('units of timeout(9) on OpenBSD 5.1', () => {
  const half = 1n << 63n
  it.each<readonly [string, number, (k: Kernel, to: Timeout) => Steps<void>]>([
    ['2 s', 200, (k, to) => add(k.timeout_add_sec(to, 2))],
    ['29 ms', 2, (k, to) => add(k.timeout_add_msec(to, 29))],
    ['30 ms', 3, (k, to) => add(k.timeout_add_msec(to, 30))],
    ['9 ms: no ticks, so the next', 1, (k, to) => add(k.timeout_add_msec(to, 9))],
    ['29,999 us', 2, (k, to) => add(k.timeout_add_usec(to, 29_999))],
    ['29,999,999 ns', 2, (k, to) => add(k.timeout_add_nsec(to, 29_999_999))],
    ['30,000,000 ns', 3, (k, to) => add(k.timeout_add_nsec(to, 30_000_000))],
    ['a timeval', 102, (k, to) => add(k.timeout_add_tv(to, { tv_sec: 1, tv_usec: 29_999 }))],
    ['a timespec', 102, (k, to) => add(k.timeout_add_ts(to, { tv_sec: 1, tv_nsec: 29_999_999 }))],
    ['a bintime', 150, (k, to) => add(k.timeout_add_bt(to, { sec: 1, frac: half }))],
    ['a bintime a little less', 149, (k, to) => add(k.timeout_add_bt(to, { sec: 1, frac: half - 1n }))],
  ])('%s', (_name, ticks, arm) => {
    const k = ob51.createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* arm(k, yield* noting(k, log, 'fired'))
      yield* pause(k, 300)
      return log
    })
    expect(valueOf(outcome)).toEqual([['fired', ticks]])
  })
})

function* add(call: Steps<void> | ob51.KernelCall<void>): Steps<void> {
  yield* call as Steps<void>
}
