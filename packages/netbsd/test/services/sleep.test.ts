import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { KernelCall } from '../../src/releases/10.1.js'
import { faultOf, MS, panicOf, releases, spawn, valueOf } from './releases.js'

const EINTR = 4
const EWOULDBLOCK = 35

describe.each(releases)('sleeping on NetBSD $release', ({ createKernel, lateTimeoutWins }) => {
  it('tsleep returns 0 when woken, and a wakeup before the sleep is not remembered', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const results: number[] = []
      yield* k.wakeup('channel')
      yield* spawn(k, 'sleeper', function* () {
        results.push(yield* k.tsleep('channel', 0, 'wait', 0))
      })
      yield* k.kpause('x', false, 5, null)
      const before = [...results]
      yield* k.wakeup('channel')
      yield* k.kpause('x', false, 1, null)
      return { before, results }
    })
    expect(valueOf(outcome)).toEqual({ before: [], results: [0] })
  })

  it('wakeup releases all sleepers of the channel, in order of priority and then of arrival', () => {
    const k = createKernel({ trace: true })
    const order = valueOf(
      k.boot(function* () {
        const ran: string[] = []
        for (const [name, pri] of [
          ['a', 100],
          ['b', 120],
          ['c', 100],
          ['d', 120],
          ['e', 97],
        ] as const) {
          yield* spawn(
            k,
            name,
            function* () {
              yield* k.tsleep('channel', 0, 'wait', 0)
              ran.push(name)
            },
            { pri },
          )
          yield* k.kpause('x', false, 1, null)
        }
        yield* spawn(k, 'other', function* () {
          yield* k.tsleep('another', 0, 'wait', 1)
        })
        yield* k.kpause('x', false, 1, null)
        yield* k.wakeup('channel')
        yield* k.kpause('x', false, 1, null)
        return ran
      }),
    )
    expect(order).toEqual(['b', 'd', 'a', 'c', 'e'])
    const woken = [...k.trace!.events()].filter((event) => event.kind === 'wake' && event.name.length === 1)
    expect(woken.filter((event) => event.detail === 'woken').map((event) => event.name)).toEqual([
      'b',
      'd',
      'a',
      'c',
      'e',
    ])
  })

  it('two channels are one only if they are the same value', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const woken: string[] = []
      const one = {}
      for (const [name, ident] of [
        ['object', one],
        ['twin', {}],
        ['text', 'lbolt2'],
        ['number', 7],
      ] as const) {
        yield* spawn(k, name, function* () {
          if ((yield* k.tsleep(ident, 0, 'wait', 20)) === 0) woken.push(name)
        })
      }
      yield* k.kpause('x', false, 1, null)
      yield* k.wakeup(one)
      yield* k.wakeup(['lbolt', '2'].join(''))
      yield* k.wakeup(8)
      yield* k.kpause('x', false, 1, null)
      return woken
    })
    expect(valueOf(outcome)).toEqual(['object', 'text'])
  })

  it.each([0, 1, 3_000_000, 9_999_999])(
    'a time-out of n ticks is n-1 to n ticks long, %d ns into a tick',
    (offsetNs) => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* k.work(offsetNs)
        const elapsed: number[] = []
        for (const ticks of [1, 2, 7]) {
          const startNs = k.now
          if ((yield* k.tsleep({}, 0, 'wait', ticks)) !== EWOULDBLOCK) throw new Error('not timed out')
          elapsed.push(k.now - startNs)
          if (offsetNs > 0) yield* k.work(offsetNs)
        }
        return elapsed
      })
      const expected = [1, 2, 7].map((ticks) => ticks * 10 * MS - offsetNs)
      expect(valueOf(outcome)).toEqual(expected)
    },
  )

  it('a time-out between the wakeup and the sleeper’s turn is decided as the release does', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const results: number[] = []
      yield* spawn(k, 'sleeper', function* () {
        results.push(yield* k.tsleep('channel', 0, 'wait', 3))
      })
      yield* k.kpause('x', false, 1, null)
      yield* k.wakeup('channel')
      // The time-out passes while the woken thread waits for the CPU.
      yield* k.work(40 * MS)
      yield* k.kpause('x', false, 1, null)
      return results
    })
    expect(valueOf(outcome)).toEqual([lateTimeoutWins ? EWOULDBLOCK : 0])
  })

  it('a wakeup whose sleeper runs before the time-out gives 0, and the time-out does not come later', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const results: number[] = []
      yield* spawn(k, 'sleeper', function* () {
        results.push(yield* k.tsleep('channel', 0, 'wait', 3))
        results.push(yield* k.tsleep('channel', 0, 'wait', 20))
      })
      yield* k.kpause('x', false, 1, null)
      yield* k.wakeup('channel')
      yield* k.kpause('x', false, 10, null)
      const early = [...results]
      yield* k.kpause('x', false, 20, null)
      return { early, results }
    })
    expect(valueOf(outcome)).toEqual({ early: [0], results: [0, EWOULDBLOCK] })
  })

  it('PCATCH lets a cancellation end the sleep, now and later; without it nothing does', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: (string | number)[] = []
      const soft = yield* spawn(k, 'soft', function* () {
        log.push('first', yield* k.tsleep('c', k.PCATCH, 'wait', 0))
        const beforeNs = k.now
        log.push('again', yield* k.tsleep('c', k.PCATCH | 30, 'wait', 100), k.now - beforeNs)
        log.push('pause', yield* k.kpause('p', true, 100, null), k.now - beforeNs)
      })
      const hard = yield* spawn(k, 'hard', function* () {
        log.push('hard', yield* k.tsleep('c', 30, 'wait', 6))
      })
      yield* k.kpause('x', false, 2, null)
      yield* k.cancel(hard)
      yield* k.cancel(soft)
      yield* k.kpause('x', false, 10, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['first', EINTR, 'again', EINTR, 0, 'pause', EINTR, 0, 'hard', EWOULDBLOCK])
  })

  it('mtsleep gives up the mutex while it sleeps, and takes it again unless PNORELOCK', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'sleeper', function* () {
        for (const flags of [0, k.PNORELOCK]) {
          yield* k.mutex_enter(mtx)
          yield* k.mtsleep('c', flags, 'wait', 0, mtx)
          const isOwner = yield* k.mutex_owned(mtx)
          log.push(isOwner)
          if (isOwner) yield* k.mutex_exit(mtx)
        }
      })
      for (let n = 0; n < 2; n++) {
        yield* k.kpause('x', false, 1, null)
        log.push((yield* k.mutex_tryenter(mtx)) !== 0)
        yield* k.wakeup('c')
        yield* k.mutex_exit(mtx)
      }
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([true, true, true, false])
  })

  it('mtsleep without the mutex panics', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* k.mtsleep('c', 0, 'wait', 1, k.mutex('m'))
    })
    expect(panicOf(outcome)).toContain('mutex_owned(mtx)')
  })

  it('while cold nothing sleeps and nobody is woken', () => {
    const k = createKernel()
    const seen: unknown[] = []
    k.attach(function* () {
      const mtx = k.mutex('m')
      seen.push(k.cold, yield* k.tsleep('c', 0, 'wait', 100), yield* k.kpause('p', false, 100, null))
      yield* k.wakeup('c')
      yield* k.mutex_enter(mtx)
      seen.push(yield* k.mtsleep('c', 0, 'wait', 100, mtx), yield* k.mutex_owned(mtx))
      seen.push(yield* k.mtsleep('c', k.PNORELOCK, 'wait', 100, mtx), yield* k.mutex_owned(mtx), k.now)
    })
    valueOf(k.boot())
    expect(seen).toEqual([true, 0, 0, 0, true, 0, false, 0])
    expect(k.cold).toBe(false)
  })

  it('kpause returns EWOULDBLOCK when its time is over, is woken by no wakeup, and gives up its mutex', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'pauser', function* () {
        yield* k.mutex_enter(mtx)
        log.push(yield* k.kpause('p', false, 5, mtx), yield* k.mutex_owned(mtx))
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 1, null)
      yield* k.wakeup('p')
      log.push((yield* k.mutex_tryenter(mtx)) !== 0)
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 2, null)
      log.push('still pausing')
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([true, 'still pausing', EWOULDBLOCK, true])
  })

  it('kpause of no ticks that nothing could end is refused', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* k.kpause('p', false, 0, null)
    })
    expect(panicOf(outcome)).toContain('timo != 0 || intr')
  })

  it('kpause without end, interruptibly, ends with a cancellation', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const results: number[] = []
      const lwp = yield* spawn(k, 'pauser', function* () {
        results.push(yield* k.kpause('p', true, 0, null))
      })
      yield* k.kpause('x', false, 100, null)
      const early = results.length
      yield* k.cancel(lwp)
      yield* k.kpause('x', false, 1, null)
      return [early, ...results]
    })
    expect(valueOf(outcome)).toEqual([0, EINTR])
  })

  it('a sleep gives up all holds of the big lock and has them again afterwards', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(
        k,
        'giant',
        function* () {
          yield* k.KERNEL_LOCK(2, null)
          log.push(
            k
              .locks()
              .find((lock) => lock.name === 'kernel_lock')
              ?.owner?.startsWith('giant'),
          )
          yield* k.tsleep('c', 0, 'wait', 0)
          const count = k.ref<number>()
          yield* k.KERNEL_UNLOCK_ALL(null, count)
          log.push(count.value)
          yield* k.KERNEL_LOCK(1, null)
        },
        { flags: 0 },
      )
      yield* k.kpause('x', false, 1, null)
      log.push(k.locks().some((lock) => lock.name === 'kernel_lock'))
      yield* k.wakeup('c')
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([true, false, 3])
  })

  it('yield goes to the tail of its own priority, behind equals and before lesser ones', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, pri] of [
        ['low', 96],
        ['a', 110],
        ['b', 110],
        ['c', 110],
      ] as const) {
        yield* spawn(
          k,
          name,
          function* () {
            for (let n = 1; n <= 3; n++) {
              log.push(`${name}${n}`)
              yield* k.yield()
            }
          },
          { pri },
        )
      }
      yield* k.kpause('x', false, 1, null)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('a1 b1 c1 a2 b2 c2 a3 b3 c3 low1 low2 low3')
  })

  it('yield lets the big lock go to another CPU meanwhile', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const log: string[] = []
      const giant = (name: string) =>
        function* () {
          for (let n = 1; n <= 2; n++) {
            log.push(`${name}${n}`)
            yield* k.work(MS)
            yield* k.yield()
          }
        }
      yield* k.kpause('settle', false, 1, null)
      yield* spawn(k, 'a', giant('a'), { flags: 0, ci: k.cpu_lookup(0) })
      yield* spawn(k, 'b', giant('b'), { flags: 0, ci: k.cpu_lookup(1) })
      yield* k.kpause('x', false, 5, null)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toMatch(/^(a1 b1 a2 b2|b1 a1 b2 a2)$/)
  })

  it('a yield with a spin mutex held stops the kernel instead of losing the level', () => {
    const k = createKernel()
    const mtx = k.mutex('s', k.IPL_VM)
    const outcome = k.boot(function* () {
      yield* k.mutex_enter(mtx)
      yield* k.yield()
    })
    expect(panicOf(outcome)).toContain('spin mutex held')
  })

  it('no thread may sleep in an interrupt', () => {
    for (const call of ['tsleep', 'kpause', 'yield'] as const) {
      const k = createKernel()
      const outcome = k.boot(function* () {
        k.interrupt(function* () {
          if (call === 'tsleep') yield* k.tsleep('c', 0, 'wait', 1)
          else if (call === 'kpause') yield* k.kpause('p', false, 1, null)
          else yield* k.yield()
        })
        yield* k.work(MS)
      })
      expect(panicOf(outcome)).toBe(`assert_sleepable: interrupt caller=${call}`)
    }
  })

  it('setrunnable ends a sleep early, with 0', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: number[] = []
      const lwp = yield* spawn(k, 'sleeper', function* () {
        log.push(yield* k.tsleep('c', 0, 'wait', 50), k.ticks)
      })
      const start = k.ticks
      yield* k.kpause('x', false, 2, null)
      yield* k.setrunnable(lwp)
      yield* k.kpause('x', false, 1, null)
      return [log[0], log[1]! - start]
    })
    expect(valueOf(outcome)).toEqual([0, 2])
  })

  it('impossible arguments are errors of the scenario, named by the call', () => {
    const bad: [string, (k: NetbsdKernel) => KernelCall<unknown>][] = [
      ['tsleep: ident must not be null', (k) => k.tsleep(null as never, 0, 'w', 0)],
      ['wakeup: ident must not be null', (k) => k.wakeup(undefined as never)],
      ['tsleep: a time-out is a whole number of ticks', (k) => k.tsleep('c', 0, 'w', -1)],
      ['tsleep: a time-out is a whole number of ticks', (k) => k.tsleep('c', 0, 'w', 1.5)],
      ['kpause: a time-out is a whole number of ticks', (k) => k.kpause('w', false, Number.NaN, null)],
    ]
    for (const [message, call] of bad) {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* call(k)
      })
      expect(faultOf(outcome)).toContain(message)
    }
  })
})
