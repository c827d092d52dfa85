import type { KernelCall, Steps } from '@kt/core'
import { equal, holds } from '@kt/core/contract'
import type { Kernel, Proc, Td } from '../../../releases/8.0.js'
import { SSLEEP } from '../../../views.js'
import { adds, entry } from './words.js'

/** A thread that works in rounds, and what it has done. */
export interface Looper {
  readonly td: Td
  /** Rounds it has begun: for one that can be suspended, returns from the check. */
  rounds: number
}

/** Adds a thread that can be suspended at the beginning of each round; a round takes so many ticks. */
export function* addsLooper(k: Kernel, name = 'looper', ticks = 10, procp: Proc | null = null): Steps<Looper> {
  return yield* looper(k, name, ticks, procp, true)
}

/** The same, but for the check: it cannot be suspended. */
export function* addsDeaf(k: Kernel, name = 'deaf', ticks = 10): Steps<Looper> {
  return yield* looper(k, name, ticks, null, false)
}

function* looper(k: Kernel, name: string, ticks: number, procp: Proc | null, looks: boolean): Steps<Looper> {
  const state = { rounds: 0 }
  function* func(): Steps<never> {
    for (;;) {
      if (looks) yield* k.kthread_suspend_check(k.curthread)
      state.rounds++
      yield* k.pause('round', ticks)
    }
  }
  const td = yield* adds(k, func, name, procp)
  // It is in its first round.
  yield* k.pause('wait', 1)
  return Object.assign(state, { td })
}

/** The thread of a process of a user, which is there for a long time. */
export function userThread(k: Kernel): Td {
  const process = k.process({ name: 'user' }, function* () {
    yield* k.pause('user', 1_000_000)
  })
  return process!.p_threads[0]!
}

/** Whether a request to suspend stands. */
export function isAsked(k: Kernel, td: Td): boolean {
  return (td.td_flags & k.TDF_KTH_SUSP) !== 0
}

/** Whether a thread sleeps in kthread_suspend_check, in the structure and in the thread listing alike. */
export function isParked(k: Kernel, td: Td): boolean {
  const line = entry(k, td)
  return (
    td.td_state === k.TDS_INHIBITED &&
    td.td_inhibitors === k.TDI_SLEEPING &&
    td.td_wmesg === 'ktsusp' &&
    td.td_wchan === td.td_name_address &&
    line?.ki_stat === SSLEEP &&
    line.ki_wmesg === 'ktsusp'
  )
}

/** Suspends a thread, which has to succeed. */
export function* suspends(k: Kernel, td: Td, timo = 1000): Steps<void> {
  equal(yield* k.kthread_suspend(td, timo), 0, `kthread_suspend of ${td.td_name}`)
  holds(isParked(k, td), `${td.td_name} is not parked although kthread_suspend returned 0`)
}

/** Resumes a thread, which has to succeed, and lets it run. */
export function* resumes(k: Kernel, td: Td): Steps<void> {
  equal(yield* k.kthread_resume(td), 0, `kthread_resume of ${td.td_name}`)
  yield* k.pause('wait', 1)
}

/** Ticks that pass until a call returns, and what that returns. */
export function* timed<T>(k: Kernel, call: () => KernelCall<T>): Steps<{ readonly value: T; readonly ticks: number }> {
  const before = k.ticks
  const value = yield* call()
  return { value, ticks: k.ticks - before }
}
