import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { Steps } from '../../src/releases/10.1.js'
import { kmutex_t } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

describe.each(releases)('mutex(9) on NetBSD $release', ({ createKernel }) => {
  it('an adaptive mutex is spun for while its owner is on another CPU', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: unknown[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.work(3 * MS)
          log.push(k.locks().find((lock) => lock.name === 'm')?.spinners, spinner.l_stat, spinner.l_wmesg)
          yield* k.work(2 * MS)
          yield* k.mutex_exit(mtx)
          yield* k.work(5 * MS)
        },
        { ci: k.cpu_lookup(0) },
      )
      const spinner = yield* spawn(
        k,
        'spinner',
        function* () {
          yield* k.work(MS)
          yield* k.mutex_enter(mtx)
          log.push((k.now - startNs) / MS, k.curcpu().index)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([[1], k.LSONPROC, null, 5, 1])
  })

  it('it is slept for, with message tstile, while its owner is off its CPU, and from the moment it leaves', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.work(3 * MS)
          yield* k.kpause('away', false, 3, null)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(0) },
      )
      const waiter = yield* spawn(
        k,
        'waiter',
        function* () {
          yield* k.work(MS)
          yield* k.mutex_enter(mtx)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(1) },
      )
      const late = yield* spawn(k, 'late', function* () {
        yield* k.kpause('x', false, 2, null)
        yield* k.mutex_enter(mtx)
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 3, null)
      log.push(waiter.l_stat, waiter.l_wmesg, late.l_stat, late.l_wmesg)
      log.push(k.locks().find((lock) => lock.name === 'm')?.waiters.length)
      yield* k.kpause('x', false, 5, null)
      log.push(waiter.l_stat, late.l_stat, k.locks().length)
      return log
    })
    expect(valueOf(outcome)).toEqual([k.LSSLEEP, 'tstile', k.LSSLEEP, 'tstile', 2, k.LSZOMB, k.LSZOMB, 0])
  })

  it('an owner that spins for the big lock counts as not running: its waiter sleeps and lets go of the big lock', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: string[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.work(2 * MS)
          yield* k.KERNEL_LOCK(1, null)
          log.push('owner has both')
          yield* k.KERNEL_UNLOCK_ONE(null)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(0) },
      )
      yield* spawn(
        k,
        'giant',
        function* () {
          yield* k.work(MS)
          yield* k.mutex_enter(mtx)
          log.push('giant has both')
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(1), flags: 0 },
      )
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['owner has both', 'giant has both'])
  })

  it('priority is lent along the chain of owners, moves them in the run queue, and ends with the release', () => {
    const k = createKernel()
    const a = k.mutex('a')
    const b = k.mutex('b')
    const outcome = k.boot(function* () {
      const log: string[] = []
      const see = (when: string) =>
        log.push(`${when}: low ${low.l_priority}/${low.l_priority_base} mid ${mid.l_priority}/${mid.l_priority_base}`)
      const low = yield* spawn(
        k,
        'low',
        function* () {
          yield* k.mutex_enter(a)
          yield* k.kpause('x', false, 3, null)
          log.push('low')
          see('lent')
          yield* k.mutex_exit(a)
          see('released a')
        },
        { pri: 97 },
      )
      const mid = yield* spawn(
        k,
        'mid',
        function* () {
          yield* k.kpause('x', false, 1, null)
          yield* k.mutex_enter(b)
          yield* k.mutex_enter(a)
          log.push('mid')
          yield* k.mutex_exit(a)
          see('still has b')
          yield* k.mutex_exit(b)
          see('released b')
        },
        { pri: 100 },
      )
      yield* spawn(
        k,
        'high',
        function* () {
          yield* k.kpause('x', false, 2, null)
          yield* k.mutex_enter(b)
          log.push('high')
          yield* k.mutex_exit(b)
        },
        { pri: 120 },
      )
      yield* spawn(
        k,
        'other',
        function* () {
          yield* k.kpause('x', false, 3, null)
          log.push('other')
        },
        { pri: 110 },
      )
      yield* k.kpause('x', false, 5, null)
      return log
    })
    // `other` is more urgent than `low` and `mid` by itself, and woken in the same tick as `low`.
    expect(valueOf(outcome)).toEqual([
      'low',
      'lent: low 120/97 mid 120/100',
      'released a: low 97/97 mid 120/100',
      'mid',
      'still has b: low 97/97 mid 120/100',
      'released b: low 97/97 mid 100/100',
      'high',
      'other',
    ])
  })

  it('what is lent by the waiters of another lock stays lent', () => {
    const k = createKernel()
    const a = k.mutex('a')
    const b = k.mutex('b')
    const outcome = k.boot(function* () {
      const seen: number[] = []
      yield* spawn(k, 'owner', function* () {
        yield* k.mutex_enter(a)
        yield* k.mutex_enter(b)
        yield* k.kpause('x', false, 2, null)
        seen.push(k.curlwp.l_priority)
        yield* k.mutex_exit(a)
        seen.push(k.curlwp.l_priority)
        yield* k.mutex_exit(b)
        seen.push(k.curlwp.l_priority)
      })
      yield* spawn(k, 'wants a', () => hold(a), { pri: 127 })
      yield* spawn(k, 'wants b', () => hold(b), { pri: 115 })
      function* hold(mtx: kmutex_t) {
        yield* k.kpause('x', false, 1, null)
        yield* k.mutex_enter(mtx)
        yield* k.mutex_exit(mtx)
      }
      yield* k.kpause('x', false, 5, null)
      return seen
    })
    expect(valueOf(outcome)).toEqual([127, 115, 96])
  })

  it('a waiter urgent enough to preempt runs as soon as the lock is released, not when the loan is forgotten', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* spawn(k, 'low', function* () {
        yield* k.mutex_enter(mtx)
        yield* k.kpause('x', false, 2, null)
        yield* k.mutex_exit(mtx)
        log.push('low after its release')
      })
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.kpause('x', false, 1, null)
          yield* k.mutex_enter(mtx)
          log.push('urgent')
          yield* k.mutex_exit(mtx)
        },
        { pri: 130 },
      )
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['urgent', 'low after its release'])
  })

  it('a release wakes all who wait, and they compete', () => {
    const k = createKernel({ trace: true })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.mutex_enter(mtx)
      for (const [name, pri] of [
        ['one', 96],
        ['two', 110],
        ['three', 110],
      ] as const) {
        yield* spawn(
          k,
          name,
          function* () {
            yield* k.mutex_enter(mtx)
            log.push(name)
            yield* k.mutex_exit(mtx)
          },
          { pri },
        )
      }
      yield* k.kpause('x', false, 1, null)
      yield* k.mutex_exit(mtx)
      log.push(`free ${mtx.owner === null}`, `waiters ${mtx.waiters?.length}`)
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['free true', 'waiters 0', 'two', 'three', 'one'])
  })

  it('a spin mutex raises the level, which falls when the last one is released, in whatever order', () => {
    const k = createKernel()
    const vm = k.mutex('vm', k.IPL_VM)
    const high = k.mutex('high', k.IPL_HIGH)
    const outcome = k.boot(function* () {
      const levels: number[] = []
      const see = () => levels.push(k.cpus()[0]!.ipl)
      const s = yield* k.splraiseipl(k.IPL_SOFTCLOCK)
      yield* k.mutex_enter(vm)
      see()
      yield* k.mutex_enter(high)
      see()
      yield* k.mutex_exit(vm)
      see()
      yield* k.mutex_enter(vm)
      yield* k.mutex_exit(high)
      see()
      yield* k.mutex_exit(vm)
      see()
      yield* k.splx(s)
      see()
      return levels
    })
    expect(valueOf(outcome)).toEqual([6, 8, 8, 8, 2, 0])
  })

  it('interrupts of its level wait until a spin mutex is released, others do not', () => {
    const k = createKernel()
    const mtx = k.mutex('s', k.IPL_VM)
    const outcome = k.boot(function* () {
      const log: string[] = []
      const raise = (name: string, ipl: number) =>
        k.interrupt(
          function* () {
            log.push(name)
          },
          { ipl },
        )
      yield* k.mutex_enter(mtx)
      raise('vm', k.IPL_VM)
      raise('sched', k.IPL_SCHED)
      yield* k.work(MS)
      log.push('release')
      yield* k.mutex_exit(mtx)
      log.push('released')
      return log
    })
    expect(valueOf(outcome)).toEqual(['sched', 'release', 'vm', 'released'])
  })

  it('a spin mutex is spun for even if the owner’s CPU is busy with an interrupt', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('s', k.IPL_VM)
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: unknown[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.mutex_enter(mtx)
          yield* k.work(2 * MS)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(0) },
      )
      k.interrupt(
        function* () {
          yield* k.work(4 * MS)
        },
        { afterNs: MS, ipl: k.IPL_HIGH, ci: k.cpu_lookup(0)! },
      )
      yield* spawn(
        k,
        'other',
        function* () {
          yield* k.work(1.5 * MS)
          yield* k.mutex_enter(mtx)
          log.push((k.now - startNs) / MS)
          yield* k.mutex_exit(mtx)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 3, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([6])
  })

  it('mutex_tryenter never waits; mutex_owned is mine for an adaptive, anybody’s for a spin mutex', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const adaptive = k.mutex('a')
      const spin = k.mutex('s', k.IPL_VM)
      const log: unknown[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          log.push(yield* k.mutex_tryenter(adaptive), yield* k.mutex_owned(adaptive))
          log.push(yield* k.mutex_tryenter(spin), k.cpus()[0]!.ipl)
          yield* k.work(5 * MS)
          yield* k.mutex_exit(spin)
          yield* k.mutex_exit(adaptive)
        },
        { ci: k.cpu_lookup(0) },
      )
      yield* spawn(
        k,
        'other',
        function* () {
          yield* k.work(MS)
          log.push(yield* k.mutex_tryenter(adaptive), yield* k.mutex_owned(adaptive))
          log.push(yield* k.mutex_tryenter(spin), yield* k.mutex_owned(spin), k.cpus()[1]!.ipl)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 3, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([1, true, 1, 6, 0, false, 0, true, 0])
  })

  it('MUTEX_DEFAULT is adaptive up to the soft levels and spins above; a type given is the type', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const kinds: boolean[] = []
      for (const [type, ipl] of [
        [k.MUTEX_DEFAULT, k.IPL_NONE],
        [k.MUTEX_DEFAULT, k.IPL_SOFTSERIAL],
        [k.MUTEX_DEFAULT, k.IPL_VM],
        [k.MUTEX_DRIVER, k.IPL_HIGH],
        [k.MUTEX_ADAPTIVE, k.IPL_VM],
      ] as const) {
        const mtx = new kmutex_t()
        yield* k.mutex_init(mtx, type, ipl)
        kinds.push(mtx.spins)
        yield* k.mutex_destroy(mtx)
      }
      return kinds
    })
    expect(valueOf(outcome)).toEqual([false, false, true, true, false])
  })

  it('misuse panics', () => {
    const misuses: [string, (k: NetbsdKernel) => Steps<void>][] = [
      [
        'locking against myself',
        function* (k) {
          const mtx = k.mutex('m')
          yield* k.mutex_enter(mtx)
          yield* k.mutex_enter(mtx)
        },
      ],
      [
        'locking against myself',
        function* (k) {
          const mtx = k.mutex('m', k.IPL_SCHED)
          yield* k.mutex_enter(mtx)
          yield* k.mutex_enter(mtx)
        },
      ],
      [
        'mutex_owned(mtx)',
        function* (k) {
          yield* k.mutex_exit(k.mutex('m'))
        },
      ],
      [
        'is not held',
        function* (k) {
          const mtx = k.mutex('m')
          yield* k.mutex_enter(mtx)
          yield* k.mutex_destroy(mtx)
        },
      ],
      [
        'is not initialized',
        function* (k) {
          yield* k.mutex_enter(new kmutex_t('m'))
        },
      ],
    ]
    for (const [message, misuse] of misuses) {
      const k = createKernel()
      expect(panicOf(k.boot(() => misuse(k)))).toContain(message)
    }
  })

  it('blocking on an adaptive mutex with a spin mutex held stops the kernel', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      yield* spawn(k, 'owner', function* () {
        yield* k.mutex_enter(mtx)
        yield* k.kpause('x', false, 10, null)
        yield* k.mutex_exit(mtx)
      })
      yield* k.kpause('x', false, 1, null)
      yield* k.mutex_enter(k.mutex('spin', k.IPL_VM))
      yield* k.mutex_enter(mtx)
    })
    expect(panicOf(outcome)).toContain('blocking with a spin mutex held')
    expect(outcome.kind === 'panic' && outcome.thread?.name).toBe('main')
  })

  it('an adaptive mutex is not for interrupts', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      k.interrupt(function* () {
        yield* k.mutex_enter(mtx)
      })
      yield* k.work(MS)
    })
    expect(panicOf(outcome)).toContain('in interrupt context')
  })

  it('two threads that want each other’s mutex are a deadlock that names both', () => {
    const k = createKernel()
    const a = k.mutex('a')
    const b = k.mutex('b')
    const outcome = k.boot(function* () {
      yield* spawn(k, 'other', function* () {
        yield* k.mutex_enter(b)
        yield* k.mutex_enter(a)
      })
      yield* k.mutex_enter(a)
      yield* k.kpause('x', false, 1, null)
      yield* k.mutex_enter(b)
    })
    const stuck = outcome.kind === 'deadlock' ? outcome.stuck : []
    const told = stuck.map(
      ({ name, holds, waitsFor }) => `${name} ${holds.join()} ${waitsFor?.replace(/ \(\d+\)/, '')}`,
    )
    expect(told.sort()).toEqual(['main a mutex b, held by other', 'other b mutex a, held by main'])
  })
})
