import { condvarBintimeCalls, type CondvarBintimeCalls } from '../condvar.js'
import * as CONSTANTS from '../constants.js'
import { fpuCalls, type FpuCalls } from '../fpu.js'
import { kernelOf } from '../build.js'
import type { CommonKernel, Constants, Runs } from '../kernel.js'
import type { NetbsdOptions } from '../machine.js'
import type { Release } from '../release.js'
import { SOFTINT_RCPU, softintCalls, type SoftintRemoteCalls } from '../softint.js'
import { workqueueCalls, WQ_FPU, type WorkqueueWaitCalls } from '../workqueue.js'

/** NetBSD 10.1. */
export const release: Release = {
  version: '10.1',
  name: 'NetBSD 10.1',
  lidOfLwp0: 0,
  lidFirstKthread: 2,
  lidsArePids: true,
  newThreadsGoTo: 'idle cpu',
  preemptedKeepsPlace: true,
  catchUpDividesLoad: false,
  joinSlot: 'per thread',
  joinAssertsMustjoin: true,
  mustjoinClause: 'NB10-KT-45',
  exitReleases: 'one hold',
  idleThreadIs: 'LSIDL',
  setrunnableStartsIdle: true,
  timeoutOutlivesWakeup: false,
  kpauseOnQueue: false,
  cvSignalWakes: 'through first uninterruptible',
  cvErrorResignals: false,
  cvDestroyAssertsNoWaiters: true,
  softintBytes: 32_768,
  softintKeepsBigLock: false,
  configrootJoined: true,
  workqueueNameAsserted: true,
  workqueueLooksForTwice: true,
  workqueueWakes: 'broadcast',
  // max(4096, min(65535, MiB of memory)), on a machine of 4 GiB.
  maxlwp: 4096,
  maxlwpLimit: 65_535,
  sysctls: { 'kern.sched.skim_interval': 10 },
}

/** A NetBSD 10.1 kernel: what every release has, and the floating-point calls. */
export interface Kernel
  extends
    CommonKernel,
    FpuCalls,
    CondvarBintimeCalls,
    SoftintRemoteCalls,
    WorkqueueWaitCalls,
    Constants,
    OwnConstants,
    Runs<Kernel> {}

/** A cold machine running NetBSD 10.1. */
export const createKernel: (options?: NetbsdOptions) => Kernel = kernelOf<Kernel, Constants & OwnConstants>(
  release,
  { ...CONSTANTS, WQ_FPU, SOFTINT_RCPU },
  (machine) => {
    const fpu = fpuCalls(machine)
    return {
      ...fpu,
      ...condvarBintimeCalls(machine, machine.condvar),
      ...softintCalls(machine),
      ...workqueueCalls(machine, fpu),
    }
  },
)

interface OwnConstants {
  readonly WQ_FPU: typeof WQ_FPU
  readonly SOFTINT_RCPU: typeof SOFTINT_RCPU
}

export { SOFTINT_RCPU, WQ_FPU }
export * from '../public.js'
