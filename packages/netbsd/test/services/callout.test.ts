import { describe, expect, it } from 'vitest'
import { callout_t } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

describe.each(releases)('callout(9) on NetBSD $release', ({ createKernel }) => {
  it('calls its function at the tick, once, in the soft clock thread of the CPU it was armed on', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      const c = new callout_t()
      yield* spawn(
        k,
        'armer',
        function* () {
          yield* k.callout_init(c, k.CALLOUT_MPSAFE)
          yield* k.work(3 * MS)
          yield* k.callout_reset(
            c,
            2,

            function* (arg: string) {
              log.push(arg, k.now / MS, k.curcpu().index, k.curlwp.l_name, k.curlwp.l_blcnt)
            },
            'arg',
          )
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['arg', 30, 1, 'softclk/1', 0])
  })

  it('takes no time that has passed already, and 0 is the next tick', () => {
    const fires = (ticks: number) => {
      const k = createKernel()
      return k.boot(function* () {
        const c = new callout_t()
        let at = -1
        yield* k.callout_init(c, k.CALLOUT_MPSAFE)
        const start = k.ticks
        yield* k.callout_reset(
          c,
          ticks,
          function* () {
            at = k.ticks - start
          },
          null,
        )
        yield* k.kpause('x', false, 3, null)
        return at
      })
    }
    expect(valueOf(fires(0))).toBe(1)
    expect(panicOf(fires(-1))).toContain('to_ticks >= 0')
  })

  it('its function has the big lock unless it was made MP-safe', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const holds: number[] = []
      const c = new callout_t()
      yield* k.callout_init(c, 0)

      yield* k.callout_reset(
        c,
        1,
        function* () {
          holds.push(k.curlwp.l_blcnt)
        },
        null,
      )
      yield* k.kpause('x', false, 3, null)
      return holds
    })
    expect(valueOf(outcome)).toEqual([1])
  })

  it('armed again it moves; no ticks count as one; equals are called in the order of arming', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const make = function* (name: string) {
        const c = new callout_t()
        yield* k.callout_init(c, k.CALLOUT_MPSAFE)

        yield* k.callout_setfunc(
          c,
          function* () {
            log.push(`${name}@${k.ticks}`)
          },
          name,
        )
        return c
      }
      const [a, b, c] = [yield* make('a'), yield* make('b'), yield* make('c')]
      yield* k.callout_schedule(a, 2)
      yield* k.callout_schedule(b, 5)
      yield* k.callout_schedule(b, 2)
      yield* k.callout_schedule(c, 0)
      yield* k.callout_schedule(a, 2)
      yield* k.kpause('x', false, 10, null)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('c@1 b@2 a@2')
  })

  it('a function may arm its own callout again, for a periodic one', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const ticks: number[] = []
      const c = new callout_t()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(
        c,
        3,
        function* () {
          ticks.push(k.ticks)
          yield* k.callout_schedule(c, 3)
        },
        null,
      )
      yield* k.kpause('x', false, 10, null)
      yield* k.callout_stop(c)
      yield* k.kpause('x', false, 10, null)
      return ticks
    })
    expect(valueOf(outcome)).toEqual([3, 6, 9])
  })

  it('tells pending from expired and stops what has not fired', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const c = new callout_t()
      const see = function* () {
        log.push([yield* k.callout_pending(c), yield* k.callout_expired(c), yield* k.callout_invoking(c)])
      }
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* see()
      yield* k.callout_reset(c, 2, see, null)
      yield* see()
      log.push(yield* k.callout_stop(c))
      yield* see()
      yield* k.kpause('x', false, 4, null)
      yield* k.callout_schedule(c, 1)
      yield* k.kpause('x', false, 2, null)
      yield* see()
      log.push(yield* k.callout_stop(c))
      return log
    })
    expect(valueOf(outcome)).toEqual([
      [false, false, false],
      [true, false, false],
      false,
      [false, false, false],
      [false, true, true],
      [false, true, false],
      true,
    ])
  })

  it('while the soft clock is held back a callout is still pending: it can be stopped, or moved, and runs once', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const c = new callout_t()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)

      yield* k.callout_reset(
        c,
        1,
        function* () {
          log.push(`ran@${k.ticks}`)
        },
        null,
      )
      const s = yield* k.splraiseipl(k.IPL_SOFTCLOCK)
      yield* k.work(25 * MS)
      log.push(yield* k.callout_pending(c), yield* k.callout_expired(c))
      log.push(yield* k.callout_stop(c))
      yield* k.callout_schedule(c, 1)
      yield* k.work(15 * MS)
      yield* k.callout_schedule(c, 3)
      yield* k.splx(s)
      log.push('splx')
      yield* k.kpause('x', false, 10, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([true, false, false, 'splx', 'ran@7'])
  })

  it('callout_halt waits for a function that runs, without the mutex it is given', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const c = new callout_t()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(
        c,
        1,
        function* () {
          log.push('function')
          yield* k.mutex_enter(mtx)
          log.push('function ends')
          yield* k.mutex_exit(mtx)
        },
        null,
      )
      yield* k.mutex_enter(mtx)
      yield* k.work(25 * MS)
      log.push(yield* k.callout_invoking(c))
      log.push(yield* k.callout_halt(c, mtx), yield* k.mutex_owned(mtx))
      yield* k.callout_destroy(c)
      return log
    })
    expect(valueOf(outcome)).toEqual(['function', true, 'function ends', true, true])
  })

  it('misuse panics', () => {
    const k = createKernel()
    const armed = k.boot(function* () {
      const c = new callout_t()
      yield* k.callout_init(c, 0)
      yield* k.callout_reset(c, 5, function* () {}, null)
      yield* k.callout_destroy(c)
    })
    expect(panicOf(armed)).toContain('callout_destroy')
    const raw = createKernel()
    const uninitialized = raw.boot(function* () {
      yield* raw.callout_schedule(new callout_t(), 5)
    })
    expect(panicOf(uninitialized)).toContain('CALLOUT_MAGIC')
    const empty = createKernel()
    const noFunction = empty.boot(function* () {
      const c = new callout_t()
      yield* empty.callout_init(c, 0)
      yield* empty.callout_schedule(c, 5)
    })
    expect(panicOf(noFunction)).toContain('c_func')
    const asleep = createKernel()
    const sleeps = asleep.boot(function* () {
      const c = new callout_t()
      yield* asleep.callout_init(c, 0)
      yield* asleep.callout_reset(
        c,
        1,
        function* () {
          yield* asleep.kpause('no', false, 1, null)
        },
        null,
      )
      yield* asleep.kpause('x', false, 3, null)
    })
    expect(panicOf(sleeps)).toBe('assert_sleepable: softint caller=kpause')
  })
})
