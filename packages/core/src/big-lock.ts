import type { Takeable } from './access.js'
import type { Cpu } from './cpu.js'
import type { Spinnable } from './lock.js'
import type { Machine } from './machine.js'
import { ThreadMark, type Thread } from './thread.js'

/**
 * The one lock of a kernel that was written for one CPU. It is recursive, belongs to a CPU, and a thread that leaves
 * its CPU for whatever reason gives up all its holds and has them again before it goes on; the scheduler sees to that,
 * so no call has to.
 */
export class BigLock implements Spinnable, Takeable {
  spinners = 0
  /** The CPU that owns it. */
  cpu: Cpu | null = null
  /** Holds of all threads on that CPU: a thread, and interrupts on top of it. */
  depth = 0
  /** Who acquired it: in a free run each thread is a CPU of its own. */
  private holder: Thread | null = null

  constructor(
    readonly name: string,
    private readonly machine: Machine,
  ) {}

  isFreeFor(thread: Thread): boolean {
    if (this.cpu === null) return true
    return this.machine.free === null ? this.cpu === thread.cpu : this.holder === thread
  }

  /**
   * Puts the thread's holds in effect.
   *
   * @returns false when another CPU owns the lock; the caller's CPU spins and tries again.
   */
  regain(thread: Thread): boolean {
    if (!this.isFreeFor(thread)) return false
    this.cpu = thread.cpu
    this.holder = thread
    this.depth += thread.bigLocks
    thread.marks |= ThreadMark.bigLockHeld
    this.machine.trace?.lock(thread, this.name)
    return true
  }

  /** Takes the thread's holds out of effect; it keeps their number. */
  drop(thread: Thread): void {
    thread.marks &= ~ThreadMark.bigLockHeld
    this.give(thread, thread.bigLocks)
  }

  /** Adds holds to a thread that has none in effect or owns the lock already. False when its CPU must spin. */
  acquire(thread: Thread, holds: number): boolean {
    if (!this.isFreeFor(thread)) return false
    if (thread.bigLocks === 0) this.machine.trace?.lock(thread, this.name)
    this.cpu = thread.cpu
    this.holder = thread
    this.depth += holds
    thread.bigLocks += holds
    thread.marks |= ThreadMark.bigLockHeld
    return true
  }

  /** Gives up some of the thread's holds for good. */
  release(thread: Thread, holds: number): void {
    thread.bigLocks -= holds
    if (thread.bigLocks === 0) thread.marks &= ~ThreadMark.bigLockHeld
    this.give(thread, holds)
  }

  private give(thread: Thread, holds: number): void {
    this.depth -= holds
    if (this.depth > 0) return
    this.cpu = null
    this.holder = null
    this.machine.trace?.unlock(thread, this.name)
    if (this.spinners !== 0) this.machine.scheduler.stopSpinning(this)
  }
}
