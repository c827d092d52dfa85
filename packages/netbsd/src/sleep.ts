import {
  Access,
  acquire,
  CallPhase,
  Lock,
  release,
  Thread,
  ThreadMark,
  ThreadState,
  touchesLeaving,
  WakeReason,
  yieldCpu,
  type Footprint,
  type KernelCall,
  type Operation,
  type WaitObject,
} from '@kt/core'
import { EINTR, ERESTART, EWOULDBLOCK } from './errno.js'
import type { Lwp } from './lwp.js'
import { isIdent, type NetbsdMachine } from './machine.js'
import { mutexOf, type kmutex_t } from './mutex.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** ltsleep(9) and kpause(9). */
export interface SleepCalls {
  /**
   * Sleeps until a wakeup on `ident`. Obsolete; for code that relies on the big lock as its interlock.
   *
   * @param ident - What to sleep on, any value but null; two values are one channel if they are the same value.
   * @param priority - `PCATCH` if signals and cancellation may end the sleep; the number itself is ignored.
   * @param wmesg - Why, as views print it.
   * @param timo - Time-out in ticks, 0 for none.
   * @returns 0, `EWOULDBLOCK` when the time-out came, `EINTR` or `ERESTART` with `PCATCH`. While `cold` 0 at once.
   * @throws KernelPanic in an interrupt or a soft interrupt.
   * @see ltsleep.9; NetBSD 6 and 10.1 alike.
   */
  tsleep: (ident: WaitObject, priority: number, wmesg: string, timo: number) => KernelCall<number>
  /**
   * `tsleep` that releases a mutex when it sleeps and takes it again before it returns, unless `PNORELOCK`.
   *
   * @param mtx - A mutex the caller holds.
   * @returns As `tsleep`.
   * @throws KernelPanic as `tsleep`, and without the mutex (DIAGNOSTIC).
   * @see ltsleep.9, mtsleep.
   */
  mtsleep: (ident: WaitObject, priority: number, wmesg: string, timo: number, mtx: kmutex_t) => KernelCall<number>
  /**
   * Wakes all who sleep on `ident`, in queue order. Nobody there: no effect, no memory. While `cold` no effect.
   *
   * @see ltsleep.9, wakeup.
   */
  wakeup: (ident: WaitObject) => KernelCall<void>
  /**
   * Waits for a time.
   *
   * @param wmesg - Why, as views print it.
   * @param intr - Whether signals and cancellation may end it.
   * @param timo - Ticks; 0 only with `intr`, and then without end.
   * @param mtx - Released meanwhile, or null.
   * @returns `EWOULDBLOCK` when the time has passed, `EINTR` or `ERESTART` with `intr`. While `cold` 0 at once.
   * @throws KernelPanic NB-G-03 in an interrupt or a soft interrupt; for 0 ticks without `intr` (DIAGNOSTIC).
   * @see kpause.9.
   */
  kpause: (wmesg: string, intr: boolean, timo: number, mtx: kmutex_t | null) => KernelCall<number>
  /**
   * Goes to the tail of the caller's priority. Gives up the big lock meanwhile.
   *
   * @throws KernelPanic in an interrupt (NB-G-03), or with a spin mutex held.
   * @see ctxsw.9, yield.
   */
  yield: () => KernelCall<void>
  /**
   * The same as an involuntary switch, which nothing counts here.
   *
   * @see ctxsw.9, preempt.
   */
  preempt: () => KernelCall<void>
  /** Marks an LWP as cancelled: its interruptible sleeps end with `EINTR`, now and later. */
  cancel: (l: Lwp) => KernelCall<void>
  /**
   * Posts a signal to a process: its interruptible sleeps end with `ERESTART`, now and until it next enters user mode,
   * where the signal is taken. Process 0 never receives any (NB-G-14).
   */
  psignal: (p: Proc, signo: number) => KernelCall<void>
}

export function sleepCalls(machine: NetbsdMachine): SleepCalls {
  return {
    tsleep(ident, priority, wmesg, timo) {
      const lwp = machine.enter(tsleep)
      lwp.a = ident
      lwp.b = null
      lwp.c = priority
      lwp.d = timo
      lwp.wmesg = wmesg
      return machine.port
    },
    mtsleep(ident, priority, wmesg, timo, mtx) {
      const lwp = machine.enter(mtsleep)
      lwp.a = ident
      lwp.b = mtx
      lwp.c = priority
      lwp.d = timo
      lwp.wmesg = wmesg
      return machine.port
    },
    wakeup(ident) {
      machine.enter(wakeup).a = ident
      return machine.port
    },
    kpause(wmesg, intr, timo, mtx) {
      const lwp = machine.enter(kpause)
      lwp.b = mtx
      lwp.c = intr ? P.PCATCH : 0
      lwp.d = timo
      lwp.wmesg = wmesg
      return machine.port
    },
    yield() {
      machine.enter(yieldNow)
      return machine.port
    },
    preempt() {
      machine.enter(preemptNow)
      return machine.port
    },
    cancel(l) {
      machine.enter(cancel).a = l
      return machine.port
    },
    psignal(p, signo) {
      const lwp = machine.enter(psignal)
      lwp.a = p
      lwp.b = signo
      return machine.port
    },
  }
}

/** Stage of a sleep, in `d` once the time-out is armed. */
const ASLEEP = -1
const RETAKING = -2

const yieldNow: Operation = {
  name: 'yield',
  touches: touchesLeaving,
  start(machine: NetbsdMachine, lwp: Lwp) {
    if (lwp.is(ThreadMark.interruptFrame)) machine.panic(`assert_sleepable: interrupt caller=${this.name}`, 'NB-G-03')
    if (lwp.cpu.spinMutexes > 0) machine.panic(`${this.name}: blocking with a spin mutex held`)
    return yieldCpu.start(machine, lwp)
  },
  resume: (machine, lwp) => yieldCpu.resume(machine, lwp),
}

const preemptNow: Operation = { ...yieldNow, name: 'preempt' }

/** Why an interruptible sleep cannot begin or go on, 0 if it can. A pending signal has no handler here. */
export function interruption(lwp: Lwp): number {
  if ((lwp.l_flag & (P.LW_WEXIT | P.LW_CANCELLED)) !== 0) return EINTR
  return (lwp.l_flag & P.LW_PENDSIG) !== 0 ? ERESTART : 0
}

/** What a sleep answers when it has ended. */
export function sleepResult(machine: NetbsdMachine, lwp: Lwp): number {
  switch (machine.sleepers.finishSleep(lwp)) {
    case WakeReason.timedOut:
      return EWOULDBLOCK
    case WakeReason.interrupted:
      return interruption(lwp) || EINTR
    default:
      return 0
  }
}

/** Releases an interlock, whatever kind of mutex it is. */
export function releaseInterlock(machine: NetbsdMachine, lwp: Lwp, mtx: kmutex_t): void {
  machine.trace?.unlock(lwp, mtx)
  release(machine, lwp, mtx)
  mtx.lowerIpl(lwp.cpu)
}

/** Takes it again, or begins to wait for it. */
export function retakeInterlock(machine: NetbsdMachine, lwp: Lwp, mtx: kmutex_t): boolean {
  if (lwp.d !== RETAKING) mtx.raiseIpl(lwp.cpu)
  lwp.d = RETAKING
  if (!acquire(machine, lwp, mtx)) return false
  machine.trace?.lock(lwp, mtx)
  return true
}

export function checkTicks(call: string, ticks: number): void {
  if (!Number.isInteger(ticks) || ticks < 0) {
    throw new RangeError(`${call}: a time-out is a whole number of ticks, 0 for none, not ${String(ticks)}`)
  }
}

/** What a sleep touches besides what it sleeps on: its interlock on both ways, the big lock, its own time-out. */
export function touchesSleep(lwp: Thread, footprint: Footprint): void {
  touchesLeaving(lwp, footprint)
  footprint.add(lwp, Access.write)
  if (lwp.b !== null) footprint.add(lwp.b, Access.lock)
  // A time-out is armed, which fires only while there is a clock.
  if (lwp.phase === CallPhase.announced && lwp.d !== 0) footprint.add(lwp.cpu.machine.timeline, Access.read)
}

/** The interlock, for a sleeper that comes back. */
export function takesInterlock(lwp: Thread): Lock | null {
  return lwp.phase === CallPhase.waiting && lwp.b instanceof Lock ? lwp.b : null
}

const tsleep: Operation = {
  name: 'tsleep',
  touches(lwp, footprint) {
    touchesSleep(lwp, footprint)
    if (lwp.phase === CallPhase.announced) footprint.add(lwp.a, Access.sleep)
  },
  takes: (lwp) => (((lwp.c as number) & P.PNORELOCK) === 0 ? takesInterlock(lwp) : null),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = lwp.b === null ? null : mutexOf(lwp.b)
    const priority = lwp.c as number
    const ticks = lwp.d as number
    if (!isIdent(lwp.a)) throw new TypeError('tsleep: ident must not be null')
    checkTicks('tsleep', ticks)
    mtx?.checkOwner(machine, lwp, 'mtsleep')
    const isInterruptible = (priority & P.PCATCH) !== 0
    const refused = isInterruptible ? interruption(lwp) : 0
    if (machine.cold || refused !== 0) {
      if (mtx !== null && (priority & P.PNORELOCK) !== 0) releaseInterlock(machine, lwp, mtx)
      lwp.result = refused
      return true
    }
    machine.assertSleepable(lwp, 'tsleep', mtx)
    machine.sleepers.sleep(lwp, machine.channels.at(lwp.a), lwp.wmesg!, ticks, isInterruptible)
    lwp.d = ASLEEP
    if (mtx !== null) releaseInterlock(machine, lwp, mtx)
    return false
  },
  resume(machine: NetbsdMachine, lwp: Lwp) {
    if (lwp.d === ASLEEP) lwp.result = sleepResult(machine, lwp)
    const mtx = lwp.b as kmutex_t | null
    if (mtx === null || ((lwp.c as number) & P.PNORELOCK) !== 0) return true
    return retakeInterlock(machine, lwp, mtx)
  },
}

const mtsleep: Operation = { ...tsleep, name: 'mtsleep' }

const kpause: Operation = {
  name: 'kpause',
  touches: touchesSleep,
  takes: takesInterlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = lwp.b === null ? null : mutexOf(lwp.b)
    const ticks = lwp.d as number
    const isInterruptible = lwp.c === P.PCATCH
    checkTicks('kpause', ticks)
    machine.assert(ticks !== 0 || isInterruptible, 'timo != 0 || intr')
    mtx?.checkOwner(machine, lwp, 'kpause')
    const refused = isInterruptible ? interruption(lwp) : 0
    if (machine.cold || refused !== 0) {
      lwp.result = refused
      return true
    }
    machine.assertSleepable(lwp, 'kpause', mtx)
    const queue = machine.release.kpauseOnQueue ? machine.kpauseQueue : null
    machine.sleepers.sleep(lwp, queue, lwp.wmesg!, ticks, isInterruptible)
    lwp.d = ASLEEP
    if (mtx !== null) releaseInterlock(machine, lwp, mtx)
    return false
  },
  resume: (machine, lwp) => tsleep.resume(machine, lwp),
}

const wakeup: Operation = {
  name: 'wakeup',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.wake),
  start(machine: NetbsdMachine, lwp: Lwp) {
    lwp.result = undefined
    if (!isIdent(lwp.a)) throw new TypeError('wakeup: ident must not be null')
    if (machine.cold) return true
    const queue = machine.channels.find(lwp.a)
    if (queue === null) return true
    // One pass over those who sleep now: a sleeper that runs and sleeps again is not woken twice.
    for (let left = queue.length; left > 0; left--) machine.sleepers.wake(queue.head!, WakeReason.woken)
    return true
  },
  resume: () => true,
}

const cancel: Operation = {
  name: 'cancel',
  touches(lwp, footprint) {
    footprint.add(lwp.a, Access.write)
    const queue = lwp.a instanceof Thread ? lwp.a.sleepQueue : null
    // Not a wakeup, which somebody could miss: the sleeper leaves the queue.
    if (queue !== null) footprint.add(queue.object, Access.write)
  },
  start(machine: NetbsdMachine, lwp: Lwp) {
    const target = lwp.a as Lwp
    target.l_flag |= P.LW_CANCELLED
    interruptSleep(machine, target)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

/** Highest signal number. */
const NSIG_MAX = 63

const psignal: Operation = {
  name: 'psignal',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const proc = lwp.a as Proc
    const signo = lwp.b as number
    if (!Number.isInteger(signo) || signo < 1 || signo > NSIG_MAX) {
      throw new RangeError(`psignal: there is no signal ${String(signo)}`)
    }
    lwp.result = undefined
    if (proc === machine.proc0) return true
    for (const target of proc.lwps) {
      target.l_flag |= P.LW_PENDSIG
      interruptSleep(machine, target)
    }
    return true
  },
  resume: () => true,
}

/** Cuts an interruptible sleep short: what a cancellation or a signal does to a sleeper. */
function interruptSleep(machine: NetbsdMachine, lwp: Lwp): void {
  if (lwp.state === ThreadState.sleeping && lwp.is(ThreadMark.interruptible))
    machine.sleepers.wake(lwp, WakeReason.interrupted)
}
