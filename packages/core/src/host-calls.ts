import type { KernelCall, Operation, Steps } from './call.js'
import { Cell, type CellOptions } from './cell.js'
import { inRange } from './checking.js'
import type { Cpu } from './cpu.js'
import type { Fault } from './faults.js'
import { raise, RaiseLater } from './interrupt.js'
import { locks, type LockReport } from './locks-view.js'
import type { Machine } from './machine.js'
import { work } from './operations.js'
import { waiting, type ThreadReport } from './outcome.js'
import { format, type PrintfArgument } from './printf.js'
import { ref, type Out } from './ref.js'
import type { Trace } from './trace.js'

/** How a hardware interrupt is raised. */
export interface InterruptOptions {
  /** CPU that takes it; default the first. */
  readonly ci?: Cpu
  /** Level, by default the release's for devices. */
  readonly ipl?: number
  /** Nanoseconds from now, default 0. */
  readonly afterNs?: number
  readonly name?: string
}

/** What every system's kernel has that is on no page: time, words, failures, views. */
export interface HostCalls {
  /** How many CPUs there are. */
  readonly ncpu: number
  /** Virtual nanoseconds, and clock ticks, since the machine was made. */
  readonly now: number
  readonly ticks: number
  /** Clock ticks a second. */
  readonly hz: number

  /** Keeps the CPU busy for a time in nanoseconds, 0 for none. Interrupts and preemption suspend it. */
  work: (ns: number) => KernelCall<void>
  /**
   * Busy for a time in microseconds.
   *
   * @see delay.9.
   */
  DELAY: (us: number) => KernelCall<void>
  /** Raises a hardware interrupt after a time, 0 for now. The handler may not sleep. */
  interrupt: (body: () => Steps, options?: InterruptOptions) => void

  /** Prints on the console, in the format of printf(9). */
  printf: (fmt: string, ...args: readonly PrintfArgument[]) => KernelCall<void>
  /**
   * Prints and stops the kernel, with the outcome `panic`.
   *
   * @see panic.9.
   */
  panic: (fmt: string, ...args: readonly PrintfArgument[]) => KernelCall<never>

  /** Makes a named allocation fail. A RangeError that lists the release's names for any other. */
  inject: (fault: Fault) => void
  /** A cell for an out-pointer. */
  ref: <T>(value?: T | null) => Out<T>
  /** A variable that threads share, read and written by calls, so that what happens between two of them can be seen. */
  cell: <T>(value: T, options?: CellOptions) => Cell<T>

  /** Lines of the console. */
  readonly console: readonly string[]
  /** What happened, in order; null unless `createKernel` was asked for it. */
  readonly trace: Trace | null
  /** Locks that somebody holds or waits for. */
  locks: () => readonly LockReport[]
  /** Threads that wait, housekeeping left out: in what call, for what, and what they hold. `done` does not say. */
  waiting: () => readonly ThreadReport[]
  /** Puts a line of the scenario's own into the trace. */
  mark: (text: string) => void
}

/** The functions of `HostCalls`; its properties are the kernel object's. */
export type HostFunctions = Omit<HostCalls, 'ncpu' | 'now' | 'ticks' | 'hz' | 'console' | 'trace'>

/**
 * Makes them.
 *
 * @param ipls - Levels that a hardware interrupt may have, and the usual one.
 */
export function hostCalls(
  machine: Machine,
  ipls: { readonly min: number; readonly max: number; readonly usual: number },
): HostFunctions {
  const say = (operation: Operation, fmt: string, args: readonly PrintfArgument[]): KernelCall<never> => {
    if (typeof fmt !== 'string') throw new TypeError(`${operation.name}: fmt must be a string, not ${String(fmt)}`)
    const thread = machine.enter(operation)
    thread.a = fmt
    thread.b = args
    return machine.port
  }
  return {
    work: (ns) => beBusy(machine, work, ns),
    DELAY: (us) => beBusy(machine, delay, typeof us === 'number' ? us * 1000 : us),
    interrupt(body, options = {}) {
      if (typeof body !== 'function') throw new TypeError('interrupt: the body must be a generator function')
      const { ci = machine.cpus[0]!, ipl = ipls.usual, afterNs = 0, name = 'intr' } = options
      inRange('ipl', ipl, ipls.min, ipls.max)
      if (machine.cpus[ci.index] !== ci) throw new TypeError('interrupt: ci is not a CPU of this kernel')
      const at = machine.timeline.now + inRange('afterNs', afterNs, 0, Number.MAX_SAFE_INTEGER)
      const handler = { name, ipl, body }
      if (afterNs === 0) raise(ci, handler)
      else machine.timeline.arm(new RaiseLater(ci, handler), at)
    },
    printf: (fmt, ...args) => say(print, fmt, args),
    panic: (fmt, ...args) => say(stop, fmt, args),
    inject(fault) {
      if (typeof (fault as Fault | null) !== 'object' || (fault as Fault | null) === null)
        throw new TypeError('inject: a fault is expected, { at: name }')
      machine.faults.inject(fault)
    },
    ref<T>(value?: T | null) {
      const out = ref<T>(value)
      // From its beginning on: a thread may look at it before the call that stores into it is made.
      machine.free?.watch(out)
      return out
    },
    cell: (value, cellOptions) => new Cell(machine, value, cellOptions),
    locks: () => locks(machine),
    waiting: () => waiting(machine),
    mark(text) {
      machine.trace?.mark(machine.running, text)
    },
  }
}

/**
 * Begins a call that keeps the CPU busy.
 *
 * @param operation - `work`, or one that goes on to it.
 */
export function beBusy(machine: Machine, operation: Operation, ns: number): KernelCall<never> {
  if (!Number.isInteger(ns) || ns < 0)
    throw new RangeError(`${operation.name}: a whole number of nanoseconds, not ${String(ns)}`)
  machine.enter(operation).a = ns
  return machine.port
}

const delay: Operation = { ...work, name: 'DELAY' }

const print: Operation = {
  name: 'printf',
  // A console is written, and read by nobody who takes part.
  touches: () => undefined,
  start(machine, thread) {
    machine.console.write(formatted(machine, thread.a, thread.b))
    thread.result = undefined
    return true
  },
  resume: () => true,
}

const stop: Operation = {
  name: 'panic',
  start: (machine, thread) => machine.panic(formatted(machine, thread.a, thread.b)),
  resume: () => true,
}

function formatted(machine: Machine, fmt: unknown, args: unknown): string {
  return format(fmt as string, args as readonly PrintfArgument[], { address: machine.addressOf })
}
