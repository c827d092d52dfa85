import { Access, Due, raise, stepsOf, type Footprint, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

type TimeoutFunction = (arg: never) => Steps

/** `struct timeout`: a function to be called when a number of ticks have passed. */
export class Timeout extends Due {
  to_func: TimeoutFunction | null = null
  to_arg: unknown = null
  /** When it is to be called: later than it is armed for where it was put off. */
  dueNs = 0
  /** Its time has come and the soft clock has not got to it. */
  isExpired = false
  machine: OpenbsdMachine | null = null

  override get label(): string {
    return 'timeout'
  }

  override touches(footprint: Footprint): void {
    const { softclock, timeline } = this.machine!
    footprint.add(this, Access.write)
    footprint.add(softclock, Access.write)
    footprint.add(timeline, Access.read)
  }

  override fire(): void {
    const machine = this.machine!
    // In a free run times do not matter, and it may have been put off to now.
    if (this.dueNs > machine.timeline.now && machine.free === null) {
      // It was put off, and comes behind those that were armed for that time meanwhile.
      machine.timeline.arm(this, this.dueNs)
      return
    }
    this.isExpired = true
    machine.softclock.expired(this)
  }

  get isPending(): boolean {
    return this.isArmed || this.isExpired
  }
}

/** timeout(9), as both releases have it. Functions run at IPL_SOFTCLOCK with the big lock held, and may not sleep. */
export interface TimeoutCalls {
  /** Says what to call; not while it is pending (`UB:OB-TIMEOUT`). @see timeout.9, timeout_set */
  timeout_set: <A>(to: Timeout, fn: (arg: A) => Steps, arg: A) => KernelCall<void>
  /**
   * Arms it. A pending one is moved at once to an earlier time; one that is put off stays in its place until its old
   * time comes, and is sorted in behind the others then.
   *
   * @param ticks - Ticks from now: it fires at the n-th tick, 0 at the next.
   * @throws KernelPanic for negative ticks, or a timeout that was not set (DIAGNOSTIC).
   * @see timeout.9, timeout_add.
   */
  timeout_add: (to: Timeout, ticks: number) => KernelCall<void>
  /**
   * Disarms it.
   *
   * @returns In 5.1, 1 if it was pending and 0 if not; in 4.2 nothing.
   * @see timeout.9, timeout_del.
   */
  timeout_del: (to: Timeout) => KernelCall<number | undefined>
  /** Whether its function is still to be called. @see timeout.9, timeout_pending */
  timeout_pending: (to: Timeout) => KernelCall<boolean>
}

/** A time as struct timeval, timespec and bintime have it. */
export interface timeval {
  readonly tv_sec: number
  readonly tv_usec: number
}
export interface timespec {
  readonly tv_sec: number
  readonly tv_nsec: number
}
export interface bintime {
  readonly sec: number
  /** In units of 2⁻⁶⁴ seconds. */
  readonly frac: bigint
}

/** What 5.1 adds: `timeout_add` in other units. All cut to whole ticks, so that less than one is none. */
export interface TimeoutUnitCalls {
  timeout_add_sec: (to: Timeout, secs: number) => KernelCall<void>
  timeout_add_msec: (to: Timeout, msecs: number) => KernelCall<void>
  timeout_add_usec: (to: Timeout, usecs: number) => KernelCall<void>
  timeout_add_nsec: (to: Timeout, nsecs: number) => KernelCall<void>
  timeout_add_tv: (to: Timeout, tv: timeval) => KernelCall<void>
  timeout_add_ts: (to: Timeout, ts: timespec) => KernelCall<void>
  timeout_add_bt: (to: Timeout, bt: bintime) => KernelCall<void>
}

export function timeoutCalls(machine: OpenbsdMachine): TimeoutCalls {
  const call = (operation: Operation, to: Timeout, b: unknown, c: unknown = null) => {
    if (!(to instanceof Timeout)) throw new TypeError(`${operation.name}: a Timeout is expected`)
    const p = machine.enter(operation)
    p.a = to
    p.b = b
    p.c = c
    return machine.port
  }
  return {
    timeout_set: (to, fn, arg) => call(set, to, fn, arg),
    timeout_add: (to, ticks) => call(add, to, ticks),
    timeout_del: (to) => call(del, to, null),
    timeout_pending: (to) => call(pending, to, null),
  }
}

export function timeoutUnitCalls(machine: OpenbsdMachine): TimeoutUnitCalls {
  const { timeout_add } = timeoutCalls(machine)
  const tickUs = 1_000_000 / machine.clock.hz
  const whole = (us: number) => Math.trunc(us / tickUs)
  return {
    timeout_add_sec: (to, secs) => timeout_add(to, secs * machine.clock.hz),
    timeout_add_msec: (to, msecs) => timeout_add(to, whole(msecs * 1000)),
    timeout_add_usec: (to, usecs) => timeout_add(to, whole(usecs)),
    timeout_add_nsec: (to, nsecs) => timeout_add(to, whole(nsecs / 1000)),
    timeout_add_tv: (to, tv) => timeout_add(to, machine.clock.hz * tv.tv_sec + whole(tv.tv_usec)),
    timeout_add_ts: (to, ts) => timeout_add(to, machine.clock.hz * ts.tv_sec + whole(ts.tv_nsec / 1000)),
    timeout_add_bt: (to, bt) =>
      timeout_add(to, machine.clock.hz * bt.sec + whole(Number((bt.frac * 1_000_000n) >> 64n))),
  }
}

/** The soft interrupt that calls what has expired, in order, on the first CPU. */
export class Softclock {
  private readonly queue: Timeout[] = []
  private isRaised = false

  constructor(private readonly machine: OpenbsdMachine) {}

  expired(to: Timeout): void {
    this.queue.push(to)
    if (this.isRaised) return
    this.isRaised = true
    raise(this.machine.cpus[0]!, { name: 'softclock', ipl: P.IPL_SOFTCLOCK, body: () => this.run() })
  }

  /** A function whose time has come and which was not called yet is not called any more. */
  forget(to: Timeout): void {
    if (!to.isExpired) return
    to.isExpired = false
    this.queue.splice(this.queue.indexOf(to), 1)
  }

  private *run(): Steps<void> {
    const { kernelLock } = this.machine
    yield* kernelLock.KERNEL_LOCK()
    for (let to = this.queue.shift(); to !== undefined; to = this.queue.shift()) {
      to.isExpired = false
      yield* stepsOf(to.to_func!(to.to_arg as never), 'a timeout')
    }
    this.isRaised = false
    yield* kernelLock.KERNEL_UNLOCK()
  }
}

/** The timeout, and what has expired. One that is armed fires only while there is a clock. */
const touchesTimeout: Operation['touches'] = (p, footprint) => {
  const { softclock, timeline } = (p as Proc).cpu.machine
  footprint.add(p.a, Access.write)
  footprint.add(softclock, Access.write)
  footprint.add(timeline, Access.read)
}

const set: Operation = {
  name: 'timeout_set',
  touches: touchesTimeout,
  start(machine: OpenbsdMachine, p: Proc) {
    const to = p.a as Timeout
    if (typeof p.b !== 'function') throw new TypeError('timeout_set: fn must be a generator function')
    // Its flags are written over, and the wheel still has it.
    if (to.isPending) machine.undefinedBehaviour('UB:OB-TIMEOUT', 'timeout_set on a timeout that is pending')
    to.machine = machine
    to.to_func = p.b as TimeoutFunction
    to.to_arg = p.c
    p.result = undefined
    p.b = p.c = null
    return true
  },
  resume: () => true,
}

const add: Operation = {
  name: 'timeout_add',
  touches: touchesTimeout,
  start(machine: OpenbsdMachine, p: Proc) {
    const to = p.a as Timeout
    const ticks = p.b as number
    if (!Number.isInteger(ticks)) throw new TypeError(`timeout_add: ticks must be a whole number, not ${String(ticks)}`)
    if (to.machine !== machine) {
      if (machine.diagnostic) machine.panic('timeout_add: not initialized')
      machine.undefinedBehaviour('UB:OB-TIMEOUT', 'timeout_add on a timeout that was not set')
    }
    if (ticks < 0) {
      if (machine.diagnostic) machine.panic(`timeout_add: to_ticks (${ticks}) < 0`)
      machine.undefinedBehaviour('UB:OB-TIMEOUT', `timeout_add with ${ticks} ticks`)
    }
    const dueNs = machine.clock.tickTimeNs(Math.max(1, ticks))
    if (!to.isArmed || dueNs < to.dueNs) {
      machine.timeline.cancel(to)
      machine.softclock.forget(to)
      machine.timeline.arm(to, dueNs)
    }
    to.dueNs = dueNs
    p.result = undefined
    return true
  },
  resume: () => true,
}

const del: Operation = {
  name: 'timeout_del',
  touches: touchesTimeout,
  start(machine: OpenbsdMachine, p: Proc) {
    const to = p.a as Timeout
    const wasPending = to.isPending
    machine.timeline.cancel(to)
    machine.softclock.forget(to)
    p.result = machine.release.timeoutDelTells ? Number(wasPending) : undefined
    return true
  },
  resume: () => true,
}

const pending: Operation = {
  name: 'timeout_pending',
  touches: touchesTimeout,
  start(_machine, p: Proc) {
    p.result = (p.a as Timeout).isPending
    return true
  },
  resume: () => true,
}
