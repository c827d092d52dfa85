import type { Steps } from '@kt/core'

/** How a thread is to be created. What is left out is what a driver of the system would write. */
export interface Creation {
  /** Name, `worker` if not given. */
  readonly name?: string
  /** Whether somebody will wait for its end: some systems have to know beforehand. */
  readonly isAwaited?: boolean
  /** Hears of the thread as soon as the creator may know of it. */
  readonly out?: { value: unknown } | null
  /**
   * What the thread executes of its driver last of all, when it has told its waiter whatever the system makes it tell,
   * and has only the call of exit before it.
   */
  readonly last?: () => Steps
  /** Whether the function returns where it should call exit. */
  readonly returns?: boolean
}

/** What came of a creation. */
export interface Created {
  /** What the call returned: 0, or an errno value. */
  readonly error: number
  /** The thread as the system knows it: an LWP, a process, a thread. Null when there is none. */
  readonly thread: KernelThread | null
}

/** A thread with what its system needs to wait for it. */
export interface KernelThread {
  readonly handle: unknown
  /** Name as the system keeps it. */
  name(): string
}

/** A lock that a driver sleeps for. */
export interface Lock {
  enter(): Steps<void>
  leave(): Steps<void>
}

/** Something that happens once, and can be waited for. */
export interface Happening {
  /** It has happened: whoever waits goes on, and nobody waits from now on. */
  raise(): Steps<void>
  /**
   * Waits for it.
   *
   * @param ticks - How long at most, 0 for no end.
   * @returns 0, or the errno value that the system has for a time-out.
   */
  wait(ticks?: number): Steps<number>
}

/** Creation, end and waiting. */
export interface ThreadWords {
  /** Creates a kernel thread that executes `body` and then ends as the page wants it. */
  create(body: () => Steps, how?: Creation): Steps<Created>
  /** Ends the caller. Systems without exit codes drop it. Who is awaited says first what its waiter has to hear. */
  exit(code: number): Steps<never>
  /**
   * Comes back when a thread created with `isAwaited` has ended, by the call or the nearest idiom of the system. Of a
   * thread that nobody was to wait for it tries what the system has for the end of a thread as such.
   *
   * @returns What the call says; null where there is no call that could say something.
   */
  wait(thread: KernelThread): Steps<number | null>
  /** Sleeps for some clock ticks. */
  pause(ticks: number): Steps<void>
  /** Sleeps on an address until somebody wakes it, or for some ticks; 0 for no end. */
  sleepOn(address: object, ticks?: number): Steps<number>
  wakeup(address: object): Steps<void>
  /** A lock as drivers of the system have one in their softc. */
  lock(name: string): Lock
  /** A flag and a wakeup, or whatever drivers of the system wait with. */
  happening(name: string): Happening
}
