import {
  format,
  SleepQueue,
  ThreadMark,
  ThreadState,
  WakeReason,
  type KernelCall,
  type Steps,
  type Operation,
  type Out,
  type PrintfArgument,
} from '@kt/core'
import { CpuInfo } from './cpu.js'
import { EAGAIN, ENOMEM } from './errno.js'
import { collectZombie, exitKthread, exitUserProcess } from './exit.js'
import { Lwp, type JoinFlag } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/** `kthread_create` flags (kthread.h). */
export const KTHREAD_IDLE = 0x01
export const KTHREAD_MPSAFE = 0x02
export const KTHREAD_INTR = 0x04
export const KTHREAD_TS = 0x08
export const KTHREAD_MUSTJOIN = 0x10

/** The function of a kernel thread. Given no argument it receives its own LWP (NB-D-01). */
export type ThreadFunction<A> = (arg: A) => Steps

/** Whether `newlp` may be null: not where the flags are known to be `KTHREAD_MUSTJOIN`. */
type NewLwp<F extends number> = number extends F ? Out<Lwp> | null : F extends 0x10 ? Out<Lwp> : Out<Lwp> | null

/** kthread(9), the functions that both pages have. */
export interface KthreadCalls {
  /**
   * Creates a kernel thread: an LWP of process 0.
   *
   * @param pri - Priority, 0 … 223, higher is more urgent; `PRI_NONE` for 96, or 63 with `KTHREAD_TS`.
   * @param flags - `KTHREAD_*` ORed together, 0 for none. Unknown bits are ignored.
   * @param ci - The only CPU it may execute on, null for any.
   * @param func - Called when the thread first executes. Must end with `kthread_exit`.
   * @param arg - Handed to `func`; null hands it the thread's own LWP.
   * @param newlp - Receives the LWP, after the thread may already run. Null if not wanted, unless `KTHREAD_MUSTJOIN`.
   * @param fmt - Name in the format of printf(9); 15 bytes survive.
   * @returns 0; `EAGAIN` when a process limit is reached (page reading); `ENOMEM` without memory for the stack, which
   *   no page mentions. On an error nothing was created and `newlp` is untouched.
   * @throws KernelPanic NB-D-05 for `KTHREAD_MUSTJOIN` with a null `newlp`, NB-D-15 for `KTHREAD_INTR` without
   *   `KTHREAD_MPSAFE`, NB-D-04 for a null `fmt`, NB-G-04 for a priority out of range, NB-G-03 in an interrupt.
   * @see kthread.9 (NetBSD 6 and 10.1), kthread_create; clauses NB6-KT-13 to 48, NB10-KT-17 to 46.
   */
  kthread_create<A, const F extends number>(
    pri: number,
    flags: F,
    ci: CpuInfo | null,
    func: ThreadFunction<A>,
    arg: A,
    newlp: NewLwp<F>,
    fmt: string,
    ...args: readonly PrintfArgument[]
  ): KernelCall<number>
  kthread_create<const F extends number>(
    pri: number,
    flags: F,
    ci: CpuInfo | null,
    func: ThreadFunction<Lwp>,
    arg: null,
    newlp: NewLwp<F>,
    fmt: string,
    ...args: readonly PrintfArgument[]
  ): KernelCall<number>
  /**
   * Ends the calling kernel thread. With `KTHREAD_MUSTJOIN` it first waits until somebody joins it.
   *
   * @param ecode - Printed on the console when not 0; nobody can retrieve it.
   * @throws KernelPanic NB-D-22 when a user process calls it (page reading), NB-G-10 with a lock held.
   * @see kthread.9, kthread_exit; clauses NB6-KT-51 to 53, NB10-KT-47.
   */
  kthread_exit(ecode: number): KernelCall<never>
  /**
   * Waits until a kernel thread created with `KTHREAD_MUSTJOIN` has ended. For each such thread this is called once.
   *
   * @param l - The thread to wait for.
   * @returns 0, always.
   * @throws KernelPanic NB-D-07 when the thread was joined before, NB-D-08 when it is not to be joined.
   * @see kthread.9, kthread_join; clauses NB6-KT-54 to 58, NB10-KT-48 and 49.
   */
  kthread_join(l: Lwp): KernelCall<number>
  /** Starts a thread that `KTHREAD_IDLE` left in LSIDL; no page names a function for it (NB-G-01). */
  startIdle(l: Lwp): KernelCall<void>
  /** `setrunnable`: panics for the states that the release does not accept (§2.7). */
  setrunnable(l: Lwp): KernelCall<void>
}

/** What only the 2011 page has. */
export interface KthreadDestroyCalls {
  /**
   * Makes a kernel thread exit that never ran.
   *
   * @param l - The thread, in state LSIDL.
   * @throws KernelPanic NB6-KT-50 in any other state; NB-D-09 for a caller outside process 0 (kernel reading).
   * @see kthread.9 (NetBSD 6), kthread_destroy; clauses NB6-KT-49 and 50.
   */
  kthread_destroy(l: Lwp): KernelCall<void>
}

/** What a creation needs to know. */
interface CreateRequest {
  readonly pri: number
  readonly flags: number
  readonly ci: CpuInfo | null
  readonly func: unknown
  readonly arg: unknown
  readonly newlp: Out<Lwp> | null
  readonly fmt: string | null
  readonly args: readonly PrintfArgument[]
}

/** Where joiners and exiting threads meet: a condition variable for all, and in 6 one slot for all (§2.3, §2.4). */
export class JoinPoint {
  readonly queue: SleepQueue = new SleepQueue(this)
  slot: Lwp | null = null

  get kind(): string {
    return 'condvar'
  }
  get name(): string {
    return 'kthread_cv'
  }
}

export function kthreadCalls(machine: NetbsdMachine): KthreadCalls {
  return {
    kthread_create(
      pri: number,
      flags: number,
      ci: CpuInfo | null,
      func: unknown,
      arg: unknown,
      newlp: Out<Lwp> | null,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ) {
      machine.enter(create).a = { pri, flags, ci, func, arg, newlp, fmt, args } satisfies CreateRequest
      return machine.port
    },
    kthread_exit(ecode) {
      machine.enter(exit).a = ecode
      return machine.port
    },
    kthread_join(l) {
      machine.enter(join).a = l
      return machine.port
    },
    startIdle(l) {
      machine.enter(startIdle).a = l
      return machine.port
    },
    setrunnable(l) {
      machine.enter(setrunnable).a = l
      return machine.port
    },
  }
}

export function kthreadDestroyCalls(machine: NetbsdMachine): KthreadDestroyCalls {
  return {
    kthread_destroy(l) {
      machine.enter(destroy).a = l
      return machine.port
    },
  }
}

// kthread_create

const create: Operation = {
  name: 'kthread_create',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const request = lwp.a as CreateRequest
    checkArguments(machine, request)
    machine.assertSleepable(lwp, 'kthread_create')
    const refused = refusal(machine)
    if (refused !== 0) {
      lwp.result = refused
      return true
    }
    const created = createKthread(machine, request)
    lwp.b = created
    // §2.1, step 13: the thread may run before its creator can store the handle (NB-D-20).
    lwp.operation = publish
    return machine.mayGoOn(lwp) ? publish.start(machine, lwp) : false
  },
  resume: () => true,
}

/** Stores the handle, the last step of a creation. */
const publish: Operation = {
  name: 'kthread_create',
  start(_machine, lwp: Lwp) {
    const { newlp } = lwp.a as CreateRequest
    if (newlp !== null) newlp.value = lwp.b as Lwp
    lwp.result = 0
    lwp.a = lwp.b = null
    return true
  },
  resume: () => true,
}

/** A scenario's mistakes, found before anything changes. */
function checkArguments(machine: NetbsdMachine, request: CreateRequest): void {
  const { pri, flags, ci, func, newlp, fmt } = request
  if (!Number.isInteger(pri)) throw new TypeError(`kthread_create: pri must be a whole number, not ${String(pri)}`)
  if (!Number.isInteger(flags))
    throw new TypeError(`kthread_create: flags must be a whole number, not ${String(flags)}`)
  if (typeof func !== 'function') throw new TypeError('kthread_create: func must be a generator function')
  if (ci !== null && machine.cpus[ci.index] !== ci)
    throw new TypeError('kthread_create: ci is not a CPU of this kernel')
  if (newlp !== null && typeof newlp !== 'object') throw new TypeError('kthread_create: newlp must be a ref() or null')
  if ((flags & KTHREAD_INTR) !== 0)
    machine.assert((flags & KTHREAD_MPSAFE) !== 0, '(flag & KTHREAD_MPSAFE) != 0', 'NB-D-15')
  // NB-D-04: the page forbids it, the kernel makes a nameless thread.
  if (fmt === null && machine.reading === 'page') machine.panic('kthread_create: fmt is NULL', 'NB-D-04')
}

/** The errors of a creation, in their order (§2.1). */
function refusal(machine: NetbsdMachine): number {
  if (machine.faults.fails('uarea')) return ENOMEM
  // NB-D-02: no kernel since 2007 looks at these limits here. Processes count, kernel threads are none.
  if (machine.reading === 'kernel') return 0
  if (machine.nprocs + 1 > machine.maxproc) return EAGAIN
  let ofRoot = 0
  for (const process of machine.processes) if (process.credentials.realUid === 0) ofRoot++
  return ofRoot + 1 > machine.proc0.limits['RLIMIT_NPROC']!.soft ? EAGAIN : 0
}

/** Builds the thread and, unless it is to stay idle, makes it runnable (§2.1, steps 4 to 12). */
export function createKthread(machine: NetbsdMachine, request: CreateRequest): Lwp {
  const { proc0, lwp0 } = machine
  const { flags, ci, fmt, pri } = request
  collectZombie(proc0)
  const lwp = new Lwp(machine.newLid(), null, proc0, lwp0.cpu)
  lwp.l_flag = P.LW_SYSTEM
  lwp.l_class = (flags & KTHREAD_TS) !== 0 ? P.SCHED_OTHER : P.SCHED_RR
  lwp.l_estcpu = lwp0.l_estcpu
  lwp.a = request.func
  // NB-D-01: a null argument becomes the LWP itself.
  lwp.b = request.arg ?? lwp
  proc0.add(lwp)
  if (fmt !== null) lwp.name = format(fmt, request.args, { size: P.MAXCOMLEN, address: machine.addressOf })

  lwp.l_priority_base = pri !== P.PRI_NONE ? pri : (flags & KTHREAD_TS) !== 0 ? P.MAXPRI_USER : P.PRI_KTHREAD
  if (ci !== null) {
    lwp.marks |= ThreadMark.bound
    lwp.cpu = ci
  }
  machine.trace?.create(lwp)
  if ((flags & KTHREAD_MUSTJOIN) !== 0) requireJoiner(machine, request, lwp)
  if ((flags & KTHREAD_INTR) !== 0) lwp.l_pflag |= P.LP_INTR
  if ((flags & KTHREAD_MPSAFE) === 0) {
    lwp.l_pflag &= ~P.LP_MPSAFE
    // Taken by the first dispatch, before func is called (§2.2).
    lwp.bigLocks = 1
  }
  if (lwp.l_class === P.SCHED_OTHER) machine.policy.timeshared.push(lwp)
  if ((flags & KTHREAD_IDLE) === 0) makeRunnable(machine, lwp)
  return lwp
}

function requireJoiner(machine: NetbsdMachine, request: CreateRequest, lwp: Lwp): void {
  if (request.newlp === null) {
    if (machine.reading === 'page') machine.panic('kthread_create: KTHREAD_MUSTJOIN with a NULL newlp', 'NB-D-05')
    machine.assert(false, 'lp != NULL', 'NB-D-05')
  }
  lwp.l_pflag |= P.LP_MUSTJOIN
}

function makeRunnable(machine: NetbsdMachine, lwp: Lwp): void {
  const priority = lwp.l_priority_base
  if (priority < 0 || priority >= P.PRI_COUNT) {
    machine.assert(false, `lwp_eprio(l) < PRI_COUNT, priority is ${priority}`, 'NB-G-04')
    machine.undefinedBehaviour('UB:NB-G-04', `priority ${priority} is outside the run queue`)
  }
  machine.scheduler.enqueue(lwp)
}

// Starting an idle thread (§2.7)

const startIdle: Operation = {
  name: 'startIdle',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    machine.assert(target.state === ThreadState.embryo, 'l->l_stat == LSIDL', 'NB-D-10')
    if (target.state === ThreadState.embryo) makeRunnable(machine, target)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const setrunnable: Operation = {
  name: 'setrunnable',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    lwp.result = undefined
    if (target.state === ThreadState.sleeping) machine.scheduler.wake(target, WakeReason.woken)
    else if (target.state === ThreadState.embryo && machine.release.setrunnableStartsIdle) makeRunnable(machine, target)
    else {
      const at = format('%p', [target], { address: machine.addressOf })
      machine.panic(`setrunnable: lwp ${at} state was ${target.l_stat}`, 'NB-D-10')
    }
    return true
  },
  resume: () => true,
}

// kthread_exit

const exit: Operation = {
  name: 'kthread_exit',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const ecode = lwp.a as number
    if (!Number.isInteger(ecode))
      throw new TypeError(`kthread_exit: ecode must be a whole number, not ${String(ecode)}`)
    if (!lwp.isSystem) {
      // NB-D-22: nothing checks the caller, so the last LWP of a process takes the process along.
      if (machine.reading === 'page') machine.panic('kthread_exit: the caller is not a kernel thread', 'NB-D-22')
      printExitCode(machine, lwp, ecode)
      exitUserProcess(machine, lwp, 0)
      machine.scheduler.end(lwp)
      return false
    }
    machine.assertSleepable(lwp, 'kthread_exit')
    if (lwp === machine.lwp0) machine.panic('kernel diagnostic assertion "l != &lwp0" failed', 'NB-G-18')
    printExitCode(machine, lwp, ecode)
    if ((lwp.l_pflag & P.LP_MUSTJOIN) === 0) return finish.start(machine, lwp)
    return this.resume(machine, lwp)
  },
  /** The barrier: on until a joiner has come. */
  resume(machine: NetbsdMachine, lwp: Lwp) {
    if (!meetsJoiner(machine, lwp)) {
      machine.scheduler.sleep(lwp, machine.joinPoint.queue, 'kthrwait', 0, false)
      return false
    }
    wakeAll(machine, machine.joinPoint.queue)
    lwp.operation = finish
    return machine.mayGoOn(lwp) ? finish.start(machine, lwp) : false
  },
}

/** Past the barrier: the joiner may return from here on (NB-D-06), and the thread still has its exit to do. */
const finish: Operation = {
  name: 'kthread_exit',
  start(machine: NetbsdMachine, lwp: Lwp) {
    releaseBigLock(machine, lwp)
    exitKthread(machine, lwp)
    if ((lwp.l_pflag & P.LP_MUSTJOIN) !== 0 && machine.reading === 'page') wakeAll(machine, machine.joinPoint.queue)
    return false
  },
  resume: () => false,
}

function printExitCode(machine: NetbsdMachine, lwp: Lwp, ecode: number): void {
  if (ecode === 0) return
  const name = lwp.name ?? 'unnamed'
  machine.console.write(format("WARNING: kthread `%s' (%d) exits with status %d\n", [name, lwp.l_lid, ecode]))
}

/** Whether the exiting thread may pass; if so it has told its joiner. */
function meetsJoiner(machine: NetbsdMachine, lwp: Lwp): boolean {
  const { joinPoint } = machine
  if (machine.release.joinSlot === 'global') {
    if (joinPoint.slot !== lwp) return false
    joinPoint.slot = null
    return true
  }
  const flag = lwp.l_private as JoinFlag | null
  if (flag === null) return false
  machine.assert(!flag.done, '!*exitedp')
  flag.done = true
  return true
}

/** 6 forgets every hold; 10 gives up one and trips over any other (§2.3, step 3). */
function releaseBigLock(machine: NetbsdMachine, lwp: Lwp): void {
  const { bigLock, release } = machine
  if (lwp.bigLocks === 0) return
  if (release.exitReleases === 'all holds') bigLock.release(lwp, lwp.bigLocks)
  else {
    if ((lwp.l_pflag & P.LP_MPSAFE) === 0) bigLock.release(lwp, 1)
    machine.assert(lwp.bigLocks === 0, 'curcpu()->ci_biglock_count == 0: kernel_lock leaked', 'NB-G-10')
    if (lwp.bigLocks > 0) bigLock.release(lwp, lwp.bigLocks)
  }
}

// kthread_join

const join: Operation = {
  name: 'kthread_join',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    if (!(target instanceof Lwp)) throw new TypeError('kthread_join: the argument is not an LWP of this release')
    if (target.cpu.machine !== machine) throw new TypeError('kthread_join: the LWP belongs to another kernel')
    machine.assertSleepable(lwp, 'kthread_join')
    checkTarget(machine, target)
    lwp.b = null
    lwp.c = claim(machine, target) ? 'claimed' : 'waiting'
    return this.resume(machine, lwp)
  },
  resume(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    if (lwp.c === 'waiting' && claim(machine, target)) lwp.c = 'claimed'
    if (lwp.c === 'claimed' && hasEnded(machine, target)) {
      lwp.result = 0
      lwp.a = lwp.c = null
      return true
    }
    machine.scheduler.sleep(lwp, machine.joinPoint.queue, 'kthrwait', 0, false)
    return false
  },
}

function checkTarget(machine: NetbsdMachine, target: Lwp): void {
  const mustJoin = (target.l_pflag & P.LP_MUSTJOIN) !== 0
  if (machine.reading === 'page') {
    if (!mustJoin) machine.panic(`kthread_join: ${target.l_name} was created without KTHREAD_MUSTJOIN`, 'NB-D-08')
    if (target.wasJoined) machine.panic(`kthread_join: ${target.l_name} was joined before`, 'NB-D-07')
    return
  }
  if (target.isFree) machine.undefinedBehaviour('UB:NB-D-07', 'kthread_join on an LWP that was freed')
  machine.assert(target.isSystem, '(l->l_flag & LW_SYSTEM) != 0')
  if (machine.release.joinAssertsMustjoin) machine.assert(mustJoin, '(l->l_pflag & LP_MUSTJOIN) != 0', 'NB-D-08')
}

/** Takes the slot for this target: what the exiting thread looks for. False while it is taken (6). */
function claim(machine: NetbsdMachine, target: Lwp): boolean {
  const { joinPoint } = machine
  if (machine.release.joinSlot === 'global') {
    if (joinPoint.slot !== null) return false
    joinPoint.slot = target
  } else {
    machine.assert(target.l_private === null, 'l->l_private == NULL', 'NB-D-07')
    target.l_private = { done: false } satisfies JoinFlag
  }
  target.wasJoined = true
  wakeAll(machine, joinPoint.queue)
  return true
}

/** Whether the joiner may return: the target has passed the barrier, and under the page's promise is gone (NB-D-06). */
function hasEnded(machine: NetbsdMachine, target: Lwp): boolean {
  const passed =
    machine.release.joinSlot === 'global' ? machine.joinPoint.slot !== target : (target.l_private as JoinFlag).done
  return passed && (machine.reading === 'kernel' || target.state === ThreadState.dead)
}

function wakeAll(machine: NetbsdMachine, queue: SleepQueue): void {
  while (queue.head !== null) machine.scheduler.wake(queue.head, WakeReason.woken)
}

// kthread_destroy (6)

const destroy: Operation = {
  name: 'kthread_destroy',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    machine.assertSleepable(lwp, 'kthread_destroy')
    if (target.state !== ThreadState.embryo) {
      if (machine.reading === 'page' || machine.diagnostic) {
        machine.panic('kernel diagnostic assertion "l->l_stat == LSIDL" failed', 'NB6-KT-50')
      }
      machine.undefinedBehaviour('UB:NB-D-09', `kthread_destroy on an LWP in state ${target.l_stat}`)
    }
    // NB-D-09: lwp_exit asserts that caller and target share a process.
    if (machine.reading === 'kernel') machine.assert(lwp.process === target.process, 'p == curproc', 'NB-D-09')
    exitKthread(machine, target)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}
