import { Access, acquire, blockedBy, release, ThreadState, type Footprint, type Lock, type Thread } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import type { Mtx } from './mutex.js'
import * as P from './param.js'
import type { SleeplessLock } from './sleeping-owner.js'
import { Td } from './td.js'

/** Takes a mutex that the caller does not own, or begins to wait for it and returns false. */
export function takeMtx(machine: FreebsdMachine, td: Td, m: Mtx): boolean {
  if (!m.spins && m.owner !== null) assertOwnersAwake(machine, td, m)
  if (!acquire(machine, td, m)) return false
  if (m.spins) enterSpin(td)
  machine.trace?.lock(td, m)
  return true
}

/** A lock as the first argument: every call on it is ordered with every other. */
export function touchesLock({ a }: Thread, footprint: Footprint): void {
  footprint.add(a, Access.lock)
}

/** The same for what waits for the lock, or panics where its owner sleeps. */
export function touchesLocking(td: Thread, footprint: Footprint): void {
  touchesLock(td, footprint)
  footprint.add((td.a as SleeplessLock).ownersSleep, Access.read)
}

/** A lock that has to be free for a step, in which nobody else can tell whether it is taken: it is a look at it. */
export function touchesFree(lock: SleeplessLock, footprint: Footprint): void {
  footprint.add(lock, Access.read)
  footprint.add(lock.ownersSleep, Access.read)
}

/** The same for what looks at the lock and does not change who has it. */
export function readsLock({ a }: Thread, footprint: Footprint): void {
  footprint.add(a, Access.read)
}

/** For what looks at the caller's own hold, which nobody else changes. */
export function touchesNothing(): void {
  // There is no object to name.
}

/** Whether a mutex that a call needs for one step is to be had. If not the thread waits for it, and then asks again. */
export function isFreeFor(machine: FreebsdMachine, td: Td, m: Mtx): boolean {
  if (m.owner === td) machine.kassert(false, `_mtx_lock_sleep: recursed on non-recursive mutex ${m.name}`)
  return m.owner === null || m.owner === td || takeMtx(machine, td, m)
}

/**
 * Priority is lent from owner to owner, as far as it is better than what they have. One of them that sleeps is in no
 * position to use it, and a panic: it slept with a lock that is not for that.
 */
export function assertOwnersAwake(machine: FreebsdMachine, td: Td, lock: Lock): void {
  const { scheduler } = machine
  const rank = scheduler.effectiveRank(td)
  const seen = new Set<Thread>()
  for (let { owner } = lock; owner !== null && !seen.has(owner); owner = blockedBy(owner)) {
    seen.add(owner)
    if (owner.state === ThreadState.sleeping && owner.sleepQueue?.isTurnstile !== true) {
      machine.console.write(`Sleeping thread (tid ${owner.id}, pid ${owner.process.pid}) owns a non-sleepable lock\n`)
      machine.panic('sleeping thread', 'FB8-O-10')
    }
    if (scheduler.effectiveRank(owner) >= rank) return
  }
}

/** Gives up the only hold of a mutex. */
export function giveMtx(machine: FreebsdMachine, td: Td, m: Mtx): void {
  machine.trace?.unlock(td, m)
  release(machine, td, m)
  if (m.spins) leaveSpin(td)
}

/** No interrupt and no preemption from here on. */
export function enterSpin(td: Td): void {
  const { cpu } = td
  if (cpu.spinMutexes++ === 0) cpu.iplBeforeSpin = cpu.ipl
  cpu.ipl = P.IPL_ALL
  // A hardware interrupt is no thread: nothing displaces it as it is.
  if (td instanceof Td) td.td_critnest++
}

export function leaveSpin(td: Td): void {
  const { cpu } = td
  if (--cpu.spinMutexes === 0) cpu.ipl = cpu.iplBeforeSpin
  if (td instanceof Td) td.td_critnest--
}
