/**
 * On what the releases part. Code asks one of these questions by name; it never asks which release it is.
 */
export interface Release {
  /** `6` or `10.1`. */
  readonly version: string
  /** Release name as messages print it. */
  readonly name: string

  /** LID of the first LWP; kernel threads count up from `lidFirstKthread`. */
  readonly lidOfLwp0: number
  readonly lidFirstKthread: number
  /** Whether LIDs and PIDs come from one table, or every process numbers its own LWPs. */
  readonly lidsArePids: boolean

  /** How a new kernel thread finds its CPU: the one of lwp0, or the first idle one around. */
  readonly newThreadsGoTo: 'cpu of lwp0' | 'idle cpu'
  /** Whether a preempted SCHED_RR thread that has not used up its quantum keeps its place. */
  readonly preemptedKeepsPlace: boolean
  /** Whether catching up with decay after a long sleep divides the load by the number of CPUs. */
  readonly catchUpDividesLoad: boolean

  /** What joiner and exiting thread meet at: one slot for the whole system, or one for each thread. */
  readonly joinSlot: 'global' | 'per thread'
  /** Whether kthread_join asserts that the target was created with KTHREAD_MUSTJOIN. */
  readonly joinAssertsMustjoin: boolean
  /** The clause that a thread breaks that is created to be joined, and never is. */
  readonly mustjoinClause: string
  /** Which holds of the big lock kthread_exit gives up: all in silence, or one, and any other panics. */
  readonly exitReleases: 'all holds' | 'one hold'
  /** State of a CPU's idle thread while the CPU idles. */
  readonly idleThreadIs: 'LSONPROC' | 'LSIDL'
  /** Whether setrunnable accepts an LSIDL LWP. */
  readonly setrunnableStartsIdle: boolean

  /** Whether a sleep's time-out decides after the wakeup, when the thread looks. */
  readonly timeoutOutlivesWakeup: boolean
  /** Whether kpause puts the caller on a sleep queue. */
  readonly kpauseOnQueue: boolean
  /** Whom cv_signal wakes: the first, or everybody up to the first that cannot be interrupted. */
  readonly cvSignalWakes: 'first' | 'through first uninterruptible'
  /** Whether a waiter that comes back with an error passes the signal on. */
  readonly cvErrorResignals: boolean
  /** Whether cv_destroy asserts that nobody waits. */
  readonly cvDestroyAssertsNoWaiters: boolean

  /** Bytes of the table of soft interrupt handlers. */
  readonly softintBytes: number
  /** Whether the big lock stays held between handlers that want it. */
  readonly softintKeepsBigLock: boolean
  /** Whether the configroot threads are created to be joined. */
  readonly configrootJoined: boolean
  /** Whether workqueue_create asserts that the name fits. */
  readonly workqueueNameAsserted: boolean
  /** Whether an item that is queued already is noticed. */
  readonly workqueueLooksForTwice: boolean
  /** How a workqueue wakes its worker. */
  readonly workqueueWakes: 'signal' | 'broadcast'

  /** kern.maxlwp of this machine, and the value it cannot reach. */
  readonly maxlwp: number
  readonly maxlwpLimit: number
  /** sysctl nodes only this release has, with their values. */
  readonly sysctls: Readonly<Record<string, number>>
}
