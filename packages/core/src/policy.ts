import type { Cpu } from './cpu.js'
import type { SleepQueue } from './sleep-queue.js'
import type { Steps } from './call.js'
import type { Thread } from './thread.js'

/** What a newly runnable thread does to the CPU it was queued on. */
export const Preemption = {
  /** Nothing: it waits its turn. */
  none: 0,
  /** The running thread gives way when it returns to user mode. */
  atUserReturn: 1,
  /** The running thread gives way now, in the kernel, unless the release refuses (`mayPreempt`). */
  now: 2,
} as const
export type Preemption = (typeof Preemption)[keyof typeof Preemption]

/**
 * Questions on which the systems differ and core must not guess. No defaults and no optional members: every system
 * gives its complete answer.
 */
export interface KernelPolicy {
  /** Printed in traces. Core never compares it. */
  readonly label: string

  /** How many ranks a run queue has. */
  readonly ranks: number

  /** How urgent a thread is by its own priority, 0 … ranks − 1, higher is more urgent. */
  rank(thread: Thread): number

  /** A thread that waits for a lock lends its priority to the owner, or to whom that waits for. */
  loanBegan(owner: Thread, lender: Thread): void

  /** The last loan of priority to a thread is over: it goes on at its own, which the release may set anew. */
  loanEnded(thread: Thread): void

  /** A thread's rank in a sleep queue. The same number for all makes the queue a FIFO. */
  sleepRank(thread: Thread, queue: SleepQueue): number

  /** The CPU whose queue a thread joins that becomes runnable. Never another than its own for a bound one. */
  place(thread: Thread): Cpu

  /** Takes a CPU's next thread off its queue, or off another's where an idle CPU may do that; null when there is none. */
  choose(cpu: Cpu): Thread | null

  /** What a thread just queued on a busy CPU does to it. */
  preemption(thread: Thread, cpu: Cpu): Preemption

  /** Whether the thread running on a CPU can be displaced in the kernel at this moment. */
  mayPreempt(cpu: Cpu): boolean

  /** Whether a displaced thread goes to the head of its rank. */
  displacedToHead(thread: Thread): boolean

  /** A CPU switched to a thread, null for its idle loop. An interrupt on top of a thread is no switch. */
  switched(cpu: Cpu, thread: Thread | null): void

  /** A thread goes to sleep, on a queue or in a plain delay. Called before its sleep rank is asked. */
  sleeps(thread: Thread, queue: SleepQueue | null): void

  /** A thread leaves a sleep queue and is about to be queued. */
  woken(thread: Thread): void

  /** A clock tick on a CPU that is not idle. */
  tick(cpu: Cpu): void

  /** Whole seconds of virtual time have passed. */
  secondsPassed(seconds: number): void

  /** Ticks by which a time-out of n ticks fires later than n ticks after the current one. */
  readonly timeoutSlackTicks: number

  /**
   * Whether a sleep's time-out stays armed until the woken thread runs, so that a time-out can overtake a wakeup that
   * came first. False where the wakeup disarms it.
   */
  readonly timeoutOutlivesWakeup: boolean

  /** Sleepers that one wakeup may release, as far as the page is concerned; the first is the release's usual answer. */
  wakeCandidates(queue: SleepQueue): readonly Thread[]

  /** The function of a thread returned. What runs next in its place, or null when the thread is over. May panic. */
  returned(thread: Thread, value: unknown): Steps | null
}
