import { ThreadState, type Lock } from '@kt/core'
import type { Td } from './td.js'

/**
 * A lock with which nobody may sleep. Whoever wants it while its owner sleeps panics, and nobody else does: so the
 * sleeps of its owner are in an order with those calls, which are on the lock, and the lock is all that tells of it.
 */
export interface SleeplessLock extends Lock {
  /** Stands for whether the owner sleeps. */
  readonly ownersSleep: object
}

/** Whether the owner of a lock sleeps. To be blocked on another lock is no sleep. */
export function isOwnerAsleep({ owner }: Lock): boolean {
  return owner !== null && owner.state === ThreadState.sleeping && owner.sleepQueue?.isTurnstile !== true
}

/** Tells an explorer of a thread that falls asleep or wakes up, and of what it holds. */
export function noteSleepOfOwner(td: Td): void {
  const observer = td.cpu.machine.free?.observer ?? null
  if (observer === null) return
  for (let lock = td.held; lock !== null; lock = lock.below) {
    const { ownersSleep } = lock as Lock & Partial<SleeplessLock>
    if (ownersSleep !== undefined) observer.accessed(ownersSleep, true)
  }
}
