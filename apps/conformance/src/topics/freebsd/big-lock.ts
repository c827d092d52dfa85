import type { FreebsdKernel } from '../releases.js'
import type { BigLockWords } from '../words/big-lock.js'
import { threadWords } from './threads.js'

export function bigLockWords(k: FreebsdKernel): BigLockWords {
  const threads = threadWords(k)
  return {
    createPlain: (body, name = 'worker') => threads.create(body, { name }),
    createUnlocked: (body, name = 'worker') => threads.create(body, { name }),
    *takeBigLock() {
      yield* k.mtx_lock(k.Giant)
    },
    *dropBigLock() {
      yield* k.mtx_unlock(k.Giant)
    },
    bigLockDepth() {
      return k.Giant.owner === k.curthread ? k.Giant.mtx_recurse + 1 : 0
    },
  }
}
