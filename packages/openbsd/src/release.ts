/** What differs between the releases, as named answers. No code asks which release it runs on. */
export interface Release {
  /** `5.1`. */
  readonly version: string
  readonly name: string

  /** Entries of the process table, kern.maxproc at boot. */
  readonly maxproc: number
  /** Whether a process can have more than one thread. */
  readonly hasThreads: boolean
  /** What a kernel thread has of process 0's descriptor table. */
  readonly kthreadFiles: 'copy' | 'share'
  /** Whether a kernel thread's exit sends SIGCHLD to init. */
  readonly kthreadExitSignalsInit: boolean
  /** Kernel threads that process 0 starts when the root file system is mounted, in order, with what it panics with. */
  readonly daemons: readonly (readonly [name: string, panic: string])[]

  /** Run queues. */
  readonly runQueues: 'one for all' | 'one per CPU'
  /** Whether the end of a quantum asks for a switch even if nobody waits. */
  readonly roundrobinAlwaysAsks: boolean
  /** Whether wakeup_n looks at its count only after a sleeper that is not stopped, so that one too many becomes all. */
  readonly wakeupOneOverruns: boolean
  /** Whether setrunnable refuses a thread that is being made. */
  readonly setrunnableRefusesIdl: boolean
  /** Whether a switch asserts that no mutex is held (DIAGNOSTIC). */
  readonly switchAssertsNoMutex: boolean

  /** Whether timeout_del tells if the timeout was pending. */
  readonly timeoutDelTells: boolean
  /** Whether rwlocks check who releases them (DIAGNOSTIC). */
  readonly rwlockChecksHolder: boolean
  /** When a workq makes its threads. */
  readonly workqThreads: 'when all are busy' | 'all at once'
  /** What it prints when it cannot; the name goes in. */
  readonly workqFailure: string
  /** Whether the kernel stops when its own queue gets no thread. */
  readonly needsSyswq: boolean
  /** Whether ktrace records structures. */
  readonly recordsStructures: boolean
  /** Soft and hard limits of processes, by login class, as login.conf is shipped. */
  readonly loginClasses: Readonly<Record<'default' | 'staff', readonly [soft: number, hard: number]>>
  /** Who sends the parent its SIGCHLD. */
  readonly parentIsSignalledBy: 'the exiting process' | 'the reaper'
}
