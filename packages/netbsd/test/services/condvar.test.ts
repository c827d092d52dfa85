import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { Steps } from '../../src/releases/10.1.js'
import { createKernel as createKernel10 } from '../../src/releases/10.1.js'
import { kcondvar_t, seededOracle } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

const EINTR = 4
const EWOULDBLOCK = 35

describe.each(releases)('condvar(9) on NetBSD $release', (driver) => {
  const { createKernel } = driver

  it('a broadcast wakes everybody, most urgent first, equals in order of arrival, and hands no mutex over', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, pri] of [
        ['a', 100],
        ['b', 120],
        ['c', 100],
        ['d', 120],
      ] as const) {
        yield* spawn(
          k,
          name,
          function* () {
            yield* k.mutex_enter(mtx)
            yield* k.cv_wait(cv, mtx)
            log.push(name)
            yield* k.mutex_exit(mtx)
          },
          { pri },
        )
        yield* k.kpause('x', false, 1, null)
      }
      yield* k.mutex_enter(mtx)
      log.push(String(yield* k.cv_has_waiters(cv)))
      yield* k.cv_broadcast(cv)
      log.push(String(yield* k.cv_has_waiters(cv)), String(yield* k.mutex_owned(mtx)))
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['true', 'false', 'true', 'b', 'd', 'a', 'c'])
  })

  it('a signal wakes from the head as far as the release goes', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, isInterruptible] of [
        ['sig1', true],
        ['sig2', true],
        ['hard1', false],
        ['sig3', true],
        ['hard2', false],
      ] as const) {
        yield* spawn(k, name, function* () {
          yield* k.mutex_enter(mtx)
          if (isInterruptible) yield* k.cv_wait_sig(cv, mtx)
          else yield* k.cv_wait(cv, mtx)
          log.push(name)
          yield* k.mutex_exit(mtx)
        })
        yield* k.kpause('x', false, 1, null)
      }
      for (let n = 0; n < 3; n++) {
        yield* k.mutex_enter(mtx)
        yield* k.cv_signal(cv)
        yield* k.mutex_exit(mtx)
        yield* k.kpause('x', false, 1, null)
        log.push('|')
      }
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe(
      driver.signalPassesInterruptible ? 'sig1 sig2 hard1 | sig3 hard2 | |' : 'sig1 | sig2 | hard1 |',
    )
  })

  it('a waiter that was signalled and timed out before its turn passes the signal on (6) or has it (10)', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      for (const [name, ticks] of [
        ['short', 3],
        ['long', 100],
      ] as const) {
        yield* spawn(k, name, function* () {
          yield* k.mutex_enter(mtx)
          log.push([name, yield* k.cv_timedwait(cv, mtx, ticks), k.now / MS])
          yield* k.mutex_exit(mtx)
        })
      }
      yield* k.kpause('x', false, 1, null)
      yield* k.mutex_enter(mtx)
      yield* k.cv_signal(cv)
      yield* k.mutex_exit(mtx)
      yield* k.work(45 * MS)
      yield* k.kpause('x', false, 200, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(
      driver.release === '6'
        ? [
            ['short', EWOULDBLOCK, 55],
            ['long', 0, 55],
          ]
        : [
            ['short', 0, 55],
            ['long', EWOULDBLOCK, 1000],
          ],
    )
  })

  it('the big lock comes back before the interlock', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      const waiter = yield* spawn(
        k,
        'waiter',
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.cv_wait(cv, mtx)
          log.push('waiter', yield* k.mutex_owned(mtx), k.curlwp.l_blcnt)
          yield* k.mutex_exit(mtx)
        },
        { flags: 0, ci: k.cpu_lookup(0) },
      )
      yield* spawn(
        k,
        'keeper',
        function* () {
          yield* k.kpause('x', false, 1, null)
          yield* k.KERNEL_LOCK(1, null)
          yield* k.mutex_enter(mtx)
          yield* k.cv_signal(cv)
          yield* k.mutex_exit(mtx)
          yield* k.work(5 * MS)
          // The waiter has its CPU, spins for the big lock, and the interlock is still free.
          log.push(waiter.l_stat === k.LSONPROC, k.cpus()[0]!.running, (yield* k.mutex_tryenter(mtx)) !== 0)
          yield* k.mutex_exit(mtx)
          log.push('unlock')
          yield* k.KERNEL_UNLOCK_ONE(null)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([true, 'waiter', true, 'unlock', 'waiter', true, 1])
  })

  it.each([0, 1, 9_999_999])('a timed wait of n ticks ends after n-1 to n ticks, %d ns into a tick', (offsetNs) => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const mtx = k.mutex('m')
      yield* k.work(offsetNs)
      const startNs = k.now
      yield* k.mutex_enter(mtx)
      const error = yield* k.cv_timedwait(k.condvar('cv'), mtx, 4)
      return [error, k.now - startNs, yield* k.mutex_owned(mtx)]
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, 40 * MS - offsetNs, true])
  })

  it('a timed wait of 0 ticks has no time-out', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      yield* k.mutex_enter(mtx)
      return yield* k.cv_timedwait(cv, mtx, 0)
    })
    expect(outcome.kind === 'deadlock' && outcome.stuck.map((thread) => thread.waitsFor)).toEqual([
      'a wakeup on condvar cv',
    ])
  })

  it('a cancellation ends interruptible waits only, with the mutex held again', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const lwps = []
      for (const wait of ['cv_wait_sig', 'cv_timedwait_sig', 'cv_timedwait'] as const) {
        lwps.push(
          yield* spawn(k, wait, function* () {
            // One for each: in 6 who returns with an error wakes the next.
            const cv = k.condvar('cv')
            yield* k.mutex_enter(mtx)
            const error = wait === 'cv_wait_sig' ? yield* k[wait](cv, mtx) : yield* k[wait](cv, mtx, 50)
            log.push([wait, error, yield* k.mutex_owned(mtx), k.ticks])
            yield* k.mutex_exit(mtx)
          }),
        )
      }
      yield* k.kpause('x', false, 2, null)
      for (const lwp of lwps) yield* k.cancel(lwp)
      yield* k.kpause('x', false, 100, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['cv_wait_sig', EINTR, true, 2],
      ['cv_timedwait_sig', EINTR, true, 2],
      ['cv_timedwait', EWOULDBLOCK, true, 50],
    ])
  })

  it('no wakeup is lost between the test of the condition and the sleep, whatever the schedule', () => {
    for (let seed = 0; seed < 60; seed++) {
      const k = createKernel({ ncpu: 2, oracle: seededOracle(seed) })
      const mtx = k.mutex('m')
      const cv = k.condvar('cv')
      let items = 0
      let taken = 0
      const outcome = k.boot(function* () {
        for (let n = 0; n < 2; n++) {
          yield* spawn(k, `consumer${n}`, function* () {
            for (let turn = 0; turn < 3; turn++) {
              yield* k.mutex_enter(mtx)
              while (items === 0) yield* k.cv_wait(cv, mtx)
              items--
              taken++
              yield* k.mutex_exit(mtx)
            }
          })
        }
        for (let n = 0; n < 6; n++) {
          yield* k.mutex_enter(mtx)
          items++
          yield* k.cv_signal(cv)
          yield* k.mutex_exit(mtx)
        }
        yield* k.kpause('x', false, 10, null)
        return taken
      })
      expect(valueOf(outcome), `seed ${seed}`).toBe(6)
    }
  })

  it('a spin mutex may be the interlock: the level falls while its holder sleeps, and rises again', () => {
    const k = createKernel()
    const mtx = k.mutex('s', k.IPL_VM)
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      const log: number[] = []
      yield* spawn(k, 'waiter', function* () {
        yield* k.mutex_enter(mtx)
        log.push(k.cpus()[0]!.ipl)
        yield* k.cv_wait(cv, mtx)
        log.push(k.cpus()[0]!.ipl)
        yield* k.mutex_exit(mtx)
        log.push(k.cpus()[0]!.ipl)
      })
      yield* k.kpause('x', false, 1, null)
      log.push(k.cpus()[0]!.ipl)
      yield* k.mutex_enter(mtx)
      yield* k.cv_signal(cv)
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([6, 0, 6, 0])
  })

  it('misuse panics', () => {
    const misuses: [string, (k: NetbsdKernel) => Steps<void>][] = [
      [
        'mutex_owned(mtx)',
        function* (k) {
          yield* k.cv_wait(k.condvar('cv'), k.mutex('m'))
        },
      ],
      [
        'blocking with a spin mutex held',
        function* (k) {
          const outer = k.mutex('outer', k.IPL_VM)
          const inner = k.mutex('inner', k.IPL_VM)
          yield* k.mutex_enter(outer)
          yield* k.mutex_enter(inner)
          yield* k.cv_wait(k.condvar('cv'), inner)
        },
      ],
      [
        'blocking with a spin mutex held',
        function* (k) {
          const mtx = k.mutex('m')
          yield* k.mutex_enter(mtx)
          yield* k.mutex_enter(k.mutex('spin', k.IPL_VM))
          yield* k.cv_wait(k.condvar('cv'), mtx)
        },
      ],
      [
        'wmesg != NULL',
        function* (k) {
          yield* k.cv_init(new kcondvar_t(), null as never)
        },
      ],
      [
        'is not initialized',
        function* (k) {
          yield* k.cv_signal(new kcondvar_t())
        },
      ],
      [
        'is not initialized',
        function* (k) {
          const cv = k.condvar('cv')
          yield* k.cv_destroy(cv)
          yield* k.cv_broadcast(cv)
        },
      ],
    ]
    for (const [message, misuse] of misuses) {
      const k = createKernel()
      expect(panicOf(k.boot(() => misuse(k)))).toContain(message)
    }
  })

  it('cv_init names the wait message, of which ps shows eight characters', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = new kcondvar_t()
    const outcome = k.boot(function* () {
      const before = yield* k.cv_is_valid(cv)
      yield* k.cv_init(cv, 'longmessage')
      const lwp = yield* spawn(k, 'w', function* () {
        yield* k.mutex_enter(mtx)
        yield* k.cv_timedwait(cv, mtx, 5)
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 1, null)
      return [before, yield* k.cv_is_valid(cv), lwp.l_wmesg, k.ps().find((entry) => entry.lid === lwp.l_lid)?.wchan]
    })
    expect(valueOf(outcome)).toEqual([false, true, 'longmessage', 'longmess'])
  })

  it('cv_destroy with waiters: an assertion in 10, nothing in 6', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      yield* spawn(k, 'w', function* () {
        yield* k.mutex_enter(mtx)
        yield* k.cv_timedwait(cv, mtx, 5)
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 1, null)
      yield* k.cv_destroy(cv)
      return 'destroyed'
    })
    if (driver.release === '6') expect(valueOf(outcome)).toBe('destroyed')
    else expect(panicOf(outcome)).toContain('!cv_has_waiters(cv)')
  })

  it('no wait is allowed in an interrupt or in a soft interrupt', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const handle = yield* k.softint_establish(
        k.SOFTINT_NET | k.SOFTINT_MPSAFE,
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.cv_wait(k.condvar('cv'), mtx)
        },
        null,
      )
      yield* k.kpreempt_disable()
      yield* k.softint_schedule(handle!)
      yield* k.kpreempt_enable()
      yield* k.work(MS)
    })
    expect(panicOf(outcome)).toBe('assert_sleepable: softint caller=cv_wait')
    const other = createKernel()
    const spin = other.mutex('s', other.IPL_VM)
    const interrupted = other.boot(function* () {
      other.interrupt(function* () {
        yield* other.mutex_enter(spin)
        yield* other.cv_wait(other.condvar('cv'), spin)
      })
      yield* other.work(MS)
    })
    expect(panicOf(interrupted)).toBe('assert_sleepable: interrupt caller=cv_wait')
  })
})

describe('cv_timedwaitbt on NetBSD 10.1', () => {
  it('waits at most the time, in whole ticks, and stores back what is left', () => {
    const k = createKernel10()
    const mtx = k.mutex('m')
    const cv = k.condvar('cv')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'w', function* () {
        yield* k.mutex_enter(mtx)
        const bt = k.ref(45 * MS)
        log.push(yield* k.cv_timedwaitbt(cv, mtx, bt), bt.value)
        log.push(yield* k.cv_timedwaitbt_sig(cv, mtx, bt), bt.value, k.now / MS)
        log.push(yield* k.cv_timedwaitbt(cv, mtx, bt), yield* k.mutex_owned(mtx))
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 2, null)
      yield* k.mutex_enter(mtx)
      yield* k.cv_signal(cv)
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([0, 25 * MS, EWOULDBLOCK, 0, 50, EWOULDBLOCK, true])
  })
})
