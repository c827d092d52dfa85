import {
  Attention,
  Preemption,
  ThreadMark,
  ThreadState,
  underInterrupts,
  type KernelPolicy,
  type SleepQueue,
  type Steps,
  type Thread,
} from '@kt/core'
import type { CpuInfo } from './cpu.js'
import { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/** 1.0 in the fixed point of the load average. */
const FSCALE = 2048
/** What a schedclock adds to the estimate of a running thread, and where the estimate ends. */
const ESTCPU_PER_SCHEDCLOCK = 1024
const ESTCPU_MAX = 18 << 11
/** exp(−1/12) in fixed point: the weight of the past, every five seconds. */
const LOAD_DECAY = Math.floor(0.9200444146293232 * FSCALE)
/** Seconds between samples of the load. */
const LOAD_SECONDS = 5

/** Scheduler clocks a second. */
export const SCHEDCLOCK_HZ = 16
/** Round-robin quanta a second: one is 100 ms. */
export const QUANTA_PER_SECOND = 10

/** The 4.4BSD scheduler and NetBSD's rules of placement and preemption. */
export class NetbsdPolicy implements KernelPolicy {
  readonly label = 'netbsd'
  readonly ranks: number = P.PRI_COUNT
  readonly timeoutSlackTicks = 0
  /** 1-minute load average in fixed point. Kernel threads do not count. */
  load = 0
  /** LWPs of class SCHED_OTHER, in order of creation: those whose priority moves. */
  readonly timeshared: Lwp[] = []
  /** In-kernel preemption from this priority on (kern.sched.kpreempt_pri). */
  kpreemptPri: number = P.PRI_USER_RT

  private machine!: NetbsdMachine
  private secondsToSample = LOAD_SECONDS
  private nextScatter = 0

  attach(machine: NetbsdMachine): void {
    this.machine = machine
  }

  get timeoutOutlivesWakeup(): boolean {
    return this.machine.release.timeoutOutlivesWakeup
  }

  rank(thread: Lwp): number {
    return thread.liftedPriority
  }

  sleepRank(thread: Lwp): number {
    return thread.l_priority
  }

  loanBegan(): void {}
  loanEnded(): void {}

  // Placement

  place(lwp: Lwp): CpuInfo {
    const { cpu } = lwp
    if (this.machine.ncpu === 1 || lwp.is(ThreadMark.bound) || this.machine.isUniprocessorYet) return cpu
    if (lwp.state === ThreadState.embryo)
      return this.machine.release.newThreadsGoTo === 'cpu of lwp0' ? cpu : this.scatter()
    if (this.takesUnbound(cpu)) return cpu
    return this.idleCpu() ?? this.leastUrgentCpu(lwp)
  }

  /** 10: the first idle CPU from a pointer that goes round, else the least urgent one. */
  private scatter(): CpuInfo {
    const { cpus, ncpu } = this.machine
    for (let n = 0; n < ncpu; n++) {
      const cpu = cpus[(this.nextScatter + n) % ncpu]!
      if (!this.takesUnbound(cpu)) continue
      this.nextScatter = (cpu.index + 1) % ncpu
      return cpu
    }
    return this.leastUrgentCpu(null)
  }

  private takesUnbound(cpu: CpuInfo): boolean {
    return !cpu.spc_offline && this.machine.scheduler.isIdle(cpu)
  }

  private idleCpu(): CpuInfo | null {
    for (const cpu of this.machine.cpus) if (this.takesUnbound(cpu)) return cpu
    return null
  }

  /** The current CPU if the thread would run there before what runs, else the one running the lowest priority. */
  private leastUrgentCpu(lwp: Lwp | null): CpuInfo {
    const { cpus, cpu: here } = this.machine
    if (lwp !== null && !here.spc_offline && lwp.l_priority > urgency(here)) return here
    let best: CpuInfo | null = null
    for (const cpu of cpus) {
      if (cpu.spc_offline) continue
      if (best === null || urgency(cpu) < urgency(best)) best = cpu
      else if (urgency(cpu) === urgency(best) && cpu.queue.length < best.queue.length) best = cpu
    }
    return best ?? here
  }

  /** Takes a CPU out of use for unbound threads and moves them away, the running one when it next sleeps. */
  setOffline(ci: CpuInfo, isOffline: boolean): void {
    const { cpus, processes, scheduler } = this.machine
    const refuge = cpus.find((cpu) => cpu !== ci && !cpu.spc_offline)
    if (refuge === undefined) throw new RangeError('one CPU has to stay online')
    ci.spc_offline = isOffline
    if (!isOffline) return
    for (const process of processes) {
      for (const thread of process.threads()) {
        if (thread.cpu !== ci || thread.is(ThreadMark.bound) || thread.state === ThreadState.running) continue
        thread.cpu = refuge
        if (thread.state !== ThreadState.runnable) continue
        ci.queue.remove(thread)
        scheduler.enqueue(thread)
      }
    }
  }

  choose(cpu: CpuInfo): Thread | null {
    return cpu.queue.take() ?? this.steal(cpu)
  }

  private steal(cpu: CpuInfo): Thread | null {
    const { machine } = this
    if (machine.ncpu === 1 || cpu.spc_offline || machine.isUniprocessorYet) return null
    // From the longest queue that has one to give: a queue of bound threads must not hide the others.
    let stolen: Thread | null = null
    let length = 0
    for (const { queue } of machine.cpus) {
      if (queue.length <= length) continue
      const thread = queue.bestWithout(ThreadMark.bound)
      if (thread === null) continue
      stolen = thread
      length = queue.length
    }
    stolen?.cpu.queue.remove(stolen)
    return stolen
  }

  // Preemption

  preemption(lwp: Lwp, cpu: CpuInfo): Preemption {
    const running = underInterrupts(cpu)
    const priority = lwp.l_priority
    if (running === null || priority <= running.l_priority) return Preemption.none
    return priority >= this.kpreemptPri ? Preemption.now : Preemption.atUserReturn
  }

  mayPreempt(cpu: CpuInfo): boolean {
    const lwp = cpu.current!
    if (cpu.ipl > P.IPL_PREEMPT || lwp.is(ThreadMark.pinning) || this.machine.isPreemptionOff) return false
    // A soft interrupt that blocked goes on as an ordinary thread, and still is not displaced.
    if ((lwp.l_pflag & P.LP_INTR) !== 0) return false
    if (lwp.bigLocks !== 0 || cpu.spinningOn === this.machine.bigLock) return false
    return lwp.l_nopreempt === 0
  }

  displacedToHead(lwp: Lwp): boolean {
    if (!this.machine.release.preemptedKeepsPlace) return false
    // The preemption may come long after the quantum ended: while it was refused, ticks went on.
    if (lwp.l_class === P.SCHED_RR) return !lwp.cpu.spc_shouldyield
    return lwp.l_class === P.SCHED_FIFO
  }

  switched(cpu: CpuInfo): void {
    cpu.spc_seenrr = false
    cpu.spc_shouldyield = false
  }

  // Sleep

  sleeps(lwp: Lwp, queue: SleepQueue | null): void {
    // Asserted against wherever it can happen; this is for kernels that assert nothing.
    if (lwp.is(ThreadMark.interruptFrame)) this.machine.undefinedBehaviour('UB:NB-G-03', 'an interrupt went to sleep')
    // An interlock is released on the way to sleep; a lock that is waited for leaves the spin mutexes held.
    if (queue?.isTurnstile === true && lwp.cpu.spinMutexes > 0) {
      this.machine.panic(`mi_switch: cpu${lwp.cpu.index}: blocking with a spin mutex held`)
    }
    if ((lwp.l_flag & P.LW_SYSTEM) === 0) lwp.l_kpribase = queue?.isTurnstile === true ? P.PRI_KTHREAD : P.PRI_KERNEL
  }

  woken(lwp: Lwp): void {
    if (lwp.l_class !== P.SCHED_OTHER) return
    if (lwp.l_slptime > 1) this.catchUp(lwp)
    lwp.l_slptime = 0
  }

  wakeCandidates(queue: SleepQueue): readonly Thread[] {
    // condvar(9) says that one waiter is woken, and not which; the kernel takes the first.
    return this.machine.reading === 'page' ? Array.from(queue.threads()) : [queue.head!]
  }

  // Clock

  tick(cpu: CpuInfo): void {
    const lwp = underInterrupts(cpu)
    if (lwp === null) return
    // The CPU's countdowns run whether it is idle or not, so they end at the same ticks for all.
    const { ticks } = this.machine.clock
    if (ticks % this.machine.rrTicks === 0) this.quantumExpired(cpu, lwp)
    if (ticks % this.machine.schedTicks === 0) {
      if (lwp.l_class === P.SCHED_OTHER) {
        lwp.l_estcpu = Math.min(lwp.l_estcpu + ESTCPU_PER_SCHEDCLOCK, ESTCPU_MAX)
        this.recompute(lwp)
      }
    }
  }

  private quantumExpired(cpu: CpuInfo, lwp: Lwp): void {
    switch (lwp.l_class) {
      case P.SCHED_FIFO:
        return
      case P.SCHED_RR:
        // With nobody to give way to it begins its next quantum.
        cpu.spc_shouldyield = cpu.queue.length > 0
        this.forcePreemption(cpu)
        return
      default:
        if (cpu.spc_shouldyield) this.forcePreemption(cpu)
        else if (cpu.spc_seenrr) {
          cpu.spc_shouldyield = true
          // In user mode it returns there from the clock interrupt, and gives way on the way.
          if (lwp.is(ThreadMark.inUserMode)) this.forcePreemption(cpu)
          else cpu.ast = true
        } else cpu.spc_seenrr = true
    }
  }

  private forcePreemption(cpu: CpuInfo): void {
    if (cpu.queue.length === 0) return
    cpu.attention |= Attention.preempt
    this.machine.scheduler.setReady(cpu)
  }

  secondsPassed(seconds: number): void {
    // Decay reaches its fixed point long before this many seconds; a longer jump changes nothing more.
    const rounds = Math.min(seconds, 600)
    for (let second = 0; second < rounds; second++) this.everySecond()
    for (const lwp of this.timeshared) if (lwp.state === ThreadState.sleeping) lwp.l_slptime += seconds - rounds
  }

  private everySecond(): void {
    if (--this.secondsToSample === 0) {
      this.secondsToSample = LOAD_SECONDS
      this.sampleLoad()
    }
    for (const lwp of this.timeshared) {
      if (lwp.state === ThreadState.sleeping) lwp.l_slptime++
      if (lwp.l_slptime > 1) continue
      lwp.l_estcpu = decayed(lwp.l_estcpu, 2 * this.load)
      this.recompute(lwp)
    }
  }

  private sampleLoad(): void {
    let running = 0
    for (const lwp of this.timeshared) {
      const runs = lwp.state === ThreadState.runnable || lwp.state === ThreadState.running
      if (!lwp.isSystem && runs) running++
    }
    this.load = (LOAD_DECAY * this.load + running * FSCALE * (FSCALE - LOAD_DECAY)) >> 11
  }

  private catchUp(lwp: Lwp): void {
    let load = 2 * this.load
    if (this.machine.release.catchUpDividesLoad) load = Math.floor(load / this.machine.ncpu)
    let rounds = lwp.l_slptime - 1
    if (rounds * FSCALE >= 7 * load) lwp.l_estcpu = 0
    while (lwp.l_estcpu > 0 && --rounds > 0) lwp.l_estcpu = decayed(lwp.l_estcpu, load)
    this.recompute(lwp)
  }

  /** Sets the priority of a SCHED_OTHER thread from its use of the CPU. Both kinds are nice 20, the neutral value. */
  private recompute(lwp: Lwp): void {
    const priority = Math.max(0, P.MAXPRI_USER - (lwp.l_estcpu >> 11) - this.machine.niceOf(lwp))
    if (priority === lwp.l_priority_base) return
    lwp.l_priority_base = priority
    this.machine.scheduler.rankChanged(lwp)
  }

  // Ending

  returned(lwp: Thread): Steps | null {
    if (!(lwp instanceof Lwp)) return null
    return this.machine.returned(lwp)
  }
}

/** The higher of what a CPU runs and what waits there. */
function urgency(cpu: CpuInfo): number {
  return Math.max(underInterrupts(cpu)?.l_priority ?? -1, cpu.queue.bestPlace)
}

function decayed(estcpu: number, load: number): number {
  return Math.floor((estcpu * load) / (load + FSCALE))
}
