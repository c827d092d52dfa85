/**
 * On what the releases part. Code asks one of these questions by name; it never asks which release it is.
 *
 * The numbers in comments are sections of the facts: what a release's sources showed.
 */
export interface Release {
  /** `6` or `10.1`. */
  readonly version: string
  /** Release name as messages print it. */
  readonly name: string

  /** LID of the first LWP; kernel threads count up from `lidFirstKthread` (§3.14). */
  readonly lidOfLwp0: number
  readonly lidFirstKthread: number
  /** Whether LIDs and PIDs come from one table, or every process numbers its own LWPs (§3.14). */
  readonly lidsArePids: boolean

  /** How a new kernel thread finds its CPU: the one of lwp0, or the first idle one around (§3.2). */
  readonly newThreadsGoTo: 'cpu of lwp0' | 'idle cpu'
  /** Whether a preempted SCHED_RR thread that has not used up its quantum keeps its place (§3.2). */
  readonly preemptedKeepsPlace: boolean
  /** Whether catching up with decay after a long sleep divides the load by the number of CPUs (§3.3). */
  readonly catchUpDividesLoad: boolean

  /** What joiner and exiting thread meet at: one slot for the whole system, or one for each thread (§2.3, §2.4). */
  readonly joinSlot: 'global' | 'per thread'
  /** Whether kthread_join asserts that the target was created with KTHREAD_MUSTJOIN (§2.4). */
  readonly joinAssertsMustjoin: boolean
  /** The clause that a thread breaks that is created to be joined, and never is. */
  readonly mustjoinClause: string
  /** Which holds of the big lock kthread_exit gives up: all in silence, or one, and any other panics (§2.3). */
  readonly exitReleases: 'all holds' | 'one hold'
  /** State of a CPU's idle thread while the CPU idles (§3.1). */
  readonly idleThreadIs: 'LSONPROC' | 'LSIDL'
  /** Whether setrunnable accepts an LSIDL LWP (§2.7). */
  readonly setrunnableStartsIdle: boolean

  /** Whether a sleep's time-out decides after the wakeup, when the thread looks (§3.9). */
  readonly timeoutOutlivesWakeup: boolean
  /** Whether kpause puts the caller on a sleep queue (§3.1). */
  readonly kpauseOnQueue: boolean
  /** Whom cv_signal wakes: the first, or everybody up to the first that cannot be interrupted (§3.6). */
  readonly cvSignalWakes: 'first' | 'through first uninterruptible'
  /** Whether a waiter that comes back with an error passes the signal on (§3.6). */
  readonly cvErrorResignals: boolean
  /** Whether cv_destroy asserts that nobody waits (§3.6). */
  readonly cvDestroyAssertsNoWaiters: boolean

  /** Bytes of the table of soft interrupt handlers (§3.10). */
  readonly softintBytes: number
  /** Whether the big lock stays held between handlers that want it (§3.10). */
  readonly softintKeepsBigLock: boolean
  /** Whether the configroot threads are created to be joined (§3.13). */
  readonly configrootJoined: boolean
  /** Whether workqueue_create asserts that the name fits (§3.11). */
  readonly workqueueNameAsserted: boolean
  /** Whether an item that is queued already is noticed (§3.11). */
  readonly workqueueLooksForTwice: boolean
  /** How a workqueue wakes its worker (§3.11). */
  readonly workqueueWakes: 'signal' | 'broadcast'

  /** kern.maxlwp of this machine, and the value it cannot reach (§3.14). */
  readonly maxlwp: number
  readonly maxlwpLimit: number
  /** sysctl nodes only this release has, with their values. */
  readonly sysctls: Readonly<Record<string, number>>
}
