import {
  Access,
  format,
  ThreadMark,
  ThreadState,
  WakeReason,
  type Operation,
  type Out,
  type PrintfArgument,
} from '@kt/core'
import type { CpuInfo } from './cpu.js'
import { EAGAIN, ENOMEM } from './errno.js'
import { collectZombie } from './exit.js'
import { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/** `kthread_create` flags (kthread.h). */
export const KTHREAD_IDLE = 0x01
export const KTHREAD_MPSAFE = 0x02
export const KTHREAD_INTR = 0x04
export const KTHREAD_TS = 0x08
export const KTHREAD_MUSTJOIN = 0x10

/** What a creation needs to know. */
export interface CreateRequest {
  readonly pri: number
  readonly flags: number
  readonly ci: CpuInfo | null
  readonly func: unknown
  readonly arg: unknown
  readonly newlp: Out<Lwp> | null
  readonly fmt: string | null
  readonly args: readonly PrintfArgument[]
}

export const create: Operation = {
  name: 'kthread_create',
  touches(lwp, footprint) {
    const { proc0, faults, uareas } = (lwp as Lwp).cpu.machine
    footprint.add(proc0, Access.write)
    footprint.add(faults, Access.write)
    if (uareas.limit !== Infinity) footprint.add(uareas, Access.write)
  },
  start(machine: NetbsdMachine, lwp: Lwp) {
    const request = lwp.a as CreateRequest
    checkArguments(machine, request)
    machine.assertSleepable(lwp, 'kthread_create')
    const refused = refusal(machine)
    if (refused !== 0) {
      lwp.result = refused
      return true
    }
    // Before the stack is looked for, and not after as the kernel does: our choice, for machines whose last stack a zombie has.
    collectZombie(machine, machine.proc0)
    if (machine.uareas.isExhausted) {
      // Stacks are allocated with wait allowed. The wait message is our choice.
      machine.sleepers.sleep(lwp, machine.channels.at(machine.uareas), 'uarea', 0, false)
      return false
    }
    const created = createKthread(machine, request)
    lwp.b = created
    // The thread may run before its creator can store the handle (NB-D-20).
    lwp.operation = publish
    return machine.mayGoOn(lwp) ? publish.start(machine, lwp) : false
  },
  /** Woken when a stack was given back: all that could be refused is looked at again. */
  resume(machine, lwp) {
    return this.start(machine, lwp)
  },
}

/** Stores the handle, the last step of a creation. */
const publish: Operation = {
  name: 'kthread_create',
  touches: (lwp, footprint) => footprint.add((lwp.a as CreateRequest).newlp, Access.write),
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

/** The errors of a creation, in their order. */
function refusal(machine: NetbsdMachine): number {
  if (machine.faults.fails('uarea')) return ENOMEM
  // NB-D-02: no kernel since 2007 looks at these limits here. Processes count, kernel threads are none.
  if (machine.reading === 'kernel') return 0
  // Would be exceeded, says the page; fork itself refused one earlier, when the count with the new one had reached it.
  if (machine.nprocs + 1 > machine.maxproc) return EAGAIN
  const limit = machine.proc0.limits['RLIMIT_NPROC']!.soft
  // Not even if all processes were root's.
  if (machine.processes.size + 1 <= limit) return 0
  let ofRoot = 0
  for (const process of machine.processes) if (process.credentials.realUid === 0) ofRoot++
  return ofRoot + 1 > limit ? EAGAIN : 0
}

/** Builds the thread and, unless it is to stay idle, makes it runnable. */
export function createKthread(machine: NetbsdMachine, request: CreateRequest): Lwp {
  const { proc0, lwp0 } = machine
  const { flags, ci, fmt, pri } = request
  machine.uareas.take()
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
    // Taken by the first dispatch, before func is called.
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

// Starting an idle thread

export const startIdle: Operation = {
  name: 'startIdle',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.write),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    machine.assert(target.state === ThreadState.embryo, 'l->l_stat == LSIDL', 'NB-D-10')
    if (target.state === ThreadState.embryo) makeRunnable(machine, target)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

export const setrunnable: Operation = {
  name: 'setrunnable',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    lwp.result = undefined
    if (target.state === ThreadState.sleeping) machine.sleepers.wake(target, WakeReason.woken)
    else if (target.state === ThreadState.embryo && machine.release.setrunnableStartsIdle) makeRunnable(machine, target)
    else {
      const at = format('%p', [target], { address: machine.addressOf })
      machine.panic(`setrunnable: lwp ${at} state was ${target.l_stat}`, 'NB-D-10')
    }
    return true
  },
  resume: () => true,
}
