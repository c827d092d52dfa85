import { Due, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { Pcpu } from './cpu.js'
import { swiSched, type Swi } from './intr.js'
import type { FreebsdMachine } from './machine.js'
import { mtxOf, type Mtx } from './mutex.js'
import { goOn, sleepOn } from './sleep.js'
import type { Td } from './td.js'

/** `c_flags` of callout_init's second argument: the function needs no Giant. */
export const CALLOUT_MPSAFE = 0x8
/** With callout_init_mtx: the function releases the mutex itself. */
export const CALLOUT_RETURNUNLOCKED = 0x10

type CalloutFunction = (arg: never) => Iterable<unknown>

/** `struct callout`. */
export class Callout extends Due {
  func: CalloutFunction | null = null
  arg: unknown = null
  flags = 0
  /** Taken before the function is called, null for none. */
  lock: Mtx | null = null
  /** It was armed and neither stopped nor declared inactive since. */
  isActive = false
  /** Its time has come, and the clock thread has not got to it. */
  isQueued = false
  cpu: Pcpu | null = null
  /** Somebody waits for the end of its function. */
  isAwaited = false

  override fire(): void {
    this.isQueued = true
    this.cpu!.machine.softclock.expired(this)
  }

  get isPending(): boolean {
    return this.isArmed || this.isQueued
  }
}

/**
 * callout(9), first come, first called within a tick, in the thread `swi4: clock` of the CPU on which it was armed. In this
 * release a callout comes a tick later than asked: n ticks from tick t is tick t + n + 1. Its function may not sleep.
 */
export interface CalloutCalls {
  /** Makes a callout ready. @param mpsafe - Non-zero if the function needs no Giant. @see callout(9) */
  callout_init: (c: Callout, mpsafe: number) => KernelCall<void>
  /** The same, with a mutex that is taken before the function is called. @see callout(9), callout_init_mtx */
  callout_init_mtx: (c: Callout, mtx: Mtx, flags: number) => KernelCall<void>
  /**
   * Arms it; a pending one is moved.
   *
   * @param ticks - Less than 1 counts as 1.
   * @returns 1 if it was pending, else 0.
   * @see callout(9), callout_reset.
   */
  callout_reset: <A>(c: Callout, ticks: number, func: (arg: A) => Iterable<unknown>, arg: A) => KernelCall<number>
  /** The same on a CPU, by its number. @see callout(9), callout_reset_on */
  callout_reset_on: <A>(
    c: Callout,
    ticks: number,
    func: (arg: A) => Iterable<unknown>,
    arg: A,
    cpu: number,
  ) => KernelCall<number>
  /** Arms it with what it last called. @see callout(9), callout_schedule */
  callout_schedule: (c: Callout, ticks: number) => KernelCall<number>
  /** Disarms it: 1 if its function is not called, 0 if it runs or is not pending. @see callout(9) */
  callout_stop: (c: Callout) => KernelCall<number>
  /** The same, and waits (`codrain`) until the function does not run any more. @see callout(9) */
  callout_drain: (c: Callout) => KernelCall<number>
  /** Whether its function is still to be called. @see callout(9) */
  callout_pending: (c: Callout) => KernelCall<boolean>
  /** Whether it was armed and neither stopped nor deactivated since. @see callout(9) */
  callout_active: (c: Callout) => KernelCall<boolean>
  /** Declares it inactive. @see callout(9) */
  callout_deactivate: (c: Callout) => KernelCall<void>
}

export function calloutCalls(machine: FreebsdMachine): CalloutCalls {
  const call = (operation: Operation, c: unknown, b: unknown = null, d: unknown = null) => {
    // Checked first: an error leaves no call begun behind.
    const callout = calloutOf(machine, operation.name, c)
    const td = machine.enter(operation)
    td.a = callout
    td.b = b
    td.d = d
    return machine.port
  }
  const arm = (operation: Operation, c: Callout, ticks: number, func: unknown, arg: unknown, cpu: Pcpu | null) => {
    if (!Number.isInteger(ticks)) throw new TypeError(`${operation.name}: ticks must be a whole number`)
    if ((ticks | 0) !== ticks)
      throw new RangeError(`${operation.name}: ticks is an int of 32 bits, which ${ticks} is not`)
    if (func !== null && typeof func !== 'function') throw new TypeError(`${operation.name}: func must be a function`)
    return call(operation, c, { func, arg, cpu }, ticks)
  }
  return {
    callout_init: (c, mpsafe) => call(init, c, mpsafe),
    callout_init_mtx: (c, mtx, flags) => call(initMtx, c, mtxOf('callout_init_mtx', mtx), flags),
    callout_reset: (c, ticks, func, arg) => arm(reset, c, ticks, func, arg, null),
    callout_reset_on(c, ticks, func, arg, cpu) {
      if (machine.cpus[cpu] === undefined) throw new RangeError(`callout_reset_on: there is no CPU ${String(cpu)}`)
      return arm(resetOn, c, ticks, func, arg, machine.cpus[cpu])
    },
    callout_schedule: (c, ticks) => arm(schedule, c, ticks, null, null, null),
    callout_stop: (c) => call(stop, c),
    callout_drain: (c) => machine.call('callout_drain', drain(machine, calloutOf(machine, 'callout_drain', c))),
    callout_pending: (c) => call(pending, c),
    callout_active: (c) => call(active, c),
    callout_deactivate: (c) => call(deactivate, c),
  }
}

function calloutOf(machine: FreebsdMachine, call: string, value: unknown): Callout {
  if (!(value instanceof Callout))
    throw new TypeError(`${call}: a Callout is expected, not ${value === null ? 'null' : typeof value}`)
  if (value.isPending && value.cpu!.machine !== machine)
    throw new TypeError(`${call}: the callout is pending on another kernel`)
  return value
}

/** What has expired on each CPU, and the software interrupt that calls it. */
export class Softclock {
  readonly cookies: (Swi | null)[]
  private readonly queues: Callout[][]
  /** What each CPU calls at the moment. */
  private readonly running: (Callout | null)[]
  /** What each CPU is about to call once it has the lock, and who has it may still stop. */
  private readonly stoppable: (Callout | null)[]

  constructor(private readonly machine: FreebsdMachine) {
    this.cookies = machine.cpus.map(() => null)
    this.queues = machine.cpus.map(() => [])
    this.running = machine.cpus.map(() => null)
    this.stoppable = machine.cpus.map(() => null)
  }

  expired(c: Callout): void {
    const { index } = c.cpu!
    this.queues[index]!.push(c)
    const cookie = this.cookies[index]
    if (cookie) swiSched(this.machine, cookie)
  }

  /** A function whose time has come and which was not called yet is not called any more. */
  forget(c: Callout): void {
    if (!c.isQueued) return
    c.isQueued = false
    const queue = this.queues[c.cpu!.index]!
    queue.splice(queue.indexOf(c), 1)
  }

  isRunning(c: Callout): boolean {
    return this.running.includes(c)
  }

  /** Whoever holds its lock keeps it from being called even now, while the clock thread waits for that lock. */
  stopAtLockOf(td: Td, c: Callout): boolean {
    const at = this.stoppable.indexOf(c)
    if (at < 0 || c.lock!.owner !== td) return false
    this.stoppable[at] = null
    return true
  }

  *run(cpu: Pcpu): Steps<void> {
    const { giant, mtx, sleep } = this.machine
    const queue = this.queues[cpu.index]!
    for (let c = queue.shift(); c !== undefined; c = queue.shift()) {
      c.isQueued = false
      this.running[cpu.index] = c
      const lock = c.lock ?? ((c.flags & CALLOUT_MPSAFE) === 0 ? giant : null)
      const { func, arg } = c
      if (c.lock !== null) this.stoppable[cpu.index] = c
      if (lock !== null) yield* mtx.mtx_lock(lock)
      const isStopped = c.lock !== null && this.stoppable[cpu.index] !== c
      this.stoppable[cpu.index] = null
      if (!isStopped) {
        this.machine.ktr.callout(c)
        yield* func!(arg as never) as Steps
      }
      if (lock !== null && (isStopped || (c.flags & CALLOUT_RETURNUNLOCKED) === 0)) yield* mtx.mtx_unlock(lock)
      this.running[cpu.index] = null
      if (!c.isAwaited) continue
      c.isAwaited = false
      yield* sleep.wakeup(c)
    }
  }
}

const init: Operation = {
  name: 'callout_init',
  start(machine: FreebsdMachine, td: Td) {
    const c = td.a as Callout
    if (c.isPending) machine.undefinedBehaviour('UB:callout', `${this.name} of a callout that is pending`)
    const hasLock = this !== init
    c.lock = hasLock ? (td.b as Mtx) : null
    c.flags = hasLock ? (td.d as number) : td.b === 0 ? 0 : CALLOUT_MPSAFE
    c.isActive = false
    c.func = null
    td.result = undefined
    return true
  },
  resume: () => true,
}
const initMtx: Operation = { ...init, name: 'callout_init_mtx' }

interface Arming {
  readonly func: CalloutFunction | null
  readonly arg: unknown
  readonly cpu: Pcpu | null
}

const reset: Operation = {
  name: 'callout_reset',
  start(machine: FreebsdMachine, td: Td) {
    const c = td.a as Callout
    const { func, arg, cpu } = td.b as Arming
    if (func === null && c.func === null) machine.undefinedBehaviour('UB:callout', `${this.name} without a function`)
    td.result = c.isPending || machine.softclock.stopAtLockOf(td, c) ? 1 : 0
    machine.timeline.cancel(c)
    machine.softclock.forget(c)
    if (func !== null) {
      c.func = func
      c.arg = arg
    }
    c.cpu = cpu ?? machine.cpu
    c.isActive = true
    const ticks = Math.max(1, td.d as number) + machine.release.calloutSlackTicks
    machine.timeline.arm(c, machine.clock.tickTimeNs(ticks))
    td.b = td.d = null
    return true
  },
  resume: () => true,
}
const resetOn: Operation = { ...reset, name: 'callout_reset_on' }
const schedule: Operation = { ...reset, name: 'callout_schedule' }

const stop: Operation = {
  name: 'callout_stop',
  start(machine: FreebsdMachine, td: Td) {
    td.result = disarm(machine, td, td.a as Callout)
    return true
  },
  resume: () => true,
}

function disarm(machine: FreebsdMachine, td: Td, c: Callout): number {
  const isStopped = c.isPending || machine.softclock.stopAtLockOf(td, c)
  machine.timeline.cancel(c)
  machine.softclock.forget(c)
  c.isActive = false
  return isStopped ? 1 : 0
}

function* drain(machine: FreebsdMachine, c: Callout): Steps<number> {
  const stopped = yield* machine.callout.callout_stop(c)
  machine.begin(waitForEnd).a = c
  yield* machine.port
  return stopped
}

/** Sleeps until the function does not run any more. */
const waitForEnd: Operation = {
  name: 'callout_drain',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (!machine.softclock.isRunning(td.a as Callout)) return true
    machine.assertSleepable(td, 'callout_drain', null)
    ;(td.a as Callout).isAwaited = true
    td.c = td.d = 0
    td.wmesg = 'codrain'
    sleepOn(machine, td, machine.channels.at(td.a as Callout), null, 'alone', true)
    return false
  },
  resume(machine: FreebsdMachine, td: Td) {
    return goOn(machine, td) && this.start(machine, td)
  },
}

const pending: Operation = {
  name: 'callout_pending',
  start(_machine, td: Td) {
    td.result = (td.a as Callout).isPending
    return true
  },
  resume: () => true,
}

const active: Operation = {
  name: 'callout_active',
  start(_machine, td: Td) {
    td.result = (td.a as Callout).isActive
    return true
  },
  resume: () => true,
}

const deactivate: Operation = {
  name: 'callout_deactivate',
  start(_machine, td: Td) {
    ;(td.a as Callout).isActive = false
    td.result = undefined
    return true
  },
  resume: () => true,
}
