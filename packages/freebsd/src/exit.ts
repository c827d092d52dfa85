import {
  Access,
  ThreadMark,
  ThreadState,
  WakeReason,
  type Footprint,
  type Operation,
  type Steps,
  type Thread,
} from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import { isFreeFor, touchesFree } from './mutex-take.js'
import * as P from './param.js'
import { sigBit, type Proc } from './proc.js'
import type { Td } from './td.js'

// Threads

/**
 * `kthread_exit`: a wakeup on the thread first, when nothing of its end has happened (FB8-D-16). Then the number of
 * threads is looked at; the kernel does so without a lock, and so two that leave together can both see two (FB8-D-24).
 */
export function* kthreadExit(machine: FreebsdMachine): Steps<never> {
  const td = machine.running!
  notInInterrupt(machine, td, 'kthread_exit')
  yield* machine.sleep.wakeup(td)
  if (machine.reading === 'page') {
    machine.begin(leaveUnlessLast)
    yield* machine.port
    // The last thread takes the process along, which is more than the parts of that say.
    td.inside ??= 'kproc_exit'
    return yield* kprocExit(machine, 0)
  }
  if (td.process.threadCount === 1) return yield* kprocExit(machine, 0)
  machine.begin(leave)
  return yield* machine.port
}

/**
 * Whether the parts of `kthread_exit` say all that it touches. What the kernel looks at between two of them, the number
 * of threads in the process, none of them says; in process 0 that does not matter.
 */
export function exitTells(machine: FreebsdMachine): boolean {
  return machine.reading === 'page' || machine.running?.process === machine.proc0
}

/**
 * What the end of a thread touches: itself, its process, and what its number and stack go back to. There two ends are in
 * no order that anybody can tell, unless handles become those of other threads.
 */
export function touchesExit(td: Td, footprint: Footprint): void {
  const { process, cpu } = td
  const { structures, reading, proc0 } = cpu.machine
  footprint.add(td, Access.write)
  footprint.add(structures, reading === 'page' ? Access.read : Access.write)
  if (process !== proc0) footprint.add(process, Access.write)
}

function touchesLeave(td: Thread, footprint: Footprint): void {
  touchesExit(td as Td, footprint)
  touchesFree((td as Td).process.p_mtx, footprint)
}

const leaveUnlessLast: Operation = {
  name: 'kthread_exit',
  touches: touchesLeave,
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (!isFreeFor(machine, td, td.process.p_mtx)) return false
    return td.process.threadCount === 1 || leave.start(machine, td)
  },
  resume(machine: FreebsdMachine, td: Td) {
    return this.start(machine, td)
  },
}

/** A thread leaves its process under the lock of that. */
const leave: Operation = {
  name: 'kthread_exit',
  touches: touchesLeave,
  start(machine: FreebsdMachine, td: Td) {
    if (isFreeFor(machine, td, td.process.p_mtx)) exitThread(machine, td)
    return false
  },
  resume(machine: FreebsdMachine, td: Td) {
    return this.start(machine, td)
  },
}

/** `thread_exit`: out of its process, and the CPU to the next one. */
export function exitThread(machine: FreebsdMachine, td: Td): void {
  const { process } = td
  checkNothingHeld(machine, td)
  if (process.threadCount === 1 && (process.p_flag & P.P_HADTHREADS) !== 0)
    machine.panic('thread_exit: Last thread exiting on its own', 'FB8-D-24')
  process.remove(td)
  process.p_exitthreads++
  machine.policy.left(td, process.newest!)
  machine.scheduler.end(td)
  discard(machine, td)
  const { p_singlethread: single } = process
  if (single !== null && process.threadCount === 1 && single.state === ThreadState.stopped)
    machine.sleepers.letGo(single)
}

/** The structure is kept until this CPU has switched, and then until a creation drains the zombies. */
function discard(machine: FreebsdMachine, td: Td): void {
  td.isExited = true
  machine.ktr.exited(td, 'thread exit')
  const { cpu } = td
  if (machine.free !== null) {
    // Each thread is as if on a CPU of its own, which has switched by now.
    machine.structures.zombies.push(td)
    return
  }
  if (cpu.pc_deadthread !== null) machine.structures.zombies.push(cpu.pc_deadthread)
  cpu.pc_deadthread = td
}

/** What an interrupt is on top of would go on without it. */
function notInInterrupt(machine: FreebsdMachine, td: Td, call: string): void {
  if (td.is(ThreadMark.interruptFrame))
    machine.undefinedBehaviour('UB:sleep-in-interrupt', `${call} in an interrupt, which has no thread of its own`)
}

function checkNothingHeld(machine: FreebsdMachine, td: Td): void {
  if (machine.giant.owner === td) machine.refuse('UB:exit-with-lock', 'mutex Giant owned', 'FB8-O-24')
  if (td.held !== null)
    machine.undefinedBehaviour(
      'UB:exit-with-lock',
      `thread ${td.td_name} (tid ${td.td_tid}) ends with ${td.held.kind} ${td.held.name} held`,
    )
}

// Processes

/** `kproc_exit`: the process is init's, then a wakeup on it, and then the end. */
export function* kprocExit(machine: FreebsdMachine, ecode: number): Steps<never> {
  const { mtx } = machine
  const td = machine.running!
  const { process } = td
  notInInterrupt(machine, td, 'kproc_exit')
  // Whoever holds the lock of the process when it decides to wait is not overtaken by the wakeup.
  yield* mtx.PROC_LOCK(process)
  reparent(machine, process)
  yield* mtx.PROC_UNLOCK(process)
  yield* machine.sleep.wakeup(process)
  return yield* exit1(machine, (ecode << 8) & 0xffff)
}

function reparent(machine: FreebsdMachine, process: Proc): void {
  const { initproc } = machine
  if (initproc === null) machine.undefinedBehaviour('UB:no-init', `process ${process.pid} ended before init was there`)
  if (process.p_pptr !== initproc) initproc.adopt(process)
}

/** The end of a process, by one of its threads, which waits until all others have left by themselves. */
export function* exit1(machine: FreebsdMachine, status: number): Steps<never> {
  const td = machine.running!
  const { process } = td
  checkNothingHeld(machine, td)
  if (process === machine.initproc && machine.shutdownHowto === null) {
    machine.console.write(`init died (signal ${status & 0x7f}, exit ${status >> 8})\n`)
    machine.panic('Going nowhere without my init!')
  }
  if ((process.p_flag & P.P_HADTHREADS) !== 0) {
    if (process.p_singlethread !== null) {
      // Somebody else ends it, and has said with what status.
      machine.begin(leave)
      return yield* machine.port
    }
    beginSingle(machine, process, td)
    while (process.threadCount > 1) {
      machine.begin(suspendSelf)
      yield* machine.port
    }
    process.p_singlethread = null
    process.p_flag &= ~(P.P_HADTHREADS | P.P_STOPPED_SINGLE | P.P_SINGLE_EXIT)
  }
  process.p_flag |= P.P_WEXIT
  yield* machine.events.invoke('process_exit', process)
  machine.begin(die).a = status
  return yield* machine.port
}

/** The others are asked to leave: their sleeps end if they can be ended, and no interruptible one begins. */
function beginSingle(machine: FreebsdMachine, process: Proc, td: Td): void {
  process.p_singlethread = td
  process.p_flag |= P.P_SINGLE_EXIT | P.P_STOPPED_SINGLE
  for (const other of process.p_threads) {
    if (other !== td && other.state === ThreadState.sleeping && (other.td_flags & P.TDF_SINTR) !== 0)
      machine.sleepers.wake(other, WakeReason.interrupted)
  }
}

/** Waits, suspended, until the last of the others has left. */
const suspendSelf: Operation = {
  name: 'exit1',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.process.threadCount === 1) return true
    machine.sleepers.stop(td)
    return false
  },
  resume: () => true,
}

/** The last act: a zombie, and word to init. */
const die: Operation = {
  name: 'exit1',
  start(machine: FreebsdMachine, td: Td) {
    const { process } = td
    const status = td.a as number
    checkNothingHeld(machine, td)
    // Somebody added one while a handler of process_exit slept (FB8-O-20).
    if (process.threadCount > 1)
      machine.undefinedBehaviour('UB:add-to-zombie', `process ${process.pid} becomes a zombie with threads that live`)
    machine.scheduler.end(td)
    td.isExited = true
    machine.ktr.exited(td, 'proc exit')
    for (const child of process.p_children) machine.initproc!.adopt(child)
    process.p_xstat = status
    const parent = process.p_pptr!
    parent.p_siglist |= sigBit(P.SIGCHLD)
    machine.wakeAll(parent)
    process.p_state = P.PRS_ZOMBIE
    return false
  },
  resume: () => false,
}

/** Its parent has waited for it: the number is free, and the structure is kept for the next process, thread and all. */
export function reap(machine: FreebsdMachine, process: Proc): void {
  const td = process.newest!
  process.p_pptr?.forget(process)
  process.isReaped = true
  machine.pids.delete(process.pid)
  machine.processes.delete(process)
  machine.nprocs--
  machine.structures.processes.push({ tid: td.td_tid, kstackPages: td.td_kstack_pages, process })
  td.isExited = true
  machine.structures.drain()
}
