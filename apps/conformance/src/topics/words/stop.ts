import type { Steps } from '@kt/core'
import type { KernelThread } from './threads.js'

/**
 * Suspension, as a thread that takes part and those who suspend it have it: by the system's calls, or by the handshake
 * that a driver of the system writes in their place. For one thread.
 */
export interface Suspension {
  /** Asks the thread to stop at its next look, and waits for its word, `ticks` clock ticks at most, 0 for no end. */
  suspend(thread: KernelThread, ticks: number): Steps<number>
  /** Takes the request back, and lets a thread that has stopped go on. */
  resume(thread: KernelThread): Steps<number>
  /** The caller looks whether it is to stop, and if so stops until it is resumed. */
  look(): Steps<void>
  /** The caller sleeps as one that waits for work does, until a request to suspend comes: this sleep hears of it. */
  rest(): Steps<void>
  /** Comes back when the thread rests. */
  awaitRest(): Steps<void>
}

/** Kernel processes, where they are something else than kernel threads and can be suspended too. */
export interface ProcessWords {
  /** Creates a kernel process that executes `body` and then ends. */
  create(body: () => Steps): Steps<KernelThread>
  suspension(): Suspension
}

/** What the system does with kernel threads on its way down. */
export interface ShutdownWords {
  /** Has the calling thread suspended before the disks are synced: one of the first, or one of the last. */
  register(place: 'first' | 'last'): Steps<void>
  /** Seconds that the system gives each of them. */
  setPatience(seconds: number): void
  /** Brings the system down, at once or after some ticks, and comes back when the disks are synced; what the console said. */
  goDown(delayTicks?: number): Steps<readonly string[]>
  /**
   * Has another machine of the release panic, on which a thread is registered: one that has panicked tells no more.
   * What its console said.
   */
  panic(): readonly string[]
}

/** Signals, where code of the kernel can post them to kernel threads. */
export interface SignalWords {
  /** Posts a signal, by its number, to the process that the thread is or belongs to. */
  post(thread: KernelThread, signo: number): Steps<void>
  /** Sends a signal to all, as kill(2) of −1 does for root. */
  postToAll(signo: number): Steps<void>
  /** Sleeps on an address, for some ticks; signals may end it. */
  sleep(address: object, ticks: number): Steps<number>
  /** Starts a user process that makes a system call and executes `body` there. */
  userProcess(body: () => Steps<void>): KernelThread
}

/** Suspension, shutdown and signals. */
export interface StopWords {
  suspension(): Suspension
  /** The thread that executes. */
  self(): KernelThread
  /** Null where a kernel thread is all there is. */
  readonly processes: ProcessWords | null
  /** Null where the way down leaves kernel threads alone. */
  readonly shutdown: ShutdownWords | null
  /** Null where none reach a kernel thread by any way. */
  readonly signals: SignalWords | null
}
