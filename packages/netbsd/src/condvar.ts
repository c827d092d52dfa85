import {
  Access,
  CallPhase,
  ConditionVariable,
  ThreadMark,
  WakeReason,
  type Footprint,
  type KernelCall,
  type Operation,
  type Out,
  type Thread,
} from '@kt/core'
import { EWOULDBLOCK } from './errno.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import { mutexOf, type kmutex_t } from './mutex.js'
import {
  checkTicks,
  interruption,
  releaseInterlock,
  retakeInterlock,
  sleepResult,
  takesInterlock,
  touchesSleep,
} from './sleep.js'

/** A condition variable; `cv_init` names it. */
export class kcondvar_t extends ConditionVariable {
  isReady = false

  constructor(wmesg = '?') {
    super(wmesg)
  }

  init(wmesg: string): void {
    this.name = wmesg
    this.isReady = true
  }
}

/**
 * condvar(9), as both releases have it. Every call that waits or wakes panics on a variable that is not initialized.
 *
 * The waits panic in an interrupt (NB-G-03), in a soft interrupt and without the mutex (DIAGNOSTIC), and with another
 * spin mutex held.
 */
export interface CondvarCalls {
  /**
   * Makes a condition variable ready.
   *
   * @param wmesg - Wait message of its sleepers, of which views show 8 characters.
   * @throws KernelPanic when `wmesg` is null.
   * @see condvar.9, cv_init.
   */
  cv_init: (cv: kcondvar_t, wmesg: string) => KernelCall<void>
  /**
   * Ends the use of a condition variable.
   *
   * @throws KernelPanic in 10.1 when somebody waits on it (DIAGNOSTIC).
   * @see condvar.9, cv_destroy.
   */
  cv_destroy: (cv: kcondvar_t) => KernelCall<void>
  /**
   * Releases `mtx` and sleeps until woken, then takes `mtx` again. No wakeup is lost in between.
   *
   * @param mtx - A mutex the caller holds.
   * @see condvar.9, cv_wait.
   */
  cv_wait: (cv: kcondvar_t, mtx: kmutex_t) => KernelCall<void>
  /**
   * `cv_wait` that a signal or a cancellation ends; a kernel thread gets no signals.
   *
   * @returns 0 when woken, `EINTR` after a cancellation, `ERESTART` with a signal pending.
   * @see condvar.9, cv_wait_sig.
   */
  cv_wait_sig: (cv: kcondvar_t, mtx: kmutex_t) => KernelCall<number>
  /**
   * `cv_wait` with an end.
   *
   * @param timo - Time-out in ticks, 0 for none.
   * @returns 0 when woken, `EWOULDBLOCK` when the time-out came first.
   * @see condvar.9, cv_timedwait.
   */
  cv_timedwait: (cv: kcondvar_t, mtx: kmutex_t, timo: number) => KernelCall<number>
  /**
   * Both of these.
   *
   * @param timo - Time-out in ticks, 0 for none.
   * @returns 0, `EWOULDBLOCK`, `EINTR` or `ERESTART`.
   * @see condvar.9, cv_timedwait_sig.
   */
  cv_timedwait_sig: (cv: kcondvar_t, mtx: kmutex_t, timo: number) => KernelCall<number>
  /**
   * Wakes one waiter; in 10.1 interruptible ones before it as well. Call with the mutex held.
   *
   * @see condvar.9, cv_signal.
   */
  cv_signal: (cv: kcondvar_t) => KernelCall<void>
  /**
   * Wakes all waiters. Call with the mutex held.
   *
   * @see condvar.9, cv_broadcast.
   */
  cv_broadcast: (cv: kcondvar_t) => KernelCall<void>
  /**
   * Whether anybody waits: for assertions.
   *
   * @see condvar.9, cv_has_waiters.
   */
  cv_has_waiters: (cv: kcondvar_t) => KernelCall<boolean>
  /**
   * Whether it is initialized: for assertions.
   *
   * @see condvar.9, cv_is_valid.
   */
  cv_is_valid: (cv: kcondvar_t) => KernelCall<boolean>
  /** A condition variable that is ready, without a call: for set-up code. */
  condvar: (wmesg: string) => kcondvar_t
}

/** What 10.1 adds. */
export interface CondvarBintimeCalls {
  /**
   * Waits at most a time in nanoseconds, rounded up to ticks; what is left is stored back.
   *
   * @param bt - Time left in nanoseconds, 0 for none, which returns at once; must not be negative.
   * @returns 0 or `EWOULDBLOCK`.
   * @see condvar.9 (NetBSD 10.1), cv_timedwaitbt.
   */
  cv_timedwaitbt: (cv: kcondvar_t, mtx: kmutex_t, bt: Out<number>) => KernelCall<number>
  /**
   * The same, ended by a signal or a cancellation as well.
   *
   * @returns 0, `EWOULDBLOCK`, `EINTR` or `ERESTART`.
   * @see condvar.9 (NetBSD 10.1), cv_timedwaitbt_sig.
   */
  cv_timedwaitbt_sig: (cv: kcondvar_t, mtx: kmutex_t, bt: Out<number>) => KernelCall<number>
}

export function condvarCalls(machine: NetbsdMachine): CondvarCalls {
  const wait = (operation: Operation, cv: kcondvar_t, mtx: kmutex_t, timo: number, isInterruptible: boolean) => {
    const lwp = machine.enter(operation)
    lwp.a = cv
    lwp.b = mtx
    lwp.c = isInterruptible
    lwp.d = timo
    return machine.port
  }
  const simple = (operation: Operation, cv: kcondvar_t) => {
    machine.enter(operation).a = cv
    return machine.port
  }
  return {
    cv_init(cv, wmesg) {
      const lwp = machine.enter(init)
      lwp.a = cv
      lwp.b = wmesg
      return machine.port
    },
    cv_destroy: (cv) => simple(destroy, cv),
    cv_wait: (cv, mtx) => wait(waitVoid, cv, mtx, 0, false),
    cv_wait_sig: (cv, mtx) => wait(waitSig, cv, mtx, 0, true),
    cv_timedwait: (cv, mtx, timo) => wait(waitFor, cv, mtx, timo, false),
    cv_timedwait_sig: (cv, mtx, timo) => wait(waitForSig, cv, mtx, timo, true),
    cv_signal: (cv) => simple(signal, cv),
    cv_broadcast: (cv) => simple(broadcast, cv),
    cv_has_waiters: (cv) => simple(hasWaiters, cv),
    cv_is_valid: (cv) => simple(isValid, cv),
    condvar(wmesg) {
      const cv = new kcondvar_t(wmesg)
      cv.init(wmesg)
      return cv
    },
  }
}

export function condvarBintimeCalls(machine: NetbsdMachine, calls: CondvarCalls): CondvarBintimeCalls {
  type Wait = CondvarCalls['cv_timedwait']
  function* timed(wait: Wait, cv: kcondvar_t, mtx: kmutex_t, bt: Out<number>) {
    const leftNs = bt.value
    if (leftNs === null || !(leftNs >= 0))
      throw new RangeError(`cv_timedwaitbt: bt holds nanoseconds, not ${String(leftNs)}`)
    const startNs = machine.timeline.now
    if (leftNs === 0) return EWOULDBLOCK
    const error = yield* wait(cv, mtx, Math.ceil(leftNs / machine.clock.tickNs))
    bt.value = Math.max(0, leftNs - (machine.timeline.now - startNs))
    return error
  }
  return {
    cv_timedwaitbt: (cv, mtx, bt) => machine.call('cv_timedwaitbt', timed(calls.cv_timedwait, cv, mtx, bt)),
    cv_timedwaitbt_sig: (cv, mtx, bt) => machine.call('cv_timedwaitbt_sig', timed(calls.cv_timedwait_sig, cv, mtx, bt)),
  }
}

const init: Operation = {
  name: 'cv_init',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.write),
  start(machine: NetbsdMachine, lwp: Lwp) {
    if (typeof lwp.b !== 'string') machine.panic('kernel diagnostic assertion "wmesg != NULL" failed')
    condvarOf(lwp.a).init(lwp.b)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'cv_destroy',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.write),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const cv = ready(machine, lwp, 'cv_destroy')
    if (machine.release.cvDestroyAssertsNoWaiters) machine.assert(cv.queue.length === 0, '!cv_has_waiters(cv)')
    cv.isReady = false
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

/** Stage of the wait, in `d` once the thread sleeps. */
const ASLEEP = -1

function touchesWait(lwp: Thread, footprint: Footprint): void {
  touchesSleep(lwp, footprint)
  if (lwp.phase === CallPhase.announced) footprint.add(lwp.a, Access.wait)
  // 10: one whose time-out came or that was interrupted passes on a wakeup it may have consumed.
  else if (lwp.wakeReason !== WakeReason.woken) footprint.add(lwp.a, Access.wake)
}

const waitFor: Operation = {
  name: 'cv_timedwait',
  touches: touchesWait,
  takes: takesInterlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const cv = ready(machine, lwp, 'cv_wait')
    const mtx = mutexOf(lwp.b)
    const isInterruptible = lwp.c as boolean
    checkTicks('cv_timedwait', lwp.d as number)
    if (mtx.owner !== lwp) mtx.checkOwner(machine, lwp, 'cv_wait')
    machine.assertSleepable(lwp, 'cv_wait', mtx)
    const refused = isInterruptible ? interruption(lwp) : 0
    if (refused !== 0) {
      lwp.result = refused
      return true
    }
    // On the queue before the mutex is free: whoever changes the condition finds the sleeper.
    machine.sleepers.sleep(lwp, cv.queue, cv.name, lwp.d as number, isInterruptible)
    lwp.d = ASLEEP
    releaseInterlock(machine, lwp, mtx)
    return false
  },
  /** The big lock is back already: it comes first, then the interlock. */
  resume(machine: NetbsdMachine, lwp: Lwp) {
    if (lwp.d === ASLEEP) {
      const error = sleepResult(machine, lwp)
      lwp.result = error
      if (error !== 0 && machine.release.cvErrorResignals) signalFirst(machine, lwp.a as kcondvar_t)
    }
    return retakeInterlock(machine, lwp, lwp.b as kmutex_t)
  },
}

const waitSig: Operation = { ...waitFor, name: 'cv_wait_sig' }
const waitForSig: Operation = { ...waitFor, name: 'cv_timedwait_sig' }

const waitVoid: Operation = {
  name: 'cv_wait',
  touches: touchesWait,
  takes: takesInterlock,
  start: (machine, lwp) => waitFor.start(machine, lwp),
  resume(machine, lwp) {
    if (!waitFor.resume(machine, lwp)) return false
    lwp.result = undefined
    return true
  },
}

const signal: Operation = {
  name: 'cv_signal',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.wake),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const cv = ready(machine, lwp, 'cv_signal')
    lwp.result = undefined
    if (machine.release.cvSignalWakes === 'first') signalFirst(machine, cv)
    else signalThrough(machine, cv)
    return true
  },
  resume: () => true,
}

/** The first in the queue is the most urgent, longest waiting one; the page lets it be any. */
function signalFirst(machine: NetbsdMachine, cv: kcondvar_t): void {
  const chosen = machine.sleepers.chooseSleeper(cv.queue)
  if (chosen !== null) machine.sleepers.wake(chosen, WakeReason.woken)
}

/** 10: on from there, interruptible waiters included, up to and including the first that cannot be interrupted. */
function signalThrough(machine: NetbsdMachine, cv: kcondvar_t): void {
  let next = machine.sleepers.chooseSleeper(cv.queue)
  while (next !== null) {
    const isLast = !next.is(ThreadMark.interruptible)
    machine.sleepers.wake(next, WakeReason.woken)
    next = isLast ? null : cv.queue.head
  }
}

const broadcast: Operation = {
  name: 'cv_broadcast',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.wake),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const { queue } = ready(machine, lwp, 'cv_broadcast')
    machine.sleepers.wakeAll(queue)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const hasWaiters: Operation = {
  name: 'cv_has_waiters',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.read),
  start(_machine, lwp: Lwp) {
    lwp.result = (lwp.a as kcondvar_t).queue.length > 0
    return true
  },
  resume: () => true,
}

const isValid: Operation = {
  name: 'cv_is_valid',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.read),
  start(_machine, lwp: Lwp) {
    lwp.result = (lwp.a as kcondvar_t).isReady
    return true
  },
  resume: () => true,
}

function condvarOf(value: unknown): kcondvar_t {
  if (value instanceof kcondvar_t) return value
  throw new TypeError(`a condition variable is expected, a kcondvar_t, not ${value === null ? 'null' : typeof value}`)
}

function ready(machine: NetbsdMachine, lwp: Lwp, call: string): kcondvar_t {
  const cv = condvarOf(lwp.a)
  if (!cv.isReady) machine.panic(`${call}: condition variable ${cv.name} is not initialized`)
  return cv
}
