import type { Steps } from './call.js'
import { Attention, type Cpu } from './cpu.js'
import { Thread, ThreadMark, ThreadState } from './thread.js'
import { Due } from './timeline.js'

/** A hardware interrupt that has been raised and waits for its CPU to take it. */
export interface InterruptHandler {
  readonly name: string
  /** The level at which the handler runs; it is taken when the CPU's is lower. */
  readonly ipl: number
  readonly body: () => Steps
}

/** Raises a hardware interrupt. The CPU takes it before it goes on, or when its level allows. */
export function raise(cpu: Cpu, handler: InterruptHandler): void {
  const { free } = cpu.machine
  if (free !== null) {
    free.raise(cpu, handler)
    return
  }
  // The most urgent first, equals in order of arrival.
  const at = cpu.hardPending.findIndex((pending) => pending.ipl < handler.ipl)
  cpu.hardPending.splice(at < 0 ? cpu.hardPending.length : at, 0, handler)
  cpu.attention |= Attention.hard
  cpu.machine.scheduler.setReady(cpu)
}

/** A hardware interrupt that comes at a time. */
export class RaiseLater extends Due {
  constructor(
    private readonly cpu: Cpu,
    private readonly handler: InterruptHandler,
  ) {
    super()
  }

  override fire(): void {
    raise(this.cpu, this.handler)
  }
}

/** A soft interrupt level of a CPU: a thread that is run on top of whatever the CPU does, when it has been asked for. */
export interface SoftLevel {
  /** Its bit in `Cpu.softPending`. */
  readonly bit: number
  /** The interrupt level at which it runs. */
  readonly ipl: number
  /** An embryo while the level is idle. */
  readonly thread: Thread
}

/** What a CPU runs apart from interrupts on top of it, null when they came upon an idle CPU. */
export function underInterrupts<T extends Thread>(cpu: { readonly current: T | null }): T | null {
  let thread: Thread | null = cpu.current
  while (thread?.is(ThreadMark.pinning) === true) thread = thread.pinned
  return thread as T | null
}

/** Asks for a soft interrupt level. */
export function raiseSoft(cpu: Cpu, level: SoftLevel): void {
  cpu.softPending |= level.bit
  cpu.attention |= Attention.soft
  cpu.machine.scheduler.setReady(cpu)
  cpu.machine.free?.raiseSoft(cpu, level)
}

/** The most urgent level that was asked for and can run now: not held back, and not blocked in an earlier run. */
export function takeableSoft(cpu: Cpu): SoftLevel | null {
  let best: SoftLevel | null = null
  for (const level of cpu.softLevels) {
    if ((cpu.softPending & level.bit) === 0 || level.ipl <= cpu.ipl) continue
    if (level.thread.state === ThreadState.embryo && (best === null || level.ipl > best.ipl)) best = level
  }
  return best
}

/** Notes that a level runs. */
export function softTaken(cpu: Cpu, level: SoftLevel): void {
  cpu.softPending &= ~level.bit
  if (cpu.softPending === 0) cpu.attention &= ~Attention.soft
}

/** Takes the most urgent hardware interrupt of a CPU. */
export function takeInterrupt(cpu: Cpu): Thread {
  const handler = cpu.hardPending.shift()!
  if (cpu.hardPending.length === 0) cpu.attention &= ~Attention.hard
  return frameOf(cpu, handler)
}

/** The frame in which a hardware interrupt runs: a thread to the machine, none to the release. */
export function frameOf(cpu: Cpu, handler: InterruptHandler): Thread {
  const frame = new Thread(-1, handler.name, cpu.machine.interruptProcess, cpu)
  frame.marks = ThreadMark.interruptFrame | ThreadMark.bound
  frame.a = handler.body
  return frame
}
