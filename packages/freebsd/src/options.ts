import type { MachineOptions } from '@kt/core'

/** Which contract holds where page and kernel part (docs: readings). */
export type Reading = 'page' | 'kernel'

/** What `createKernel` accepts. */
export interface FreebsdOptions extends MachineOptions {
  /** `'page'` (default) keeps every promise of the pages; `'kernel'` does what the kernel did even against them. */
  readonly reading?: Reading
  /** A kernel built with INVARIANTS: assertions are checked. Default false, as GENERIC of the release has it. */
  readonly invariants?: boolean
  /** SCHED_ULE (default, as in GENERIC) or SCHED_4BSD. */
  readonly scheduler?: 'ule' | '4bsd'
  /** PREEMPTION (default true, as in GENERIC); `'full'` adds FULL_PREEMPTION. */
  readonly preemption?: boolean | 'full'
  /** Default `'amd64'`; decides the default stack. */
  readonly arch?: 'amd64' | 'i386'
  /**
   * What boot starts besides init, the idle threads and the software interrupts. `'stock'` (default): what 8.0 starts,
   * its daemons as processes. `'page'`: the four daemons that kthread(9) names as threads of process 0, started by
   * `kthread_start` as that page tells it (FB8-D-01), and the other stock threads. `'none'`: nothing.
   */
  readonly daemons?: 'stock' | 'page' | 'none'
  /** kern.maxproc, a tunable: the most processes there can be. Default 6164, what a machine with 1 GB and more has. */
  readonly maxproc?: number
  /** Pages of kernel address space for stacks, guard pages included; a stack that finds none is an `ENOMEM`. Default: no end. */
  readonly kstackKvaPages?: number
  /** Where the kernel's own random numbers come from (load average, kern.randompid): a whole number, default 1. */
  readonly seed?: number
  /** debug.ktr.mask from the beginning. Default KTR_GEN, which nothing here records. */
  readonly ktrMask?: number
  /**
   * A thread of process 0 whose function returns ends like any other, with the message of 11.0, instead of ending the
   * run (FB8-D-10). Default false.
   */
  readonly lenient?: boolean
}
