import {
  Access,
  acquire,
  blockOn,
  Lock,
  reclaim,
  release,
  take,
  WakeReason,
  type KernelCall,
  type Operation,
  type SleepQueue,
} from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import { assertOwnersAwake, readsLock, touchesFree, touchesLock, touchesLocking, touchesNothing } from './mutex-take.js'
import type { SleeplessLock } from './sleeping-owner.js'
import type { Td } from './td.js'

/** A writer may take it again. */
export const RW_RECURSE = 0x1

/** What a waiter wants, in its `d` while it waits. */
type Wish = 'read' | 'write'

/**
 * `struct rwlock`: many readers or one writer, and nobody may sleep with it. A reader waits while a writer does, unless
 * it holds some read lock already. Priority is lent to a writer; readers are many.
 */
export class Rwlock extends Lock implements SleeplessLock {
  readonly ownersSleep: object = {}
  readers = 0
  rw_recurse = 0

  constructor(
    name: string,
    public opts: number = 0,
  ) {
    super(name, false, 0, name)
  }

  override get kind(): string {
    return 'rwlock'
  }
}

/** rwlock(9). */
export interface RwlockCalls {
  /** Makes a lock ready. @see rwlock(9) */
  rw_init: (rw: Rwlock, name: string) => KernelCall<void>
  /** The same with options: `RW_RECURSE`. @see rwlock(9) */
  rw_init_flags: (rw: Rwlock, name: string, opts: number) => KernelCall<void>
  /** Takes it for reading, with others. @see rwlock(9), rw_rlock */
  rw_rlock: (rw: Rwlock) => KernelCall<void>
  /** Takes it for writing, alone; again only with `RW_RECURSE`. @see rwlock(9), rw_wlock */
  rw_wlock: (rw: Rwlock) => KernelCall<void>
  /** Gives up a reader's hold. @see rwlock(9) */
  rw_runlock: (rw: Rwlock) => KernelCall<void>
  /** Gives up a writer's hold: all writers who wait are woken, or if there is none all readers. @see rwlock(9) */
  rw_wunlock: (rw: Rwlock) => KernelCall<void>
  /** Each takes it if that needs no waiting: non-zero if it did. @see rwlock(9) */
  rw_try_rlock: (rw: Rwlock) => KernelCall<number>
  rw_try_wlock: (rw: Rwlock) => KernelCall<number>
  /** Turns the only reader's hold into a writer's if nobody else has one: non-zero if it did. @see rwlock(9) */
  rw_try_upgrade: (rw: Rwlock) => KernelCall<number>
  /** Turns a writer's hold into a reader's. @see rwlock(9) */
  rw_downgrade: (rw: Rwlock) => KernelCall<void>
  /** Whether the caller holds it for writing. @see rwlock(9) */
  rw_wowned: (rw: Rwlock) => KernelCall<boolean>
  /** Ends the use of a lock that nobody holds. @see rwlock(9) */
  rw_destroy: (rw: Rwlock) => KernelCall<void>
  /** A lock that is ready, without a call: for set-up code. */
  rwlock: (name: string, opts?: number) => Rwlock
}

export function rwlockCalls(machine: FreebsdMachine): RwlockCalls {
  const call = (operation: Operation, rw: unknown) => {
    // Checked first: an error leaves no call begun behind.
    const lock = rwOf(operation.name, rw)
    machine.enter(operation).a = lock
    return machine.port
  }
  const ready = (operation: Operation, rw: unknown, name: string, opts: number) => {
    const lock = rwOf(operation.name, rw)
    checkNamed(operation.name, name, opts)
    const td = machine.enter(operation)
    td.a = lock
    td.b = name
    td.c = opts
    return machine.port
  }
  return {
    rw_init: (rw, name) => ready(init, rw, name, 0),
    rw_init_flags: (rw, name, opts) => ready(initFlags, rw, name, opts),
    rw_rlock: (rw) => call(rlock, rw),
    rw_wlock: (rw) => call(wlock, rw),
    rw_runlock: (rw) => call(runlock, rw),
    rw_wunlock: (rw) => call(wunlock, rw),
    rw_try_rlock: (rw) => call(tryRlock, rw),
    rw_try_wlock: (rw) => call(tryWlock, rw),
    rw_try_upgrade: (rw) => call(tryUpgrade, rw),
    rw_downgrade: (rw) => call(downgrade, rw),
    rw_wowned: (rw) => call(wowned, rw),
    rw_destroy: (rw) => call(destroy, rw),
    rwlock(name, opts = 0) {
      checkNamed('rwlock', name, opts)
      return new Rwlock(name, opts)
    },
  }
}

function checkNamed(call: string, name: unknown, opts: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`${call}: name must be a string, not ${String(name)}`)
  if (!Number.isInteger(opts)) throw new TypeError(`${call}: opts must be a whole number, not ${String(opts)}`)
}

export function rwOf(call: string, value: unknown): Rwlock {
  if (value instanceof Rwlock) return value
  throw new TypeError(`${call}: an rwlock is expected, not ${value === null ? 'null' : typeof value}`)
}

// What other calls are made of

/** Takes it for reading, or begins to wait and returns false. */
export function takeRead(machine: FreebsdMachine, td: Td, rw: Rwlock): boolean {
  if (!mayRead(td, rw)) return wait(machine, td, rw, 'read')
  rw.readers++
  td.td_rw_rlocks++
  machine.trace?.lock(td, rw)
  return true
}

function mayRead(td: Td, rw: Rwlock): boolean {
  return rw.owner === null && (td.td_rw_rlocks > 0 || !awaits(rw, 'write'))
}

/** Takes it for writing, or begins to wait and returns false. */
export function takeWrite(machine: FreebsdMachine, td: Td, rw: Rwlock): boolean {
  if (rw.owner !== null || rw.readers > 0) return wait(machine, td, rw, 'write')
  take(td, rw)
  // Those who go on waiting lend to it from now on.
  if (rw.waiters !== null) reclaim(machine, td)
  machine.trace?.lock(td, rw)
  return true
}

function wait(machine: FreebsdMachine, td: Td, rw: Rwlock, wish: Wish): false {
  td.d = wish
  // With a writer inside this spins or blocks as for a mutex; readers are many, so there is nobody to watch or lend to.
  if (rw.owner === null) blockOn(machine, td, rw)
  else {
    assertOwnersAwake(machine, td, rw)
    acquire(machine, td, rw)
  }
  return false
}

export function giveRead(machine: FreebsdMachine, td: Td, rw: Rwlock): void {
  machine.trace?.unlock(td, rw)
  rw.readers--
  td.td_rw_rlocks--
  if (rw.readers === 0) wakeOneKind(machine, rw, rw.waiters)
}

export function giveWrite(machine: FreebsdMachine, td: Td, rw: Rwlock): void {
  machine.trace?.unlock(td, rw)
  // Only one kind is woken, so the queue is kept from being woken whole.
  const { waiters } = rw
  rw.waiters = null
  release(machine, td, rw)
  rw.waiters = waiters
  wakeOneKind(machine, rw, waiters)
}

/** Wakes all writers, or if none waits all readers; they compete. */
function wakeOneKind(machine: FreebsdMachine, rw: Rwlock, waiters: SleepQueue | null): void {
  if (waiters === null) return
  const wish: Wish = awaits(rw, 'write') ? 'write' : 'read'
  for (const td of [...waiters.threads()]) {
    if ((td.d as Wish) === wish) machine.sleepers.wake(td, WakeReason.woken)
  }
}

function awaits(rw: Rwlock, wish: Wish): boolean {
  if (rw.waiters === null) return false
  for (const td of rw.waiters.threads()) if ((td.d as Wish) === wish) return true
  return false
}

// The operations. Nobody waits in them for the lock to be free: whoever finds it taken goes to sleep, which others can
// tell. Two that read go in in either order.

const init: Operation = {
  name: 'rw_init',
  touches: (td, footprint) => footprint.add(td.a, Access.write),
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    if (rw.owner !== null || rw.readers > 0)
      machine.undefinedBehaviour('UB:rwlock', `${this.name} of rwlock ${rw.name}, which is held`)
    Object.assign(rw, { name: td.b, wmesg: td.b, opts: td.c, rw_recurse: 0 })
    td.result = undefined
    return true
  },
  resume: () => true,
}
const initFlags: Operation = { ...init, name: 'rw_init_flags' }

const rlock: Operation = {
  name: 'rw_rlock',
  touches: (td, footprint) => touchesFree(td.a as Rwlock, footprint),
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.owner === td) machine.refuse('UB:rwlock', `rw_rlock: wlock already held for ${rw.name}`)
    return takeRead(machine, td, rw)
  },
  resume: (machine: FreebsdMachine, td: Td) => takeRead(machine, td, td.a as Rwlock),
}

const wlock: Operation = {
  name: 'rw_wlock',
  touches: touchesLocking,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.owner !== td) return takeWrite(machine, td, rw)
    if ((rw.opts & RW_RECURSE) === 0)
      machine.refuse('UB:rwlock', `_rw_wlock_hard: recursing but non-recursive rw ${rw.name}`)
    rw.rw_recurse++
    return true
  },
  resume: (machine: FreebsdMachine, td: Td) => takeWrite(machine, td, td.a as Rwlock),
}

const runlock: Operation = {
  name: 'rw_runlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.readers === 0) machine.refuse('UB:rwlock', `Lock ${rw.name} not read locked`)
    giveRead(machine, td, rw)
    return true
  },
  resume: () => true,
}

const wunlock: Operation = {
  name: 'rw_wunlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.owner !== td) machine.refuse('UB:rwlock', `Lock ${rw.name} not exclusively locked`)
    if (rw.rw_recurse > 0) rw.rw_recurse--
    else giveWrite(machine, td, rw)
    return true
  },
  resume: () => true,
}

const tryRlock: Operation = {
  name: 'rw_try_rlock',
  touches: readsLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = rw.owner === null ? 1 : 0
    if (rw.owner !== null) return true
    rw.readers++
    td.td_rw_rlocks++
    machine.trace?.lock(td, rw)
    return true
  },
  resume: () => true,
}

const tryWlock: Operation = {
  name: 'rw_try_wlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = 1
    if (rw.owner === td && (rw.opts & RW_RECURSE) !== 0) rw.rw_recurse++
    else if (rw.owner !== null || rw.readers > 0) td.result = 0
    else {
      take(td, rw)
      machine.trace?.lock(td, rw)
    }
    return true
  },
  resume: () => true,
}

const tryUpgrade: Operation = {
  name: 'rw_try_upgrade',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    if (rw.readers === 0) machine.refuse('UB:rwlock', `Lock ${rw.name} not read locked`)
    td.result = rw.readers === 1 ? 1 : 0
    if (rw.readers > 1) return true
    rw.readers = 0
    td.td_rw_rlocks--
    take(td, rw)
    return true
  },
  resume: () => true,
}

const downgrade: Operation = {
  name: 'rw_downgrade',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.owner !== td) machine.refuse('UB:rwlock', `Lock ${rw.name} not exclusively locked`)
    if (rw.rw_recurse > 0) machine.refuse('UB:rwlock', `downgrade of a recursed lock`)
    const { waiters } = rw
    rw.waiters = null
    release(machine, td, rw)
    rw.waiters = waiters
    rw.readers = 1
    td.td_rw_rlocks++
    // Readers may come in beside it only while no writer waits.
    if (!awaits(rw, 'write')) wakeOneKind(machine, rw, waiters)
    return true
  },
  resume: () => true,
}

const wowned: Operation = {
  name: 'rw_wowned',
  touches: touchesNothing,
  start(_machine, td: Td) {
    td.result = (td.a as Rwlock).owner === td
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'rw_destroy',
  touches: readsLock,
  start(machine: FreebsdMachine, td: Td) {
    const rw = td.a as Rwlock
    td.result = undefined
    if (rw.owner !== null || rw.readers > 0) machine.refuse('UB:rwlock', `rw lock ${rw.name} not unlocked`)
    return true
  },
  resume: () => true,
}
