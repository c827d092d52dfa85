import { Access, ThreadMark, ThreadState, WakeReason, type Footprint } from '@kt/core'
import { EPERM, ESRCH } from './errno.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'
import { bitOf, defaultAction, STOP_BITS, TTY_STOP_BITS, UNBLOCKABLE_BITS, type SignalAction } from './sigacts.js'

// What the kernel does with signals. How user code takes one is in user.ts.

/** What an end to somebody's sleep touches: the thread, what it sleeps on, and whether its record was freed. */
export function touchesSignalled(p: Proc, footprint: Footprint): void {
  footprint.add(p, Access.write)
  if (p.sleepQueue !== null) footprint.add(p.sleepQueue.object, Access.expire)
  if (p.state === ThreadState.dead) footprint.add(p.cpu.machine.table, Access.read)
}

/** Instead of a signal: the thread has to stop first. */
export const STOPS = -1

/**
 * Posts a signal to a thread, from within the kernel. Nothing asks whether it is a kernel thread: it is the routes
 * from outside that leave those out (`kill`).
 */
export function psignal(machine: OpenbsdMachine, p: Proc, signo: number, isPropagated = false): void {
  if (p.isFree) machine.undefinedBehaviour('UB:OB-D-13', `signal ${signo} to process ${p.p_pid}, which was freed`)
  const acts = p.process.ps_sigacts
  const bit = bitOf(signo)
  if (p.state === ThreadState.dead || (acts.ps_sigignore & bit) !== 0) return
  const { handler } = acts.actionOf(signo)
  const byDefault = defaultAction(signo)
  const isHeldBack = (p.p_sigmask & bit & ~UNBLOCKABLE_BITS) !== 0
  if (byDefault === 'continues') p.p_siglist &= ~STOP_BITS
  if (byDefault === 'stops') {
    // No group has job control, because nobody calls setpgid(2): a stop from the terminal is discarded.
    if ((bit & TTY_STOP_BITS) !== 0 && handler === 'SIG_DFL') return
    p.p_siglist &= ~bitOf(P.SIGCONT)
  }
  p.p_siglist |= bit
  // Stops and continues are for the whole process.
  if ((byDefault === 'stops' || byDefault === 'continues') && !isPropagated) {
    for (const other of p.process.ps_threads) if (other !== p) psignal(machine, other, signo, true)
  }
  if (isHeldBack && !(byDefault === 'continues' && p.state === ThreadState.stopped)) return
  if (p.state === ThreadState.sleeping) wakeForSignal(machine, p, signo, typeof handler !== 'function')
  else if (p.state === ThreadState.stopped) continueForSignal(machine, p, signo, isHeldBack ? 'is held back' : handler)
  else if (p.state === ThreadState.running && p.isInUserMode) machine.scheduler.giveWayInUserMode(p.cpu)
}

function wakeForSignal(machine: OpenbsdMachine, p: Proc, signo: number, isDefault: boolean): void {
  if (!p.is(ThreadMark.interruptible)) return
  const byDefault = defaultAction(signo)
  if (byDefault === 'continues' && isDefault) {
    p.p_siglist &= ~bitOf(signo)
    return
  }
  if (byDefault === 'stops' && isDefault) {
    if (p.process.ps_ppwait) return
    p.p_siglist &= ~bitOf(signo)
    p.p_xstat = signo
    stop(machine, p)
    return
  }
  if (p.p_priority > P.PUSER) p.p_priority = P.PUSER
  machine.sleepers.wake(p, WakeReason.interrupted)
}

function continueForSignal(
  machine: OpenbsdMachine,
  p: Proc,
  signo: number,
  action: SignalAction['handler'] | 'is held back',
): void {
  const byDefault = defaultAction(signo)
  if (signo === P.SIGKILL) {
    // Off the channel: its sleep is over.
    if (p.is(ThreadMark.asleep)) machine.sleepers.wake(p, WakeReason.interrupted)
    machine.sleepers.letGo(p)
  } else if (byDefault === 'continues') {
    // Held back, it lets the thread go and stays pending; only a handler that can run now ends a sleep.
    if (typeof action === 'function') {
      if (p.is(ThreadMark.asleep)) machine.sleepers.wake(p, WakeReason.interrupted)
    } else if (action !== 'is held back') p.p_siglist &= ~bitOf(signo)
    machine.sleepers.letGo(p)
  } else if (byDefault === 'stops') p.p_siglist &= ~bitOf(signo)
  else if (p.is(ThreadMark.asleep) && p.is(ThreadMark.interruptible)) {
    machine.sleepers.wake(p, WakeReason.interrupted)
  }
}

/** Stops a thread over the signal in `p_xstat` and tells the parent. */
export function stop(machine: OpenbsdMachine, p: Proc): void {
  machine.sleepers.stop(p)
  const parent = p.process.ps_pptr
  if (parent !== null) signalProcess(machine, parent, P.SIGCHLD)
}

/** Posts a signal to a process: a thread that does not hold it back gets it, else the main one. */
export function signalProcess(machine: OpenbsdMachine, process: ProcessRecord, signo: number): void {
  const takes = process.ps_threads.find(
    (p) => p.state !== ThreadState.dead && (p.p_sigmask & bitOf(signo)) === 0 && (p.p_flag & P.P_WEXIT) === 0,
  )
  const target = takes ?? process.ps_mainproc
  if (target !== null && !target.isFree) psignal(machine, target, signo)
}

/**
 * The signal that a thread has to act on: it stays pending until `postsig`. Signals that are ignored vanish on the way.
 *
 * @returns A signal, 0 for none, or `STOPS`: the caller has to stop the thread (`stop`).
 */
export function cursig(p: Proc): number {
  for (;;) {
    const bits = deliverable(p)
    if (bits === 0) return 0
    const signo = 32 - Math.clz32(bits & -bits)
    const acts = p.process.ps_sigacts
    const { handler } = acts.actionOf(signo)
    if (handler !== 'SIG_DFL' && handler !== 'SIG_IGN') return signo
    const byDefault = defaultAction(signo)
    // Process 1 neither ends nor stops by default.
    if (handler === 'SIG_DFL' && (acts.ps_sigignore & bitOf(signo)) === 0 && p.p_pid !== 1) {
      if (byDefault === 'ends') return signo
      if (byDefault === 'stops' && (bitOf(signo) & TTY_STOP_BITS) === 0) {
        p.p_siglist &= ~bitOf(signo)
        p.p_xstat = signo
        return STOPS
      }
    }
    p.p_siglist &= ~bitOf(signo)
  }
}

/** Whether a thread has something to act on before it goes on in user mode. Nothing is taken. */
export function hasAst(p: Proc): boolean {
  return (p.p_flag & P.P_SUSPSINGLE) !== 0 || deliverable(p) !== 0
}

/** Signals that are pending and not held back. The child of a vfork does not stop, because its parent waits for it. */
function deliverable({ p_siglist, p_sigmask, process }: Proc): number {
  const stops = process.ps_ppwait ? STOP_BITS : 0
  return p_siglist & ~((p_sigmask & ~UNBLOCKABLE_BITS) | stops)
}

// kill(2)

/** Whether a process may send a signal: root may, else the user ids have to agree; SIGCONT reaches the whole session. */
function cansignal(from: ProcessRecord, to: ProcessRecord, signo: number): boolean {
  const { realUid, effectiveUid } = from.credentials
  if (effectiveUid === 0 || (signo === P.SIGCONT && from.ps_session === to.ps_session)) return true
  const ids = [to.credentials.realUid, to.credentials.effectiveUid]
  return ids.includes(realUid) || ids.includes(effectiveUid)
}

/**
 * Sends a signal as kill(2) does.
 *
 * @param pid - A process; above the offset a thread of the caller's own process; 0 the caller's group, −1 everybody,
 *   any other negative number a group.
 * @returns 0, `ESRCH`, or `EPERM`.
 */
export function kill(machine: OpenbsdMachine, from: Proc, pid: number, signo: number): number {
  if (pid > 0) return killOne(machine, from, pid, signo)
  const { process } = from
  const group = pid === 0 ? process.ps_pgid : -pid
  let found = 0
  for (const target of [...machine.processes] as ProcessRecord[]) {
    const isMember = pid === -1 ? target !== process : target.ps_pgid === group
    // OB-KT-11, OB-KT-12: kernel threads are not even counted.
    if (!isMember || target.pid <= 1 || target.isSystem || !cansignal(process, target, signo)) continue
    found++
    if (signo !== 0) signalProcess(machine, target, signo)
  }
  return found > 0 ? 0 : ESRCH
}

function killOne(machine: OpenbsdMachine, from: Proc, pid: number, signo: number): number {
  const isThread = machine.release.hasThreads && pid > P.THREAD_PID_OFFSET
  const p = machine.table.pids.get(isThread ? pid - P.THREAD_PID_OFFSET : pid)
  if (p === undefined) return ESRCH
  if (isThread ? p.process !== from.process : (p.p_flag & P.P_THREAD) !== 0) return ESRCH
  if (!cansignal(from.process, p.process, signo)) return EPERM
  if (signo === 0) return 0
  if (isThread) psignal(machine, p, signo)
  else signalProcess(machine, p.process, signo)
  return 0
}
