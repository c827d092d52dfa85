import { acquire, blockOn, Lock, reclaim, release, take } from './lock.js'
import type { Machine } from './machine.js'
import { WakeReason, type Thread } from './thread.js'

/** What a waiter wants, kept in its `d` while it waits; replaced by `granted` when the lock was handed to it. */
type Wish = 'read' | 'write' | 'granted'

/**
 * A lock that many may hold for reading or one for writing. A new reader waits while a writer holds it or waits for
 * it, so that writers are not starved.
 *
 * On release the lock is handed over where both kinds wait: from a writer to all waiting readers, from the last reader
 * to the first waiting writer. Where only writers wait they are all woken and compete.
 */
export class ReaderWriterLock extends Lock {
  readers = 0

  override get kind(): string {
    return 'rwlock'
  }

  /** Waits in its own order, so that it always pays to ask. */
  override isFreeFor(): boolean {
    return true
  }
}

/** Takes a share, or begins to wait and returns false. Ask `wasGranted` first when the thread comes back. */
export function acquireRead(machine: Machine, thread: Thread, lock: ReaderWriterLock): boolean {
  if (lock.owner === null && !awaits(lock, 'write')) {
    lock.readers++
    return true
  }
  return wait(machine, thread, lock, 'read')
}

/** Takes the lock for writing, or begins to wait and returns false. */
export function acquireWrite(machine: Machine, thread: Thread, lock: ReaderWriterLock): boolean {
  if (lock.owner === null && lock.readers === 0) {
    take(thread, lock)
    return true
  }
  return wait(machine, thread, lock, 'write')
}

/** Whether the lock was handed to a waiter while it slept. */
export function wasGranted(thread: Thread): boolean {
  return (thread.d as Wish) === 'granted'
}

export function releaseRead(machine: Machine, lock: ReaderWriterLock): void {
  lock.readers--
  if (lock.readers > 0) return
  if (awaits(lock, 'read')) {
    const writer = first(lock, 'write')
    if (writer !== null) grant(machine, lock, writer)
    return
  }
  if (lock.waiters !== null) machine.sleepers.wakeAll(lock.waiters)
}

export function releaseWrite(machine: Machine, thread: Thread, lock: ReaderWriterLock): void {
  if (!awaits(lock, 'read')) {
    release(machine, thread, lock)
    return
  }
  const readers = [...lock.waiters!.threads()].filter((waiter) => (waiter.d as Wish) === 'read')
  // The readers have it before anybody can compete: releasing would wake the writers too.
  const writers = lock.waiters
  lock.waiters = null
  release(machine, thread, lock)
  lock.waiters = writers
  for (const reader of readers) grant(machine, lock, reader)
}

function wait(machine: Machine, thread: Thread, lock: ReaderWriterLock, wish: Wish): false {
  thread.d = wish
  // With a writer inside this spins or blocks as a mutex does; readers are many, so there is nobody to watch or lend to.
  if (lock.owner === null) blockOn(machine, thread, lock)
  else acquire(machine, thread, lock)
  return false
}

function grant(machine: Machine, lock: ReaderWriterLock, waiter: Thread): void {
  if ((waiter.d as Wish) === 'read') lock.readers++
  else take(waiter, lock)
  waiter.d = 'granted' satisfies Wish
  machine.sleepers.wake(waiter, WakeReason.woken)
  // Those who go on waiting lend to the new owner from now on.
  if (lock.owner === waiter) reclaim(machine, waiter)
}

function awaits(lock: ReaderWriterLock, wish: Wish): boolean {
  return first(lock, wish) !== null
}

function first(lock: ReaderWriterLock, wish: Wish): Thread | null {
  if (lock.waiters === null) return null
  for (const waiter of lock.waiters.threads()) if ((waiter.d as Wish) === wish) return waiter
  return null
}
