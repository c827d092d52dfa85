import { stepsOf, ThreadMark, type KernelCall, type Operation, type Steps } from '@kt/core'
import { ERESTART } from './errno.js'
import { exitUser, W_EXITCODE } from './exit.js'
import { takeBigLock } from './kernel-lock.js'
import type { KtraceBody } from './ktrace.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { bitOf, UNBLOCKABLE_BITS } from './sigacts.js'
import { cursig, hasAst, psignal, stop, STOPS } from './signal.js'

// The border between user mode and the kernel. A user thread is in user mode whenever its own code executes; a system
// call takes it into the kernel and back, and on the way back it acts on signals, on a process that ends, and on who
// asked for its CPU.

/** The kernel side of a system call: an errno, 0 with the value in `p.retval`; as steps where it may have to wait. */
export type KernelSide = (p: Proc) => Steps<number> | number

/** A system call as traces name it. */
export interface SystemCall {
  readonly name: string
  /** Arguments; pointers are recorded by their addresses. */
  readonly args: readonly unknown[]
  /** Made without the big lock. */
  readonly isUnlocked?: boolean
}

/**
 * Makes a system call for the running user thread.
 *
 * @returns Its value, or −1 with `errno` set.
 */
export function* trap(machine: OpenbsdMachine, call: SystemCall, kernelSide: KernelSide): Steps<number> {
  const p = machine.running!
  for (;;) {
    if (hasAst(p)) yield* takeAsts(machine, p)
    yield* enterKernel(machine, call.isUnlocked === true)
    if (p.process.ps_traced) {
      const args = call.args.map((arg) => p.process.addressSpace.addressOf(arg))
      machine.ktrace(p, { type: 'CALL', call: call.name, args })
    }
    p.retval = 0
    let error: number
    try {
      const side = kernelSide(p)
      error = typeof side === 'number' ? side : yield* side
    } catch (thrown) {
      abandon(machine, p)
      throw thrown
    }
    // Kept here: a handler on the way out makes system calls of its own.
    const value = p.retval
    const record = p.process.ps_traced ? ({ type: 'RET', call: call.name, error, value } as const) : null
    if (record !== null || hasAst(p)) yield* returnToUser(machine, p, record)
    else {
      machine.begin(userret)
      yield* machine.port
      if (hasAst(p)) yield* takeAsts(machine, p)
    }
    if (error === ERESTART) continue
    if (error === 0) return value
    p.errno = error
    return -1
  }
}

/** A scenario may catch what the kernel side throws, and goes on in user mode then. */
function abandon(machine: OpenbsdMachine, p: Proc): void {
  if (machine.halt !== null) return
  if (p.bigLocks > 0) machine.bigLock.release(p, p.bigLocks)
  p.marks |= ThreadMark.inUserMode
}

/** A trap into the kernel for what came from outside: signals, and the end of the process. */
function* takeAsts(machine: OpenbsdMachine, p: Proc): Steps<void> {
  while (hasAst(p)) yield* returnToUser(machine, p, null)
}

/**
 * The way back to user mode, also for a thread that is there and has something to act on.
 *
 * @param record - Kept when nothing more holds it up; null for none.
 */
function* returnToUser(machine: OpenbsdMachine, p: Proc, record: KtraceBody | null): Steps<void> {
  for (;;) {
    // Whatever came is acted on in the kernel and under the big lock, also after a call that was made without it.
    const isUnlocked = machine.isLocked && p.bigLocks === 0
    if (hasAst(p) && (p.isInUserMode || isUnlocked)) yield* enterKernel(machine, false)
    if ((p.p_flag & P.P_SUSPSINGLE) !== 0) yield* exitUser(machine, p, 'thread', 0)
    const signo = cursig(p)
    if (signo === STOPS) {
      machine.begin(stopHere)
      yield* machine.port
      continue
    }
    if (signo > 0) {
      const handler = postsig(machine, p, signo)
      if (handler === null) yield* exitUser(machine, p, 'process', W_EXITCODE(0, signo))
      else {
        if (record !== null) machine.ktrace(p, record)
        yield* handle(machine, p, signo, handler)
        return
      }
    }
    if (!p.isInUserMode) {
      machine.begin(userret)
      yield* machine.port
    }
    // Something may have come while it waited for its turn.
    if (!hasAst(p)) break
  }
  if (record !== null) machine.ktrace(p, record)
}

/** Takes a signal that is not ignored: its handler, or null where it ends the process. */
function postsig(machine: OpenbsdMachine, p: Proc, signo: number): ((signo: number) => Steps) | null {
  p.p_siglist &= ~bitOf(signo)
  const { handler } = p.process.ps_sigacts.actionOf(signo)
  const caught = typeof handler === 'function'
  machine.ktrace(p, { type: 'PSIG', signo, action: caught ? 'caught' : 'SIG_DFL' })
  return caught ? handler : null
}

/** Runs a handler in user mode, on whatever stack the thread has, and goes back where the signal came. */
function* handle(machine: OpenbsdMachine, p: Proc, signo: number, handler: (signo: number) => Steps): Steps<void> {
  const { mask } = p.process.ps_sigacts.actionOf(signo)
  const before = p.p_sigmask
  p.p_sigmask |= (mask | bitOf(signo)) & ~UNBLOCKABLE_BITS
  yield* returnToUser(machine, p, null)
  yield* stepsOf(handler(signo), `the handler of signal ${signo}`)
  // sigreturn(2)
  yield* enterKernel(machine, false)
  p.p_sigmask = before
  yield* returnToUser(machine, p, null)
}

function enterKernel(machine: OpenbsdMachine, isUnlocked: boolean): KernelCall<void> {
  machine.begin(isUnlocked ? enterUnlocked : enter)
  return machine.port
}

const enter: Operation = {
  name: 'syscall',
  takes: (p) => ((p as Proc).cpu.machine.isLocked ? p.cpu.machine.bigLock : null),
  start(machine: OpenbsdMachine, p: Proc) {
    p.marks &= ~ThreadMark.inUserMode
    p.result = undefined
    return !machine.isLocked || takeBigLock(machine, p)
  },
  resume: (machine: OpenbsdMachine, p: Proc) => takeBigLock(machine, p),
}

const enterUnlocked: Operation = {
  name: 'syscall',
  start(_machine, p: Proc) {
    p.marks &= ~ThreadMark.inUserMode
    p.result = undefined
    return true
  },
  resume: () => true,
}

/** userret(): gives way if it was asked to, then goes back at its user priority, without the big lock. */
const userret: Operation = {
  name: 'userret',
  start(machine: OpenbsdMachine, p: Proc) {
    const { cpu } = p
    p.p_priority = p.p_usrpri
    // In a free run everybody has a CPU of its own, and nobody asks for it.
    if (cpu.ast && machine.free === null) {
      cpu.ast = false
      p.ru_nivcsw++
      machine.scheduler.requeue(p, false)
      return false
    }
    if (p.bigLocks > 0) machine.bigLock.release(p, p.bigLocks)
    p.marks |= ThreadMark.inUserMode
    p.result = undefined
    return true
  },
  resume(machine, p) {
    return this.start(machine, p)
  },
}

const stopHere: Operation = {
  name: 'issignal',
  start(machine: OpenbsdMachine, p: Proc) {
    stop(machine, p)
    p.result = undefined
    return false
  },
  resume: () => true,
}

/** Time in user mode, in nanoseconds: signals cut in, and whoever asks for the CPU gets it. */
export function* userTime(machine: OpenbsdMachine, ns: number): Steps<void> {
  const p = machine.running!
  yield* takeAsts(machine, p)
  for (let leftNs = ns; leftNs > 0;) {
    machine.begin(busy).a = leftNs
    leftNs = yield* machine.port as KernelCall<number>
    yield* takeAsts(machine, p)
  }
}

/** Keeps the CPU busy; answers how much is left when something came up. */
const busy: Operation = {
  name: 'user',
  start(machine: OpenbsdMachine, p: Proc) {
    const leftNs = p.a as number
    p.result = leftNs
    if (leftNs === 0 || hasAst(p)) return true
    if (machine.free !== null) {
      // CPUs are of any speed: others may do anything meanwhile, before or after.
      machine.timeline.now += leftNs
      p.result = 0
      return true
    }
    p.a = 0
    machine.scheduler.work(machine.cpu, machine.timeline.now + leftNs)
    return false
  },
  resume(machine: OpenbsdMachine, p: Proc) {
    const { cpu } = machine
    if (cpu.work.isArmed) {
      machine.scheduler.keepWorking(cpu)
      return false
    }
    return this.start(machine, p)
  },
}

/** A main function of user code. What it returns is the exit code; anything but a number counts as 0. */
export type Program = () => Steps

/** The body of a user thread: what its creator gave it, then its end. */
export function* userThread(machine: OpenbsdMachine, p: Proc, body: Program, childReturn: string | null): Steps<void> {
  // It comes into being in the kernel, on the way out of the system call that made it.
  const record = childReturn === null ? null : ({ type: 'RET', call: childReturn, error: 0, value: 0 } as const)
  yield* returnToUser(machine, p, record)
  p.inside = null
  const value = yield* stepsOf(body(), `process ${p.p_comm} (${p.p_pid})`)
  p.inside = 'exit'
  const status = typeof value === 'number' ? value : 0
  yield* trap(machine, { name: 'exit', args: [status] }, () => exitUser(machine, p, 'process', W_EXITCODE(status, 0)))
}

/** What user code gets for a bad access to memory: a signal that nobody can hold back. */
export function* fault(machine: OpenbsdMachine, p: Proc, signo: number): Steps<void> {
  // A trap each time: where the signal is ignored the access comes again, and again.
  yield* enterKernel(machine, false)
  p.p_sigmask &= ~bitOf(signo)
  psignal(machine, p, signo)
  yield* returnToUser(machine, p, null)
}
