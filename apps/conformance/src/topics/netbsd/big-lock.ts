import type { Out, Steps } from '@kt/core'
import type { Lwp } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { BigLockWords } from '../words/big-lock.js'
import type { Created } from '../words/threads.js'
import { NetbsdThread } from './threads.js'

export function bigLockWords(k: NetbsdKernel): BigLockWords {
  function* create(body: () => Steps, flags: number, name: string): Steps<Created> {
    const newlp: Out<Lwp> = k.ref<Lwp>()
    function* func(): Steps<void> {
      yield* body()
      yield* k.kthread_exit(0)
    }
    const error = yield* k.kthread_create(k.PRI_NONE, flags, null, func, 'arg', newlp, '%s', name)
    return { error, thread: error === 0 ? new NetbsdThread(newlp.value!) : null }
  }
  return {
    createPlain: (body, name = 'worker') => create(body, 0, name),
    createUnlocked: (body, name = 'worker') => create(body, k.KTHREAD_MPSAFE, name),
    *takeBigLock() {
      yield* k.KERNEL_LOCK(1, null)
    },
    *dropBigLock() {
      yield* k.KERNEL_UNLOCK_ONE(null)
    },
    bigLockDepth() {
      return k.curlwp.l_blcnt
    },
  }
}
