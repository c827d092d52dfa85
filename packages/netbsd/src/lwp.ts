import { Thread, ThreadMark, ThreadState } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import * as P from './param.js'

/** What a joiner of one thread waits for: r1.48's flag on the joiner's stack. */
export interface JoinFlag {
  done: boolean
}

/**
 * An LWP: a kernel thread, lwp0, or a thread of a user process.
 *
 * A handle keeps answering after the LWP is gone, as a dangling pointer would not; `isFree` says that the structure
 * was collected.
 */
export class Lwp extends Thread {
  declare cpu: CpuInfo

  /** `SCHED_OTHER`, `SCHED_FIFO` or `SCHED_RR`. */
  l_class: number = P.SCHED_RR
  /** Base priority, 0 … 223, higher is more urgent. */
  l_priority_base = 0
  /** Estimate of CPU usage, for SCHED_OTHER. */
  l_estcpu = 0
  /** Whole seconds asleep, for SCHED_OTHER. */
  l_slptime = 0
  /** Lift of a user LWP that sleeps in the kernel: 0, or the base of the band it is lifted to. */
  l_kpribase = 0
  l_flag = 0
  l_pflag: number = P.LP_MPSAFE
  /** Nested requests not to be preempted. */
  l_nopreempt = 0
  /** The joiner's flag (per-thread slot); of a soft interrupt thread its level. */
  l_private: unknown = null
  /** Register file saved while another thread has the unit; null until the unit was used. */
  fpu: Float64Array | null = null
  /** Somebody has called kthread_join for it. */
  wasJoined = false
  /** Structure, stack and LID were given back. */
  isFree = false

  /** LID: unique in process 0 (6) or in the system (10.1). */
  get l_lid(): number {
    return this.id
  }

  /** Name for display, empty when it has none; a dead kernel thread's is overwritten, its trace keeps it. */
  get l_name(): string {
    if (this.state === ThreadState.dead && this.isSystem) return '(zombie)'
    return this.name ?? ''
  }

  /** LSIDL, LSRUN, LSSLEEP, LSZOMB or LSONPROC. */
  get l_stat(): number {
    switch (this.state) {
      case ThreadState.embryo:
        return this.isIdling ? P.LSONPROC : P.LSIDL
      case ThreadState.runnable:
        return P.LSRUN
      case ThreadState.running:
        return P.LSONPROC
      case ThreadState.sleeping:
        return P.LSSLEEP
      case ThreadState.stopped:
        return P.LSSTOP
      case ThreadState.dead:
        return P.LSZOMB
    }
  }

  /** Whether this is the idle thread of a CPU that idles, in a release where it then counts as running. */
  private get isIdling(): boolean {
    const { idle, current, machine } = this.cpu
    return idle === this && current === null && machine.release.idleThreadIs === 'LSONPROC'
  }

  /** Effective priority: the base, lifted or lent. */
  get l_priority(): number {
    const lifted = this.l_kpribase === 0 ? this.l_priority_base : this.liftedPriority
    return this.lentRank > lifted ? this.lentRank : lifted
  }

  /** Priority lent by those who wait for its locks, −1 for none. */
  get l_inheritedprio(): number {
    return this.lentRank
  }

  get liftedPriority(): number {
    const base = this.l_priority_base
    // A kernel thread is never lifted.
    if (this.l_kpribase === 0 || base >= P.PRI_KERNEL || (this.l_flag & P.LW_SYSTEM) !== 0) return base
    return (base >> 1) + this.l_kpribase
  }

  /** Wait message while asleep, else null. */
  get l_wmesg(): string | null {
    return this.state === ThreadState.sleeping ? this.wmesg : null
  }

  get l_cpu(): CpuInfo {
    return this.cpu
  }

  /** Holds of the big lock, in effect or to be taken back. */
  get l_blcnt(): number {
    return this.bigLocks
  }

  get isSystem(): boolean {
    return (this.l_flag & P.LW_SYSTEM) !== 0
  }

  get isBound(): boolean {
    return this.is(ThreadMark.bound)
  }
}
