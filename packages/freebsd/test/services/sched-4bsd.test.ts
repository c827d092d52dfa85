import { describe, expect, it } from 'vitest'
import { createKernel, type FreebsdOptions, type Kernel, type Td } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

const S = 1000 * MS

function fourBsd(options: FreebsdOptions = {}): Kernel {
  return createKernel({ daemons: 'none', scheduler: '4bsd', ...options })
}

describe('user priorities of SCHED_4BSD', () => {
  it('a thread without history has 180, and nice counts', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const seen: number[] = []
      for (const nice of [-20, 0, 20]) {
        k.process({ name: 'prog', nice }, function* () {
          seen.push(k.curthread.td_user_pri)
        })
        yield* pause(k, 1)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([160, 180, 200])
  })

  it('each clock adds one to the usage, eight of which worsen the priority by one', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const td = k.curthread
      const seen: unknown[] = []
      const before = td.td_estcpu
      for (let n = 0; n < 100 && td.td_estcpu < before + 8; n++) yield* k.work(MS)
      seen.push(td.td_estcpu - before, td.td_user_pri, td.td_priority)
      yield* k.work(500 * MS)
      seen.push(td.td_user_pri === 180 + Math.floor(td.td_estcpu / 8), td.td_priority)
      return seen
    })
    expect(valueOf(outcome)).toEqual([8, 181, 68, true, 68])
  })

  /** Estimated usage after a minute of nothing else, a thread on each CPU. */
  function capped(ncpu: number): unknown[] {
    const k = fourBsd({ ncpu, hz: 100 })
    const outcome = k.boot(function* () {
      const td = k.curthread
      // A load that keeps what is used from being forgotten.
      for (let n = 0; n < 60; n++) yield* spawn(k, 'load', () => k.work(20 * S))
      let most = 0
      let worst = 0
      for (let n = 0; n < 1500; n++) {
        yield* k.work(10 * MS)
        most = Math.max(most, td.td_estcpu)
        worst = Math.max(worst, td.td_user_pri)
      }
      return [most, worst]
    })
    return valueOf(outcome)
  }

  it('usage ends at 295 on one CPU: 36 priorities', () => {
    expect(capped(1)).toEqual([295, 180 + 36])
  })

  it('and at twice as much, of half the weight, on two', () => {
    expect(capped(2)).toEqual([16 * 36 + 15, 180 + 36])
  })

  it('the worst is 223', () => {
    const k = fourBsd({ hz: 100 })
    const outcome = k.boot(function* () {
      const p = k.process({ name: 'prog', nice: 20 }, function* () {
        yield* k.user(60 * S)
      })!
      const td = p.newest!
      let worst = 0
      for (let n = 0; n < 500; n++) {
        yield* pause(k, 10)
        worst = Math.max(worst, td.td_user_pri)
      }
      return [worst, td.td_estcpu >= 200]
    })
    expect(valueOf(outcome)).toEqual([223, true])
  })

  it('an idle class keeps its priority, however much it runs', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const td = k.curthread
      yield* k.sched_class(td, k.PRI_IDLE)
      yield* k.sched_prio(td, 255)
      yield* k.work(5 * S)
      return [td.td_priority, td.td_user_pri]
    })
    expect(valueOf(outcome)).toEqual([255, 180])
  })
})

describe('the process schedcpu', () => {
  it('is there under SCHED_4BSD only, and waits a second at a time', () => {
    const seen = (['4bsd', 'ule'] as const).map((scheduler) => {
      const k = createKernel({ daemons: 'none', scheduler })
      valueOf(k.boot((k) => pause(k, 5)))
      return k.kinfo_proc().find(({ ki_comm }) => ki_comm === 'schedcpu')?.ki_wmesg
    })
    expect(seen).toEqual(['-', undefined])
  })

  it('takes of the usage 1 / (2 · load + 1) each second', () => {
    const k = fourBsd({ hz: 100 })
    const outcome = k.boot(function* () {
      yield* spawn(k, 'worker', function* () {
        for (let n = 0; n < 1000; n++) {
          yield* k.work(100 * MS)
          yield* k.sched_relinquish()
        }
      })
      // It has not run, and does not run.
      const td = yield* spawn(k, 'waits', function* () {}, 200)
      yield* pause(k, 6000)
      td.td_estcpu = 200
      while (td.td_estcpu === 200) yield* pause(k, 1)
      return [Number(String(k.sysctl('vm.loadavg')).split(' ')[0]), td.td_estcpu]
    })
    const [load, left] = valueOf(outcome) as [number, number]
    expect(load).toBeGreaterThan(1)
    expect(Math.abs(left - (200 * 2 * load) / (2 * load + 1))).toBeLessThan(1.5)
  })

  it('on a machine without load a second asleep forgets it all', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const td = k.curthread
      td.td_estcpu = 200
      yield* pause(k, 10_000)
      return [td.td_estcpu, td.td_user_pri]
    })
    expect(valueOf(outcome)).toEqual([0, 180])
  })
})

describe('a sleep’s priority under SCHED_4BSD', () => {
  it('is assigned, and sticks until a sleep with another', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const td = k.curthread
      const seen: number[][] = [[td.td_priority]]
      for (const pri of [k.PPAUSE, 0, k.PSWP | k.PCATCH, k.PUSER]) {
        yield* k.tsleep('x', pri, 'x', 1)
        seen.push([td.td_priority, td.td_base_pri])
        yield* k.work(MS)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([[68], [104, 104], [104, 104], [64, 64], [160, 160]])
  })

  it('a thread that was parked by kthread_suspend runs at 104 afterwards', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const td = yield* spawn(k, 'target', function* () {
        for (let n = 0; n < 50; n++) {
          yield* k.kthread_suspend_check(k.curthread)
          yield* pause(k, 1)
        }
      })
      yield* pause(k, 2)
      const before = td.td_priority
      const errors = [yield* k.kthread_suspend(td, 100), yield* k.kthread_resume(td)]
      yield* pause(k, 4)
      return [before, errors, td.td_priority]
    })
    expect(valueOf(outcome)).toEqual([68, [0, 0], 104])
  })
})

describe('the run queue of SCHED_4BSD', () => {
  it('is one for all CPUs: who is free takes the best', () => {
    const k = fourBsd({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* spawn(k, 'busy', () => k.work(5 * MS))
      yield* k.work(MS)
      for (const [name, priority] of [
        ['c', 120],
        ['a', 76],
        ['b', 100],
      ] as const) {
        yield* spawn(
          k,
          name,
          function* () {
            log.push(`${name} on ${k.curcpu().pc_cpuid}`)
            yield* k.work(MS)
          },
          priority,
        )
      }
      yield* k.work(20 * MS)
      const other = 1 - k.curcpu().pc_cpuid
      return [log, ['a', 'b', 'c'].map((name) => `${name} on ${other}`)]
    })
    const [log, expected] = valueOf(outcome)
    expect(log).toEqual(expected)
  })

  it('four priorities share a place, first come, first served', () => {
    const k = fourBsd()
    const outcome = k.boot(function* () {
      const log: number[] = []
      for (const priority of [75, 72, 74, 71, 73, 255, 160, 163, 128]) {
        yield* spawn(
          k,
          'one',
          function* () {
            log.push(priority)
          },
          priority,
        )
      }
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual([71, 75, 72, 74, 73, 128, 160, 163, 255])
  })
})

describe('the quantum of SCHED_4BSD', () => {
  /** Lengths of the turns that two user processes take, in ticks. */
  function turns(k: Kernel): number[] {
    const begins: number[] = []
    const outcome = k.boot(function* () {
      let last: Td | null = null
      for (const name of ['a', 'b']) {
        k.process({ name }, function* () {
          for (let n = 0; n < 1000; n++) {
            if (last !== k.curthread) begins.push(k.ticks)
            last = k.curthread
            yield* k.user(MS)
          }
        })
      }
      yield* pause(k, 3000)
    })
    valueOf(outcome)
    // Until schedcpu runs for the first time.
    const whole = begins.filter((at) => at < 1000)
    return whole.slice(1).map((at, n) => at - whole[n]!)
  }

  it('is 100 ms, seen at the next statistics clock', () => {
    const lengths = turns(fourBsd())
    expect(lengths.length).toBeGreaterThan(7)
    expect(lengths.every((length) => length >= 100 && length <= 108)).toBe(true)
  })

  it('or what kern.sched.quantum says, in microseconds', () => {
    const k = fourBsd()
    expect(k.sysctl('kern.sched.quantum')).toBe(100_000)
    expect(k.sysctl('kern.sched.quantum', 30_000)).toBe(0)
    const lengths = turns(k)
    expect(lengths.length).toBeGreaterThan(30)
    expect(lengths.every((length) => length >= 30 && length <= 38)).toBe(true)
  })

  it('but not less than a tick', () => {
    const k = fourBsd({ hz: 100 })
    const answers = [9_999, 10_000, 0, -5].map((value) => k.sysctl('kern.sched.quantum', value))
    expect([answers, k.sysctl('kern.sched.quantum')]).toEqual([[k.EINVAL, 0, k.EINVAL, k.EINVAL], 10_000])
  })
})
