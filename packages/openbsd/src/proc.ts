import { Thread, ThreadMark, ThreadState, type Machine } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import * as P from './param.js'
import type { ProcessRecord } from './process.js'

/**
 * `struct proc`: what is scheduled. A kernel thread, the one thread of a process, or in 5.1 one of several.
 *
 * A handle keeps answering after the record was freed, as a dangling pointer would not; `isFree` says so.
 */
export class Proc extends Thread {
  declare cpu: CpuInfo
  declare readonly process: ProcessRecord

  p_flag = 0
  /** What it sleeps or runs at, lower is more urgent. */
  p_priority = 0
  /** What it runs at in user mode, from its use of the CPU and its nice value. */
  p_usrpri: number = P.PUSER
  /** Estimate of CPU usage. */
  p_estcpu = 0
  /** Share of the CPU in the last seconds, in fixed point, and statistics clocks of this second. */
  p_pctcpu = 0
  p_cpticks = 0
  /** Whole seconds asleep, and alive. */
  p_slptime = 0
  p_swtime = 0
  /** Signals pending, and held back, a bit each from signal 1 on. */
  p_siglist = 0
  p_sigmask = 0
  /** Wait status, or the signal that stopped it. */
  p_xstat = 0
  /** Signal to the parent when it ends, 0 for none. */
  p_exitsig = 0
  /** Voluntary and involuntary switches. */
  ru_nvcsw = 0
  ru_nivcsw = 0

  /** Thread control block as user code set it; null for none. */
  tcb: unknown = null
  /** `errno` of the thread. */
  errno = 0
  /** What a system call returns when it returns no error. */
  retval = 0
  /** It has a user side: it belongs to a user process. */
  isUser = false
  /** The user stack pointer. */
  sp = 0
  /** Dead, and the reaper has made a zombie of it: its parent can wait for it. */
  isZombie = false
  /** The record was given back; what it says now is history. */
  isFree = false

  /** Number in the space of process ids, without any offset. */
  get p_pid(): number {
    return this.id
  }

  get p_comm(): string {
    return this.name ?? ''
  }

  /** The process it belongs to. */
  get p_p(): ProcessRecord {
    return this.process
  }

  get p_vmspace(): object {
    return this.process.addressSpace
  }

  /** SIDL, SRUN, SSLEEP, SSTOP, SZOMB, SDEAD or SONPROC. */
  get p_stat(): number {
    switch (this.state) {
      case ThreadState.embryo:
        return P.SIDL
      case ThreadState.runnable:
        return P.SRUN
      case ThreadState.sleeping:
        return P.SSLEEP
      case ThreadState.stopped:
        return P.SSTOP
      case ThreadState.dead:
        return this.isZombie ? P.SZOMB : P.SDEAD
      case ThreadState.running:
        return P.SONPROC
    }
  }

  /** What it sleeps on, null when it does not. */
  get p_wchan(): unknown {
    return this.sleepQueue?.object ?? null
  }

  /** Wait message while asleep, else null. */
  get p_wmesg(): string | null {
    return this.state === ThreadState.sleeping || this.is(ThreadMark.asleep) ? this.wmesg : null
  }

  get p_cpu(): CpuInfo {
    return this.cpu
  }

  get isSystem(): boolean {
    return (this.p_flag & P.P_SYSTEM) !== 0
  }

  /** Whether it executes user code at this moment, or would if it had a CPU. */
  get isInUserMode(): boolean {
    return this.is(ThreadMark.inUserMode)
  }
}

/** What is not a process of this machine would be changed behind the back of its own. */
export function ofThisKernel(machine: Machine, call: string, p: unknown): void {
  if (!(p instanceof Proc)) throw new TypeError(`${call}: a process is expected`)
  if (p.cpu.machine !== machine) throw new TypeError(`${call}: the process belongs to another kernel`)
}
