import { Preemption, ThreadMark, ThreadState, type Thread } from '@kt/core'
import type { Pcpu } from './cpu.js'
import * as P from './param.js'
import { FreebsdPolicy } from './policy.js'
import type { Td } from './td.js'
import { clampUser } from './ule.js'

/** Estimated usage that worsens the priority by one, on one CPU. */
const INVERSE_ESTCPU_WEIGHT = 8
/** Usage that the worst nice value leaves room for. */
const NICE_RANGE = 40

/** SCHED_4BSD: one queue for all CPUs, a sleep's priority that sticks, and usage that decays once a second. */
export class FourBsdPolicy extends FreebsdPolicy {
  readonly label = 'freebsd, SCHED_4BSD'
  /** kern.sched.quantum, in microseconds. */
  quantumUs = 100_000
  /** Some thread may not run everywhere: the queue is searched instead of taken from. */
  private isRestricted = false

  override noteRestriction(): void {
    this.isRestricted = true
  }

  // Placement: whoever is free takes the head of the one queue

  place(td: Td): Pcpu {
    const { machine } = this
    if (machine.ncpu === 1 || td.is(ThreadMark.bound)) return td.cpu
    const allowed = this.allowed(td)
    const idle = allowed.find((cpu) => cpu.current === null)
    if (idle !== undefined) return idle
    return allowed.includes(machine.cpu) ? machine.cpu : allowed[0]!
  }

  choose(cpu: Pcpu): Thread | null {
    const { machine } = this
    if (!this.isRestricted && machine.panicking === null) return cpu.queue.take()
    for (const thread of cpu.queue.threads()) {
      const td = thread as Td
      const isHere = td.is(ThreadMark.bound) ? td.cpu === cpu : td.td_cpuset.has(cpu)
      if (!isHere || !this.mayRunNow(td)) continue
      cpu.queue.remove(td)
      return td
    }
    return null
  }

  protected override preempts(td: Td, running: Td): Preemption {
    const isUrgent = td.td_priority <= P.PRI_MAX_ITHD || running.td_priority >= P.PRI_MIN_IDLE
    const option = this.machine.preemptionOption
    if (option === 'full' || (option && isUrgent)) return Preemption.now
    return Preemption.atUserReturn
  }

  // Sleep

  protected override sleepsAt(td: Td, priority: number): void {
    td.ts_slpsecs = 0
    if (priority === 0) return
    this.machine.ktr.priority(td, priority)
    td.ownPriority = priority
    // It sticks: a kernel thread never goes back to user mode, where it would be set anew.
    td.td_base_pri = priority
  }

  protected override wakes(td: Td): void {
    const left = td.ts_slpsecs
    if (left > 1) {
      if (left > 5 * this.loadFactor()) td.td_estcpu = 0
      else for (let n = 1; n < left && td.td_estcpu > 0; n++) this.decay(td)
      this.setUserPriority(td)
    }
    td.ts_slpsecs = 0
    td.td_slptick = -1
  }

  // Clock

  protected override hardclock(): void {}

  protected override statclock(cpu: Pcpu, td: Td): void {
    const { ncpu, clock } = this.machine
    const limit = INVERSE_ESTCPU_WEIGHT * ncpu * (NICE_RANGE - 4) + INVERSE_ESTCPU_WEIGHT * ncpu - 1
    td.td_estcpu = Math.min(td.td_estcpu + 1, limit)
    if (td.td_estcpu % (INVERSE_ESTCPU_WEIGHT * ncpu) === 0) {
      this.setUserPriority(td)
      if (isTimeshare(td.ownPriority)) td.ownPriority = td.td_user_pri
    }
    const quantumTicks = Math.floor((this.quantumUs * clock.hz) / 1_000_000)
    if (clock.ticks - cpu.pc_switchticks >= quantumTicks) this.machine.scheduler.giveWayInUserMode(cpu)
  }

  /** Once a second, by the process schedcpu: usage decays, and with it user priorities get better. */
  schedcpu(): void {
    for (const process of this.machine.processes) {
      for (const thread of process.threads()) {
        const td = thread as Td
        if (td.state === ThreadState.sleeping || td.state === ThreadState.stopped) td.ts_slpsecs++
        else td.ts_slpsecs = 0
        if (td.ts_slpsecs > 1) continue
        this.decay(td)
        this.setUserPriority(td)
        if (!isTimeshare(td.ownPriority) || td.ownPriority === td.td_user_pri) continue
        td.ownPriority = td.td_user_pri
        this.priorityChanged(td)
      }
    }
  }

  private decay(td: Td): void {
    const twice = 2 * this.loadFactor()
    td.td_estcpu = Math.floor((td.td_estcpu * twice) / (twice + 1))
  }

  private loadFactor(): number {
    return this.machine.load.values[0]
  }

  /** User priorities change with the clocks only. */
  override added(): void {}

  override setUserPriority(td: Td): void {
    if ((td.td_pri_class & ~P.PRI_FIFO_BIT) !== P.PRI_TIMESHARE) return
    const weight = INVERSE_ESTCPU_WEIGHT * this.machine.ncpu
    td.td_base_user_pri = clampUser(P.PUSER + Math.floor(td.td_estcpu / weight) + td.process.p_nice + 20)
    td.td_user_pri = td.td_base_user_pri
  }

  // Threads come and go

  override forked(td: Td, template: Td): void {
    td.td_estcpu = template.td_estcpu
  }

  override left(td: Td, heir: Td): void {
    const { ncpu } = this.machine
    const limit = INVERSE_ESTCPU_WEIGHT * ncpu * (NICE_RANGE - 4) + INVERSE_ESTCPU_WEIGHT * ncpu - 1
    heir.td_estcpu = Math.min(heir.td_estcpu + td.td_estcpu, limit)
  }
}

/** Only what runs at a time-sharing priority follows its user priority: neither kernel threads nor the idle band. */
function isTimeshare(priority: number): boolean {
  return priority >= P.PRI_MIN_TIMESHARE && priority <= P.PRI_MAX_TIMESHARE
}
