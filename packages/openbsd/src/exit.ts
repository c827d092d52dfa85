import {
  Access,
  EVERYTHING,
  ThreadMark,
  ThreadState,
  WakeReason,
  type Footprint,
  type Operation,
  type Steps,
} from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'
import { signalProcess } from './signal.js'

/**
 * What the end of a thread touches: itself, the process table, and those who are told, which are the reaper and the
 * parent or init. What only user processes have may be anybody's.
 */
export function touchesExit(p: Proc, footprint: Footprint): void {
  const { table, deadproc, init, proc0 } = p.cpu.machine
  const { process } = p
  footprint.add(p, Access.write)
  footprint.add(table, Access.write)
  footprint.add(deadproc, Access.wake)
  if (init !== null) footprint.add(init.process, Access.wake)
  const isOwn = process.ps_pptr === proc0.process || process.ps_pptr === init?.process
  if (p.isUser || !isOwn || process.ps_children.size > 0) footprint.add(EVERYTHING, Access.write)
}

/** A wait status: exit code and signal. The field has 16 bits, so 8 of the code survive. */
export function W_EXITCODE(code: number, signo: number): number {
  return ((code << 8) | signo) & 0xffff
}

/**
 * The end of the running thread, of whatever kind: out of the lists, its children to init, word to the parent, and to
 * the reaper for the rest. Nothing of it is free before the reaper ran.
 */
export function exit1(machine: OpenbsdMachine, p: Proc): void {
  machine.scheduler.end(p)
  bury(machine, p)
}

/** The same for a thread whose function has returned, which the machine ends. */
export function bury(machine: OpenbsdMachine, p: Proc): void {
  const { process } = p
  const { xstat } = process
  if (p === machine.proc0) machine.undefinedBehaviour('UB:OB-PROC0', 'process 0 exited')
  machine.assertSleepable(p, 'exit1', null)
  const isLast = process.threadCount === 1
  if (process.ps_mainproc === p && p.p_pid === 1) {
    // A kernel thread has the number only if it was made too early.
    machine.panic(`init died (signal ${xstat & 0x7f}, exit ${xstat >> 8})`, p.isSystem ? 'OB-D-10' : null)
  }
  p.p_flag = (p.p_flag | P.P_WEXIT) & ~P.P_TRACED
  p.p_siglist = 0
  process.remove(p)
  machine.table.pids.delete(p.p_pid)
  machine.table.zombproc.set(p.p_pid, p)
  if (isLast) endProcess(machine, process, p)
  wakeThreads(machine, process)
  // The idle loop of this CPU hands it on at once.
  machine.deadproc.push(p)
  machine.wakeAll(machine.deadproc)
}

function endProcess(machine: OpenbsdMachine, process: ProcessRecord, p: Proc): void {
  process.ps_fd.fd_refcnt--
  process.ps_sigacts.ps_refcnt--
  p.p_xstat = process.xstat
  if (process.ps_children.size > 0) machine.wakeAll(machine.init!.process)
  for (const child of process.ps_children) reparent(machine, child)
  const parent = process.ps_pptr!
  if (process.ps_ppwait) {
    process.ps_ppwait = false
    machine.wakeAll(process)
  }
  if ((p.p_flag & P.P_NOZOMBIE) === 0) {
    if (machine.release.parentIsSignalledBy === 'the exiting process') signalParent(machine, process, p)
    return
  }
  // Nobody waits for it. Reparenting gives it an exit signal, so that in 4.2 init is told all the same (OB-Q-14).
  reparent(machine, process)
  p.p_exitsig = P.SIGCHLD
  if (parent === machine.proc0.process && parent.ps_children.size === 0) machine.wakeAll(machine.proc0)
  if (machine.release.kthreadExitSignalsInit) signalParent(machine, process, p)
}

function reparent(machine: OpenbsdMachine, child: ProcessRecord): void {
  const init = machine.init?.process ?? null
  if (init === null || child.ps_pptr === init) return
  init.adopt(child)
}

function signalParent(machine: OpenbsdMachine, process: ProcessRecord, p: Proc): void {
  const parent = process.ps_pptr!
  if (p.p_exitsig !== 0 && parent.ps_mainproc !== null) signalProcess(machine, parent, p.p_exitsig)
  // Init would look and sleep again, which nobody can tell: a free run has enough schedules without that.
  const isForNothing = machine.free !== null && parent === machine.init?.process && !parent.hasChildToWaitFor
  if (!isForNothing) machine.wakeAll(parent)
}

/** Those who wait for threads of the process to end look again. */
function wakeThreads(machine: OpenbsdMachine, process: ProcessRecord): void {
  if (process.threadsIdent !== null) machine.wakeAll(process.threadsIdent)
}

// The reaper

/** Frees what the dead leave behind. Until it exists, in early boot, nothing is freed (OB-Q-25). */
export function* reaper(machine: OpenbsdMachine): Steps<never> {
  const { deadproc, sleep, kernelLock } = machine
  for (;;) {
    while (deadproc.length === 0) yield* sleep.tsleep(deadproc, P.PVM, 'reaper', 0)
    const p = deadproc.pop()!
    yield* kernelLock.KERNEL_UNLOCK()
    p.process.addressSpace.leave()
    machine.uareas.give()
    yield* kernelLock.KERNEL_LOCK()
    reap(machine, p)
  }
}

function reap(machine: OpenbsdMachine, p: Proc): void {
  const { process } = p
  const isWaitedFor = (p.p_flag & (P.P_NOZOMBIE | P.P_THREAD)) === 0
  if (!isWaitedFor) {
    zap(machine, p)
    return
  }
  p.isZombie = true
  if (machine.release.parentIsSignalledBy === 'the reaper') signalParent(machine, process, p)
  else machine.wakeAll(process.ps_pptr!)
}

/** proc_zap: the last of an entity. Its table slot is free from here on. */
export function zap(machine: OpenbsdMachine, p: Proc): void {
  const { process } = p
  machine.table.zombproc.delete(p.p_pid)
  machine.table.changeCount(process.credentials.realUid, -1)
  if (process.ps_mainproc === p) {
    process.ps_pptr?.forget(process)
    process.ps_limit.p_refcnt--
    machine.table.leaveGroup(process)
    machine.processes.delete(process)
  }
  p.isFree = true
  machine.table.nprocs--
}

// User processes

/**
 * The end of a user thread, or of its process: the others are made to unwind first. The first thread of a process
 * stays until all others are gone, because it has the process id. Where several end a process at once the first says
 * with what status, and the others end as threads.
 *
 * @param kind - `'thread'` for one thread; the last one takes the process along.
 */
export function* exitUser(machine: OpenbsdMachine, p: Proc, kind: 'process' | 'thread', status: number): Steps<never> {
  const { process } = p
  const { sleep } = machine
  p.p_flag |= P.P_WEXIT
  p.p_siglist = 0
  if (kind === 'process' && process.ps_single === null) {
    process.ps_single = p
    process.xstat = status
    for (const other of process.ps_threads) if (other !== p) hurry(machine, other)
    // OB-Q-22: whoever was made since then was not told, and is not waited for here.
    const unwinds = ({ p_flag }: Proc) => (p_flag & (P.P_SUSPSINGLE | P.P_WEXIT)) === P.P_SUSPSINGLE
    while (process.ps_threads.some(unwinds)) yield* sleep.tsleep(process.threadsEnd(), P.PUSER, 'suspend', 0)
  }
  wakeThreads(machine, process)
  if (process.ps_mainproc === p)
    while (process.threadCount > 1) yield* sleep.tsleep(process.threadsEnd(), P.PUSER, 'thrdeath', 0)
  machine.enter(end)
  return yield* machine.port
}

/** Makes a thread come back from wherever it is and end. */
function hurry(machine: OpenbsdMachine, p: Proc): void {
  p.p_flag |= P.P_SUSPSINGLE
  const { scheduler, sleepers } = machine
  if (p.state === ThreadState.stopped) {
    if (p.is(ThreadMark.asleep) && p.is(ThreadMark.interruptible)) sleepers.wake(p, WakeReason.interrupted)
    sleepers.letGo(p)
  } else if (p.state === ThreadState.sleeping && p.is(ThreadMark.interruptible)) {
    sleepers.wake(p, WakeReason.interrupted)
  } else if (p.state === ThreadState.running && p.isInUserMode) scheduler.giveWayInUserMode(p.cpu)
}

const end: Operation = {
  name: 'exit1',
  start(machine: OpenbsdMachine, p: Proc) {
    exit1(machine, p)
    return false
  },
  resume: () => false,
}
