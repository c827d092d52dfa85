import type { Steps } from './call.js'
import { Attention, type Cpu } from './cpu.js'
import { softTaken, takeableSoft, takeInterrupt } from './interrupt.js'
import type { Spinnable } from './lock.js'
import type { Machine } from './machine.js'
import { Preemption, type KernelPolicy } from './policy.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'

/** Marks of a thread that has to give something up when it leaves its CPU. */
const LEAVES_SOMETHING = ThreadMark.bigLockHeld | ThreadMark.spunUpon | ThreadMark.pinning

/**
 * Moves threads between CPUs and run queues. Who comes first, goes where and displaces whom is the
 * release's answer (`KernelPolicy`).
 *
 * A CPU is *ready* when it has something to do at this instant. It is not while it idles, spins, or is busy with work
 * that ends later.
 */
export class Scheduler {
  /** Ready CPUs, a bit each. */
  ready = 0
  /** CPUs that run, a bit each: a release starts some of them late in its boot. */
  started: number
  /** Idle CPUs, a bit each. */
  private idle: number
  private readonly policy: KernelPolicy

  constructor(private readonly machine: Machine) {
    this.policy = machine.policy
    this.idle = (2 ** machine.ncpu - 1) | 0
    this.started = this.idle
  }

  setReady(cpu: Cpu): void {
    this.ready |= 1 << cpu.index
  }

  isIdle(cpu: Cpu): boolean {
    return cpu.current === null && cpu.queue.length === 0
  }

  /** A thread's rank by its own priority and by what is lent to it. */
  effectiveRank(thread: Thread): number {
    const rank = this.policy.rank(thread)
    return thread.lentRank > rank ? thread.lentRank : rank
  }

  // Becoming runnable

  /** Queues a thread that became runnable on the CPU that the release picks. */
  enqueue(thread: Thread): void {
    const cpu = this.policy.place(thread)
    thread.cpu = cpu
    thread.state = ThreadState.runnable
    const { free } = this.machine
    if (free !== null) {
      free.enqueue(thread)
      return
    }
    cpu.queue.insertTail(thread, this.effectiveRank(thread))
    if (cpu.current !== null) this.considerPreemption(thread, cpu)
    else {
      this.setReady(cpu)
      // It takes one of them, and the other is for whoever idles.
      if (cpu.queue.length > 1) this.offerToIdle()
    }
  }

  private considerPreemption(thread: Thread, cpu: Cpu): void {
    const preemption: Preemption = this.policy.preemption(thread, cpu)
    if (preemption === Preemption.now) {
      cpu.attention |= Attention.preempt
      this.setReady(cpu)
    } else if (preemption === Preemption.atUserReturn) this.giveWayInUserMode(cpu)
    if (!thread.is(ThreadMark.bound)) this.offerToIdle()
  }

  /** Makes what a CPU runs give way when it is next in user mode: at once if it is there. */
  giveWayInUserMode(cpu: Cpu): void {
    cpu.ast = true
    if (cpu.current?.is(ThreadMark.inUserMode) !== true) return
    cpu.attention |= Attention.preempt
    this.setReady(cpu)
  }

  /** Idle CPUs look into the other queues, and take what the release lets them take. */
  private offerToIdle(): void {
    this.ready |= this.idle
  }

  /** Takes a thread that is not to run off its queue. */
  dequeue(thread: Thread): void {
    if (this.machine.free === null) thread.cpu.queue.remove(thread)
    else this.machine.free.dequeue(thread)
  }

  /** Puts the running thread back on its CPU's queue. */
  requeue(thread: Thread, toHead: boolean): void {
    thread.state = ThreadState.runnable
    if (this.machine.free !== null) return
    const rank = this.effectiveRank(thread)
    if (toHead) thread.cpu.queue.insertHead(thread, rank)
    else thread.cpu.queue.insertTail(thread, rank)
  }

  /** The thread's rank may have changed: moves it within the queue it is on. */
  rankChanged(thread: Thread): void {
    if (thread.state === ThreadState.runnable) {
      if (this.machine.free !== null) return
      const { cpu } = thread
      // Under a loan its own rank does not count: it keeps its place.
      const rank = this.effectiveRank(thread)
      if (thread.rank === cpu.queue.placeOf(thread, rank)) return
      cpu.queue.remove(thread)
      cpu.queue.insertTail(thread, rank)
      if (cpu.current !== null) this.considerPreemption(thread, cpu)
    } else if (thread.sleepQueue !== null) {
      const queue = thread.sleepQueue
      const rank = this.policy.sleepRank(thread, queue)
      if (thread.rank === rank) return
      queue.remove(thread)
      queue.insert(thread, rank)
    }
  }

  // Spinning and working

  /** Makes the running thread's CPU wait for the lock without leaving it. */
  spin(thread: Thread, lock: Spinnable): void {
    const { cpu } = thread
    const { free } = this.machine
    if (free !== null) {
      free.spin(thread, lock)
      return
    }
    cpu.spinningOn = lock
    lock.spinners |= 1 << cpu.index
    this.ready &= ~(1 << cpu.index)
    this.machine.trace?.spin(thread, lock.name)
    // Whoever spins for one of its locks would wait for a thread that does not get on:
    //
    //     owner of m              spinner on m
    //                             has the big lock
    //     spins for the big lock
    //                             looks again, and blocks: the big lock is free
    if (thread.is(ThreadMark.spunUpon)) this.ownerLeft(thread)
  }

  /** Lets the CPUs that spin on the lock try again. */
  stopSpinning(lock: Spinnable): void {
    this.machine.free?.stopSpinning(lock)
    this.ready |= lock.spinners
  }

  /** Keeps the running thread's CPU busy until the given time. */
  work(cpu: Cpu, untilNs: number): void {
    this.machine.timeline.arm(cpu.work, untilNs)
    this.ready &= ~(1 << cpu.index)
  }

  /** Leaves the running thread's CPU busy with the work it was looked up from. */
  keepWorking(cpu: Cpu): void {
    this.ready &= ~(1 << cpu.index)
  }

  /** Whether some CPU is busy with work. */
  get isWorking(): boolean {
    return this.machine.cpus.some((cpu) => cpu.work.isArmed)
  }

  // One step of a CPU

  /** Gives a CPU its turn: it runs a thread until that suspends. */
  step(cpu: Cpu): void {
    if (cpu.attention !== 0) this.attend(cpu)
    if (cpu.spinningOn !== null) this.unspin(cpu)
    let thread = cpu.current
    if (thread === null) {
      thread = this.dispatch(cpu)
      if (thread === null) return
    }
    const { machine } = this
    if (thread.bigLocks !== 0 && !thread.is(ThreadMark.bigLockHeld) && !machine.bigLock.regain(thread)) {
      this.spin(thread, machine.bigLock)
      return
    }
    machine.resume(cpu, thread)
    if (thread.state !== ThreadState.running) this.leave(cpu, thread)
  }

  /** Takes a thread that no longer runs off its CPU, and puts another on. */
  private leave(cpu: Cpu, thread: Thread): void {
    if ((thread.marks & LEAVES_SOMETHING) !== 0) {
      if (thread.is(ThreadMark.bigLockHeld)) this.machine.bigLock.drop(thread)
      if (thread.is(ThreadMark.spunUpon)) this.ownerLeft(thread)
      if (thread.is(ThreadMark.pinning)) {
        this.unpin(cpu, thread)
        return
      }
    }
    if (cpu.ipl !== 0) {
      thread.ipl = cpu.ipl
      cpu.ipl = 0
    }
    this.dispatch(cpu)
    if (thread.state === ThreadState.runnable && !thread.is(ThreadMark.bound)) this.offerToIdle()
  }

  /** Picks the CPU's next thread, null when there is none and the CPU idles. */
  private dispatch(cpu: Cpu): Thread | null {
    const thread = this.policy.choose(cpu)
    const wasIdle = cpu.current === null
    cpu.current = thread
    cpu.attention &= ~Attention.preempt
    cpu.ast = false
    if (thread === null) {
      this.idle |= 1 << cpu.index
      if (cpu.attention === 0 || !this.mustGiveWay(cpu)) this.ready &= ~(1 << cpu.index)
      if (wasIdle) return null
    } else {
      this.idle &= ~(1 << cpu.index)
      thread.state = ThreadState.running
      thread.cpu = cpu
      if (thread.ipl !== 0) {
        cpu.ipl = thread.ipl
        thread.ipl = 0
      }
    }
    this.policy.switched(cpu, thread)
    this.machine.trace?.switch(cpu, thread)
    return thread
  }

  // Being displaced

  /** Whether the running thread may not go on although its call is complete. */
  mustGiveWay(cpu: Cpu): boolean {
    if (this.machine.free !== null) return false
    const { attention } = cpu
    if ((attention & Attention.hard) !== 0 && cpu.hardPending[0]!.ipl > cpu.ipl) return true
    if ((attention & Attention.soft) !== 0 && takeableSoft(cpu) !== null) return true
    return (attention & Attention.preempt) !== 0 && cpu.current !== null && this.policy.mayPreempt(cpu)
  }

  /** Puts an interrupt or a better thread in the place of the running one. */
  private attend(cpu: Cpu): void {
    const handler = cpu.hardPending[0]
    if (handler !== undefined && handler.ipl > cpu.ipl) {
      this.pin(cpu, takeInterrupt(cpu), handler.ipl)
      return
    }
    const soft = (cpu.attention & Attention.soft) !== 0 ? takeableSoft(cpu) : null
    if (soft !== null) {
      softTaken(cpu, soft)
      this.pin(cpu, soft.thread, soft.ipl)
      return
    }
    const thread = cpu.current
    if (thread === null) cpu.attention &= ~Attention.preempt
    else if ((cpu.attention & Attention.preempt) !== 0 && this.policy.mayPreempt(cpu)) this.displace(cpu, thread)
  }

  private displace(cpu: Cpu, thread: Thread): void {
    this.pauseWork(cpu)
    this.machine.trace?.preempt(thread)
    this.requeue(thread, this.policy.displacedToHead(thread))
    this.leave(cpu, thread)
  }

  /** Runs a thread on top of what the CPU was doing, at an interrupt level. */
  private pin(cpu: Cpu, thread: Thread, ipl: number): void {
    this.pauseWork(cpu)
    if (cpu.current?.is(ThreadMark.spunUpon) === true) this.ownerLeft(cpu.current)
    if (cpu.current === null && cpu.queue.length > 0) this.offerToIdle()
    thread.pinned = cpu.current
    thread.ipl = cpu.ipl
    cpu.ipl = ipl
    thread.marks |= ThreadMark.pinning
    thread.state = ThreadState.running
    thread.cpu = cpu
    cpu.current = thread
    this.machine.trace?.switch(cpu, thread)
  }

  /** Goes back to what lay under a thread that ended, blocked or is idle again. */
  private unpin(cpu: Cpu, thread: Thread): void {
    thread.marks &= ~ThreadMark.pinning
    cpu.current = thread.pinned
    thread.pinned = null
    cpu.ipl = thread.ipl
    thread.ipl = 0
    // On the way back to user mode.
    if (cpu.ast) this.giveWayInUserMode(cpu)
    this.machine.trace?.switch(cpu, cpu.current)
  }

  /** What is left of the work is kept by the call that does it (`operations.ts`). */
  private pauseWork(cpu: Cpu): void {
    if (!cpu.work.isArmed) return
    cpu.current!.a = cpu.work.timeNs - this.machine.timeline.now
    this.machine.timeline.cancel(cpu.work)
  }

  private unspin(cpu: Cpu): void {
    cpu.spinningOn!.spinners &= ~(1 << cpu.index)
    cpu.spinningOn = null
  }

  /** An owner others spin upon leaves its CPU or spins itself: they have to look again, and will block. */
  private ownerLeft(owner: Thread): void {
    owner.marks &= ~ThreadMark.spunUpon
    for (let lock = owner.held; lock !== null; lock = lock.below) this.stopSpinning(lock)
  }

  // Ending

  /** Ends the running thread. What it leaves behind is the personality's to collect. */
  end(thread: Thread): void {
    if (thread === this.machine.main) this.machine.mainEnds(undefined)
    thread.state = ThreadState.dead
    thread.steps = null as Steps | null
    thread.a = thread.b = thread.c = thread.d = null
    if (thread.timer !== null) this.machine.timeline.cancel(thread.timer)
    this.machine.trace?.exit(thread)
  }
}
