import { CallPhase, notStarted, type Operation, type Steps } from './call.js'
import type { Cpu } from './cpu.js'
import type { Lock } from './lock.js'
import type { Process } from './process.js'
import type { SleepQueue } from './sleep-queue.js'
import type { Due } from './timeline.js'

/** Where a thread is in its life. Personalities show the release's own names and numbers for these. */
export const ThreadState = {
  /** Made, never queued; or a soft interrupt thread that waits to be asked for. */
  embryo: 1,
  /** On the run queue of its CPU. */
  runnable: 2,
  /** Has a CPU: executes, works, spins, or lies under an interrupt. */
  running: 3,
  /** On a sleep queue, or in a plain delay on none. */
  sleeping: 4,
  /** Has ended; nothing of it runs again. */
  dead: 5,
  /** Held back until it is let go; a sleep that had begun goes on underneath (`ThreadMark.asleep`). */
  stopped: 6,
} as const
export type ThreadState = (typeof ThreadState)[keyof typeof ThreadState]

/** What ended a sleep. */
export const WakeReason = { none: 0, woken: 1, timedOut: 2, interrupted: 3 } as const
export type WakeReason = (typeof WakeReason)[keyof typeof WakeReason]

/** Bits of `Thread.marks`. */
export const ThreadMark = {
  /** Runs on its own CPU only. */
  bound: 1,
  /** The holds in `bigLocks` are in effect. */
  bigLockHeld: 2,
  /** The sleep may be cut short by a signal or a cancellation. */
  interruptible: 4,
  /** Housekeeping: its time-outs do not keep the machine going, and it is never reported as stuck. */
  background: 8,
  /** Some CPU spins on a lock this thread holds. */
  spunUpon: 16,
  /** Runs on top of whatever its CPU was doing. */
  pinning: 32,
  /** A hardware interrupt's frame, not a thread of the release. */
  interruptFrame: 64,
  /** In user mode, where it gives way to whatever asked for it in the kernel. */
  inUserMode: 128,
  /** Stopped while it slept, and not woken since: let go, it sleeps on. */
  asleep: 256,
} as const

/**
 * A schedulable entity. Personalities extend it with the fields of their `lwp`, `thread` or `proc`.
 *
 * Every field is set here once, so that all threads of a kernel have one shape.
 */
export class Thread {
  /** Links of the one queue the thread is on. */
  next: Thread | null = null
  previous: Thread | null = null
  /** Rank in that queue, or its place in a run queue; −1 when on none. */
  rank = -1
  /** The sleep queue it is on, null when on none. */
  sleepQueue: SleepQueue | null = null
  state: ThreadState = ThreadState.embryo
  /** `ThreadMark` bits. */
  marks = 0

  /** The body, made at the first dispatch. */
  steps: Steps | null = null
  operation: Operation = notStarted
  phase: CallPhase = CallPhase.fresh
  /** The outermost composed call it is in, by name, null outside. Kept where calls are announced. */
  inside: string | null = null
  /** Arguments of the call being made, and later its scratch space. Before the first dispatch: function and argument. */
  a: unknown = null
  b: unknown = null
  c: unknown = null
  d: unknown = null
  result: unknown = undefined

  wakeReason: WakeReason = WakeReason.none
  /** Why it sleeps, as views print it. */
  wmesg: string | null = null
  /** The sleep's time-out, made on first use and used again. */
  timer: Due | null = null

  /** Best rank lent by threads that wait for locks it holds, −1 for none. */
  lentRank = -1
  /** Locks it holds, latest first. */
  held: Lock | null = null
  /** Holds of the big lock it has, or takes back before it goes on. */
  bigLocks = 0
  /** Interrupt level to go back to: its own while it is off its CPU, or that of the thread it runs on top of. */
  ipl = 0
  /** What it runs on top of; meaningful with `ThreadMark.pinning`, null for an idle CPU. */
  pinned: Thread | null = null

  /** Neighbours in the process's list, newest first. */
  newer: Thread | null = null
  older: Thread | null = null

  constructor(
    readonly id: number,
    public name: string | null,
    readonly process: Process,
    /** The CPU it runs on, is queued on, or ran on last. */
    public cpu: Cpu,
  ) {}

  is(mark: number): boolean {
    return (this.marks & mark) !== 0
  }

  mark(mark: number, on: boolean): void {
    if (on) this.marks |= mark
    else this.marks &= ~mark
  }
}
