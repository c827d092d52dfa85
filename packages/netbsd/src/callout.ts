import { stepsOf, Due, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import type { kmutex_t } from './mutex.js'
import { scheduleOn, SOFTINT_CLOCK } from './softint.js'

export const CALLOUT_MPSAFE = 0x100

type CalloutFunction = (arg: never) => Steps

/** A callout: a function to be called when a number of ticks have passed. */
export class callout_t extends Due {
  isReady = false
  flags = 0
  func: CalloutFunction | null = null
  arg: unknown = null
  /** The CPU it was armed on, and on which its function is called. */
  ci: CpuInfo | null = null
  /** The function was called since it was armed. */
  hasFired = false
  /** Its time came and the soft clock has not got to it: still pending. */
  isQueued = false
  isInvoking = false

  override fire(): void {
    const cpu = this.ci!
    const machine = cpu.machine
    this.isQueued = true
    machine.expired[cpu.index]!.push(this)
    scheduleOn(machine, machine.softclock, cpu)
  }
}

/**
 * callout(9), in both releases alike: the functions run in the soft clock interrupt thread of the CPU on which the
 * callout was armed. Every call but `callout_init` panics on a callout that is not initialized.
 */
export interface CalloutCalls {
  /**
   * Makes a callout ready.
   *
   * @param flags - `CALLOUT_MPSAFE` if the function needs no big lock, else 0.
   * @see callout.9, callout_init.
   */
  callout_init: (c: callout_t, flags: number) => KernelCall<void>
  /**
   * Ends the use of a callout.
   *
   * @throws KernelPanic when it is pending or its function runs (DIAGNOSTIC).
   * @see callout.9, callout_destroy.
   */
  callout_destroy: (c: callout_t) => KernelCall<void>
  /**
   * Says what to call, at the next expiry and until told otherwise.
   *
   * @see callout.9, callout_setfunc.
   */
  callout_setfunc: <A>(c: callout_t, func: (arg: A) => Steps, arg: A) => KernelCall<void>
  /**
   * Arms it. An armed one is moved.
   *
   * @param ticks - Ticks from now; 0 counts as 1, and less panics (DIAGNOSTIC).
   * @throws KernelPanic when nothing said what to call.
   * @see callout.9, callout_schedule.
   */
  callout_schedule: (c: callout_t, ticks: number) => KernelCall<void>
  /**
   * `callout_setfunc` and `callout_schedule` in one.
   *
   * @see callout.9, callout_reset.
   */
  callout_reset: <A>(c: callout_t, ticks: number, func: (arg: A) => Steps, arg: A) => KernelCall<void>
  /**
   * Disarms it. Its function may still run on another CPU.
   *
   * @returns Whether it had fired already.
   * @see callout.9, callout_stop.
   */
  callout_stop: (c: callout_t) => KernelCall<boolean>
  /**
   * The same, and waits until the function does not run any more, unless it is the function that calls this.
   *
   * @param mtx - A mutex the caller holds, released while it waits; null for none.
   * @returns Whether it had fired already.
   * @throws KernelPanic where the caller may not sleep and would have to.
   * @see callout.9, callout_halt.
   */
  callout_halt: (c: callout_t, mtx: kmutex_t | null) => KernelCall<boolean>
  /**
   * Whether its function is still to be called.
   *
   * @see callout.9, callout_pending.
   */
  callout_pending: (c: callout_t) => KernelCall<boolean>
  /**
   * Whether its function was called since it was armed.
   *
   * @see callout.9, callout_expired.
   */
  callout_expired: (c: callout_t) => KernelCall<boolean>
  /**
   * Whether its function runs.
   *
   * @see callout.9, callout_invoking.
   */
  callout_invoking: (c: callout_t) => KernelCall<boolean>
}

export function calloutCalls(machine: NetbsdMachine): CalloutCalls {
  const call = (operation: Operation, c: callout_t, b: unknown, func: unknown, arg: unknown) => {
    const lwp = machine.enter(operation)
    lwp.a = c
    lwp.b = b
    lwp.c = func
    lwp.d = arg
    return machine.port
  }
  return {
    callout_init: (c, flags) => call(init, c, flags, null, null),
    callout_destroy: (c) => call(destroy, c, null, null, null),
    callout_setfunc: (c, func, arg) => call(setfunc, c, null, func, arg),
    callout_schedule: (c, ticks) => call(schedule, c, ticks, null, null),
    callout_reset: (c, ticks, func, arg) => call(reset, c, ticks, func, arg),
    callout_stop: (c) => call(stop, c, null, null, null),
    callout_halt: (c, mtx) => machine.call('callout_halt', halt(machine, c, mtx)),
    callout_pending: (c) => call(look, c, (c: callout_t) => c.isArmed || c.isQueued, null, null),
    callout_expired: (c) => call(lookExpired, c, (c: callout_t) => c.hasFired, null, null),
    callout_invoking: (c) => call(lookInvoking, c, (c: callout_t) => c.isInvoking, null, null),
  }
}

/** The soft clock handler: calls what has expired on its CPU, in order. */
export function* softclock(machine: NetbsdMachine, cpu: CpuInfo): Steps<void> {
  const expired = machine.expired[cpu.index]!
  for (let c = expired.shift(); c !== undefined; c = expired.shift()) {
    c.isQueued = false
    c.hasFired = true
    c.isInvoking = true
    const wantsLock = (c.flags & CALLOUT_MPSAFE) === 0
    if (wantsLock) yield* machine.kernelLock.KERNEL_LOCK(1, null)
    yield* stepsOf(c.func!(c.arg as never), 'a callout')
    if (wantsLock) yield* machine.kernelLock.KERNEL_UNLOCK_ONE(null)
    c.isInvoking = false
  }
}

const init: Operation = {
  name: 'callout_init',
  start(_machine, lwp: Lwp) {
    const c = lwp.a as callout_t
    c.isReady = true
    c.flags = lwp.b as number
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'callout_destroy',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const c = ready(machine, lwp)
    machine.assert(!c.isArmed && !c.isInvoking && !c.isQueued, 'callout_destroy: the callout is idle')
    c.isReady = false
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const reset: Operation = {
  name: 'callout_reset',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const c = ready(machine, lwp)
    const ticks = lwp.b as number | null
    if (ticks !== null && !Number.isInteger(ticks))
      throw new TypeError(`callout_schedule: ticks must be a whole number`)
    if (lwp.c !== null) {
      c.func = lwp.c as CalloutFunction
      c.arg = lwp.d
    }
    lwp.result = undefined
    lwp.c = lwp.d = null
    if (ticks === null) return true
    machine.assert(ticks >= 0, 'to_ticks >= 0')
    if (c.func === null) machine.panic('kernel diagnostic assertion "c->c_func != NULL" failed')
    machine.timeline.cancel(c)
    dequeue(machine, c)
    c.ci = machine.cpu
    c.hasFired = false
    machine.timeline.arm(c, machine.clock.tickTimeNs(Math.max(1, ticks)))
    return true
  },
  resume: () => true,
}

const schedule: Operation = { ...reset, name: 'callout_schedule' }
const setfunc: Operation = { ...reset, name: 'callout_setfunc' }

const stop: Operation = {
  name: 'callout_stop',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const c = ready(machine, lwp)
    machine.timeline.cancel(c)
    dequeue(machine, c)
    lwp.result = c.hasFired
    return true
  },
  resume: () => true,
}

const look: Operation = {
  name: 'callout_pending',
  start(machine: NetbsdMachine, lwp: Lwp) {
    lwp.result = (lwp.b as (c: callout_t) => boolean)(ready(machine, lwp))
    return true
  },
  resume: () => true,
}

const lookExpired: Operation = { ...look, name: 'callout_expired' }
const lookInvoking: Operation = { ...look, name: 'callout_invoking' }

function* halt(machine: NetbsdMachine, c: callout_t, mtx: kmutex_t | null): Steps<boolean> {
  const { callout, mutex, sleep } = machine
  const hadFired = yield* callout.callout_stop(c)
  // A function that halts its own callout does not wait for itself.
  while (c.isInvoking && machine.curlwp !== c.ci!.softint[SOFTINT_CLOCK]) {
    if (mtx !== null) yield* mutex.mutex_exit(mtx)
    yield* sleep.kpause('callout', false, 1, null)
    if (mtx !== null) yield* mutex.mutex_enter(mtx)
  }
  return hadFired
}

/** A function whose time has come and which was not called yet is not called any more. */
function dequeue(machine: NetbsdMachine, c: callout_t): void {
  if (!c.isQueued) return
  const expired = machine.expired[c.ci!.index]!
  expired.splice(expired.indexOf(c), 1)
  c.isQueued = false
}

function ready(machine: NetbsdMachine, lwp: Lwp): callout_t {
  const c = lwp.a as callout_t
  if (!c.isReady) machine.panic('kernel diagnostic assertion "c->c_magic == CALLOUT_MAGIC" failed')
  return c
}
