import type { Machine } from './machine.js'

const NS_PER_SECOND = 1_000_000_000

/** The clock of a machine: its ticks, and how time passes when no CPU has anything to do at this instant. */
export class Clock {
  /** Nanoseconds of virtual time in a tick. */
  readonly tickNs: number

  constructor(
    private readonly machine: Machine,
    /** Ticks a second. */
    readonly hz: number,
  ) {
    this.tickNs = NS_PER_SECOND / hz
  }

  get ticks(): number {
    const { tickNs } = this
    const { now } = this.machine.timeline
    const ticks = Math.floor(now / tickNs)
    // Where a tick is no whole number of nanoseconds the quotient may fall short of the tick that has just come.
    return (ticks + 1) * tickNs <= now ? ticks + 1 : ticks
  }

  /** The time of the n-th tick from the current one. */
  tickTimeNs(n: number): number {
    return (this.ticks + n) * this.tickNs
  }

  /** Lets time pass to the next tick that matters or the next thing due. False when nothing is. */
  passTime(): boolean {
    const { cpus, policy, timeline } = this.machine
    if (timeline.foreground === 0) return false
    const dueNs = timeline.nextDueNs()
    const someRun = cpus.some((cpu) => cpu.current !== null)
    const nextTickNs = this.tickTimeNs(1)
    if (someRun && nextTickNs <= dueNs) {
      this.moveTo(nextTickNs)
      this.machine.fuel--
      for (const cpu of cpus) if (cpu.current !== null) policy.tick(cpu)
    } else this.moveTo(dueNs)
    this.fireDue()
    return true
  }

  /** Fires what is due at this instant, in the order in which it was armed. */
  fireDue(): void {
    const { timeline } = this.machine
    for (let due = timeline.takeDue(); due !== null; due = timeline.takeDue()) due.fire()
  }

  private moveTo(timeNs: number): void {
    const { policy, timeline } = this.machine
    const before = Math.floor(timeline.now / NS_PER_SECOND)
    timeline.now = timeNs
    const seconds = Math.floor(timeNs / NS_PER_SECOND) - before
    if (seconds > 0) policy.secondsPassed(seconds)
  }
}
