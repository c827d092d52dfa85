import type { CallFacts } from '@kt/core/contract'
import { boot } from './calls/boot.js'
import { callout } from './calls/callout.js'
import { condvar } from './calls/condvar.js'
import { deferred } from './calls/deferred.js'
import { kproc } from './calls/kproc.js'
import { kthread } from './calls/kthread.js'
import { mutex, rwlock, sx } from './calls/locks.js'
import { rfFlags } from './calls/rf-flags.js'
import { sched } from './calls/sched.js'
import { sleep } from './calls/sleep.js'

/** Calls and flags of kthread(9) and kproc(9) and the services around them, in FreeBSD 8.0. */
export const calls: readonly CallFacts[] = [
  ...kthread,
  ...kproc,
  ...rfFlags,
  ...sleep,
  ...mutex,
  ...rwlock,
  ...sx,
  ...condvar,
  ...callout,
  ...deferred,
  ...sched,
  ...boot,
]
