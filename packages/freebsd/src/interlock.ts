import type { FreebsdMachine } from './machine.js'
import { giveMtx, takeMtx } from './mutex-take.js'
import { Mtx } from './mutex.js'
import { giveRead, giveWrite, Rwlock, takeRead, takeWrite } from './rwlock.js'
import { giveExclusive, giveShared, Sx, takeExclusive, takeShared } from './sx.js'
import type { Td } from './td.js'

/** What a sleep may give up and have again: a lock of any class. */
export type Interlock = Mtx | Sx | Rwlock

/** How a lock was held when it was given up; a mutex also how often. */
export type Held = 'alone' | 'shared'

export function interlockOf(call: string, value: unknown): Interlock {
  if (value instanceof Mtx || value instanceof Sx || value instanceof Rwlock) return value
  throw new TypeError(`${call}: a lock is expected, not ${value === null ? 'null' : typeof value}`)
}

/** How the caller holds a lock. Not to hold it at all is misuse. */
export function heldAs(machine: FreebsdMachine, td: Td, lock: Interlock): Held {
  if (lock.owner === td) {
    const depth = lock instanceof Mtx ? lock.mtx_recurse : lock instanceof Sx ? lock.sx_recurse : lock.rw_recurse
    // A recursed lock would stay taken while its owner sleeps.
    if (depth > 0)
      machine.refuse('UB:recursed-interlock', `${lock instanceof Mtx ? 'mutex' : 'Lock'} ${lock.name} recursed`)
    return 'alone'
  }
  const sharers = lock instanceof Sx ? lock.sharers : lock instanceof Rwlock ? lock.readers : 0
  if (sharers > 0) return 'shared'
  if (lock instanceof Mtx) machine.refuse('UB:mutex', `mutex ${lock.name} not owned`)
  machine.refuse(lock instanceof Sx ? 'UB:sx' : 'UB:rwlock', `Lock ${lock.name} not locked`)
}

/** Gives up the lock. Whoever sleeps is on its queue by then. */
export function giveInterlock(machine: FreebsdMachine, td: Td, lock: Interlock, held: Held): void {
  if (lock instanceof Mtx) giveMtx(machine, td, lock)
  else if (lock instanceof Sx) (held === 'alone' ? giveExclusive : giveShared)(machine, td, lock)
  else (held === 'alone' ? giveWrite : giveRead)(machine, td, lock)
}

/** Has the lock again as before, or waits for it and returns false. */
export function takeInterlock(machine: FreebsdMachine, td: Td, lock: Interlock, held: Held): boolean {
  if (lock instanceof Mtx) return takeMtx(machine, td, lock)
  if (lock instanceof Sx) return (held === 'alone' ? takeExclusive : takeShared)(machine, td, lock)
  return (held === 'alone' ? takeWrite : takeRead)(machine, td, lock)
}
