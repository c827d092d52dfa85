import { Due, ThreadMark } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import type { Proc } from './proc.js'

/** Wakes lbolt at the next full second, while somebody sleeps there. */
export class LboltTimer extends Due {
  constructor(private readonly machine: OpenbsdMachine) {
    super()
  }

  armFor(p: Proc): void {
    const { timeline, clock } = this.machine
    const { ticks, hz } = clock
    const isBackground = p.is(ThreadMark.background)
    if (this.isArmed && (isBackground || !this.background)) return
    timeline.cancel(this)
    this.background = isBackground
    timeline.arm(this, this.machine.clock.tickTimeNs(hz - (ticks % hz)))
  }

  override fire(): void {
    this.machine.wakeAll(this.machine.lbolt)
  }
}
