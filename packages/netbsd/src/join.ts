import {
  Access,
  format,
  SleepQueue,
  ThreadMark,
  ThreadState,
  touchesLeaving,
  WakeReason,
  type Footprint,
  type Operation,
  type Thread,
} from '@kt/core'
import { exitKthread, exitUserProcess, touchesExit } from './exit.js'
import { Lwp, type JoinFlag } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/** Where joiners and exiting threads meet: a condition variable for all, and in 6 one slot for all. */
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

// kthread_exit

/** Those who must be joined meet their joiner where all meet. */
function touchesKthreadExit(lwp: Thread, footprint: Footprint): void {
  touchesLeaving(lwp, footprint)
  touchesExit(lwp as Lwp, footprint)
  if (((lwp as Lwp).l_pflag & P.LP_MUSTJOIN) !== 0)
    footprint.add(meetingOf((lwp as Lwp).cpu.machine, lwp), Access.write)
}

export const exit: Operation = {
  name: 'kthread_exit',
  touches: touchesKthreadExit,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const ecode = lwp.a as number
    if (!Number.isInteger(ecode))
      throw new TypeError(`kthread_exit: ecode must be a whole number, not ${String(ecode)}`)
    if (lwp.is(ThreadMark.interruptFrame)) machine.assertSleepable(lwp, 'kthread_exit')
    if (!lwp.isSystem) {
      // NB-D-22: nothing checks the caller, so the last LWP of a process takes the process along.
      if (machine.reading === 'page') machine.panic('kthread_exit: the caller is not a kernel thread', 'NB-D-22')
      printExitCode(machine, lwp, ecode)
      exitUserProcess(machine, lwp)
      machine.scheduler.end(lwp)
      return false
    }
    machine.assertSleepable(lwp, 'kthread_exit')
    machine.insist(lwp !== machine.lwp0, 'l != &lwp0', 'UB:NB-G-18', 'NB-G-18')
    printExitCode(machine, lwp, ecode)
    if ((lwp.l_pflag & P.LP_MUSTJOIN) === 0) return finish.start(machine, lwp)
    return this.resume(machine, lwp)
  },
  /** The barrier: on until a joiner has come. */
  resume(machine: NetbsdMachine, lwp: Lwp) {
    if (!meetsJoiner(machine, lwp)) {
      machine.sleepers.sleep(lwp, machine.joinPoint.queue, 'kthrwait', 0, false)
      return false
    }
    wakeMeeting(machine, lwp)
    lwp.operation = finish
    return machine.mayGoOn(lwp) ? finish.start(machine, lwp) : false
  },
}

/** Past the barrier: the joiner may return from here on (NB-D-06), and the thread still has its exit to do. */
const finish: Operation = {
  name: 'kthread_exit',
  touches: touchesKthreadExit,
  start(machine: NetbsdMachine, lwp: Lwp) {
    releaseBigLock(machine, lwp)
    exitKthread(machine, lwp)
    if ((lwp.l_pflag & P.LP_MUSTJOIN) !== 0 && machine.reading === 'page') wakeMeeting(machine, lwp)
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

/** 6 forgets every hold; 10 gives up one and trips over any other. */
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

/**
 * Wakes all who meet at the join point. Where each thread has a slot of its own, those who meet over another thread look
 * and sleep on; in a free run, where nobody can tell, they are left alone, so that joins of different threads do not
 * have to be tried in every order.
 */
function wakeMeeting(machine: NetbsdMachine, target: Lwp): void {
  const { queue } = machine.joinPoint
  if (machine.free === null || machine.release.joinSlot === 'global') {
    machine.sleepers.wakeAll(queue)
    return
  }
  for (const sleeper of [...queue.threads()] as Lwp[])
    if (sleeper === target || (sleeper.operation === join && sleeper.a === target))
      machine.sleepers.wake(sleeper, WakeReason.woken)
}

/** What they share: the one slot, or each its own thread. */
function meetingOf(machine: NetbsdMachine, target: unknown): unknown {
  return machine.release.joinSlot === 'global' ? machine.joinPoint : target
}

// kthread_join

export const join: Operation = {
  name: 'kthread_join',
  touches(lwp, footprint) {
    touchesLeaving(lwp, footprint)
    footprint.add(lwp.a, Access.write)
    footprint.add(meetingOf((lwp as Lwp).cpu.machine, lwp.a), Access.write)
  },
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    if (!(target instanceof Lwp)) throw new TypeError('kthread_join: the argument is not an LWP of this release')
    if (target.cpu.machine !== machine) throw new TypeError('kthread_join: the LWP belongs to another kernel')
    machine.assertSleepable(lwp, 'kthread_join')
    checkTarget(machine, target)
    // Here, not with the claim: in 6 that may have to wait for the slot, and a second joiner would pass meanwhile.
    target.wasJoined = true
    if (machine.reading === 'page' && target.state === ThreadState.dead) {
      // Destroyed before it ever ran: it has no barrier to pass, and it has terminated (NB-G-08).
      machine.trace?.join(lwp, target)
      lwp.result = 0
      return true
    }
    lwp.c = claim(machine, target) ? 'claimed' : 'waiting'
    return this.resume(machine, lwp)
  },
  resume(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    if (lwp.c === 'waiting' && claim(machine, target)) lwp.c = 'claimed'
    if (lwp.c === 'claimed' && hasEnded(machine, target)) {
      machine.trace?.join(lwp, target)
      lwp.result = 0
      lwp.a = lwp.c = null
      return true
    }
    machine.sleepers.sleep(lwp, machine.joinPoint.queue, 'kthrwait', 0, false)
    return false
  },
}

function checkTarget(machine: NetbsdMachine, target: Lwp): void {
  const mustJoin = (target.l_pflag & P.LP_MUSTJOIN) !== 0
  if (machine.reading === 'page') {
    if (!mustJoin) machine.panic(`kthread_join: ${nameOf(target)} was created without KTHREAD_MUSTJOIN`, 'NB-D-08')
    if (target.wasJoined) machine.panic(`kthread_join: ${nameOf(target)} was joined before`, 'NB-D-07')
    return
  }
  if (target.isFree) machine.undefinedBehaviour('UB:NB-D-07', 'kthread_join on an LWP that was freed')
  machine.assert(target.isSystem, '(l->l_flag & LW_SYSTEM) != 0')
  if (machine.release.joinAssertsMustjoin) machine.assert(mustJoin, '(l->l_pflag & LP_MUSTJOIN) != 0', 'NB-D-08')
}

/** The name that it was given: a dead one's own is overwritten, and would not tell anybody which thread is meant. */
function nameOf({ name }: Lwp): string {
  return name ?? 'unnamed'
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
  wakeMeeting(machine, target)
  return true
}

/** Whether the joiner may return: the target has passed the barrier, and under the page's promise is gone (NB-D-06). */
function hasEnded(machine: NetbsdMachine, target: Lwp): boolean {
  const passed =
    machine.release.joinSlot === 'global' ? machine.joinPoint.slot !== target : (target.l_private as JoinFlag).done
  return passed && (machine.reading === 'kernel' || target.state === ThreadState.dead)
}

// kthread_destroy (6)

export const destroy: Operation = {
  name: 'kthread_destroy',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    if (!(target instanceof Lwp)) throw new TypeError('kthread_destroy: the argument is not an LWP of this release')
    machine.assertSleepable(lwp, 'kthread_destroy')
    machine.assert(target.isSystem, '(l->l_flag & LW_SYSTEM) != 0')
    if (target.state !== ThreadState.embryo) {
      if (machine.reading === 'page' || machine.diagnostic) {
        machine.panic('kernel diagnostic assertion "l->l_stat == LSIDL" failed', 'NB6-KT-50')
      }
      machine.undefinedBehaviour('UB:NB-D-09', `kthread_destroy on an LWP in state ${target.l_stat}`)
    }
    // NB-D-09: lwp_exit asserts that caller and target share a process.
    if (machine.reading === 'kernel') machine.assert(lwp.process === target.process, 'p == curproc', 'NB-D-09')
    // The rest of the exit is done on the caller, which may sleep in it.
    machine.assert(lwp.held === null, 'kthread_destroy: the caller holds no locks', 'NB-D-09')
    exitKthread(machine, target)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}
