import type { KernelCall, Operation, Out, PrintfArgument, Steps } from '@kt/core'
import { addOperation, outOf, type AddRequest } from './create.js'
import { exitTells, kthreadExit } from './exit.js'
import type { FreebsdMachine } from './machine.js'
import { touchesNothing } from './mutex-take.js'
import type { Proc } from './proc.js'
import { checkHowto, kthreadShutdown } from './shutdown.js'
import { suspendCalls } from './suspend.js'
import { threadOf, type Td } from './td.js'

/** The main function of a kernel thread. Should end with `kthread_exit`, or `kproc_exit` in a process of its own. */
export type ThreadFunction<A> = (arg: A) => Steps

/** `struct kthread_desc`. */
export interface kthread_desc {
  /** Name of the thread. */
  readonly arg0: string
  /** Its main function, called with null, which one without parameters does not see. */
  readonly func: ThreadFunction<null>
  /** Receives the thread; null if it is not wanted. */
  readonly global_threadpp: Out<Td> | null
}

/** kthread(9). */
export interface KthreadCalls {
  /**
   * Starts a daemon as a thread of process 0, to be called by way of SYSINIT.
   *
   * @param udata - A `kthread_desc`; not referred to after the call.
   * @throws KernelPanic when the thread cannot be created, FB8-D-15 before process 0 exists.
   * @see kthread(9) (FreeBSD 8.0), kthread_start; clauses FB8-KT-17 to 26.
   */
  kthread_start: (udata: kthread_desc) => KernelCall<void>
  /**
   * Handler of shutdown events: suspends a thread so that it is out of the way, for kern.shutdown.kproc_shutdown_wait
   * seconds at most. Says on the console how that goes. Does nothing while the kernel panics.
   *
   * @param arg - The thread.
   * @param howto - Not looked at.
   * @see kthread(9) (FreeBSD 8.0), kthread_shutdown; clauses FB8-KT-59 to 61.
   */
  kthread_shutdown: (arg: Td, howto: number) => KernelCall<void>
  /**
   * Adds a kernel thread to a process. It has priorities, CPU set and the scheduler's memory of the newest thread there;
   * in process 0 by default of thread0.
   *
   * @param func - Its main function.
   * @param arg - Handed to `func`.
   * @param procp - The process; null for process 0.
   * @param newtdpp - Receives the thread, null if it is not wanted: before the thread can run; where the kernel parts from
   *   the page (FB8-D-11) last of all.
   * @param flags - `RFSTOPPED` leaves it to the caller to queue it (`sched_add`); others have no effect.
   * @param pages - Pages of kernel stack, 0 for the default. Where the kernel parts from the page (FB8-D-12) 1 and less
   *   mean the default too, and 32 is the most.
   * @param fmt - Name in the format of printf(9); 19 characters survive.
   * @returns 0; `ENOMEM` without a stack, with a line on the console: nothing was created and `newtdpp` is untouched.
   * @throws KernelPanic FB8-D-15 before process 0 exists. UndefinedBehaviour `UB:add-to-zombie`.
   * @see kthread(9) (FreeBSD 8.0), kthread_add; clauses FB8-KT-27 to 41, 62, 74.
   */
  kthread_add: <A>(
    func: ThreadFunction<A>,
    arg: A,
    procp: Proc | null,
    newtdpp: Out<Td> | null,
    flags: number,
    pages: number,
    fmt: string,
    ...args: readonly PrintfArgument[]
  ) => KernelCall<number>
  /**
   * Ends the caller, after a wakeup on it. The last thread of a process ends that, with status 0.
   *
   * @throws KernelPanic FB8-D-24 when two leave together (kernel reading); with Giant held (INVARIANTS).
   * @see kthread(9) (FreeBSD 8.0), kthread_exit; clauses FB8-KT-45 to 47.
   */
  kthread_exit: () => KernelCall<never>
  /**
   * Takes a request to suspend back, and lets a parked thread go on.
   *
   * @returns 0, parked or not; `EINVAL` if it is no kernel thread.
   * @see kthread(9) (FreeBSD 8.0), kthread_resume; clauses FB8-KT-53, 54, 63, 72.
   */
  kthread_resume: (td: Td) => KernelCall<number>
  /**
   * Asks a thread to park itself and waits until it says that it does.
   *
   * @param timo - Ticks to wait, 0 for no end, less than 0 for one. The request stands when they are over.
   * @returns 0; `EWOULDBLOCK` after the time-out; `EINVAL` if it is no kernel thread.
   * @throws KernelPanic FB8-D-04 with INVARIANTS (kernel reading).
   * @see kthread(9) (FreeBSD 8.0), kthread_suspend; clauses FB8-KT-54 to 58, 64, 73.
   */
  kthread_suspend: (td: Td, timo: number) => KernelCall<number>
  /**
   * Parks the caller while it is asked to; to be called in the loop of a thread that can be suspended.
   *
   * @param td - The caller. Another one is FB8-D-07: a panic, or where the kernel parts from the page the caller parks on
   *   its behalf.
   * @see kthread(9) (FreeBSD 8.0), kthread_suspend_check; clauses FB8-KT-49 to 53.
   */
  kthread_suspend_check: (td: Td) => KernelCall<void>
}

export function kthreadCalls(machine: FreebsdMachine): KthreadCalls {
  return {
    kthread_start: (udata) => machine.call('kthread_start', start(machine, udata)),
    kthread_shutdown(arg, howto) {
      threadOf(machine, 'kthread_shutdown', arg)
      checkHowto('kthread_shutdown', howto)
      return machine.call('kthread_shutdown', kthreadShutdown(machine, arg))
    },
    kthread_add: (func, arg, procp, newtdpp, flags, pages, fmt, ...args) =>
      addStep(machine, add, { func, arg, procp, newtdpp, flags, pages, fmt, args }),
    kthread_exit: () =>
      machine.call('kthread_exit', kthreadExit(machine), exitTells(machine) ? touchesNothing : undefined),
    ...suspendCalls(machine),
  }
}

const add: Operation = addOperation('kthread_add')

/** Adds a thread as a call, or as a part of one. */
export function addStep(machine: FreebsdMachine, operation: Operation, request: AddRequest): KernelCall<number> {
  machine.enter(operation).a = request
  machine.free?.watch(request.newtdpp)
  return machine.port
}

function* start(machine: FreebsdMachine, udata: kthread_desc): Steps<void> {
  const { arg0, func, global_threadpp } = descOf('kthread_start', udata)
  outOf('kthread_start', 'global_threadpp', global_threadpp)
  const request = {
    func,
    arg: null,
    procp: null,
    newtdpp: global_threadpp,
    flags: 0,
    pages: 0,
    fmt: '%s',
    args: [arg0],
  }
  const error = yield* addStep(machine, add, request)
  if (error !== 0) machine.panic(`kthread_start: ${arg0}: error ${error}`)
}

/** A descriptor, or an error that says what came instead. */
export function descOf<D extends { readonly arg0: string; readonly func: unknown }>(call: string, udata: D): D {
  if (typeof udata !== 'object' || (udata as unknown) === null) throw new TypeError(`${call}: udata is a descriptor`)
  const { arg0, func } = udata
  if (typeof arg0 !== 'string') throw new TypeError(`${call}: udata needs arg0, the name`)
  if (typeof func !== 'function') throw new TypeError(`${call}: udata needs func, a generator function`)
  return udata
}
