import { describe, expect, it } from 'vitest'
import { createKernel, type FreebsdOptions, type Steps, type Td } from '../../src/releases/8.0.js'
import { pause, valueOf } from './runs.js'

type Row = readonly [name: string, value: number | string, access: 'rw' | 'ro']

/** On every machine. */
const COMMON: readonly Row[] = [
  ['kern.maxproc', 6164, 'ro'],
  ['kern.maxprocperuid', 5547, 'rw'],
  ['kern.threads.max_threads_per_proc', 1500, 'rw'],
  ['kern.threads.max_threads_hits', 0, 'ro'],
  ['kern.shutdown.kproc_shutdown_wait', 60, 'rw'],
  ['kern.shutdown.poweroff_delay', 5000, 'rw'],
  ['kern.sync_on_panic', 0, 'rw'],
  ['kern.hz', 1000, 'ro'],
  ['kern.randompid', 0, 'rw'],
  ['kern.sched.preemption', 1, 'ro'],
  ['vm.kstack_cache_size', 128, 'rw'],
  ['debug.ktr.mask', 1, 'rw'],
]
const ULE: readonly Row[] = [
  ['kern.sched.name', 'ULE', 'ro'],
  ['kern.sched.slice', 13, 'rw'],
  ['kern.sched.interact', 30, 'rw'],
  ['kern.sched.preempt_thresh', 64, 'rw'],
  ['kern.sched.static_boost', 160, 'rw'],
  ['kern.sched.idlespins', 10_000, 'rw'],
  ['kern.sched.idlespinthresh', 4, 'rw'],
]
const ULE_SMP: readonly Row[] = [
  ['kern.sched.affinity', 1, 'rw'],
  ['kern.sched.balance', 1, 'rw'],
  ['kern.sched.balance_interval', 133, 'rw'],
  ['kern.sched.steal_htt', 1, 'rw'],
  ['kern.sched.steal_idle', 1, 'rw'],
  ['kern.sched.steal_thresh', 1, 'rw'],
]
const FOUR_BSD: readonly Row[] = [
  ['kern.sched.name', '4BSD', 'ro'],
  ['kern.sched.quantum', 100_000, 'rw'],
]

const machines: readonly (readonly [string, FreebsdOptions, readonly Row[]])[] = [
  ['ULE', {}, [...COMMON, ...ULE]],
  ['ULE, 2 CPUs', { ncpu: 2 }, [...COMMON, ...ULE, ...ULE_SMP]],
  ['4BSD', { scheduler: '4bsd' }, [...COMMON, ...FOUR_BSD]],
]

function value(name: string, options: FreebsdOptions): number | string {
  return createKernel(options).sysctl(name)
}

describe.each(machines)('sysctl nodes, %s', (_, options, rows) => {
  it.each(rows)('%s is %s at first, %s', (name, first, access) => {
    const k = createKernel(options)
    expect(k.sysctl(name)).toBe(first)
    if (access === 'ro') {
      expect(() => k.sysctl(name, 7)).toThrow(RangeError)
      expect(k.sysctl(name)).toBe(first)
    } else {
      const other = Number(first) + 20_000
      expect(k.sysctl(name, other)).toBe(0)
      expect(k.sysctl(name)).toBe(other)
      expect(createKernel(options).sysctl(name)).toBe(first)
    }
  })

  it('and no others of the schedulers', () => {
    const k = createKernel(options)
    const names = [...ULE, ...ULE_SMP, ...FOUR_BSD].map(([name]) => name)
    const mine = new Set(rows.map(([name]) => name))
    for (const name of names.filter((name) => !mine.has(name))) expect(() => k.sysctl(name)).toThrow(RangeError)
  })
})

describe('sysctl', () => {
  it('what the machine was made with shows', () => {
    expect(value('kern.hz', { hz: 100 })).toBe(100)
    expect(value('kern.maxproc', { maxproc: 100 })).toBe(100)
    expect(value('kern.maxprocperuid', { maxproc: 105 })).toBe(94)
    expect(value('kern.sched.preemption', { preemption: false })).toBe(0)
    expect(value('kern.sched.preempt_thresh', { preemption: false })).toBe(0)
    expect(value('kern.sched.preempt_thresh', { preemption: 'full' })).toBe(255)
    expect(value('debug.ktr.mask', { ktrMask: 0x2002_0000 })).toBe(0x2002_0000)
    expect(value('kern.sched.affinity', { ncpu: 2, hz: 4000 })).toBe(4)
  })

  it('debug.ktr.cpumask is all CPUs', () => {
    const k = createKernel({ ncpu: 3 })
    expect([k.sysctl('debug.ktr.cpumask'), k.sysctl('debug.ktr.cpumask', 1), k.sysctl('debug.ktr.cpumask')]).toEqual([
      0b111, 0, 1,
    ])
  })

  it('kern.sched.steal_thresh is the logarithm of the CPUs, 3 at most', () => {
    expect([2, 3, 4, 8, 16].map((ncpu) => value('kern.sched.steal_thresh', { ncpu }))).toEqual([1, 1, 2, 3, 3])
  })

  it('vm.kstacks counts stacks', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const before = Number(k.sysctl('vm.kstacks'))
      for (let n = 0; n < 3; n++) yield* k.kthread_add(function* () {}, null, null, null, k.RFSTOPPED, 0, 'one')
      return Number(k.sysctl('vm.kstacks')) - before
    })
    expect(valueOf(outcome)).toBe(3)
    expect(() => k.sysctl('vm.kstacks', 1)).toThrow(RangeError)
  })

  it('what is no number of 32 bits is EINVAL, and changes nothing', () => {
    const k = createKernel()
    for (const bad of [1.5, NaN, Infinity, 2 ** 32, -(2 ** 31) - 1])
      expect(k.sysctl('kern.shutdown.kproc_shutdown_wait', bad)).toBe(k.EINVAL)
    expect(k.sysctl('kern.shutdown.kproc_shutdown_wait')).toBe(60)
  })

  it.each(['kern.nothing', 'toString', ''])('there is no node "%s"', (name) => {
    expect(() => createKernel().sysctl(name)).toThrow(RangeError)
  })

  it('what is written takes effect: kern.shutdown.kproc_shutdown_wait', () => {
    const k = createKernel({ daemons: 'none' })
    k.sysctl('kern.shutdown.kproc_shutdown_wait', 2)
    const outcome = k.boot(function* () {
      const before = k.ticks
      const td = k.ref<Td>()
      const deaf = function* (): Steps<void> {
        yield* pause(k, 100_000)
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(deaf, null, null, td, 0, 0, 'deaf')
      yield* k.kthread_shutdown(td.value!, 0)
      return k.ticks - before
    })
    expect(valueOf(outcome)).toBe(2001)
    expect(k.console).toEqual(["Waiting (max 2 seconds) for system thread `deaf' to stop...timed out"])
  })
})
