import type { FreebsdOptions, Kernel, Steps, Td } from '../src/releases/8.0.js'
import { READINGS, SCHEDULERS } from './staging.js'

/** Machines on which threads are suspended, and the threads that are. */

type Kind = Required<Pick<FreebsdOptions, 'reading' | 'scheduler'>>

export const KINDS: readonly Kind[] = READINGS.flatMap((reading) =>
  SCHEDULERS.map((scheduler) => ({ reading, scheduler })),
)
export const CPUS = [1, 2] as const

/** Looks every so many ticks, and tells the tick of each round. */
export function* loop(k: Kernel, rounds: number[] = [], ticks = 10): Steps<never> {
  for (;;) {
    yield* k.kthread_suspend_check(k.curthread)
    rounds.push(k.ticks)
    yield* k.pause('round', ticks)
  }
}

/** Never looks. */
export function* deaf(k: Kernel): Steps<never> {
  for (;;) yield* k.pause('deaf', 7)
}

/** Exits after some ticks, without a look. */
export function* leaves(k: Kernel, ticks: number): Steps<never> {
  yield* k.pause('lives', ticks)
  return yield* k.kthread_exit()
}

/** Whether somebody wants it suspended. */
export function isAsked(k: Kernel, td: Td): boolean {
  return (td.td_flags & k.TDF_KTH_SUSP) !== 0
}
