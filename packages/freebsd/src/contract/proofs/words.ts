import { ref, type Steps } from '@kt/core'
import { ClauseViolation, equal } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import type { Kernel } from '../../releases/8.0.js'
import type { Td } from '../../td.js'

export type K = Kernel

/** Nobody on the machine but those that the proof needs. */
export const QUIET: Readonly<Record<string, unknown>> = { daemons: 'none' }

/** A thread of process 0, or of a process. */
export function* added(k: K, name: string, func: () => Steps, procp: Proc | null = null): Steps<Td> {
  const newtdpp = ref<Td>()
  equal(yield* k.kthread_add(func, null, procp, newtdpp, 0, 0, '%s', name), 0, `kthread_add of ${name}`)
  return newtdpp.value!
}

/** A process of the kernel. */
export function* created(k: K, name: string, func: () => Steps): Steps<Proc> {
  const newpp = ref<Proc>()
  equal(yield* k.kproc_create(func, null, newpp, 0, 0, '%s', name), 0, `kproc_create of ${name}`)
  return newpp.value!
}

/** Ends the thread, and must not come back. */
export function* leave(k: K): Steps<void> {
  const call: Steps<void> = k.kthread_exit() as Steps<never>
  yield* call
  throw new ClauseViolation('kthread_exit came back')
}

/** Ends the process, and must not come back. */
export function* leaveProcess(k: K): Steps<void> {
  const call: Steps<void> = k.kproc_exit(0) as Steps<never>
  yield* call
  throw new ClauseViolation('kproc_exit came back')
}
