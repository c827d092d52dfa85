import type { Out, PrintfArgument, Steps } from '@kt/core'
import type { Created, KernelThread } from './threads.js'

/** The arguments of a creation. What is left out is what a driver of the system would write. */
interface CreationCall {
  /** Handed to the function as it is, null too. */
  readonly arg?: object | null
  /** Name in the format of printf(9), `worker` if not given, and what goes into it. */
  readonly fmt?: string
  readonly args?: readonly PrintfArgument[]
  /** Out-pointer; null for none. */
  readonly out?: Out<unknown> | null
  /** Whether somebody will wait for its end: some systems have a flag for that. */
  readonly isAwaited?: boolean
  /** Flags besides those that a driver would give. Systems whose call takes no flags drop them. */
  readonly flags?: number
}

/** Who executes, as the system keeps it. */
interface Here {
  /** The thread as functions of the system take it: an LWP, a process, a thread. */
  readonly handle: unknown
  /** Name of the thread; of a system without such names that of its process. */
  readonly name: string
  /** The process that the thread belongs to, and its parent: null where it has none, or the system's view none of it. */
  readonly process: { readonly pid: number; readonly name: string; readonly ppid: number | null }
}

/** The call that creates, argument by argument, and what there is to see of a new thread. */
export interface CreationWords {
  /**
   * Makes the call with these very arguments. `func` becomes the thread's function as it is: it gets what the system
   * hands over, and has to end by `exit`. `thread` is null if the call failed or was given no out-pointer.
   */
  createBy(func: (arg: unknown) => Steps, call?: CreationCall): Steps<Created>
  /**
   * Creates a thread that does not execute `body` before `start` is called for it: by a flag of the call, else with a
   * function that first sleeps.
   */
  createStopped(body: () => Steps): Steps<KernelThread>
  start(thread: KernelThread): Steps<void>
  /** Name of the constant that the thread's state is, as `LSIDL`. */
  stateOf(thread: KernelThread): string
  /** What executes at this moment. */
  here(): Here
  /** A process called `user`, of a user who is not root, goes into the kernel and executes `body` there. */
  asUser(body: () => Steps): void
  /**
   * A process called `user` makes a second thread, by the system's call for that or the nearest, and the thread executes
   * `body` in the kernel.
   */
  userThread(body: () => Steps): void
  /** The next kernel stack cannot be had. */
  failNextStack(): void
}
