import { CallPhase } from './call.js'
import type { Cpu } from './cpu.js'
import type { Machine } from './machine.js'
import type { Oracle } from './oracle.js'
import type { Thread } from './thread.js'
import type { Due } from './timeline.js'

/** Whose turn it is: which CPU makes the next step. */
export class Turns {
  private lastCpu = 0
  /** The thread that ran last, for telling a call that was announced just now from one that was displaced. */
  lastThread: Thread | null = null
  /** Whether the CPU of the last step stands first in line for the next. */
  private isGoingOn = false
  /** The slice ran out: other CPUs come first. */
  mustRotate = false

  constructor(private readonly machine: Machine) {}

  /** The CPU that makes the next step, null when none has anything to do. */
  next(): Cpu | null {
    const { cpus, oracle, scheduler } = this.machine
    if (oracle !== null) return this.ask(oracle)
    const ready = scheduler.ready & scheduler.started
    return ready === 0 ? null : cpus[(this.lastCpu = nextBit(ready, this.lastCpu))]!
  }

  /** Chosen by the oracle, among the ready CPUs and, where it says that CPUs can be slow, the next timer. */
  private ask(oracle: Oracle): Cpu | null {
    const { cpus, scheduler, timeline, trace } = this.machine
    for (;;) {
      const ready = scheduler.ready & scheduler.started
      if (ready === 0) return null
      if (oracle.endsHere?.(this.machine) === true) return null
      const candidates: (Cpu | Due)[] = []
      let index = this.usual(ready)
      do {
        candidates.push(cpus[index]!)
        index = nextBit(ready, index)
      } while (cpus[index] !== candidates[0])
      const due = oracle.freeTimers && timeline.foreground > 0 ? timeline.first() : null
      if (due !== null) candidates.push(due)
      const chosen = candidates.length === 1 ? 0 : oracle.choose({ kind: 'step', candidates, goesOn: this.isGoingOn })
      if (due === null || chosen < candidates.length - 1) {
        const cpu = candidates[chosen] as Cpu
        oracle.moves?.(cpu, chosen > 0 && this.isGoingOn)
        trace?.beginStep()
        this.lastCpu = cpu.index
        return cpu
      }
      oracle.moves?.(due, false)
      trace?.beginStep()
      this.machine.clock.passTime()
    }
  }

  /** The usual answer: the CPU whose call was only announced, else the next one around. */
  private usual(ready: number): number {
    const { cpus, scheduler } = this.machine
    const last = cpus[this.lastCpu]!
    // Not one that announced its call before it was displaced: on the other road it would have waited for its turn.
    const isAnnounced = last.current?.phase === CallPhase.announced && last.current === this.lastThread
    const mayGoOn = isAnnounced && !this.mustRotate && (last.attention === 0 || !scheduler.mustGiveWay(last))
    this.isGoingOn = mayGoOn && (ready & (1 << this.lastCpu)) !== 0
    this.mustRotate = false
    return this.isGoingOn ? this.lastCpu : nextBit(ready, this.lastCpu)
  }
}

/** The next set bit after `index`, around the end; `bits` has at least one. */
function nextBit(bits: number, index: number): number {
  const after = index === 31 ? 0 : bits & (-1 << (index + 1))
  const from = after === 0 ? bits : after
  return 31 - Math.clz32(from & -from)
}
