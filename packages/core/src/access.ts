import { ThreadMark, type Thread } from './thread.js'

/**
 * What a call does to something shared, as far as its order with other calls matters. Two calls on one object commute
 * only where an explorer's table says so of their accesses.
 *
 * - `read` and `write` of a variable.
 * - `lock`: a lock is taken or given back, or in vain. What looks at one reads it, what makes one ready writes it.
 * - `wait` on a queue from which one sleeper at a time may be woken, so that the order of sleepers matters; `sleep` where
 *   all are woken at once. `wake` and `expire` end either.
 */
export const Access = {
  read: 0,
  write: 1,
  lock: 2,
  wait: 3,
  sleep: 4,
  wake: 5,
  expire: 6,
} as const
export type Access = (typeof Access)[keyof typeof Access]

/** Something that one holds and others wait for. */
export interface Takeable {
  /** Whether a thread that wants it now has it at once. */
  isFreeFor(thread: object): boolean
}

/** Collects what a step will touch. */
export interface Footprint {
  /** An object, and what is done to it. Strings and numbers name themselves. */
  add(object: unknown, access: Access): void
  /** A lock that the step takes if it is free, and does not wait for. */
  tries(lock: Takeable): void
}

/** Adds what a thread touches that may leave its CPU: the big lock, if it has it. */
export function touchesLeaving(thread: Thread, footprint: Footprint): void {
  if (thread.is(ThreadMark.bigLockHeld)) footprint.add(thread.cpu.machine.bigLock, Access.lock)
}
