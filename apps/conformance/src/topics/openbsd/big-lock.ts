import type { Steps } from '@kt/core'
import type { OpenbsdKernel } from '../releases.js'
import type { BigLockWords } from '../words/big-lock.js'
import { threadWords } from './threads.js'

export function bigLockWords(k: OpenbsdKernel): BigLockWords {
  const threads = threadWords(k)
  return {
    createPlain: (body, name = 'worker') => threads.create(body, { name }),
    createUnlocked(body, name = 'worker') {
      function* unlocked(): Steps<void> {
        yield* k.KERNEL_UNLOCK()
        yield* body()
        yield* k.KERNEL_LOCK()
      }
      return threads.create(unlocked, { name })
    },
    *takeBigLock() {
      yield* k.KERNEL_LOCK()
    },
    *dropBigLock() {
      yield* k.KERNEL_UNLOCK()
    },
    bigLockDepth() {
      return k.curproc.bigLocks
    },
  }
}
