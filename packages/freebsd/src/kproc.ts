import { format, type KernelCall, type Operation, type Out, type PrintfArgument, type Steps } from '@kt/core'
import { addOperation, checkArguments, outOf } from './create.js'
import { EINVAL } from './errno.js'
import { kprocExit } from './exit.js'
import { fork1 } from './fork.js'
import { addStep, descOf, type ThreadFunction } from './kthread.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { checkTimo } from './sleep.js'
import { procOf, sigBit, type Proc } from './proc.js'
import { schedAdd } from './sched.js'
import { checkHowto, kprocShutdown } from './shutdown.js'
import type { Td } from './td.js'

/** `struct kproc_desc`. */
export interface kproc_desc {
  /** Name of the process. */
  readonly arg0: string
  /** Its main function, called with null, which one without parameters does not see. */
  readonly func: ThreadFunction<null>
  /** Receives the process, before it can run; null if it is not wanted. */
  readonly global_procpp: Out<Proc> | null
}

/** kproc(9). */
export interface KprocCalls {
  /**
   * Starts a daemon as a process of its own, to be called by way of SYSINIT.
   *
   * @param udata - A `kproc_desc`; not referred to after the call.
   * @throws KernelPanic when the process cannot be created, FB8-D-15 before process 0 exists.
   * @see kproc(9) (FreeBSD 8.0), kproc_start; clauses FB8-KP-09 to 13.
   */
  kproc_start: (udata: kproc_desc) => KernelCall<void>
  /**
   * Handler of shutdown events: `kthread_shutdown` for a process.
   *
   * @param arg - The process.
   * @param howto - Not looked at.
   * @see kproc(9) (FreeBSD 8.0), kproc_shutdown; clause FB8-KP-28.
   */
  kproc_shutdown: (arg: Proc, howto: number) => KernelCall<void>
  /**
   * Creates a process of the kernel, which shares the address space of process 0, with one thread.
   *
   * @param func - Its main function.
   * @param arg - Handed to `func`.
   * @param newpp - Receives the process, before that can run; null if it is not wanted.
   * @param flags - Flags of rfork(2): `RFNOWAIT` makes it a child of init, `RFHIGHPID` gives it a number from 10 on,
   *   `RFSTOPPED` leaves it to the caller to queue its thread.
   * @param pages - As `kthread_add`.
   * @param fmt - Name in the format of printf(9); 19 characters survive.
   * @returns 0; `EINVAL` at once for `RFCFDG`; half a second later `EAGAIN` when kern.maxproc is reached, or `ENOMEM`
   *   without a stack, which the page does not mention. `newpp` is untouched then.
   * @throws KernelPanic FB8-D-15 before process 0 exists. UndefinedBehaviour `UB:no-init` for `RFNOWAIT` before init.
   * @see kproc(9) (FreeBSD 8.0), kproc_create; clauses FB8-KP-14 to 21, 40, 41.
   */
  kproc_create: <A>(
    func: ThreadFunction<A>,
    arg: A,
    newpp: Out<Proc> | null,
    flags: number,
    pages: number,
    fmt: string,
    ...args: readonly PrintfArgument[]
  ) => KernelCall<number>
  /**
   * Ends the process of the caller: a wakeup on it, then it waits until all other threads of it have left by themselves,
   * and then it is a zombie, which init collects.
   *
   * @param ecode - Exit status; 8 bits survive.
   * @throws KernelPanic with Giant held (INVARIANTS).
   * @see kproc(9) (FreeBSD 8.0), kproc_exit; clauses FB8-KP-22 to 24.
   */
  kproc_exit: (ecode: number) => KernelCall<never>
  /**
   * Takes a request to suspend back; whoever still waits for the word is released too, and gets 0.
   *
   * @returns 0; `EINVAL` if it is no process that `kproc_create` made.
   * @see kproc(9) (FreeBSD 8.0), kproc_resume; clauses FB8-KP-27, 37, 39.
   */
  kproc_resume: (p: Proc) => KernelCall<number>
  /**
   * Asks a process to park itself and waits until it says that it does. The lock of the process keeps the word.
   *
   * @param timo - Ticks to wait, 0 for no end.
   * @returns 0; `EWOULDBLOCK` after the time-out, and the request stands; `EINVAL` if it is no process that
   *   `kproc_create` made.
   * @see kproc(9) (FreeBSD 8.0), kproc_suspend; clauses FB8-KP-27, 37, 39.
   */
  kproc_suspend: (p: Proc, timo: number) => KernelCall<number>
  /**
   * Parks the caller while its process is asked to; to be called in its loop.
   *
   * @param p - The caller's process.
   * @see kproc(9) (FreeBSD 8.0), kproc_suspend_check; clauses FB8-KP-25, 26.
   */
  kproc_suspend_check: (p: Proc) => KernelCall<void>
  /**
   * Creates a process with a thread, or adds the thread to a process that exists.
   *
   * @param procptr - Holds the process; null in it asks for a new one, and it is stored there.
   * @param tdptr - Receives the thread, null if it is not wanted. When the process is made here, it may run before.
   * @param flags - As `kproc_create` for a new process, as `kthread_add` for one that exists.
   * @param procname - Name of a new process, as it is; not looked at otherwise.
   * @param fmt - Name of the thread in the format of printf(9); 19 characters survive.
   * @returns 0, or what `kproc_create` or `kthread_add` returned.
   * @see kthread(9) and kproc(9) (FreeBSD 8.0), kproc_kthread_add; clauses FB8-KT-42, 43, FB8-KP-29 to 36.
   */
  kproc_kthread_add: <A>(
    func: ThreadFunction<A>,
    arg: A,
    procptr: Out<Proc>,
    tdptr: Out<Td> | null,
    flags: number,
    pages: number,
    procname: string,
    fmt: string,
    ...args: readonly PrintfArgument[]
  ) => KernelCall<number>
}

interface CreateRequest {
  readonly func: unknown
  readonly arg: unknown
  readonly newpp: Out<Proc> | null
  readonly flags: number
  readonly pages: number
  readonly fmt: string
  readonly args: readonly PrintfArgument[]
}

export function kprocCalls(machine: FreebsdMachine): KprocCalls {
  return {
    kproc_start: (udata) => machine.call('kproc_start', start(machine, udata)),
    kproc_shutdown(arg, howto) {
      procOf(machine, 'kproc_shutdown', arg)
      checkHowto('kproc_shutdown', howto)
      return machine.call('kproc_shutdown', kprocShutdown(machine, arg))
    },
    kproc_create: (func, arg, newpp, flags, pages, fmt, ...args) =>
      machine.call('kproc_create', createKproc(machine, { func, arg, newpp, flags, pages, fmt, args })),
    kproc_exit(ecode) {
      if (!Number.isInteger(ecode)) throw new TypeError(`kproc_exit: ecode must be an int, not ${String(ecode)}`)
      return machine.call('kproc_exit', kprocExit(machine, ecode))
    },
    kproc_resume(p) {
      procOf(machine, 'kproc_resume', p)
      return machine.call('kproc_resume', resume(machine, p))
    },
    kproc_suspend(p, timo) {
      procOf(machine, 'kproc_suspend', p)
      return machine.call('kproc_suspend', suspend(machine, p, timo))
    },
    kproc_suspend_check(p) {
      procOf(machine, 'kproc_suspend_check', p)
      return machine.call('kproc_suspend_check', suspendCheck(machine, p))
    },
    kproc_kthread_add: (func, arg, procptr, tdptr, flags, pages, procname, fmt, ...args) =>
      machine.call(
        'kproc_kthread_add',
        createOrAdd(machine, { func, arg, newpp: procptr, flags, pages, fmt, args }, tdptr, procname),
      ),
  }
}

// Creation

/** `kproc_create`, as a part of a call. */
function* createKproc(machine: FreebsdMachine, request: CreateRequest, call = 'kproc_create'): Steps<number> {
  const { func, arg, newpp, flags, pages, fmt, args } = request
  if (!machine.hasProc0) machine.panic('kproc_create called too soon', 'FB8-D-15')
  checkArguments(machine, call, { ...request, procp: null, newtdpp: null })
  outOf(call, 'newpp', newpp)
  machine.assertMayAllocate(machine.running!, call)
  const name = format(fmt, args, { size: P.MAXCOMLEN + 1, address: machine.addressOf })
  const process = yield* fork1(machine, (flags | P.RFMEM | P.RFFDG | P.RFPROC | P.RFSTOPPED) >>> 0, pages)
  if (typeof process === 'number') return process
  if ((flags & P.RFPPWAIT) !== 0) yield* waitForChild(machine, process)
  const td = process.newest!
  if (newpp !== null) newpp.value = process
  process.p_flag |= P.P_SYSTEM | P.P_KTHREAD
  td.td_pflags |= P.TDP_KTHREAD
  process.name = name
  td.name = name
  td.a = func
  td.b = arg
  machine.trace?.create(td)
  if ((flags & P.RFSTOPPED) === 0) {
    machine.begin(queue).a = td
    yield* machine.port
  }
  return 0
}

/** RFPPWAIT: fork1 waits for a child that is not queued yet, so for ever. */
function* waitForChild(machine: FreebsdMachine, process: Proc): Steps<void> {
  yield* machine.mtx.PROC_LOCK(process)
  for (;;) yield* machine.sleep.msleep(machine.proc0, process.p_mtx, P.PWAIT, 'ppwait', 0)
}

const queue: Operation = {
  name: 'kproc_create',
  start(machine: FreebsdMachine, td: Td) {
    schedAdd(machine, td.a as Td)
    td.result = undefined
    return true
  },
  resume: () => true,
}

function* start(machine: FreebsdMachine, udata: kproc_desc): Steps<void> {
  const { arg0, func, global_procpp } = descOf('kproc_start', udata)
  outOf('kproc_start', 'global_procpp', global_procpp)
  const request = { func, arg: null, newpp: global_procpp, flags: 0, pages: 0, fmt: '%s', args: [arg0] }
  const error = yield* createKproc(machine, request)
  if (error !== 0) machine.panic(`kproc_start: ${arg0}: error ${error}`)
}

const add: Operation = addOperation('kproc_kthread_add')

/** `kproc_kthread_add`, as a part of a call. */
export function* createOrAdd(
  machine: FreebsdMachine,
  request: CreateRequest,
  tdptr: Out<Td> | null,
  procname: string,
): Steps<number> {
  const { newpp: procptr, fmt, args } = request
  if (procptr === null || typeof procptr !== 'object')
    throw new TypeError('kproc_kthread_add: procptr must be a ref(), with the process or null in it')
  outOf('kproc_kthread_add', 'tdptr', tdptr)
  if (typeof procname !== 'string') throw new TypeError('kproc_kthread_add: procname must be a string')
  if (typeof fmt !== 'string') throw new TypeError(`kproc_kthread_add: fmt must be a string, not ${String(fmt)}`)
  const name = format(fmt, args, { size: P.KTHREAD_ADD_BUFFER + 1, address: machine.addressOf })
  if (procptr.value !== null) {
    const { value: procp } = procptr
    return yield* addStep(machine, add, { ...request, procp, newtdpp: tdptr, fmt: '%s', args: [name] })
  }
  const error = yield* createKproc(machine, { ...request, fmt: '%s', args: [procname] }, 'kproc_kthread_add')
  if (error !== 0) return error
  // The thread may have run by now, and have looked at its name.
  const process = procptr.value as Proc | null
  if (process === null)
    machine.undefinedBehaviour('UB:null-procptr', 'the new thread has cleared procptr before its creator looked at it')
  const td = process.newest!
  if (tdptr !== null) tdptr.value = td
  td.name = format('%s', [name], { size: P.MAXCOMLEN + 1 })
  return 0
}

// Suspension: one lock and one channel for both sides, so that no word is lost

const STOP: number = sigBit(P.SIGSTOP)

function* suspend(machine: FreebsdMachine, p: Proc, timo: number): Steps<number> {
  const { PROC_LOCK, PROC_UNLOCK } = machine.mtx
  checkTimo('kproc_suspend', timo)
  notStale(machine, p, 'kproc_suspend')
  yield* PROC_LOCK(p)
  if (!p.isKproc) {
    yield* PROC_UNLOCK(p)
    return EINVAL
  }
  p.p_siglist |= STOP
  yield* machine.sleep.wakeup(p)
  return yield* machine.sleep.msleep(p.p_siglist_address, p.p_mtx, P.PPAUSE | P.PDROP, 'suspkp', timo)
}

function* resume(machine: FreebsdMachine, p: Proc): Steps<number> {
  const { PROC_LOCK, PROC_UNLOCK } = machine.mtx
  notStale(machine, p, 'kproc_resume')
  yield* PROC_LOCK(p)
  if (!p.isKproc) {
    yield* PROC_UNLOCK(p)
    return EINVAL
  }
  p.p_siglist &= ~STOP
  yield* PROC_UNLOCK(p)
  yield* machine.sleep.wakeup(p.p_siglist_address)
  return 0
}

function* suspendCheck(machine: FreebsdMachine, p: Proc): Steps<void> {
  const { PROC_LOCK, PROC_UNLOCK } = machine.mtx
  notStale(machine, p, 'kproc_suspend_check')
  yield* PROC_LOCK(p)
  while ((p.p_siglist & STOP) !== 0) {
    yield* machine.sleep.wakeup(p.p_siglist_address)
    yield* machine.sleep.msleep(p.p_siglist_address, p.p_mtx, P.PPAUSE, 'kpsusp', 0)
  }
  yield* PROC_UNLOCK(p)
}

function notStale(machine: FreebsdMachine, p: Proc, call: string): void {
  if (p.isRecycled) machine.undefinedBehaviour('UB:stale-process', `${call} of a process whose structure is another's`)
}
