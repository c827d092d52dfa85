import type { Steps } from '@kt/core'
import type { Creation, KernelThread } from './threads.js'

/** How far a thread has come with its end, by what the system itself keeps. */
interface Ending {
  /** Whether it can still execute something. */
  readonly lives: boolean
  /** Whether the system's `ps` still shows it. */
  readonly isListed: boolean
  /** Whether the system has taken back what it was made of, and may use it for another. */
  readonly isFreed: boolean
}

/** A thread that a driver has from attach to detach. */
export interface Daemon {
  readonly thread: KernelThread
}

/** How the main functions of a kernel process end. */
export type ProcessEnd = 'thread exit' | 'process exit' | 'return'

/** How threads and daemons end, and what of it can be seen. */
export interface EndWords {
  /** How far the end of a thread is. To be asked in a `look`. */
  ending(thread: KernelThread): Ending
  /** Numbers of the processes that `ps` shows. */
  pids(): readonly number[]
  /**
   * Starts a daemon as attach does: it executes `work`, sleeps until it is told to stop, executes `work` once more and
   * ends.
   */
  startDaemon(work: () => Steps, how?: Pick<Creation, 'last'>): Steps<Daemon>
  /** Tells a daemon to stop and waits for its end, as the detach of a careful driver does. */
  stopDaemon(daemon: Daemon): Steps<void>
  /** Ends another thread from outside, where there is a call for it. */
  destroy?(thread: KernelThread): Steps<void>
  /**
   * Runs a kernel process of its own with a thread for each of some functions, where there is such a thing, and comes
   * back when the system wakes who waits for the process.
   */
  runProcess?(mains: readonly (() => Steps)[], ends: readonly ProcessEnd[]): Steps<void>
}
