import { Access, ThreadMark, ThreadState, workInUserMode, type KernelCall, type Operation } from '@kt/core'
import { Cpuset } from './cpuset.js'
import { EDEADLK, EINVAL, ESRCH } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import { dropGiant, pickUpGiant } from './giant.js'
import { touchesNothing } from './mutex-take.js'
import { mtxCalls } from './mutex.js'
import * as P from './param.js'
import { threadOf, type Td } from './td.js'

/** The scheduler as kernel code calls it, critical sections, and CPU sets. */
export interface SchedCalls {
  /** Takes the lock of threads' scheduling, a spin mutex: there is one here for all threads. @see proc.h */
  thread_lock: (td: Td) => KernelCall<void>
  /** Releases it. Preemption that `sched_add` asked for happens here. @see proc.h */
  thread_unlock: (td: Td) => KernelCall<void>
  /**
   * Queues a thread that was created with `RFSTOPPED`. The caller sets its priority before, or it has its template's.
   *
   * @param flags - `SRQ_BORING`.
   * @throws UndefinedBehaviour `UB:double-start` for a thread that runs or is queued (INVARIANTS: a panic).
   * @see sched.h; FB8-KT-37, FB8-O-19.
   */
  sched_add: (td: Td, flags: number) => KernelCall<void>
  /** Sets priority and base priority, 0 … 255; what is lent to it stays. @see sched.h */
  sched_prio: (td: Td, prio: number) => KernelCall<void>
  /** Sets the user priority, of a thread that has one. @see sched.h */
  sched_user_prio: (td: Td, prio: number) => KernelCall<void>
  /** Sets the class: `PRI_ITHD`, `PRI_REALTIME`, `PRI_TIMESHARE`, `PRI_IDLE`. @see sched.h */
  sched_class: (td: Td, prioClass: number) => KernelCall<void>
  /** Goes to the tail of its own place in the queue. @see sched_relinquish */
  sched_relinquish: () => KernelCall<void>
  /**
   * Goes to the tail of the queue at its user priority, without Giant meanwhile, and keeps that priority: a kernel thread falls behind all others until a
   * sleep gives it another.
   *
   * @see uio(9), uio_yield.
   */
  uio_yield: () => KernelCall<void>
  /** Moves the caller to a CPU and keeps it there. @param cpu - Its number. @see sched.h, sched_bind */
  sched_bind: (td: Td, cpu: number) => KernelCall<void>
  /** Lets it go elsewhere again. */
  sched_unbind: (td: Td) => KernelCall<void>
  /** Keeps the caller from being preempted until the matching `critical_exit`. Nests. @see critical_enter(9) */
  critical_enter: () => KernelCall<void>
  /** After the last the caller gives way if it was asked to meanwhile. @see critical_enter(9) */
  critical_exit: () => KernelCall<void>
  /**
   * Gives a thread a set of CPUs of its own.
   *
   * @param tid - Whose.
   * @param mask - A bit for each CPU.
   * @returns 0; `ESRCH` where there is no such thread; `EINVAL` for an empty set; `EDEADLK` for CPUs that do not exist.
   * @see cpuset(2): cpuset_setthread.
   */
  cpuset_setthread: (tid: number, mask: number) => KernelCall<number>
  /** Nanoseconds in user mode, where the caller gives way to whatever is better. For user processes. Ours. */
  user: (ns: number) => KernelCall<void>
}

export function schedCalls(machine: FreebsdMachine): SchedCalls {
  const { mtx_lock_spin, mtx_unlock_spin } = mtxCalls(machine)
  const call = (operation: Operation, target: Td, b: unknown) => {
    threadOf(machine, operation.name, target)
    const td = machine.enter(operation)
    td.a = target
    td.b = b
    return machine.port
  }
  const simple = (operation: Operation) => {
    machine.enter(operation)
    return machine.port
  }
  return {
    thread_lock(td) {
      threadOf(machine, 'thread_lock', td)
      return mtx_lock_spin(machine.schedLock)
    },
    thread_unlock(td) {
      threadOf(machine, 'thread_unlock', td)
      return mtx_unlock_spin(machine.schedLock)
    },
    sched_add: (td, flags) => call(add, td, flags),
    sched_prio: (td, prio) => call(prio_, td, priority('sched_prio', prio)),
    sched_user_prio: (td, prio) => call(userPrio, td, priority('sched_user_prio', prio)),
    sched_class(td, prioClass) {
      if (!CLASSES.has(prioClass)) throw new RangeError(`sched_class: there is no class ${String(prioClass)}`)
      return call(setClass, td, prioClass)
    },
    sched_relinquish: () => simple(relinquish),
    uio_yield: () => simple(uioYield),
    sched_bind(td, cpu) {
      if (machine.cpus[cpu] === undefined) throw new RangeError(`sched_bind: there is no CPU ${String(cpu)}`)
      return call(bind, td, cpu)
    },
    sched_unbind: (td) => call(unbind, td, null),
    critical_enter: () => simple(criticalEnter),
    critical_exit: () => simple(criticalExit),
    cpuset_setthread(tid, mask) {
      if (!Number.isInteger(tid)) throw new TypeError(`cpuset_setthread: tid is a number, not ${String(tid)}`)
      if (!Number.isInteger(mask)) throw new TypeError(`cpuset_setthread: mask is a number, not ${String(mask)}`)
      const td = machine.enter(setCpuset)
      td.a = tid
      td.b = mask
      return machine.port
    },
    user(ns) {
      if (!Number.isInteger(ns) || ns < 0)
        throw new RangeError(`user: a whole number of nanoseconds, not ${String(ns)}`)
      machine.enter(user).a = ns
      return machine.port
    },
  }
}

const CLASSES: ReadonlySet<number> = new Set([P.PRI_ITHD, P.PRI_REALTIME, P.PRI_TIMESHARE, P.PRI_IDLE])

function priority(call: string, prio: number): number {
  if (Number.isInteger(prio) && prio >= P.PRI_MIN && prio <= P.PRI_MAX) return prio
  throw new RangeError(`${call}: a priority is ${P.PRI_MIN} to ${P.PRI_MAX}, not ${String(prio)}`)
}

// What other calls are made of

/** Queues a thread. It may displace the caller at the next chance. */
export function schedAdd(machine: FreebsdMachine, td: Td): void {
  td.isIwait = false
  machine.policy.added(td)
  machine.ktr.queued(td)
  machine.scheduler.enqueue(td)
}

/** Sets what a thread runs at. A queued one moves at once if that is better; if it is worse, when it has run. */
function schedPrio(machine: FreebsdMachine, td: Td, prio: number): void {
  machine.ktr.priority(td, prio)
  td.td_base_pri = prio
  const before = td.td_priority
  td.ownPriority = prio
  if (td.state !== ThreadState.runnable || td.td_priority < before) machine.policy.priorityChanged(td)
}

/** Boot's own: a thread that is an idle one or an interrupt's. */
export function setThreadClass(machine: FreebsdMachine, td: Td, prioClass: number): void {
  if (td.td_pri_class === prioClass) return
  td.td_pri_class = prioClass
  machine.scheduler.rankChanged(td)
}

/** CPU sets that are not everybody's cost 4BSD the short way through its queue. */
function noteRestriction(machine: FreebsdMachine): void {
  machine.policy.noteRestriction()
}

// The operations

const add: Operation = {
  name: 'sched_add',
  touches: (td, footprint) => footprint.add(td.a, Access.write),
  start(machine: FreebsdMachine, td: Td) {
    const target = td.a as Td
    td.result = undefined
    if (target.state !== ThreadState.embryo) {
      machine.kassert(false, 'sched_add: bad thread state', 'FB8-O-19')
      machine.undefinedBehaviour('UB:double-start', `sched_add of thread ${target.td_name} (tid ${target.td_tid})`)
    }
    schedAdd(machine, target)
    return true
  },
  resume: () => true,
}

const prio_: Operation = {
  name: 'sched_prio',
  start(machine: FreebsdMachine, td: Td) {
    schedPrio(machine, td.a as Td, td.b as number)
    td.result = undefined
    return true
  },
  resume: () => true,
}

const userPrio: Operation = {
  name: 'sched_user_prio',
  start(_machine, td: Td) {
    const target = td.a as Td
    target.td_base_user_pri = target.td_user_pri = td.b as number
    td.result = undefined
    return true
  },
  resume: () => true,
}

const setClass: Operation = {
  name: 'sched_class',
  start(machine: FreebsdMachine, td: Td) {
    setThreadClass(machine, td.a as Td, td.b as number)
    td.result = undefined
    return true
  },
  resume: () => true,
}

const relinquish: Operation = {
  name: 'sched_relinquish',
  touches: touchesNothing,
  start(machine: FreebsdMachine, td: Td) {
    machine.assertSwitchable(td, this.name)
    td.result = undefined
    machine.scheduler.requeue(td, false)
    return false
  },
  resume: () => true,
}

const uioYield: Operation = {
  name: 'uio_yield',
  start(machine: FreebsdMachine, td: Td) {
    machine.assertSwitchable(td, this.name)
    td.result = undefined
    // As in a sleep, others may have Giant meanwhile.
    dropGiant(machine, td)
    schedPrio(machine, td, td.td_user_pri)
    machine.scheduler.requeue(td, false)
    return false
  },
  resume: (machine: FreebsdMachine, td: Td) => pickUpGiant(machine, td),
}

const bind: Operation = {
  name: 'sched_bind',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.a !== td) machine.refuse('UB:sched-bind', 'sched_bind: can only bind curthread')
    const cpu = machine.cpus[td.b as number]!
    noteRestriction(machine)
    td.marks |= ThreadMark.bound
    if (td.cpu === cpu) return true
    machine.assertSwitchable(td, this.name)
    td.cpu = cpu
    machine.scheduler.enqueue(td)
    return false
  },
  resume: () => true,
}

const unbind: Operation = {
  name: 'sched_unbind',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.a !== td) machine.refuse('UB:sched-bind', 'sched_unbind: can only bind curthread')
    td.mark(ThreadMark.bound, false)
    return true
  },
  resume: () => true,
}

const criticalEnter: Operation = {
  name: 'critical_enter',
  touches: touchesNothing,
  start(_machine, td: Td) {
    td.td_critnest++
    td.result = undefined
    return true
  },
  resume: () => true,
}

const criticalExit: Operation = {
  name: 'critical_exit',
  touches: touchesNothing,
  start(machine: FreebsdMachine, td: Td) {
    if (td.td_critnest === 0) machine.refuse('UB:critical', 'critical_exit: td_critnest == 0')
    td.td_critnest--
    td.result = undefined
    return true
  },
  resume: () => true,
}

const setCpuset: Operation = {
  name: 'cpuset_setthread',
  start(machine: FreebsdMachine, td: Td) {
    const target = machine.tdfind(td.a as number)
    const mask = td.b as number
    if (target === null) td.result = ESRCH
    else if (mask === 0) td.result = EINVAL
    else if ((mask & ~machine.allCpus) !== 0) td.result = EDEADLK
    else {
      td.result = 0
      target.td_cpuset = new Cpuset(machine.nextCpusetId(), mask)
      noteRestriction(machine)
      return movesIfRunning(machine, td, target)
    }
    return true
  },
  resume: () => true,
}

/** A queued thread goes where it may run; the caller itself, too. */
function movesIfRunning(machine: FreebsdMachine, td: Td, target: Td): boolean {
  if (target.td_cpuset.has(target.cpu) || target.is(ThreadMark.bound)) return true
  if (target.state === ThreadState.runnable) {
    target.cpu.queue.remove(target)
    machine.ktr.dequeued(target)
    machine.scheduler.enqueue(target)
  } else if (target === td) {
    machine.scheduler.enqueue(td)
    return false
  } else if (target.state !== ThreadState.running) {
    target.cpu = machine.cpus.find((cpu) => target.td_cpuset.has(cpu))!
  }
  return true
}

const user: Operation = {
  name: 'user',
  start(machine: FreebsdMachine, td: Td) {
    if (td.is(ThreadMark.interruptFrame) || td.process.isSystem || td.isKthread)
      throw new TypeError('user: a thread of the kernel has no user mode')
    // On the way there it gives back what the kernel lent it.
    td.ownPriority = td.td_base_pri = td.td_user_pri
    return workInUserMode.start(machine, td)
  },
  resume: (machine, td) => workInUserMode.resume(machine, td),
}
