import {
  Preemption,
  ThreadMark,
  underInterrupts,
  type KernelPolicy,
  type SleepQueue,
  type Steps,
  type Thread,
} from '@kt/core'
import type { Pcpu } from './cpu.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { noteSleepOfOwner } from './sleeping-owner.js'
import { Td } from './td.js'

/** The statistics clock where the local APIC drives it, at hz 1000 and at hz 100. */
export const STATHZ = 133

/** What both schedulers share: bands of priorities, preemption in the kernel, queues of sleepers. */
export abstract class FreebsdPolicy implements KernelPolicy {
  abstract readonly label: string
  readonly ranks: number = P.PRI_MAX + 1
  /** The wakeup stops the time-out's callout. */
  readonly timeoutOutlivesWakeup = false
  protected machine!: FreebsdMachine

  attach(machine: FreebsdMachine): void {
    this.machine = machine
  }

  get timeoutSlackTicks(): number {
    return this.machine.release.calloutSlackTicks
  }

  rank(td: Td): number {
    return P.PRI_MAX - td.ownPriority
  }

  /** Sleepers stay in order of arrival, wakeup_one looks for the best; a turnstile is sorted. */
  sleepRank(td: Td, queue: SleepQueue): number {
    return queue.isTurnstile ? P.PRI_MAX - td.td_priority : 0
  }

  loanBegan(owner: Td, lender: Td): void {
    owner.td_flags |= P.TDF_BORROWING
    this.machine.ktr.lent(owner, lender)
  }

  /** A base priority among those of time-sharing means the user priority, whatever it had before the loan. */
  loanEnded(td: Td): void {
    const isTimeshare = td.td_base_pri >= P.PRI_MIN_TIMESHARE && td.td_base_pri <= P.PRI_MAX_TIMESHARE
    td.ownPriority = isTimeshare ? td.td_user_pri : td.td_base_pri
    td.td_flags &= ~P.TDF_BORROWING
  }

  abstract place(td: Td): Pcpu
  abstract choose(cpu: Pcpu): Thread | null

  /** CPUs that run and on which a thread may, the first one first. */
  protected allowed(td: Td): Pcpu[] {
    const { cpus, scheduler } = this.machine
    const usable = cpus.filter((cpu) => (scheduler.started & (1 << cpu.index)) !== 0 && td.td_cpuset.has(cpu))
    return usable.length > 0 ? usable : [td.cpu]
  }

  /** Whether a CPU may take a thread from elsewhere. */
  protected mayRunOn(td: Td, cpu: Pcpu): boolean {
    return !td.is(ThreadMark.bound) && td.td_cpuset.has(cpu)
  }

  /** Only the panicking thread and those of the system run once the kernel panics. */
  protected mayRunNow(td: Td): boolean {
    const { panicking } = this.machine
    return panicking === null || td === panicking.thread || td.process.isSystem
  }

  /** The priority of a thread was set: it moves in the queue it is on. */
  priorityChanged(td: Td): void {
    const { sleepQueue } = td
    if (sleepQueue !== null) sleepQueue.bound = Math.min(sleepQueue.bound, td.td_priority)
    this.machine.scheduler.rankChanged(td)
  }

  // Preemption

  preemption(td: Td, cpu: Pcpu): Preemption {
    const running = underInterrupts(cpu)
    if (running === null || td.td_priority >= running.td_priority) return Preemption.none
    if (this.machine.panicking !== null || this.machine.cold) return Preemption.none
    return this.preempts(td, running, cpu)
  }

  /** A better thread was queued on a CPU: whether it takes it at once, at the return to user mode, or waits. */
  protected abstract preempts(td: Td, running: Td, cpu: Pcpu): Preemption

  mayPreempt(cpu: Pcpu): boolean {
    const td = cpu.current!
    if (td.is(ThreadMark.pinning)) return false
    return td.td_critnest === 0 && cpu.spinMutexes === 0
  }

  /** To the head of its place, but for one that gave way on its way to user mode. */
  displacedToHead(td: Td): boolean {
    return !(td.is(ThreadMark.inUserMode) && td.cpu.ast)
  }

  switched(cpu: Pcpu, td: Td | null): void {
    cpu.pc_switchticks = this.machine.clock.ticks
    // Whoever comes in puts away who left for good.
    const dead = cpu.pc_deadthread
    if (dead !== null) {
      cpu.pc_deadthread = null
      this.machine.structures.zombies.push(dead)
    }
    // The first thing a thread does is to leave the critical section it was born in.
    if (td !== null && td.steps === null) td.td_critnest = 0
    this.machine.ktr.switched(cpu, td)
  }

  // Sleep

  sleeps(td: Td, queue: SleepQueue | null): void {
    if (!(td instanceof Td)) this.machine.undefinedBehaviour('UB:sleep-in-interrupt', 'an interrupt went to sleep')
    if (queue?.isTurnstile === true) {
      if (td.td_critnest > 0) this.machine.assertSwitchable(td, 'mi_switch')
      return
    }
    noteSleepOfOwner(td)
    td.td_slptick = this.machine.clock.ticks
    const priority = td.sleepPriority & P.PRIMASK
    if (priority <= P.PSOCK) td.td_flags |= P.TDF_CANSWAP
    this.sleepsAt(td, priority)
    if (queue !== null) queue.bound = queue.length === 0 ? td.td_priority : Math.min(queue.bound, td.td_priority)
  }

  /** What the priority argument of a sleep does to the sleeper; 0 for none. */
  protected abstract sleepsAt(td: Td, priority: number): void

  woken(td: Td): void {
    noteSleepOfOwner(td)
    if ((td.td_flags & P.TDF_CANSWAP) !== 0) td.td_flags &= ~P.TDF_CANSWAP
    this.wakes(td)
    this.machine.ktr.queued(td)
  }

  protected abstract wakes(td: Td): void

  wakeCandidates(queue: SleepQueue): readonly Thread[] {
    // Nobody promises an order but this kernel: the best priority, and of equals who came first.
    if (this.machine.reading === 'page') return Array.from(queue.threads())
    return [bestSleeper(queue)]
  }

  // Clock

  tick(cpu: Pcpu): void {
    const td = underInterrupts(cpu)
    if (td === null) return
    const { hz, ticks } = this.machine.clock
    this.hardclock(td, ticks)
    for (let clocks = clocksAt(ticks, STATHZ, hz); clocks > 0; clocks--) {
      this.machine.ktr.statclock(td)
      this.statclock(cpu, td)
    }
  }

  protected abstract hardclock(td: Td, ticks: number): void
  protected abstract statclock(cpu: Pcpu, td: Td): void

  secondsPassed(): void {}

  /** A thread is queued that was created, or has waited. */
  abstract added(td: Td): void

  /** Sets a thread's user priority from what the scheduler remembers. */
  abstract setUserPriority(td: Td): void

  /** From now on there are threads that may not run everywhere. */
  noteRestriction(): void {}

  // Threads come and go

  /** A thread begins with what its template has. */
  abstract forked(td: Td, template: Td): void
  /** A thread leaves a process in which another stays. */
  abstract left(td: Td, heir: Td): void

  returned(td: Thread, value: unknown): Steps | null {
    if (td instanceof Td) return this.machine.returned(td, value)
    if (td.held !== null)
      this.machine.undefinedBehaviour(
        'UB:exit-with-lock',
        `an interrupt ended with ${td.held.kind} ${td.held.name} held`,
      )
    return null
  }
}

/**
 * The sleeper that a wakeup of one releases: the best priority, of equals the one that came first. It is not looked for
 * beyond one that nobody can be better than.
 */
export function bestSleeper(queue: SleepQueue): Td {
  let best = queue.head as Td
  for (let td: Thread | null = best; td !== null && best.td_priority > queue.bound; td = td.next)
    if ((td as Td).td_priority < best.td_priority) best = td as Td
  queue.bound = best.td_priority
  return best
}

/** How many clocks of a frequency fall on a tick. */
function clocksAt(ticks: number, clockHz: number, hz: number): number {
  return Math.floor((ticks * clockHz) / hz) - Math.floor(((ticks - 1) * clockHz) / hz)
}
