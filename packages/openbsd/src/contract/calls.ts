import type { CallFacts } from '@kt/core/contract'
import { deferred42, deferred51 } from './calls/deferred.js'
import { kthreadOf } from './calls/kthread.js'
import { locks42, locks51 } from './calls/locks.js'
import { rfork } from './calls/rfork.js'
import { sleep42, sleep51 } from './calls/sleep.js'
import { tfork } from './calls/tfork.js'

/** Calls and flags of kthread(9) and the services around it, in OpenBSD 4.2. */
export const calls42: readonly CallFacts[] = [...kthreadOf('4.2'), ...sleep42, ...locks42, ...deferred42, ...rfork]

/** The same in 5.1, and those of __tfork_thread(3). */
export const calls51: readonly CallFacts[] = [
  ...kthreadOf('5.1'),
  ...tfork,
  ...sleep51,
  ...locks51,
  ...deferred51,
  ...rfork,
]
