import type { Steps } from '@kt/core'
import type { BigLockWords } from './big-lock.js'
import type { FpuWords } from './fpu.js'
import type { Created, KernelThread } from './threads.js'

/** What a creator may say of how a thread runs. What the system does not let it say has no effect. */
export interface Tuning {
  /** Name, `worker` if not given. */
  readonly name?: string
  /** Priority, in the system's own number. */
  readonly priority?: number
  /** Number of the only CPU that it may run on. */
  readonly cpu?: number
  /** In the class whose priorities go up and down with the use of the CPU. */
  readonly isTimeShared?: boolean
}

/** Priorities that have the same meaning everywhere, each in the system's own number. */
interface Priorities {
  /** Of the pager, the more urgent of the two. */
  readonly pager: number
  /** Of block input and output. */
  readonly io: number
  /** The most urgent that a driver's thread is given: that of network interrupts where threads have such. */
  readonly interrupt: number
}

/** Priorities, classes and CPUs. */
export interface ScheduleWords extends BigLockWords, FpuWords {
  readonly priorities: Priorities
  /** Creates a thread that executes `body` with what the system lets its creator choose. */
  createAs(body: () => Steps, tuning: Tuning): Steps<Created>
  /** Sleeps on an address until somebody wakes it, or for some ticks, with a priority for the sleep call to take. */
  sleepAt(address: object, priority: number, ticks?: number): Steps<number>
  /** What a thread runs or waits at, in the system's own number; that of the caller if none is given. */
  priorityOf(thread?: KernelThread): number
  /** Number of the CPU that the caller is on. */
  cpu(): number
}
