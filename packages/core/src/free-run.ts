import { CallPhase } from './call.js'
import type { Cpu } from './cpu.js'
import { SimulatorFault } from './errors.js'
import { frameOf, softTaken, type InterruptHandler, type SoftLevel } from './interrupt.js'
import type { Spinnable } from './lock.js'
import type { Machine } from './machine.js'
import type { Out } from './ref.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'
import type { Due } from './timeline.js'

/** What can make the next step of a free run: a thread, or something that is due. */
export type Mover = Thread | Due

/** Is told what the steps of a free run bring about. */
export interface FreeRunObserver {
  /** A thread has something to do from here on. */
  enabled(thread: Thread): void
  /** Something is due from here on, in a time that does not matter. */
  armed(due: Due): void
  /** It is no longer, and has not fired. */
  disarmed(due: Due): void
  /** Threads may look at something and store into it from here on. */
  watches(object: unknown): void
  /** The running thread asked for the time. */
  askedForTime(): void
  /** The running thread looked at or stored into something that no call told of before. */
  accessed(object: unknown, isWrite: boolean): void
}

/** What a thread takes along when it is off its CPU and goes on running all the same. */
interface Context {
  readonly spinMutexes: number
  readonly iplBeforeSpin: number
}

/**
 * A machine on which whichever thread can go on may go next, as if each had a CPU of its own, of any speed. Priorities,
 * time slices and preemption decide nothing; locks, sleeps, the big lock and interrupt levels all that they do
 * otherwise. Every schedule that some number of CPUs could bring about is among those of a free run.
 *
 * A thread that runs and has no CPU at the moment stays in state `running`. Nobody is on a run queue.
 */
export class FreeRun {
  /** Threads that run or are runnable, in the order in which they became so. */
  readonly threads: Thread[] = []
  /** What is due, in the order in which it was armed. */
  readonly dues: Due[] = []
  /** What threads may look at and store into without a call. */
  readonly watched: Set<object> = new Set()
  observer: FreeRunObserver | null = null

  private readonly contexts = new Map<Thread, Context>()
  /** Interrupts that were raised and not yet taken, with the thread that will run each. */
  private readonly raised = new Map<
    Thread,
    { readonly cpu: Cpu; readonly ipl: number; readonly soft: SoftLevel | null }
  >()
  private readonly spinning = new Map<Spinnable, Thread[]>()
  private firing: Due | null = null

  constructor(readonly machine: Machine) {}

  /** Whether the run has stopped: the kernel did, or the bound on its steps has passed. */
  get isOver(): boolean {
    return this.machine.halt !== null || !this.machine.hasFuel()
  }

  /** Whether time still passes: it does until `main` has returned. */
  get hasClock(): boolean {
    return !this.machine.hasMainReturned
  }

  /** Whether a thread can go on now: not where it would wait for a lock, or an interrupt is held back. */
  canStep(thread: Thread): boolean {
    const raised = this.raised.get(thread)
    if (raised !== undefined) return this.isTakeable(raised.cpu, raised.ipl)
    if (this.mustRegain(thread)) return this.machine.bigLock.isFreeFor(thread)
    if (thread.phase !== CallPhase.announced && thread.phase !== CallPhase.waiting) return true
    return thread.operation.takes?.(thread)?.isFreeFor(thread) ?? true
  }

  /** Whether a thread takes the big lock back before anything else. */
  mustRegain(thread: Thread): boolean {
    return thread.bigLocks !== 0 && !thread.is(ThreadMark.bigLockHeld)
  }

  /** Whether a thread's next step is to begin an interrupt. */
  isRaised(thread: Thread): boolean {
    return this.raised.has(thread)
  }

  // Steps

  /** Lets a thread go on: one call, or one part of a call. */
  step(thread: Thread): void {
    const { machine } = this
    if (this.raised.has(thread)) this.take(thread)
    else this.swapIn(thread)
    if (this.mustRegain(thread)) {
      if (machine.bigLock.regain(thread)) return
      machine.scheduler.spin(thread, machine.bigLock)
      return
    }
    // The step may move it to another CPU.
    const { cpu } = thread
    machine.resume(cpu, thread)
    // Where the kernel has stopped others may have run in its last act.
    if (thread.state !== ThreadState.running && machine.halt === null) this.leave(thread, cpu)
  }

  /** Lets something due fire, be it early or late. */
  fire(due: Due): void {
    const { timeline } = this.machine
    this.firing = due
    timeline.cancel(due)
    this.firing = null
    timeline.now = Math.max(timeline.now, due.timeNs)
    due.fire()
  }

  /** Goes on without an explorer's choices: the running thread first, then whoever has waited longest, then the clock. */
  runOn(): void {
    while (!this.isOver) {
      const thread = this.threads.find((candidate) => this.canStep(candidate))
      if (thread !== undefined) this.step(thread)
      else if (this.hasClock && this.dues.length > 0) this.fire(this.dues[0]!)
      else break
    }
    this.settle()
  }

  /** Lets those wait in earnest who cannot go on, so that the machine sees who is stuck and for what. */
  settle(): void {
    for (const thread of [...this.threads]) {
      // In a run that was cut short somebody could have gone on, and may stop the kernel now.
      if (this.isOver) return
      if (!this.raised.has(thread)) this.step(thread)
    }
  }

  // What the machine tells

  /** A thread became runnable. */
  enqueue(thread: Thread): void {
    // One that went to sleep and was woken in one step is still among them.
    if (!this.threads.includes(thread)) this.threads.push(thread)
    this.observer?.enabled(thread)
  }

  /** A runnable thread is taken off. */
  dequeue(thread: Thread): void {
    const at = this.threads.indexOf(thread)
    if (at >= 0) this.threads.splice(at, 1)
  }

  armed(due: Due): void {
    this.dues.push(due)
    this.observer?.armed(due)
  }

  disarmed(due: Due): void {
    this.dues.splice(this.dues.indexOf(due), 1)
    if (due !== this.firing) this.observer?.disarmed(due)
  }

  /** The running thread spins: it does nothing until the lock is released. */
  spin(thread: Thread, lock: Spinnable): void {
    const spinners = this.spinning.get(lock)
    if (spinners === undefined) this.spinning.set(lock, [thread])
    else spinners.push(thread)
    lock.spinners = 1
    thread.cpu.spinningOn = lock
    this.dequeue(thread)
  }

  /** Threads that spin. */
  spinners(): Thread[] {
    return [...this.spinning.values()].flat()
  }

  /** What a thread spins on, null when it does not. */
  spunOnBy(thread: Thread): Spinnable | null {
    for (const [lock, threads] of this.spinning) if (threads.includes(thread)) return lock
    return null
  }

  stopSpinning(lock: Spinnable): void {
    const spinners = this.spinning.get(lock) ?? []
    this.spinning.delete(lock)
    lock.spinners = 0
    for (const thread of spinners) {
      if (thread.cpu.spinningOn === lock) thread.cpu.spinningOn = null
      this.enqueue(thread)
    }
  }

  raise(cpu: Cpu, handler: InterruptHandler): void {
    const frame = frameOf(cpu, handler)
    this.raised.set(frame, { cpu, ipl: handler.ipl, soft: null })
    this.enqueue(frame)
  }

  raiseSoft(cpu: Cpu, level: SoftLevel): void {
    if (this.raised.has(level.thread) || level.thread.state !== ThreadState.embryo) return
    this.raised.set(level.thread, { cpu, ipl: level.ipl, soft: level })
    this.enqueue(level.thread)
  }

  /** Has everybody who reads or stores what a call will store through an out-pointer be noticed. */
  watch(out: Out<unknown> | null): void {
    if (out === null || typeof out !== 'object' || this.observer === null || this.watched.has(out)) return
    this.watched.add(out)
    this.observer.watches(out)
    let { value } = out
    Object.defineProperty(out, 'value', {
      configurable: true,
      enumerable: true,
      get: () => {
        this.observer?.accessed(out, false)
        return value
      },
      set: (stored: unknown) => {
        this.observer?.accessed(out, true)
        value = stored
      },
    })
  }

  // CPUs

  /** An interrupt is taken when no thread of its CPU holds it back. */
  private isTakeable(cpu: Cpu, ipl: number): boolean {
    return this.threads.every((thread) => {
      if (thread.cpu !== cpu || thread.state !== ThreadState.running) return true
      return (cpu.current === thread ? cpu.ipl : thread.ipl) < ipl
    })
  }

  private take(thread: Thread): void {
    const { cpu, ipl, soft } = this.raised.get(thread)!
    this.raised.delete(thread)
    if (soft !== null) softTaken(cpu, soft)
    this.swapOut(cpu)
    // On top of nothing: what it interrupted may as well be on another CPU, and goes on.
    thread.pinned = null
    thread.ipl = 0
    thread.marks |= ThreadMark.pinning
    thread.state = ThreadState.running
    thread.cpu = cpu
    cpu.current = thread
    cpu.ipl = ipl
    this.machine.trace?.switch(cpu, thread)
  }

  private swapIn(thread: Thread): void {
    const { cpu } = thread
    if (cpu.current === thread) return
    this.swapOut(cpu)
    thread.state = ThreadState.running
    cpu.current = thread
    cpu.ipl = thread.ipl
    thread.ipl = 0
    const context = this.contexts.get(thread)
    if (context !== undefined) {
      cpu.spinMutexes = context.spinMutexes
      cpu.iplBeforeSpin = context.iplBeforeSpin
      this.contexts.delete(thread)
    }
    this.machine.policy.switched(cpu, thread)
    this.machine.trace?.switch(cpu, thread)
  }

  private swapOut(cpu: Cpu): void {
    const { current, spinMutexes, iplBeforeSpin } = cpu
    cpu.current = null
    if (current === null) return
    if (current.state !== ThreadState.running) throw new SimulatorFault('a thread that does not run is on a CPU')
    current.ipl = cpu.ipl
    cpu.ipl = 0
    if (spinMutexes === 0) return
    this.contexts.set(current, { spinMutexes, iplBeforeSpin })
    cpu.spinMutexes = 0
  }

  /** A thread that no longer runs leaves its CPU, and its place among those that do. */
  private leave(thread: Thread, cpu: Cpu): void {
    const { machine } = this
    if (cpu.current !== thread) throw new SimulatorFault('a thread leaves a CPU that it does not have')
    if (thread.is(ThreadMark.bigLockHeld)) machine.bigLock.drop(thread)
    cpu.current = null
    if (thread.is(ThreadMark.pinning)) {
      thread.marks &= ~ThreadMark.pinning
      thread.ipl = 0
    } else thread.ipl = cpu.ipl
    cpu.ipl = 0
    // What it left behind there is its own CPU's, and no other thread's.
    cpu.spinMutexes = 0
    this.dequeue(thread)
    // It gave way, and may go on at once.
    if (thread.state === ThreadState.runnable) this.threads.push(thread)
    else if (thread.state === ThreadState.embryo) this.raiseAgain(thread)
  }

  /** A soft interrupt that was asked for while it ran. */
  private raiseAgain(thread: Thread): void {
    const { cpu } = thread
    const level = cpu.softLevels.find((candidate) => candidate.thread === thread)
    if (level !== undefined && (cpu.softPending & level.bit) !== 0) this.raiseSoft(cpu, level)
  }
}
