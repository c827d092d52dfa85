import { kernelOf } from '../build.js'
import * as CONSTANTS from '../constants.js'
import type { CommonKernel, Constants, NewerCalls, Runs } from '../kernel.js'
import type { OpenbsdOptions } from '../options.js'
import { mutexTryCalls } from '../mutex.js'
import { FORK_TFORK, FORK_THREAD, THREAD_PID_OFFSET } from '../param.js'
import type { Release } from '../release.js'
import { msleepCalls } from '../sleep.js'
import { tforkCalls } from '../tfork.js'
import { timeoutUnitCalls } from '../timeout.js'
import { workqCalls } from '../workq.js'

/** OpenBSD 5.1, which shipped __tfork_thread(3) of December 24, 2011, and kthread(9) as it was in 2007. */
export const release: Release = {
  version: '5.1',
  name: 'OpenBSD 5.1',
  // 30 + 16 · maxusers, of which GENERIC has 80.
  maxproc: 1310,
  hasThreads: true,
  kthreadFiles: 'share',
  kthreadExitSignalsInit: false,
  daemons: [
    ['pagedaemon', 'fork pagedaemon'],
    ['reaper', 'fork reaper'],
    ['cleaner', 'fork cleaner'],
    ['update', 'fork update'],
    ['aiodoned', 'fork aiodoned'],
  ],
  runQueues: 'one per CPU',
  roundrobinAlwaysAsks: false,
  wakeupOneOverruns: false,
  setrunnableRefusesIdl: true,
  switchAssertsNoMutex: true,
  timeoutDelTells: true,
  rwlockChecksHolder: true,
  workqThreads: 'all at once',
  workqFailure: 'unable to create workq thread for "%s"\n',
  needsSyswq: false,
  recordsStructures: true,
  loginClasses: { default: [128, 256], staff: [128, 512] },
  parentIsSignalledBy: 'the reaper',
}

/** An OpenBSD 5.1 kernel: what every release has, msleep, threads of user processes, and more of the services. */
export interface Kernel extends CommonKernel, NewerCalls, Constants, OwnConstants, Runs<Kernel> {}

/** A cold machine running OpenBSD 5.1. */
export const createKernel: (options?: OpenbsdOptions) => Kernel = kernelOf<Kernel, Constants & OwnConstants>(
  release,
  { ...CONSTANTS, FORK_TFORK, FORK_THREAD, THREAD_PID_OFFSET },
  (machine) => ({
    ...msleepCalls(machine),
    ...mutexTryCalls(machine),
    ...timeoutUnitCalls(machine),
    ...tforkCalls(machine),
    workq_queue_task: workqCalls(machine).workq_queue_task,
  }),
)

interface OwnConstants {
  readonly FORK_TFORK: typeof FORK_TFORK
  readonly FORK_THREAD: typeof FORK_THREAD
  readonly THREAD_PID_OFFSET: typeof THREAD_PID_OFFSET
}

export { FORK_TFORK, FORK_THREAD, THREAD_PID_OFFSET }
export type { __tfork, StartFunction } from '../tfork.js'
export type { bintime, timespec, timeval } from '../timeout.js'
export * from '../public.js'
