import { ref, type Steps } from '@kt/core'
import { ClauseViolation, equal, type Proof } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

export type K = NetbsdKernel

/** A proof for both releases, whose pages have their own ids. */
export interface Shared extends Omit<Proof<K>, 'clauses' | 'kernel'> {
  readonly clauses6: readonly string[]
  readonly clauses10: readonly string[]
  readonly kernel6: 'holds' | 'breaks'
  readonly kernel10: 'holds' | 'breaks'
}

/** Creates an MP-safe thread with more flags, and gives its LWP. */
export function* made(k: K, name: string, func: () => Steps, more: number = 0): Steps<Lwp> {
  const newlp = ref<Lwp>()
  const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | more, null, func, k, newlp, name)
  equal(error, 0, `kthread_create of ${name}`)
  return newlp.value!
}

/** Ends the thread, and must not come back. */
export function* leave(k: K): Steps<void> {
  const call: Steps<void> = k.kthread_exit(0) as Steps<never>
  yield* call
  throw new ClauseViolation('kthread_exit came back')
}
