import type { Takeable } from './access.js'
import type { Machine } from './machine.js'
import { SleepQueue } from './sleep-queue.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'

/** Something CPUs may spin on. */
export interface Spinnable {
  readonly name: string
  /** CPUs that spin, a bit each. */
  spinners: number
}

/**
 * A lock with one owner, on which others spin or block. Personalities make their mutexes of it: `acquire` and
 * `release` are the mechanism, who may call them and what a misuse panics with is the release's.
 */
export class Lock implements Spinnable, Takeable {
  owner: Thread | null = null
  spinners = 0
  /** Threads that block, null until there is one. */
  waiters: SleepQueue | null = null
  /** The next lock in its owner's list of held ones. */
  below: Lock | null = null

  constructor(
    readonly name: string,
    /** True: others spin until it is free. False: they spin only while the owner is on another CPU, else block. */
    public spins: boolean,
    /** Level to which a spinning lock raises its CPU, 0 for none. */
    public ipl: number,
    /** Wait message of a thread that blocks. */
    readonly wmesg: string,
  ) {}

  /** What views call it. */
  get kind(): string {
    return 'mutex'
  }

  /** Its owner that wants it again does not wait: what becomes of that is the release's to say. */
  isFreeFor(thread: object): boolean {
    return this.owner === null || this.owner === thread
  }
}

/** Makes a free lock the thread's. */
export function take(thread: Thread, lock: Lock): void {
  lock.owner = thread
  lock.below = thread.held
  thread.held = lock
}

/**
 * Acquires the lock, or begins to wait for it and returns false; the caller then tries again when it is resumed.
 * The lock is not handed over: whoever comes first when it is free has it.
 */
export function acquire(machine: Machine, thread: Thread, lock: Lock): boolean {
  const { owner } = lock
  if (owner === null) {
    take(thread, lock)
    return true
  }
  if (lock.spins || runsElsewhere(owner, thread)) machine.scheduler.spin(thread, lock)
  else blockOn(machine, thread, lock)
  return false
}

/** Releases the lock and lets everybody compete who waits for it. */
export function release(machine: Machine, thread: Thread, lock: Lock): void {
  lock.owner = null
  if (thread.held === lock) thread.held = lock.below
  else unlink(thread, lock)
  // Before anybody is woken: who was lent this thread's rank is measured against what it has without the loan.
  if (thread.lentRank >= 0) reclaim(machine, thread)
  if (lock.spinners !== 0) machine.scheduler.stopSpinning(lock)
  const { waiters } = lock
  if (waiters !== null) machine.sleepers.wakeAll(waiters)
}

/** Puts a thread to sleep on the lock and lends its priority to the owner. */
export function blockOn(machine: Machine, thread: Thread, lock: Lock): void {
  lock.waiters ??= new SleepQueue(lock, true)
  machine.sleepers.sleep(thread, lock.waiters, lock.wmesg, 0, false)
  lend(machine, thread, lock.owner)
}

/** Lends along the chain of locks: the owner of a lock gets the rank of its best waiter, and passes it on. */
function lend(machine: Machine, thread: Thread, owner: Thread | null): void {
  const rank = machine.scheduler.effectiveRank(thread)
  while (owner !== null && machine.scheduler.effectiveRank(owner) < rank) {
    owner.lentRank = rank
    machine.policy.loanBegan(owner, thread)
    machine.scheduler.rankChanged(owner)
    owner = blockedBy(owner)
  }
}

/** The thread that holds the lock for which a thread is blocked, null when it is not blocked on one. */
export function blockedBy(thread: Thread): Thread | null {
  const queue = thread.sleepQueue
  return queue?.isTurnstile === true ? (queue.object as Lock).owner : null
}

/** The lock that a thread waits for, asleep or spinning, null when it waits for none. */
export function lockOf(thread: Thread): Lock | null {
  const { sleepQueue, cpu } = thread
  if (sleepQueue !== null) return sleepQueue.object instanceof Lock ? sleepQueue.object : null
  const spunOn = cpu.machine.free?.spunOnBy(thread) ?? null
  return spunOn instanceof Lock ? spunOn : null
}

/** Recomputes what is lent to a thread that released a lock or was given one. */
export function reclaim(machine: Machine, thread: Thread): void {
  let rank = -1
  for (let lock = thread.held; lock !== null; lock = lock.below) {
    const best = lock.waiters?.head
    if (best) rank = Math.max(rank, machine.scheduler.effectiveRank(best))
  }
  if (rank === thread.lentRank) return
  thread.lentRank = rank
  if (rank < 0) machine.policy.loanEnded(thread)
  machine.scheduler.rankChanged(thread)
}

/** Whether it pays to spin: the owner executes on another CPU, and is not itself waiting there for another lock. */
export function runsElsewhere(owner: Thread, thread: Thread): boolean {
  const { cpu } = owner
  if (owner.state !== ThreadState.running || cpu === thread.cpu || cpu.current !== owner) return false
  if (cpu.machine.free !== null) return false
  if (cpu.spinningOn !== null) return false
  owner.mark(ThreadMark.spunUpon, true)
  return true
}

function unlink(thread: Thread, lock: Lock): void {
  let above = thread.held
  while (above !== null && above.below !== lock) above = above.below
  if (above !== null) above.below = lock.below
}
