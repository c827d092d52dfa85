import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { KernelCall, Steps } from '../../src/releases/10.1.js'
import { MS, releases, spawn, valueOf } from './releases.js'

const EINVAL = 22

/** Works in steps of a millisecond and notes who has the CPU whenever that changes. */
function* hog(k: NetbsdKernel, name: string, ms: number, log: string[], startNs: number): Steps<void> {
  for (let n = 0; n < ms; n++) {
    if (log[log.length - 1]?.startsWith(`${name}@`) !== true) log.push(`${name}@${(k.now - startNs) / MS}`)
    yield* k.work(MS)
  }
}

describe.each(releases)('the scheduler of NetBSD $release', (driver) => {
  const { createKernel } = driver

  it('the highest priority runs first, equals in the order in which they became runnable', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, pri] of [
        ['a', 96],
        ['b', 127],
        ['c', 0],
        ['d', 96],
        ['e', 100],
        ['f', 127],
      ] as const) {
        yield* spawn(
          k,
          name,

          function* () {
            log.push(name)
          },
          { pri },
        )
      }
      yield* k.kpause('x', false, 1, null)
      return log.join('')
    })
    expect(valueOf(outcome)).toBe('bfeadc')
  })

  it('SCHED_RR threads of one priority take turns of 100 ms', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      yield* spawn(k, 'a', () => hog(k, 'a', 250, log, startNs))
      yield* spawn(k, 'b', () => hog(k, 'b', 250, log, startNs))
      yield* k.kpause('x', false, 100, null)
      return [...log, k.sysctl('kern.sched.rtts')]
    })
    expect(valueOf(outcome)).toEqual(['a@0', 'b@100', 'a@200', 'b@300', 'a@400', 'b@450', 100])
  })

  it('a thread preempted within its quantum keeps its place in 10 and loses it in 6', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      yield* spawn(k, 'a', () => hog(k, 'a', 80, log, startNs))
      yield* spawn(k, 'b', () => hog(k, 'b', 5, log, startNs))
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.kpause('x', false, 5, null)
          yield* hog(k, 'urgent', 1, log, startNs)
        },
        { pri: 130 },
      )
      yield* k.kpause('x', false, 30, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(
      driver.release === '6' ? ['a@0', 'urgent@50', 'b@51', 'a@56'] : ['a@0', 'urgent@50', 'a@51', 'b@81'],
    )
  })

  it('a quantum that ends while preemption is refused is over all the same: the others are next', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      yield* spawn(k, 'a', function* () {
        yield* k.KERNEL_LOCK(1, null)
        yield* hog(k, 'a', 125, log, startNs)
        yield* k.KERNEL_UNLOCK_ONE(null)
        yield* hog(k, 'a', 20, log, startNs)
      })
      yield* spawn(k, 'b', () => hog(k, 'b', 20, log, startNs))
      yield* k.kpause('x', false, 30, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['a@0', 'b@125', 'a@145'])
  })

  it('127 waits for a lesser thread in the kernel until that blocks or its quantum ends; 128 does not', () => {
    for (const [pri, expected] of [
      [127, ['low@0', 'woken@100', 'low@101']],
      [128, ['low@0', 'woken@20', 'low@21']],
    ] as const) {
      const k = createKernel()
      const outcome = k.boot(function* () {
        const log: string[] = []
        const startNs = k.now
        yield* spawn(k, 'low', () => hog(k, 'low', 150, log, startNs))
        yield* spawn(
          k,
          'woken',
          function* () {
            yield* k.kpause('x', false, 2, null)
            yield* hog(k, 'woken', 1, log, startNs)
          },
          { pri },
        )
        yield* k.kpause('x', false, 30, null)
        return log
      })
      expect(valueOf(outcome)).toEqual(expected)
    }
  })

  const refusals: readonly (readonly [string, (k: NetbsdKernel) => Steps, (k: NetbsdKernel) => Steps])[] = [
    ['holds kernel_lock', (k) => once(() => k.KERNEL_LOCK(1, null)), (k) => once(() => k.KERNEL_UNLOCK_ONE(null))],
    ['disabled preemption', (k) => once(() => k.kpreempt_disable()), (k) => once(() => k.kpreempt_enable())],
    ['raised the level', (k) => once(() => k.splraiseipl(k.IPL_SOFTCLOCK)), (k) => once(() => k.splx(0))],
  ]

  it.each(refusals)('a thread that %s is not displaced, and is as soon as that ends', (_what, begin, end) => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      yield* spawn(k, 'low', function* () {
        yield* begin(k)
        yield* k.wakeup('urgent')
        yield* hog(k, 'low', 30, log, startNs)
        yield* end(k)
        log.push('low goes on')
      })
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.tsleep('urgent', 0, 'w', 0)
          yield* hog(k, 'urgent', 1, log, startNs)
        },
        { pri: 200 },
      )
      yield* k.kpause('x', false, 30, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['low@0', 'urgent@30', 'low goes on'])
  })

  it('a thread that spins for kernel_lock is not displaced', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: string[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.KERNEL_LOCK(1, null)
          yield* k.work(25 * MS)
          log.push('owner unlocks')
          yield* k.KERNEL_UNLOCK_ONE(null)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* spawn(
        k,
        'spinner',
        function* () {
          yield* k.work(MS)
          yield* k.KERNEL_LOCK(1, null)
          log.push('spinner has it')
          yield* k.KERNEL_UNLOCK_ONE(null)
          log.push('spinner goes on')
        },
        { ci: k.cpu_lookup(0) },
      )
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.kpause('x', false, 1, null)
          log.push('urgent')
        },
        { ci: k.cpu_lookup(0), pri: 200 },
      )
      yield* k.kpause('x', false, 10, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['owner unlocks', 'spinner has it', 'urgent', 'spinner goes on'])
  })

  it('equal priority never preempts; the threshold is a sysctl', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const urgent = (name: string, pri: number) =>
        spawn(
          k,
          name,

          function* () {
            log.push(name)
          },
          { pri },
        )
      yield* spawn(
        k,
        'at130',
        function* () {
          yield* urgent('equal', 130)
          log.push('at130')
        },
        { pri: 130 },
      )
      yield* urgent('ordinary', 110)
      log.push('main')
      yield* k.kpause('x', false, 1, null)
      k.sysctl('kern.sched.kpreempt_pri', 100)
      yield* urgent('lowered', 110)
      yield* urgent('still lower', 99)
      log.push('main')
      yield* k.kpause('x', false, 1, null)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('at130 equal main ordinary lowered main still lower')
  })

  it('an idle CPU takes what is runnable; a bound thread stays where it is, however long others idle', () => {
    const k = createKernel({ ncpu: 3 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: string[] = []
      const where = (name: string) =>
        function* () {
          for (let n = 0; n < 3; n++) {
            log.push(`${name}${k.curcpu().index}`)
            yield* k.work(20 * MS)
            yield* k.kpause('x', false, 1, null)
          }
        }
      const startNs = k.now
      for (const name of ['a', 'b', 'c']) yield* spawn(k, name, where(name))
      yield* k.kpause('x', false, 20, null)
      const parallel = new Set(log.slice(0, 3).map((text) => text.slice(1))).size
      log.length = 0
      const bound = k.cpu_lookup(1)
      for (const name of ['x', 'y', 'z']) yield* spawn(k, name, where(name), { ci: bound })
      yield* k.kpause('x', false, 40, null)
      return [parallel, new Set(log.map((text) => text.slice(1))).size, log.length, log[0]?.slice(1), k.now > startNs]
    })
    expect(valueOf(outcome)).toEqual([3, 1, 9, '1', true])
  })

  it('a thread queued behind a busy CPU is stolen by one that falls idle', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: string[] = []
      for (const [name, ms] of [
        ['long', 90],
        ['short', 30],
        ['third', 30],
      ] as const) {
        yield* spawn(k, name, function* () {
          yield* k.work(ms * MS)
          log.push(`${name}@${(k.now - startNs) / MS}`)
        })
      }
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['short@30', 'third@60', 'long@90'])
  })

  it('an offline CPU gets no unbound thread and still runs its bound ones', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      k.setOffline(k.cpu_lookup(1)!, true)
      const unbound: number[] = []
      const bound: number[] = []
      const where = (list: number[]) =>
        function* () {
          for (let n = 0; n < 4; n++) {
            list.push(k.curcpu().index)
            yield* k.work(5 * MS)
            yield* k.kpause('x', false, 1, null)
          }
        }
      for (let n = 0; n < 3; n++) yield* spawn(k, `u${n}`, where(unbound))
      yield* spawn(k, 'bound', where(bound), { ci: k.cpu_lookup(1) })
      yield* k.kpause('x', false, 40, null)
      const during = [...new Set(unbound)]
      k.setOffline(k.cpu_lookup(1)!, false)
      unbound.length = 0
      for (let n = 0; n < 2; n++) yield* spawn(k, `v${n}`, where(unbound))
      yield* k.kpause('x', false, 40, null)
      return [during, bound, [...new Set(unbound)].sort()]
    })
    expect(valueOf(outcome)).toEqual([[0], [1, 1, 1, 1], [0, 1]])
  })

  it('a KTHREAD_TS thread begins at 63, is at 43 after its first schedclock, and loses a level for every two', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const seen: number[] = []
      const lwp = yield* spawn(
        k,
        'ts',
        function* () {
          for (let tick = 0; tick < 95; tick++) {
            const priority = k.curlwp.l_priority
            if (priority !== seen[seen.length - 1]) seen.push(priority)
            yield* k.work(10 * MS)
          }
          seen.push(k.curlwp.l_priority)
          yield* k.kpause('rest', false, 1000, null)
          seen.push(k.curlwp.l_priority)
        },
        { flags: k.KTHREAD_MPSAFE | k.KTHREAD_TS },
      )
      const before = [lwp.l_class, lwp.l_priority]
      yield* k.kpause('x', false, 2000, null)
      return [before, seen]
    })
    // 15 schedclocks of 6 ticks in 95 ticks.
    expect(valueOf(outcome)).toEqual([
      [k.SCHED_OTHER, 63],
      [63, 43, 42, 41, 40, 39, 38, 37, 36, 36, 43],
    ])
  })

  it('under load a hog falls to 25 and no lower; kernel threads are no load', () => {
    const k = createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      let least = 63
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
      function* spin(seconds: number): Steps<void> {
        for (let n = 0; n < seconds * 50; n++) {
          yield* k.work(20 * MS)
          least = Math.min(least, k.curlwp.l_priority)
        }
      }
      yield* spawn(k, 'alone', () => spin(60), { flags })
      yield* k.kpause('x', false, 6000, null)
      const alone = least
      for (let n = 0; n < 3; n++) {
        k.process({ name: `hog${n}`, uid: 1 }, function* () {
          for (let turn = 0; turn < 900; turn++) yield* k.user(100 * MS)
        })
      }
      yield* spawn(k, 'loaded', () => spin(80), { flags })
      yield* k.kpause('x', false, 9000, null)
      return [alone, least]
    })
    // Alone the estimate is wiped out each second: at most 17 schedclocks are left, 8 levels.
    expect(valueOf(outcome)).toEqual([35, 25])
  })

  it('a user LWP that slept in the kernel is lifted by 64, by 96 for a lock, and not in user mode; kthreads never', () => {
    const k = createKernel()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.mutex_enter(mtx)
      const proc = k.process({ name: 'sh', uid: 100 }, function* () {
        log.push(k.curlwp.l_priority)
        yield* k.tsleep('c', 0, 'w', 0)
        log.push(k.curlwp.l_priority)
        yield* k.mutex_enter(mtx)
        log.push(k.curlwp.l_priority)
        yield* k.mutex_exit(mtx)
        yield* k.user(MS)
        log.push('user mode', k.curlwp.l_priority)
      })
      const lwp = proc.lwps[0]!
      const kthread = yield* spawn(
        k,
        'ts',
        function* () {
          yield* k.tsleep('c', 0, 'w', 0)
        },
        { flags: k.KTHREAD_MPSAFE | k.KTHREAD_TS },
      )
      yield* k.kpause('x', false, 1, null)
      log.push('asleep', lwp.l_priority, kthread.l_priority)
      yield* k.wakeup('c')
      yield* k.kpause('x', false, 1, null)
      log.push('tstile', lwp.l_priority)
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      43,
      'asleep',
      (43 >> 1) + 64,
      63,
      (43 >> 1) + 64,
      'tstile',
      (43 >> 1) + 96,
      (43 >> 1) + 96,
      'user mode',
      43,
    ])
  })

  it('a user hog gives way at the second end of its quantum, on the way to user mode', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      const user = (name: string) =>
        k.process({ name, uid: 1 }, function* () {
          yield* k.user(10 * MS)
          log.push(`${name}@${(k.now - startNs) / MS}`)
          yield* k.user(490 * MS)
          log.push(`${name} done@${(k.now - startNs) / MS}`)
        })
      user('a')
      user('b')
      yield* k.kpause('x', false, 150, null)
      return log
    })
    const log = valueOf(outcome)
    expect(log[0]).toBe('a@10')
    // Within 200 ms of the first turn: two ends of a quantum.
    expect(log[1]).toMatch(/^b@/)
    expect(Number(log[1]!.slice(2))).toBeLessThanOrEqual(210)
  })

  it('interrupts on top of a time-shared hog do not make it new', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const startNs = k.now
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
      for (const name of ['a', 'b']) yield* spawn(k, name, () => hog(k, name, 400, log, startNs), { flags })
      for (let n = 1; n < 80; n++) k.interrupt(function* () {}, { afterNs: n * 10 * MS + 5 * MS })
      yield* k.kpause('x', false, 150, null)
      return log
    })
    // The third end of the quantum displaces a hog in the kernel.
    expect(valueOf(outcome).slice(0, 2)).toEqual(['a@0', 'b@300'])
  })

  it('kern.sched nodes: the name, the quantum, and bounds', () => {
    const k = createKernel()
    expect(k.sysctl('kern.sched.name')).toBe('4.4BSD')
    expect(k.sysctl('kern.sched.kpreempt_pri')).toBe(128)
    expect(k.sysctl('kern.sched.kpreempt_pri', -1)).toBe(EINVAL)
    expect(() => k.sysctl('kern.sched.rtts', 10)).toThrow('can only be read')
  })
})

function* once(call: () => KernelCall<unknown>): Steps<void> {
  yield* call()
}
