import { ref, type Out, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { Kernel, Proc, Td } from '../../releases/8.0.js'

/** What rows run on. */
export type K = Kernel

/** Boots a machine without daemons, runs the story, and gives what the story says, or how it ended instead. */
export function tell(trial: Trial<K>, options: Record<string, unknown>, story: (k: K) => Steps<string>): string {
  return told(trial.createKernel({ daemons: 'none', ...options }), story)
}

/** The same on a kernel that was made before. */
export function told(k: K, story: (k: K) => Steps<string>): string {
  const outcome = k.boot(story)
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** What suspension and sleep return, by name. */
export function errnoName(k: K, error: number): string {
  const names: Readonly<Record<number, string>> = {
    [k.EWOULDBLOCK]: 'EWOULDBLOCK',
    [k.EINVAL]: 'EINVAL',
    [k.EINTR]: 'EINTR',
    [k.ENOMEM]: 'ENOMEM',
  }
  return names[error] ?? String(error)
}

/** Whether the thread is parked in the check. */
export function isParked(td: Td): boolean {
  return td.td_wmesg === 'ktsusp'
}

/** Whether it is asked to park itself. */
export function isAsked(k: K, td: Td): boolean {
  return (td.td_flags & k.TDF_KTH_SUSP) !== 0
}

/** A call's result by name, and how many ticks it took. */
export function* timed(k: K, call: () => Steps<number>): Steps<string> {
  const before = k.ticks
  const error = yield* call()
  return `${errnoName(k, error)} after ${k.ticks - before}`
}

// Threads

/** Adds a thread, which has to succeed. */
export function* added(k: K, name: string, func: () => Steps, procp: Proc | null = null): Steps<Td> {
  const newtdpp = ref<Td>()
  const error = yield* k.kthread_add(func, null, procp, newtdpp, 0, 0, '%s', name)
  if (error !== 0) throw new Error(`kthread_add of ${name} returns ${errnoName(k, error)}`)
  return newtdpp.value!
}

/** Creates a process, which has to succeed. */
export function* createdKproc(k: K, name: string, func: () => Steps): Steps<Proc> {
  const newpp: Out<Proc> = ref<Proc>()
  const error = yield* k.kproc_create(func, null, newpp, 0, 0, '%s', name)
  if (error !== 0) throw new Error(`kproc_create of ${name} returns ${errnoName(k, error)}`)
  return newpp.value!
}

/** Looks every ten ticks whether it is to park itself. */
export function checks(k: K): () => Steps<never> {
  return function* () {
    for (;;) {
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.pause('work', 10)
    }
  }
}

/** Sleeps for good, and never looks. */
export function neverChecks(k: K): () => Steps<void> {
  return function* func() {
    yield* k.tsleep(func, k.PWAIT, 'forever', 0)
    yield* k.kthread_exit()
  }
}

/** Ends at once. */
export function ends(k: K): () => Steps<void> {
  return function* () {
    yield* k.kthread_exit()
  }
}
