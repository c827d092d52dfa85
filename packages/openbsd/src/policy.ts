import {
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
import { loadOf, LoadAverage } from './load.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import { Proc } from './proc.js'

/** Four neighbouring priorities share a queue. */
const QUEUES = 32
/** Where the estimate of CPU usage ends. */
const ESTCPU_MAX = 36
/** exp(−1/20) in fixed point: what a second leaves of the share of the CPU. */
const CCPU = 1948
const STATCLOCK_HZ = 128
/** Every fourth statistics clock is a scheduler clock. */
const SCHEDCLOCK_HZ = 32
/** Round-robin quanta a second: one is 100 ms. */
const QUANTA_PER_SECOND = 10
/** After so long a sleep, with nothing to do besides, nothing of the past is left. */
const SECONDS_MAX = 300

/** The 4.4BSD scheduler, with one set of queues for all CPUs (4.2) or one for each (5.1). */
export class OpenbsdPolicy implements KernelPolicy {
  readonly label = 'openbsd'
  readonly ranks: number = QUEUES
  readonly timeoutSlackTicks = 0
  readonly timeoutOutlivesWakeup = false
  readonly load: LoadAverage = new LoadAverage()

  private machine!: OpenbsdMachine

  attach(machine: OpenbsdMachine): void {
    this.machine = machine
  }

  rank(thread: Proc): number {
    return QUEUES - 1 - (thread.p_priority >> 2)
  }

  /** First come, first woken. */
  sleepRank(): number {
    return 0
  }

  /** Nobody lends. */
  loanBegan(): void {}
  loanEnded(): void {}

  // Placement

  place(p: Proc): CpuInfo {
    const { cpu } = p
    if (this.machine.ncpu === 1 || p.is(ThreadMark.bound)) return cpu
    if (this.machine.release.runQueues === 'one for all') return this.idleCpu() ?? cpu
    return p.state === ThreadState.embryo ? this.chooseForFork() : this.chooseForWakeup(p)
  }

  /** 4.2: whoever is free takes the head of the one queue, so it matters only whom to tell. */
  private idleCpu(): CpuInfo | null {
    for (const cpu of this.running()) if (cpu.current === null) return cpu
    return null
  }

  /** 5.1, sched_choosecpu_fork: an idle CPU, else any; the least queued, then the lowest load, then the first. */
  private chooseForFork(): CpuInfo {
    let best: CpuInfo | null = null
    for (const cpu of this.idleOrAll()) if (best === null || comesFirst(cpu, best)) best = cpu
    return best!
  }

  /** 5.1, sched_choosecpu: its own CPU if that has nothing to do, else the cheapest of those without, or of all. */
  private chooseForWakeup(p: Proc): CpuInfo {
    if (this.machine.scheduler.isIdle(p.cpu)) return p.cpu
    let best = p.cpu
    let lowest = Infinity
    for (const cpu of this.idleOrAll()) {
      const cost = costOn(cpu, p)
      if (cost >= lowest) continue
      lowest = cost
      best = cpu
    }
    return best
  }

  /** The CPUs that have nothing to do, or where there is none, all. */
  private idleOrAll(): CpuInfo[] {
    const cpus = this.running()
    const idle = cpus.filter((cpu) => this.machine.scheduler.isIdle(cpu))
    return idle.length > 0 ? idle : cpus
  }

  private running(): CpuInfo[] {
    const { cpus, scheduler } = this.machine
    return cpus.filter(({ index }) => (scheduler.started & (1 << index)) !== 0)
  }

  choose(cpu: CpuInfo): Thread | null {
    return cpu.queue.take() ?? this.steal(cpu)
  }

  /** 5.1: an idle CPU takes the thread that is cheapest to move here. */
  private steal(cpu: CpuInfo): Thread | null {
    if (this.machine.ncpu === 1 || this.machine.release.runQueues === 'one for all') return null
    let stolen: Proc | null = null
    let lowest = Infinity
    for (const other of this.machine.cpus) {
      if (other === cpu || other.queue.length === 0) continue
      const p = other.queue.bestWithout(ThreadMark.bound) as Proc | null
      if (p === null) continue
      const cost = costOn(cpu, p)
      if (cost >= lowest) continue
      lowest = cost
      stolen = p
    }
    stolen?.cpu.queue.remove(stolen)
    return stolen
  }

  // Preemption: none in the kernel, for whomever

  preemption(p: Proc, cpu: CpuInfo): Preemption {
    const running = underInterrupts(cpu)
    // A new thread asks for nothing: its creator goes on (OB-Q-02). The others are measured against what the running
    // one has in user mode, for it gives way on the way there. Who is woken asks in any case (`wakeSleeper`).
    if (running === null || p.steps === null || p.p_priority >= running.p_usrpri) return Preemption.none
    return Preemption.atUserReturn
  }

  mayPreempt(cpu: CpuInfo): boolean {
    const p = cpu.current!
    return p.is(ThreadMark.inUserMode) && !p.is(ThreadMark.pinning)
  }

  /** To the tail, as preempt() does it, at its user priority. */
  displacedToHead(p: Proc): boolean {
    p.p_priority = p.p_usrpri
    p.ru_nivcsw++
    return false
  }

  switched(): void {
    this.machine.uvmexp.swtch++
  }

  // Sleep

  sleeps(p: Proc, queue: SleepQueue | null): void {
    if (!(p instanceof Proc)) this.machine.undefinedBehaviour('UB:OB-D-14', 'an interrupt went to sleep')
    p.p_slptime = 0
    p.ru_nvcsw++
    if (queue?.object === this.machine.lbolt) this.machine.lboltTimer.armFor(p)
  }

  woken(p: Proc): void {
    if (p.p_slptime > 1) this.catchUp(p)
    p.p_slptime = 0
  }

  wakeCandidates(queue: SleepQueue): readonly Thread[] {
    // Nobody promises an order but this kernel: first come, first woken.
    return this.machine.reading === 'page' ? Array.from(queue.threads()) : [queue.head!]
  }

  // Clock

  tick(cpu: CpuInfo): void {
    const p = underInterrupts(cpu)
    if (p === null) return
    const { hz, ticks } = this.machine.clock
    if (ticks % Math.max(1, Math.floor(hz / QUANTA_PER_SECOND)) === 0) this.roundrobin(cpu)
    p.p_cpticks += clocksAt(ticks, STATCLOCK_HZ, hz)
    for (let clocks = clocksAt(ticks, SCHEDCLOCK_HZ, hz); clocks > 0; clocks--) this.schedclock(p)
  }

  /** The end of a quantum. Only user mode gives way to it, so the marks that the kernel keeps of it have no reader here. */
  private roundrobin(cpu: CpuInfo): void {
    if (this.machine.release.roundrobinAlwaysAsks || cpu.queue.length > 0) this.machine.scheduler.giveWayInUserMode(cpu)
  }

  private schedclock(p: Proc): void {
    p.p_estcpu = Math.min(p.p_estcpu + 1, ESTCPU_MAX)
    this.resetPriority(p)
    if (p.p_priority >= P.PUSER) p.p_priority = p.p_usrpri
  }

  secondsPassed(seconds: number): void {
    // The past is forgotten long before this many seconds; a longer jump changes nothing more.
    const rounds = Math.min(seconds, SECONDS_MAX)
    for (let second = 0; second < rounds; second++) this.schedcpu(second === 0 ? 1 + seconds - rounds : 1)
  }

  private schedcpu(seconds: number): void {
    const { machine, load } = this
    for (const p of machine.table.pids.values()) {
      p.p_swtime += seconds
      const isOff = p.state === ThreadState.sleeping || p.state === ThreadState.stopped
      if (isOff) p.p_slptime += seconds
      p.p_pctcpu = (p.p_pctcpu * CCPU) >> P.FSHIFT
      if (p.p_slptime > 1) continue
      p.p_pctcpu += ((P.FSCALE - CCPU) * Math.floor((p.p_cpticks * P.FSCALE) / STATCLOCK_HZ)) >> P.FSHIFT
      p.p_cpticks = 0
      p.p_estcpu = decayed(p.p_estcpu, 2 * load.fixed)
      this.resetPriority(p)
      if (p.p_priority >= P.PUSER && p.p_priority !== p.p_usrpri) {
        p.p_priority = p.p_usrpri
        if (p.state === ThreadState.runnable) machine.scheduler.rankChanged(p)
      }
    }
    if (load.isDue()) {
      load.sample(loadOf(machine))
      for (const cpu of machine.cpus) cpu.spc_ldavg = load.decay(cpu.spc_ldavg, cpuLoad(cpu))
    }
  }

  /** What schedcpu left out while the thread slept. */
  private catchUp(p: Proc): void {
    const load = 2 * this.load.fixed
    if (p.p_slptime > 5 * load) p.p_estcpu = 0
    else for (let left = p.p_slptime - 1; p.p_estcpu > 0 && --left > 0;) p.p_estcpu = decayed(p.p_estcpu, load)
    this.resetPriority(p)
  }

  private resetPriority(p: Proc): void {
    p.p_usrpri = Math.min(P.PUSER + p.p_estcpu + 2 * (p.process.ps_nice - P.NZERO), P.MAXPRI)
  }

  // Ending

  returned(thread: Thread): Steps | null {
    return thread instanceof Proc ? this.machine.returned(thread) : null
  }
}

function comesFirst(cpu: CpuInfo, best: CpuInfo): boolean {
  if (cpu.queue.length !== best.queue.length) return cpu.queue.length < best.queue.length
  return cpu.spc_ldavg < best.spc_ldavg
}

/** What it costs to run a thread on a CPU: whom it disturbs there, what waits there, and the cache it leaves behind. */
function costOn(cpu: CpuInfo, p: Proc): number {
  let cost = Math.floor(cpu.spc_ldavg / P.FSCALE)
  const running = underInterrupts(cpu)
  if (running !== null) cost += p.p_priority - running.p_usrpri + 3
  if (cpu.queue.length > 0) cost += 3 * cpu.queue.length
  if (cpu === p.cpu && p.p_slptime === 0) cost -= p.isSystem ? 0 : Math.log2(P.RESIDENT_PAGES)
  return cost
}

function cpuLoad(cpu: CpuInfo): number {
  return cpu.queue.length + (cpu.current === null ? 0 : 1)
}

/** How many clocks of a frequency fall on a tick. */
function clocksAt(tick: number, clockHz: number, hz: number): number {
  return Math.floor((tick * clockHz) / hz) - Math.floor(((tick - 1) * clockHz) / hz)
}

function decayed(estcpu: number, load: number): number {
  return Math.floor((estcpu * load) / (load + P.FSCALE))
}
