import {
  Access,
  CallPhase,
  Lock,
  release,
  runsElsewhere,
  SleepQueue,
  take,
  ThreadMark,
  WakeReason,
  type KernelCall,
  type Operation,
} from '@kt/core'
import { EINTR } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import { dropGiant, pickUpGiant, touchesGiant } from './giant.js'
import { readsLock, touchesLock, touchesNothing } from './mutex-take.js'
import * as P from './param.js'
import type { Td } from './td.js'

export const SX_RECURSE = 0x20
export const SX_NOADAPTIVE = 0x10

/**
 * `struct sx`: shared or exclusive, and may be held across sleeps. Whoever shares it comes in beside the others even
 * while somebody waits for it exclusively. Nobody lends; Giant is given up by whoever waits.
 */
export class Sx extends Lock {
  sharers = 0
  sx_recurse = 0
  readonly sharedQueue: SleepQueue = new SleepQueue(this)
  readonly exclusiveQueue: SleepQueue = new SleepQueue(this)

  constructor(
    name: string,
    public opts: number = 0,
  ) {
    super(name, false, 0, name)
  }

  override get kind(): string {
    return 'sx'
  }
}

/** sx(9). */
export interface SxCalls {
  /** Makes a lock ready. @see sx(9) */
  sx_init: (sx: Sx, description: string) => KernelCall<void>
  /** The same with options: `SX_RECURSE`, `SX_NOADAPTIVE`. @see sx(9) */
  sx_init_flags: (sx: Sx, description: string, opts: number) => KernelCall<void>
  /** Takes it together with others. @see sx(9), sx_slock */
  sx_slock: (sx: Sx) => KernelCall<void>
  /** Takes it alone; again only with `SX_RECURSE`. @see sx(9), sx_xlock */
  sx_xlock: (sx: Sx) => KernelCall<void>
  /** Each as above, ended by a process that is being ended: 0 or `EINTR`. @see sx(9) */
  sx_slock_sig: (sx: Sx) => KernelCall<number>
  sx_xlock_sig: (sx: Sx) => KernelCall<number>
  /** Each takes it if that needs no waiting: non-zero if it did. @see sx(9) */
  sx_try_slock: (sx: Sx) => KernelCall<number>
  sx_try_xlock: (sx: Sx) => KernelCall<number>
  /** Gives up a share. @see sx(9) */
  sx_sunlock: (sx: Sx) => KernelCall<void>
  /** Gives up the exclusive hold: all who want a share are woken, or if there is none all others. @see sx(9) */
  sx_xunlock: (sx: Sx) => KernelCall<void>
  /** Turns the only share into the exclusive hold: non-zero if it did. @see sx(9) */
  sx_try_upgrade: (sx: Sx) => KernelCall<number>
  /** Turns the exclusive hold into a share. @see sx(9) */
  sx_downgrade: (sx: Sx) => KernelCall<void>
  /** Whether the caller holds it exclusively. @see sx(9) */
  sx_xlocked: (sx: Sx) => KernelCall<boolean>
  /** Ends the use of a lock that nobody holds. @see sx(9) */
  sx_destroy: (sx: Sx) => KernelCall<void>
  /** A lock that is ready, without a call: for set-up code. */
  sx: (description: string, opts?: number) => Sx
}

export function sxCalls(machine: FreebsdMachine): SxCalls {
  const call = (operation: Operation, sx: unknown) => {
    // Checked first: an error leaves no call begun behind.
    const lock = sxOf(operation.name, sx)
    machine.enter(operation).a = lock
    return machine.port
  }
  const ready = (operation: Operation, sx: unknown, description: string, opts: number) => {
    const lock = sxOf(operation.name, sx)
    checkNamed(operation.name, description, opts)
    const td = machine.enter(operation)
    td.a = lock
    td.b = description
    td.c = opts
    return machine.port
  }
  return {
    sx_init: (sx, description) => ready(init, sx, description, 0),
    sx_init_flags: (sx, description, opts) => ready(initFlags, sx, description, opts),
    sx_slock: (sx) => call(slock, sx),
    sx_xlock: (sx) => call(xlock, sx),
    sx_slock_sig: (sx) => call(slockSig, sx),
    sx_xlock_sig: (sx) => call(xlockSig, sx),
    sx_try_slock: (sx) => call(trySlock, sx),
    sx_try_xlock: (sx) => call(tryXlock, sx),
    sx_sunlock: (sx) => call(sunlock, sx),
    sx_xunlock: (sx) => call(xunlock, sx),
    sx_try_upgrade: (sx) => call(tryUpgrade, sx),
    sx_downgrade: (sx) => call(downgrade, sx),
    sx_xlocked: (sx) => call(xlocked, sx),
    sx_destroy: (sx) => call(destroy, sx),
    sx(description, opts = 0) {
      checkNamed('sx', description, opts)
      return new Sx(description, opts)
    },
  }
}

function checkNamed(call: string, description: unknown, opts: unknown): void {
  if (typeof description !== 'string')
    throw new TypeError(`${call}: description must be a string, not ${String(description)}`)
  if (!Number.isInteger(opts)) throw new TypeError(`${call}: opts must be a whole number, not ${String(opts)}`)
}

export function sxOf(call: string, value: unknown): Sx {
  if (value instanceof Sx) return value
  throw new TypeError(`${call}: an sx lock is expected, not ${value === null ? 'null' : typeof value}`)
}

// What other calls are made of. A thread that waits and wants Giant back has the lock first.

/** Takes a share, or begins to wait and returns false. */
export function takeShared(machine: FreebsdMachine, td: Td, sx: Sx): boolean {
  if (sx.owner !== null) return wait(machine, td, sx, sx.sharedQueue)
  sx.sharers++
  machine.trace?.lock(td, sx)
  return true
}

/** Takes it alone, or begins to wait and returns false. */
export function takeExclusive(machine: FreebsdMachine, td: Td, sx: Sx): boolean {
  if (sx.owner !== null || sx.sharers > 0) return wait(machine, td, sx, sx.exclusiveQueue)
  take(td, sx)
  machine.trace?.lock(td, sx)
  return true
}

/** Begins to wait and returns false; true, with `EINTR`, where the process is being ended and the wait not begun. */
function wait(machine: FreebsdMachine, td: Td, sx: Sx, queue: SleepQueue): boolean {
  machine.assertSleepable(td, 'sx_lock', null)
  dropGiant(machine, td)
  const isAdaptive = (sx.opts & SX_NOADAPTIVE) === 0
  if (isAdaptive && sx.owner !== null && runsElsewhere(sx.owner, td)) {
    td.wakeReason = WakeReason.none
    machine.scheduler.spin(td, sx)
    return false
  }
  const isInterruptible = td.b === INTERRUPTIBLE
  if (isInterruptible) {
    if ((td.process.p_flag & P.P_SINGLE_EXIT) !== 0) {
      td.result = EINTR
      return true
    }
    td.td_flags |= P.TDF_SINTR
  }
  td.sleepPriority = 0
  machine.sleepers.sleep(td, queue, sx.wmesg, 0, isInterruptible)
  return false
}

/** In the `b` of a thread that waits: it comes back when its process is ended. */
const INTERRUPTIBLE = 'interruptible'

export function giveShared(machine: FreebsdMachine, td: Td, sx: Sx): void {
  machine.trace?.unlock(td, sx)
  sx.sharers--
  if (sx.sharers === 0) wakeWaiters(machine, sx)
}

export function giveExclusive(machine: FreebsdMachine, td: Td, sx: Sx): void {
  machine.trace?.unlock(td, sx)
  release(machine, td, sx)
  wakeWaiters(machine, sx)
}

/** All who want a share, or if nobody does all who want it alone; they compete. */
function wakeWaiters(machine: FreebsdMachine, { sharedQueue, exclusiveQueue }: Sx): void {
  const queue = sharedQueue.length > 0 ? sharedQueue : exclusiveQueue
  for (const td of [...queue.threads()]) machine.sleepers.wake(td, WakeReason.woken)
}

// The operations. Whoever finds the lock taken goes to sleep, which others can tell. Two that share go in in either order.

const init: Operation = {
  name: 'sx_init',
  touches: (td, footprint) => footprint.add(td.a, Access.write),
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    if (sx.owner !== null || sx.sharers > 0)
      machine.undefinedBehaviour('UB:sx', `${this.name} of sx ${sx.name}, which is held`)
    Object.assign(sx, { name: td.b, wmesg: td.b, opts: td.c, sx_recurse: 0 })
    td.result = undefined
    return true
  },
  resume: () => true,
}
const initFlags: Operation = { ...init, name: 'sx_init_flags' }

/** A call that takes the lock: how, and whether the end of the process cuts the wait short. */
function lockOperation(
  name: string,
  takes: typeof takeShared,
  isExclusive: boolean,
  isInterruptible: boolean,
): Operation {
  return {
    name,
    touches(td, footprint) {
      footprint.add(td.a, isExclusive ? Access.lock : Access.read)
      touchesGiant(td, footprint)
      // It has Giant again in the same step if that is free.
      if ((td as Td).giantDepth > 0) footprint.tries((td as Td).cpu.machine.giant)
    },
    takes: (td) => (td.phase === CallPhase.waiting && td.c === HAS_LOCK ? (td as Td).cpu.machine.giant : null),
    start(machine: FreebsdMachine, td: Td) {
      const sx = td.a as Sx
      td.result = isInterruptible ? 0 : undefined
      td.b = isInterruptible ? INTERRUPTIBLE : null
      td.c = null
      if (sx.owner === td) {
        if (!isExclusive) machine.refuse('UB:sx', `${name}: xlock already held for ${sx.name}`)
        if ((sx.opts & SX_RECURSE) === 0)
          machine.refuse('UB:sx', `_sx_xlock_hard: recursed on non-recursive sx ${sx.name}`)
        sx.sx_recurse++
        return true
      }
      return takes(machine, td, sx) && finish(machine, td)
    },
    resume(machine: FreebsdMachine, td: Td) {
      const sx = td.a as Sx
      td.td_flags &= ~P.TDF_SINTR
      // It has the lock, and waits for Giant.
      if (td.c === HAS_LOCK) return finish(machine, td)
      if (td.wakeReason === WakeReason.interrupted && isInterruptible) {
        td.wakeReason = WakeReason.none
        td.result = EINTR
        return finish(machine, td)
      }
      return takes(machine, td, sx) && finish(machine, td)
    },
  }
}

const HAS_LOCK = 'has the lock'

function finish(machine: FreebsdMachine, td: Td): boolean {
  td.c = HAS_LOCK
  if (!pickUpGiant(machine, td)) return false
  td.c = null
  td.mark(ThreadMark.interruptible, false)
  return true
}

const slock = lockOperation('sx_slock', takeShared, false, false)
const xlock = lockOperation('sx_xlock', takeExclusive, true, false)
const slockSig = lockOperation('sx_slock_sig', takeShared, false, true)
const xlockSig = lockOperation('sx_xlock_sig', takeExclusive, true, true)

const trySlock: Operation = {
  name: 'sx_try_slock',
  touches: readsLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = sx.owner === null ? 1 : 0
    if (sx.owner !== null) return true
    sx.sharers++
    machine.trace?.lock(td, sx)
    return true
  },
  resume: () => true,
}

const tryXlock: Operation = {
  name: 'sx_try_xlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = 1
    if (sx.owner === td && (sx.opts & SX_RECURSE) !== 0) sx.sx_recurse++
    else if (sx.owner !== null || sx.sharers > 0) td.result = 0
    else {
      take(td, sx)
      machine.trace?.lock(td, sx)
    }
    return true
  },
  resume: () => true,
}

const sunlock: Operation = {
  name: 'sx_sunlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = undefined
    if (sx.sharers === 0) machine.refuse('UB:sx', `Lock ${sx.name} not share locked`)
    giveShared(machine, td, sx)
    return true
  },
  resume: () => true,
}

const xunlock: Operation = {
  name: 'sx_xunlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = undefined
    if (sx.owner !== td) machine.refuse('UB:sx', `Lock ${sx.name} not exclusively locked`)
    if (sx.sx_recurse > 0) sx.sx_recurse--
    else giveExclusive(machine, td, sx)
    return true
  },
  resume: () => true,
}

const tryUpgrade: Operation = {
  name: 'sx_try_upgrade',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    if (sx.sharers === 0) machine.refuse('UB:sx', `Lock ${sx.name} not share locked`)
    td.result = sx.sharers === 1 ? 1 : 0
    if (sx.sharers > 1) return true
    sx.sharers = 0
    take(td, sx)
    return true
  },
  resume: () => true,
}

const downgrade: Operation = {
  name: 'sx_downgrade',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = undefined
    if (sx.owner !== td) machine.refuse('UB:sx', `Lock ${sx.name} not exclusively locked`)
    if (sx.sx_recurse > 0) machine.refuse('UB:sx', `downgrade of a recursed lock`)
    release(machine, td, sx)
    sx.sharers = 1
    for (const sharer of [...sx.sharedQueue.threads()]) machine.sleepers.wake(sharer, WakeReason.woken)
    return true
  },
  resume: () => true,
}

const xlocked: Operation = {
  name: 'sx_xlocked',
  touches: touchesNothing,
  start(_machine, td: Td) {
    td.result = (td.a as Sx).owner === td
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'sx_destroy',
  touches: readsLock,
  start(machine: FreebsdMachine, td: Td) {
    const sx = td.a as Sx
    td.result = undefined
    if (sx.owner !== null || sx.sharers > 0) machine.refuse('UB:sx', `sx lock still held`)
    return true
  },
  resume: () => true,
}
