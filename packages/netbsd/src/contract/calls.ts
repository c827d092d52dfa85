import { citing, type CallFacts } from '@kt/core/contract'
import { callout } from './calls/callout.js'
import { condvar101, condvar6 } from './calls/condvar.js'
import { config101, config6 } from './calls/config.js'
import { deferred101, deferred6 } from './calls/deferred.js'
import { kthreadFlags } from './calls/kthread-flags.js'
import { kthread101, kthread6 } from './calls/kthread.js'
import { bigLock, mutex, rwlock } from './calls/locks.js'
import { setrunnable, sleep } from './calls/sleep.js'

/** Calls and flags of kthread(9) and the services around it, in NetBSD 6. */
export const calls6: readonly CallFacts[] = citing(
  [
    ...kthread6,
    ...kthreadFlags,
    ...sleep,
    setrunnable('6'),
    ...condvar6,
    ...mutex,
    ...rwlock,
    ...bigLock,
    ...callout,
    ...config6,
    ...deferred6,
  ],
  ['NB10-'],
)

/** The same in 10.1. */
export const calls101: readonly CallFacts[] = citing(
  [
    ...kthread101,
    ...kthreadFlags,
    ...sleep,
    setrunnable('10.1'),
    ...condvar101,
    ...mutex,
    ...rwlock,
    ...bigLock,
    ...callout,
    ...config101,
    ...deferred101,
  ],
  ['NB6-'],
)
