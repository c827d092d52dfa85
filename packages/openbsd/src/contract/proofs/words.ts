import { ref, type Steps } from '@kt/core'
import { ClauseViolation, equal } from '@kt/core/contract'
import type { CommonKernel, Constants, OpenbsdKernel } from '../../kernel.js'
import type { Proc } from '../../proc.js'

export type K = OpenbsdKernel
/** What a proof needs that is for either release. */
export type AnyK = CommonKernel & Constants

/** Creates a kernel thread, and gives its process. */
export function* made(k: AnyK, name: string, func: () => Steps): Steps<Proc> {
  const newpp = ref<Proc>()
  equal(yield* k.kthread_create(func, 'arg', newpp, '%s', name), 0, `kthread_create of ${name}`)
  return newpp.value!
}

/** Ends the kernel thread, and must not come back. */
export function* leave(k: AnyK): Steps<void> {
  const call: Steps<void> = k.kthread_exit(0) as Steps<never>
  yield* call
  throw new ClauseViolation('kthread_exit came back')
}
