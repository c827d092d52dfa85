import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

const TICK_NS = 10_000_000
/** Between two schedclocks: 16 a second, rounded to ticks. */
const SCHEDCLOCK_NS = 6 * TICK_NS
/** What a time-shared kernel thread starts with, and where it is when idle and when it never stops. */
const INITIAL = 63
const IDLE = 43
const FLOOR = 25
const RR_PRIORITY = 110
const MINUTES_OF_LOAD = 2
/** Processes that keep the machine busy, and for how long before and while it is looked at. */
const LOAD_PROCESSES = 2
const LOAD_NS = 120_000_000_000
const BUSY_NS = 3_900_000_000

/** SCHED_OTHER with the flag. */
export const tsIsSchedOther: Check = (trial) => {
  const [withFlag, without] = classes(trial)
  equal(withFlag, 0, 'class with KTHREAD_TS')
  holds(without !== withFlag, 'the flag makes a difference')
  trial.saw(`class ${withFlag} with the flag, ${without} without`)
}

/** The priority is another after a while. */
export const tsPriorityMoves: Check = (trial) => {
  const { samples } = busyAlone(trial, 2)
  equal(samples, [INITIAL, IDLE, IDLE - 1], 'priority at birth, after one and after two schedclocks')
  trial.saw(`priority ${samples.join(' ')}`)
}

/**
 * A thread that never gives way falls by a level in two schedclocks, down to the floor. Once a second part of its past
 * is forgotten, and all of it on a machine without other load, so only a loaded machine shows the floor.
 */
export const tsFallsWithActivity: Check = (trial) => {
  const alone = busyAlone(trial, 16).samples
  holds(isNonIncreasing(alone), `within a second the priority never rises: ${alone.join(' ')}`)
  equal([alone[1], alone[16]], [IDLE, IDLE - 8], 'priority after the first and the sixteenth schedclock')
  const { samples } = underLoad(trial)
  equal(
    [samples[0], Math.min(...samples), samples.at(-1)],
    [INITIAL, FLOOR, FLOOR],
    'first, lowest and last under load',
  )
  trial.saw(`from ${alone[1]} to ${alone[16]} in 16 schedclocks; ${samples.at(-1)} after ${BUSY_NS / 1e9} s under load`)
}

/** It is up again after the thread has slept. */
export const tsRisesWithInactivity: Check = (trial) => {
  const alone = busyAlone(trial, 16)
  equal([alone.samples[16], alone.rested], [IDLE - 8, IDLE], 'priority before and after 3 s of sleep')
  const loaded = underLoad(trial)
  equal(loaded.samples.at(-1), FLOOR, 'priority before the sleep under load')
  holds(loaded.rested > FLOOR, `10 s of sleep under load lift the thread: saw ${loaded.rested}`)
  trial.saw(`${alone.samples[16]} to ${alone.rested} in 3 s of sleep; under load ${FLOOR} to ${loaded.rested} in 10 s`)
}

/** SCHED_RR without the flag. */
export const othersAreSchedRr: Check = (trial) => {
  const [, without] = classes(trial)
  equal(without, 2, 'class without KTHREAD_TS')
  trial.saw(`class ${without}`)
}

/** The base priority is `pri`, after minutes at work too. */
export const rrIsFixed: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const seen = valueOf(
    k.boot(function* main() {
      const newlp = k.ref<Lwp>()
      let isOver = false
      function* func() {
        while (!isOver) yield* k.work(TICK_NS)
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(RR_PRIORITY, k.KTHREAD_MPSAFE, null, func, null, newlp, 'hog')
      const samples = new Set<number>()
      for (let second = 0; second < MINUTES_OF_LOAD * 60; second++) {
        samples.add(newlp.value!.l_priority_base)
        yield* k.kpause('wait', false, k.hz, null)
      }
      isOver = true
      return { samples: [...samples], stat: newlp.value!.l_stat }
    }),
  )
  equal(seen, { samples: [RR_PRIORITY], stat: k.LSONPROC }, 'base priorities of a thread at work')
  trial.saw(`${seen.samples.join(' ')} throughout ${MINUTES_OF_LOAD} minutes at work`)
}

/** Neither work nor sleep moves it; a sleep in the kernel gives no boost. */
export const rrIsNotAdjusted: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const samples = valueOf(
    k.boot(function* main() {
      // One priority in each band in which others are moved or lifted.
      const threads = [30, 70, 96, 200].map((pri) => ({ pri, newlp: k.ref<Lwp>(), seen: new Set<number>() }))
      const mtx = k.mutex('m')
      const cv = k.condvar('rest')
      function* func(seen: Set<number>) {
        for (let turn = 0; turn < 5; turn++) {
          yield* k.work(50 * TICK_NS)
          seen.add(k.curlwp.l_priority)
          yield* k.mutex_enter(mtx)
          yield* k.cv_timedwait(cv, mtx, 3 * k.hz)
          yield* k.mutex_exit(mtx)
          seen.add(k.curlwp.l_priority)
        }
        yield* k.kthread_exit(0)
      }
      for (const { pri, newlp, seen } of threads) {
        yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, func, seen, newlp, 'rr%d', pri)
      }
      for (let n = 0; n < 100; n++) {
        yield* k.kpause('wait', false, 10, null)
        // Asleep too: what a wakeup would compare.
        for (const { newlp, seen } of threads) seen.add(newlp.value!.l_priority)
      }
      return threads.map(({ pri, seen }) => [pri, ...seen])
    }),
  )
  equal(
    samples,
    [30, 70, 96, 200].map((pri) => [pri, pri]),
    'each priority, and all it was seen with at work, asleep and woken',
  )
  trial.saw(samples.map(([pri, ...seen]) => `${pri}: ${seen.join(' ')}`).join('; '))
}

/** The whole sentence of the later page. */
export const othersAreSchedRrAndFixed: Check = (trial) => {
  othersAreSchedRr(trial)
  rrIsFixed(trial)
}

function classes(trial: Trial<NetbsdKernel>): readonly [number, number] {
  const k = trial.createKernel({ ncpu: 2 })
  return valueOf(
    k.boot(function* main() {
      const ts = k.ref<Lwp>()
      const rr = k.ref<Lwp>()
      function* func() {
        yield* k.kthread_exit(0)
      }
      const idle = k.KTHREAD_MPSAFE | k.KTHREAD_IDLE
      yield* k.kthread_create(k.PRI_NONE, idle | k.KTHREAD_TS, null, func, null, ts, 'ts')
      yield* k.kthread_create(k.PRI_NONE, idle, null, func, null, rr, 'rr')
      return [ts.value!.l_class, rr.value!.l_class] as const
    }),
  )
}

/** Priorities of a thread that is busy on a CPU of its own: at birth, after each schedclock, and after 3 s of sleep. */
function busyAlone(trial: Trial<NetbsdKernel>, schedclocks: number): { samples: number[]; rested: number } {
  const k = trial.createKernel({ ncpu: 2 })
  return valueOf(
    k.boot(function* main() {
      const newlp = k.ref<Lwp>()
      const seen = { samples: [] as number[], rested: 0 }
      function* func() {
        for (let n = 0; n < schedclocks; n++) {
          yield* k.work(SCHEDCLOCK_NS)
          seen.samples.push(k.curlwp.l_priority)
        }
        yield* k.kpause('rest', false, 3 * k.hz, null)
        seen.rested = k.curlwp.l_priority
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
      yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(1), func, null, newlp, 'busy')
      seen.samples.push(newlp.value!.l_priority)
      yield* k.kpause('wait', false, 5 * k.hz, null)
      return seen
    }),
  )
}

/** The same among processes that load the machine, sampled every millisecond; the sleep takes 10 s. */
function underLoad(trial: Trial<NetbsdKernel>): { samples: number[]; rested: number } {
  const k = trial.createKernel({ ncpu: LOAD_PROCESSES + 2 })
  return valueOf(
    k.boot(function* main() {
      const seen = { samples: [] as number[], rested: 0 }
      let isOver = false
      for (let n = 0; n < LOAD_PROCESSES; n++) {
        k.process({ name: 'load' }, function* () {
          while (!isOver) yield* k.user(TICK_NS)
        })
      }
      yield* k.kpause('warm', false, (LOAD_NS / 1e9) * k.hz, null)
      function* func() {
        const endNs = k.now + BUSY_NS
        while (k.now < endNs) {
          seen.samples.push(k.curlwp.l_priority)
          yield* k.work(1_000_000)
        }
        yield* k.kpause('rest', false, 10 * k.hz, null)
        seen.rested = k.curlwp.l_priority
        isOver = true
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
      yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(LOAD_PROCESSES + 1), func, null, null, 'busy')
      yield* k.kpause('wait', false, 20 * k.hz, null)
      return seen
    }),
  )
}

function isNonIncreasing(values: readonly number[]): boolean {
  return values.every((value, at) => at === 0 || value <= values[at - 1]!)
}
