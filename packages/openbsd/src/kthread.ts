import {
  Access,
  format,
  stepsOf,
  touchesLeaving,
  type KernelCall,
  type Operation,
  type Out,
  type PrintfArgument,
  type Steps,
} from '@kt/core'
import { exit1, exitUser, touchesExit, W_EXITCODE } from './exit.js'
import { fork1 } from './fork.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** The function of a kernel thread. Must end with `kthread_exit`. */
export type ThreadFunction<A> = (arg: A) => Steps

/** kthread(9), as both releases have it. */
export interface KthreadCalls {
  /**
   * Creates a kernel thread: a process of the system, forked from process 0, which shares its memory and limits.
   *
   * The name, P_SYSTEM and `*newpp` are in place before `func` begins. The creator goes on; the thread waits its turn.
   *
   * @param func - What it executes.
   * @param arg - Handed to `func`. Where the kernel parts from the page (OB-D-04) null becomes the new process.
   * @param newpp - Receives the new process; null if it is not wanted.
   * @param fmt - Name in the format of printf(9); 16 characters survive.
   * @returns 0; `EAGAIN` when the process table is full; `ENOMEM` without memory for the kernel stack, which the page
   *   does not mention. On an error nothing was created and `newpp` is untouched.
   * @throws KernelPanic OB-KT-22 before process 1 exists (page reading), OB-D-14 in an interrupt or with a mutex held.
   * @see kthread.9 (OpenBSD 4.2), kthread_create; clauses OB-KT-03 to 19, 27 to 30.
   */
  kthread_create: {
    <A>(
      func: ThreadFunction<A>,
      arg: A,
      newpp: Out<Proc> | null,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ): KernelCall<number>
    (
      func: ThreadFunction<Proc | null>,
      arg: null,
      newpp: Out<Proc> | null,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ): KernelCall<number>
  }
  /**
   * Ends the calling kernel thread. Its table slot is free when the reaper has run.
   *
   * @param ecode - Printed on the console when not 0; its low 8 bits are stored, where nobody can get at them.
   * @throws KernelPanic OB-D-10 when the caller is process 1.
   * @see kthread.9 (OpenBSD 4.2), kthread_exit; clauses OB-KT-20, 21, 33.
   */
  kthread_exit: (ecode: number) => KernelCall<never>
  /**
   * Has `func` called when threads can be created: during boot once process 1 exists, in the order of registration, on
   * process 0; after that at once, by the caller itself.
   *
   * @param arg - Handed to `func`, null too.
   * @throws KernelPanic OB-D-12 when the record cannot be allocated.
   * @see kthread.9 (OpenBSD 4.2), kthread_create_deferred; clauses OB-KT-05, 23 to 26.
   */
  kthread_create_deferred: <A>(func: (arg: A) => Steps, arg: A) => KernelCall<void>
}

interface CreateRequest {
  readonly func: unknown
  readonly arg: unknown
  readonly newpp: Out<Proc> | null
  readonly fmt: string
  readonly args: readonly PrintfArgument[]
}

/** What waits until threads can be created. */
export class DeferredQueue {
  /** `kthread_create_now`: threads can be created. */
  isNow = false
  readonly records: { readonly func: (arg: never) => Steps; readonly arg: unknown }[] = []
}

export function kthreadCalls(machine: OpenbsdMachine): KthreadCalls {
  return {
    kthread_create(
      func: unknown,
      arg: unknown,
      newpp: Out<Proc> | null,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ) {
      machine.free?.watch(newpp)
      machine.enter(create).a = { func, arg, newpp, fmt, args } satisfies CreateRequest
      return machine.port
    },
    kthread_exit(ecode) {
      if ((ecode | 0) !== ecode) throw new TypeError(`kthread_exit: ecode must be an int, not ${String(ecode)}`)
      const { running } = machine
      if (running?.isUser === true) return machine.call('kthread_exit', exitAsUser(machine, running, ecode))
      machine.enter(exit).a = ecode
      return machine.port
    },
    kthread_create_deferred(func, arg) {
      if (typeof func !== 'function')
        throw new TypeError('kthread_create_deferred: func must be a generator function (OB-Q-09)')
      return machine.call('kthread_create_deferred', defer(machine, func, arg))
    },
  }
}

const create: Operation = {
  name: 'kthread_create',
  touches(p, footprint) {
    const { table, faults } = (p as Proc).cpu.machine
    footprint.add(table, Access.write)
    footprint.add(faults, Access.write)
    const { newpp } = p.a as CreateRequest
    if (newpp !== null) footprint.add(newpp, Access.write)
  },
  start(machine: OpenbsdMachine, p: Proc) {
    const request = p.a as CreateRequest
    p.a = null
    checkArguments(request)
    machine.assertSleepable(p, 'kthread_create', null)
    // OB-D-10: the page says that it cannot be done, and the kernel does it.
    if (machine.init === null && machine.reading === 'page')
      machine.panic('kthread_create: process 1 does not exist yet', 'OB-KT-22')
    p.result = createKthread(machine, request)
    return true
  },
  resume: () => true,
}

/** A scenario's mistakes, found before anything changes. */
function checkArguments({ func, newpp, fmt }: CreateRequest): void {
  if (typeof func !== 'function') throw new TypeError('kthread_create: func must be a generator function')
  if (newpp !== null && typeof newpp !== 'object') throw new TypeError('kthread_create: newpp must be a ref() or null')
  if (typeof fmt !== 'string') throw new TypeError(`kthread_create: fmt must be a string, not ${String(fmt)} (OB-Q-05)`)
}

/** Forks process 0 and makes a kernel thread of the copy. */
export function createKthread(machine: OpenbsdMachine, request: CreateRequest): number {
  const { func, arg, newpp, fmt, args } = request
  // Before anything changes: a wrong format must not leave a nameless thread behind.
  const name = format(fmt, args, { size: P.MAXCOMLEN + 1, address: machine.addressOf })
  const created = { value: null as Proc | null }
  const share = machine.sharesFiles ? P.FORK_SHAREFILES : 0
  const flags = P.FORK_SHAREVM | P.FORK_NOZOMBIE | P.FORK_SIGHAND | share
  const error = fork1(machine, { parent: machine.proc0, exitsig: 0, flags, func, arg }, created)
  if (error !== 0) return error
  const p = created.value!
  p.p_flag |= P.P_SYSTEM
  p.name = name
  p.process.name = name
  if (newpp !== null) newpp.value = p
  return 0
}

const exit: Operation = {
  name: 'kthread_exit',
  touches(p, footprint) {
    touchesLeaving(p, footprint)
    touchesExit(p as Proc, footprint)
  },
  start(machine: OpenbsdMachine, p: Proc) {
    machine.assertSleepable(p, 'kthread_exit', null)
    exitKthread(machine, p, p.a as number)
    return false
  },
  resume: () => false,
}

/** Ends the running kernel thread. */
function exitKthread(machine: OpenbsdMachine, p: Proc, ecode: number): void {
  warn(machine, p, ecode)
  p.process.xstat = W_EXITCODE(ecode, 0)
  exit1(machine, p)
}

function warn(machine: OpenbsdMachine, p: Proc, ecode: number): void {
  if (ecode === 0) return
  machine.console.write(format("WARNING: thread `%s' (%d) exits with status %d\n", [p.p_comm, p.p_pid, ecode]))
}

/** OB-Q-10: it acts on whatever is current. */
function* exitAsUser(machine: OpenbsdMachine, p: Proc, ecode: number): Steps<never> {
  machine.remark('OB-Q-10', `kthread_exit ended ${p.p_comm} (${p.p_pid}), which is no kernel thread`)
  warn(machine, p, ecode)
  return yield* exitUser(machine, p, 'process', W_EXITCODE(ecode, 0))
}

function* defer<A>(machine: OpenbsdMachine, func: (arg: A) => Steps, arg: A): Steps<void> {
  const { deferred } = machine
  if (deferred.isNow) {
    yield* stepsOf(func(arg), 'a deferred function')
    return
  }
  if (machine.faults.fails('kthread_q')) machine.panic('unable to allocate kthread_q', 'OB-D-12')
  deferred.records.push({ func: func, arg })
}

/** kthread_run_deferred_queue: from here on, nothing is put off any more; what was, comes in order. */
export function* runDeferredQueue(machine: OpenbsdMachine): Steps<void> {
  const { deferred } = machine
  deferred.isNow = true
  for (let record = deferred.records.shift(); record !== undefined; record = deferred.records.shift())
    yield* stepsOf(record.func(record.arg as never), 'a deferred function')
}
