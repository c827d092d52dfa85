import { RunQueue } from './run-queue.js'
import type { InterruptHandler, SoftLevel } from './interrupt.js'
import type { Spinnable } from './lock.js'
import type { Thread } from './thread.js'
import { Due } from './timeline.js'
import type { Machine } from './machine.js'

/** Bits of `Cpu.attention`: reasons to look up before the running thread goes on. */
export const Attention = {
  /** A better thread is queued and the running one should give way in the kernel. */
  preempt: 1,
  /** A soft interrupt is pending. */
  soft: 2,
  /** A hardware interrupt is pending. */
  hard: 4,
} as const

/** A CPU: one running thread, one run queue, one interrupt level. Personalities extend it. */
export class Cpu {
  /** What it executes, null in the idle loop. */
  current: Thread | null = null
  /** The thread of its idle loop, for views; null where the release has none. */
  idle: Thread | null = null
  /** `Attention` bits. */
  attention = 0
  /** The running thread gives way when it returns to user mode. */
  ast = false

  /** Interrupts of this level and below are held back. */
  ipl = 0
  /** Spin mutexes held, and the level to go back to when the last is released. */
  spinMutexes = 0
  iplBeforeSpin = 0
  /** Pending soft interrupt levels, a bit each; and hardware interrupts, the most urgent first, equals as they came. */
  softPending = 0
  readonly hardPending: InterruptHandler[] = []
  /** The soft interrupt levels of this CPU, set up by the personality. */
  readonly softLevels: SoftLevel[] = []

  /** The lock that the running thread spins on, null when it does not. */
  spinningOn: Spinnable | null = null
  /** Until when the running thread keeps the CPU busy. */
  readonly work: WorkEnd

  constructor(
    readonly index: number,
    readonly machine: Machine,
    /** Its runnable threads. One queue given to all CPUs is a global run queue: whoever is free takes the best. */
    readonly queue: RunQueue = new RunQueue(machine.policy.ranks),
  ) {
    this.work = new WorkEnd(this)
  }

  get name(): string {
    return `cpu${this.index}`
  }
}

/** The end of a stretch of work on a CPU. */
class WorkEnd extends Due {
  constructor(private readonly cpu: Cpu) {
    super()
  }

  override fire(): void {
    this.cpu.machine.scheduler.setReady(this.cpu)
  }
}
