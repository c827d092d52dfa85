import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps, type Td } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

const S = 1000 * MS
/** Five seconds of ticks, times 1024: how much of the past is remembered. */
const CAP = 5000 * 1024

/** Gives a thread a past, and lets the scheduler look at it as it is queued. */
function* withPast(k: Kernel, slptime: number, runtime: number): Steps<Td> {
  const newtdp = k.ref<Td>()
  function* func(): Steps<void> {
    yield* k.kthread_exit()
  }
  yield* k.kthread_add(func, null, null, newtdp, k.RFSTOPPED, 0, 'with a past')
  const td = newtdp.value!
  td.ts_slptime = slptime
  td.ts_runtime = runtime
  yield* k.thread_lock(td)
  yield* k.sched_add(td, k.SRQ_BORING)
  yield* k.thread_unlock(td)
  return td
}

/** The user priority that a past gives. */
function userPriority(slptime: number, runtime: number, interact = 30): number {
  const k = createKernel({ daemons: 'none' })
  k.sysctl('kern.sched.interact', interact)
  const outcome = k.boot(function* () {
    return (yield* withPast(k, slptime, runtime)).td_user_pri
  })
  return valueOf(outcome)
}

describe('user priorities of SCHED_ULE', () => {
  it('a thread without history starts at 180', () => {
    expect(userPriority(0, 0)).toBe(180)
  })

  it('a thread that sleeps much is interactive: 128 and its score', () => {
    // The score of a sleeper is its running, by the fiftieth part of its sleep.
    expect(userPriority(50_000, 0)).toBe(128)
    expect(userPriority(50_000, 1_000)).toBe(129)
    expect(userPriority(50_000, 29_999)).toBe(157)
    expect(userPriority(50_000, 30_000)).toBe(180)
  })

  it('who runs as much as it sleeps, or more, is not', () => {
    expect(userPriority(50_000, 50_000)).toBe(180)
    expect(userPriority(49_999, 50_000)).toBe(180)
    expect(userPriority(0, 50_000)).toBe(180)
  })

  it('kern.sched.interact is the first score that is not', () => {
    expect(userPriority(50_000, 9_999, 10)).toBe(128 + 9 * 3)
    expect(userPriority(50_000, 10_000, 10)).toBe(180)
    expect(userPriority(50_000, 29_000, 29)).toBe(180)
  })

  it('above 50 it admits runners, by 100 less the sleep by the fiftieth part of the running', () => {
    // With 60: 50 + (50 - 900 / 20) = 55. With 51: 51 and more are none.
    expect(userPriority(900, 1000, 60)).toBe(128)
    expect(userPriority(900, 1000, 55)).toBe(180)
    expect(userPriority(900, 1000, 56)).toBe(128)
    expect(userPriority(1000, 1000, 51)).toBe(128)
  })

  it('nice counts in the score and in what is shared', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const seen: number[] = []
      for (const nice of [-20, 0, 20]) {
        const p = k.process({ name: 'prog', nice }, function* () {
          seen.push(k.curthread.td_user_pri)
          yield* k.pause('sleeps', 1000)
          seen.push(k.curthread.td_user_pri)
        })!
        seen.push(p.p_nice)
        yield* pause(k, 2000)
      }
      return seen
    })
    // Fresh: 180 and nice, but for the score of 50 that −20 makes 30, which is no longer below 30.
    expect(valueOf(outcome)).toEqual([-20, 160, 128, 0, 180, 128, 20, 200, 148])
  })

  it('the more of the CPU the worse, up to 203', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const seen: number[] = []
      const td = k.curthread
      for (let n = 0; n < 12; n++) {
        yield* k.work(S)
        seen.push(td.td_user_pri)
      }
      return [td.td_priority, ...seen]
    })
    const [priority, ...seen] = valueOf(outcome)
    expect(priority).toBe(68)
    expect(seen.at(-1)).toBe(203)
    expect(seen.every((user) => user >= 180 && user <= 203)).toBe(true)
  })

  it('a thread at work keeps its priority in the kernel, whatever its user priority becomes', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const td = k.curthread
      const before = [td.td_priority, td.td_user_pri < 203]
      yield* k.work(12 * S)
      return [...before, td.td_priority, td.td_user_pri]
    })
    expect(valueOf(outcome)).toEqual([68, true, 68, 203])
  })

  it('idle and real-time classes keep the user priority they have', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const td = k.curthread
      yield* k.sched_user_prio(td, 140)
      yield* k.sched_class(td, k.PRI_REALTIME)
      yield* k.work(2 * S)
      yield* pause(k, 1000)
      return [td.td_user_pri, td.td_base_user_pri, td.td_pri_class]
    })
    expect(valueOf(outcome)).toEqual([140, 140, 2])
  })
})

describe('history of SCHED_ULE', () => {
  /** Sleep and run history after a second asleep. */
  function afterSleep(slptime: number, runtime: number): number[] {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const td = k.curthread
      td.ts_slptime = slptime
      td.ts_runtime = runtime
      const before = k.ticks
      yield* k.pause('a second', 1000)
      return [td.ts_slptime, td.ts_runtime, k.ticks - before]
    })
    return valueOf(outcome)
  }

  it('counts ticks asleep, times 1024', () => {
    expect(afterSleep(0, 0)).toEqual([1001 * 1024, 0, 1001])
  })

  it('above five seconds both are scaled by 4/5', () => {
    const [slp, run] = [CAP - 1001 * 1024, 1000]
    expect(afterSleep(slp, run)).toEqual([Math.floor(CAP / 5) * 4, 800, 1001])
  })

  it('above six halved', () => {
    const slp = CAP - 1001 * 1024
    expect(afterSleep(slp, CAP / 5 + 1024)).toEqual([CAP / 2, (CAP / 5 + 1024) / 2, 1001])
  })

  it('above ten the larger has the five seconds, the other next to nothing', () => {
    expect(afterSleep(2 * CAP, 1000)).toEqual([CAP, 1, 1001])
    expect(afterSleep(1000, 2 * CAP)).toEqual([1, CAP, 1001])
  })

  it('hours asleep count as much', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const td = k.curthread
      // Longer than a number of 32 bits can tell in ticks times 1024.
      yield* k.pause('long', 2 ** 21 + 5000)
      return [td.ts_slptime, td.ts_runtime, td.td_user_pri]
    })
    expect(valueOf(outcome)).toEqual([CAP, 1, 128])
  })

  it('a new thread has half a second of its template’s', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const past: number[][] = []
      for (const [slptime, runtime] of [
        [4000 * 1024, 0],
        [900 * 1024, 100 * 1024],
        [400 * 1024, 99 * 1024],
      ] as const) {
        const { thread0 } = k
        thread0.ts_slptime = slptime
        thread0.ts_runtime = runtime
        const td = k.ref<Td>()
        yield* k.kthread_add(function* () {}, null, null, td, k.RFSTOPPED, 0, 'new')
        past.push([td.value!.ts_slptime / 1024, td.value!.ts_runtime / 1024])
      }
      return past
    })
    expect(valueOf(outcome)).toEqual([
      [500, 0],
      [450, 50],
      [400, 99],
    ])
  })

  it('a thread leaves its running to another of the process', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const heir = yield* spawn(k, 'heir', function* () {
        yield* k.pause('stays', 10_000)
      })
      yield* pause(k, 1)
      const before = heir.ts_runtime
      const ends = yield* spawn(k, 'ends', function* () {
        yield* k.work(S)
      })
      // Main is of the same process; the one that joined last of those that stay inherits.
      yield* pause(k, 2000)
      return [ends.isExited, before, heir.ts_runtime > 900 * 1024]
    })
    expect(valueOf(outcome)).toEqual([true, 0, true])
  })
})

describe('slices of SCHED_ULE', () => {
  it.each([1000, 100])('a full one is 13 clocks of 133 a second, at hz %i', (hz) => {
    const k = createKernel({ daemons: 'none', hz })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      return [k.sysctl('kern.sched.slice'), k.curthread.ts_slice]
    })
    expect(valueOf(outcome)).toEqual([13, 13])
  })

  it('a new thread has one clock', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const td = k.ref<Td>()
      yield* k.kthread_add(function* () {}, null, null, td, k.RFSTOPPED, 0, 'new')
      return td.value!.ts_slice
    })
    expect(valueOf(outcome)).toBe(1)
  })

  it('133 clocks of a second take from it, and it begins anew; a wakeup fills it', () => {
    const k = createKernel({ daemons: 'none', ktrMask: 0x2000_0000 })
    const outcome = k.boot(function* () {
      const td = k.curthread
      const clocks = () => k.ktr.filter(({ text }) => text.includes('point:"statclock"')).length
      yield* pause(k, 1)
      const before = clocks()
      yield* k.work(S)
      const seen = [clocks() - before, td.ts_slice]
      yield* pause(k, 1)
      return [...seen, td.ts_slice]
    })
    // 133 clocks are ten slices and three.
    expect(valueOf(outcome)).toEqual([133, 10, 13])
  })

  it('user processes take turns by it', () => {
    const k = createKernel({ daemons: 'none' })
    const turns: number[] = []
    const outcome = k.boot(function* () {
      let last: unknown = null
      for (const name of ['a', 'b']) {
        k.process({ name }, function* () {
          for (let n = 0; n < 2000; n++) {
            if (last !== name) turns.push(k.ticks)
            last = name
            yield* k.user(MS)
          }
        })
      }
      yield* pause(k, 5000)
    })
    valueOf(outcome)
    // A first slice of one clock each; 13 clocks are 97.7 ms.
    expect(turns.slice(0, 7)).toEqual([0, 8, 16, 113, 211, 309, 407])
    const lengths = turns.slice(3, -1).map((at, n) => at - turns[n + 2]!)
    expect(new Set(lengths)).toEqual(new Set([97, 98]))
  })

  it('kern.sched.slice is how many', () => {
    const k = createKernel({ daemons: 'none' })
    k.sysctl('kern.sched.slice', 4)
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      return k.curthread.ts_slice
    })
    expect(valueOf(outcome)).toBe(4)
  })
})
