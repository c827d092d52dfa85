import { ref, type KernelCall, type Outcome, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import * as ERRNO from '../../errno.js'
import type { Proc } from '../../proc.js'
import type { Kernel } from '../../releases/8.0.js'
import type { Td } from '../../td.js'

/** What rows run on. */
export type K = Kernel
/** What is done with `yield*`: a call, or code around some. */
export type Doing = Steps | KernelCall<unknown>

/** A kernel with nobody on it but those it needs, which answers faster; a row that wants daemons says so. */
export function quiet(trial: Trial<K>, options: Readonly<Record<string, unknown>> = {}): K {
  return trial.createKernel({ daemons: 'none', ...options })
}

/** Boots a kernel, runs the story, and gives what the story says, or how it ended instead. */
export function tell(
  trial: Trial<K>,
  options: Readonly<Record<string, unknown>>,
  story: (k: K) => Steps<string>,
): string {
  return toldBy(quiet(trial, options).boot(story))
}

/** What a story said, or how it ended instead. */
export function toldBy(outcome: Outcome<string>): string {
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** What a creation returned, by its name, 0 as it is. */
export function errnoName(errno: number): string {
  if (errno === 0) return '0'
  return Object.entries(ERRNO).find(([, value]) => value === errno)?.[0] ?? String(errno)
}

/** What a wait returned: `EAGAIN` has another name there. */
export function waitResult(errno: number): string {
  return errno === ERRNO.EWOULDBLOCK ? 'EWOULDBLOCK' : errnoName(errno)
}

/** A yes or a no. */
export function yesNo(holds: boolean): string {
  return holds ? 'yes' : 'no'
}

// Kernel threads

/** A thread of process 0, by what it executes; the creation has to succeed. */
export function* added(k: K, name: string, func: () => Steps, procp: Proc | null = null): Steps<Td> {
  const newtdpp = ref<Td>()
  const error = yield* k.kthread_add(func, null, procp, newtdpp, 0, 0, '%s', name)
  if (error !== 0) throw new Error(`kthread_add of ${name} returns ${errnoName(error)}`)
  return newtdpp.value!
}

/** A kernel process, by what its thread executes; the creation has to succeed. */
export function* created(k: K, name: string, func: () => Steps): Steps<Proc> {
  const newpp = ref<Proc>()
  const error = yield* k.kproc_create(func, null, newpp, 0, 0, '%s', name)
  if (error !== 0) throw new Error(`kproc_create of ${name} returns ${errnoName(error)}`)
  return newpp.value!
}

/** The function of a thread that ends at once. */
export function ends(k: K): () => Steps<void> {
  return function* () {
    yield* k.kthread_exit()
  }
}

/** The function of a thread that sleeps for good. */
export function sleeps(k: K): () => Steps<void> {
  return function* func() {
    yield* k.msleep(func, null, k.PWAIT, 'for ever', 0)
    yield* k.kthread_exit()
  }
}

/** The function of a thread that looks every ten ticks whether it is to park. */
export function obeys(k: K): () => Steps<void> {
  return function* () {
    for (;;) {
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.pause('lap', 10)
    }
  }
}

/** Whether a request to park stands. */
export function isAsked(k: K, td: Td): boolean {
  return (td.td_flags & k.TDF_KTH_SUSP) !== 0
}

/** Whether a thread is parked, by what it sleeps on. */
export function isParked(td: Td): boolean {
  return td.td_wchan === td.td_name_address
}

/** Gives a thread another priority, as kernel code does. */
export function* setPriority(k: K, td: Td, prio: number): Steps<void> {
  yield* k.thread_lock(td)
  yield* k.sched_prio(td, prio)
  yield* k.thread_unlock(td)
}
