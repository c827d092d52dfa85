import type { Steps } from '@kt/core'
import type { Created } from './threads.js'

/** The lock of code that was written for one CPU: `kernel_lock`, on FreeBSD Giant. */
export interface BigLockWords {
  /** Creates a thread that executes `body`, with nothing said of locks. */
  createPlain(body: () => Steps, name?: string): Steps<Created>
  /** Creates a thread that executes `body` without the lock, by the flag for that or by giving the lock up first. */
  createUnlocked(body: () => Steps, name?: string): Steps<Created>
  /** Takes the lock, once more if the caller has it. */
  takeBigLock(): Steps<void>
  /** Gives it up once. */
  dropBigLock(): Steps<void>
  /** How often the caller has it. */
  bigLockDepth(): number
}
