import { kernelOf } from '../build.js'
import type { CommonKernel, Constants, Runs } from '../kernel.js'
import { kthreadDestroyCalls, type KthreadDestroyCalls } from '../kthread.js'
import type { NetbsdOptions } from '../machine.js'
import * as CONSTANTS from '../constants.js'
import type { Release } from '../release.js'
import { softintCalls } from '../softint.js'
import { workqueueCalls } from '../workqueue.js'

/** NetBSD 6, the era of the kthread(9) page of August 7, 2011. */
export const release: Release = {
  version: '6',
  name: 'NetBSD 6',
  lidOfLwp0: 1,
  lidFirstKthread: 2,
  lidsArePids: false,
  newThreadsGoTo: 'cpu of lwp0',
  preemptedKeepsPlace: false,
  catchUpDividesLoad: true,
  joinSlot: 'global',
  joinAssertsMustjoin: false,
  mustjoinClause: 'NB6-KT-47',
  exitReleases: 'all holds',
  idleThreadIs: 'LSONPROC',
  setrunnableStartsIdle: false,
  timeoutOutlivesWakeup: true,
  kpauseOnQueue: true,
  cvSignalWakes: 'first',
  cvErrorResignals: true,
  cvDestroyAssertsNoWaiters: false,
  softintBytes: 8192,
  softintKeepsBigLock: true,
  configrootJoined: false,
  workqueueNameAsserted: false,
  workqueueLooksForTwice: false,
  workqueueWakes: 'signal',
  maxlwp: 2048,
  maxlwpLimit: 65_535,
  sysctls: { 'kern.sched.upreempt_pri': 0 },
}

/** A NetBSD 6 kernel: what every release has, and `kthread_destroy`. */
export interface Kernel extends CommonKernel, KthreadDestroyCalls, Constants, Runs<Kernel> {}

/** A cold machine running NetBSD 6. */
export const createKernel: (options?: NetbsdOptions) => Kernel = kernelOf<Kernel, Constants>(
  release,
  CONSTANTS,
  (machine) => {
    const { softint_establish, softint_schedule, softint_disestablish } = softintCalls(machine)
    const { workqueue_create, workqueue_enqueue, workqueue_destroy } = workqueueCalls(machine, null)
    return {
      ...kthreadDestroyCalls(machine),
      softint_establish,
      softint_schedule,
      softint_disestablish,
      workqueue_create,
      workqueue_enqueue,
      workqueue_destroy,
    }
  },
)

export * from '../public.js'
