import { kernelOf } from '../build.js'
import * as CONSTANTS from '../constants.js'
import type { CommonKernel, Constants, Runs } from '../kernel.js'
import type { OpenbsdOptions } from '../options.js'
import type { Release } from '../release.js'

/** OpenBSD 4.2, which shipped the kthread(9) page of May 31, 2007. */
export const release: Release = {
  version: '4.2',
  name: 'OpenBSD 4.2',
  // 20 + 16 · maxusers, of which GENERIC has 32.
  maxproc: 532,
  hasThreads: false,
  kthreadFiles: 'copy',
  kthreadExitSignalsInit: true,
  daemons: [
    ['pagedaemon', 'fork pagedaemon'],
    ['reaper', 'fork reaper'],
    ['cleaner', 'fork cleaner'],
    ['update', 'fork update'],
    ['aiodoned', 'fork aiodoned'],
    ['crypto', 'crypto thread'],
  ],
  runQueues: 'one for all',
  roundrobinAlwaysAsks: true,
  wakeupOneOverruns: true,
  setrunnableRefusesIdl: false,
  switchAssertsNoMutex: false,
  timeoutDelTells: false,
  rwlockChecksHolder: false,
  workqThreads: 'when all are busy',
  workqFailure: 'unable to create "%s" workq thread\n',
  needsSyswq: true,
  recordsStructures: false,
  loginClasses: { default: [64, 128], staff: [128, 256] },
  parentIsSignalledBy: 'the exiting process',
}

/** An OpenBSD 4.2 kernel. */
export interface Kernel extends CommonKernel, Constants, Runs<Kernel> {}

/** A cold machine running OpenBSD 4.2. */
export const createKernel: (options?: OpenbsdOptions) => Kernel = kernelOf<Kernel, Constants>(
  release,
  CONSTANTS,
  () => ({}),
)

export * from '../public.js'
