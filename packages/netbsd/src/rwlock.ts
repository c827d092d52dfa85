import {
  Access,
  acquireRead,
  acquireWrite,
  CallPhase,
  ReaderWriterLock,
  releaseRead,
  releaseWrite,
  ThreadMark,
  touchesLeaving,
  wasGranted,
  type Footprint,
  type KernelCall,
  type Operation,
  type Thread,
} from '@kt/core'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'

export const RW_READER = 0
export const RW_WRITER = 1

/** A reader/writer lock; `rw_init` makes it ready. */
export class krwlock_t extends ReaderWriterLock {
  isReady = false

  /** @param name - For views and messages; NetBSD's have none. */
  constructor(name = 'rwlock') {
    super(name, false, 0, 'tstile')
  }
}

/** rwlock(9), in both releases alike. Every call but `rw_init` panics on a lock that is not initialized. */
export interface RwlockCalls {
  /**
   * Makes a lock ready.
   *
   * @see rwlock.9, rw_init.
   */
  rw_init: (rw: krwlock_t) => KernelCall<void>
  /**
   * Ends the use of a lock.
   *
   * @throws KernelPanic when somebody holds it (DIAGNOSTIC).
   * @see rwlock.9, rw_destroy.
   */
  rw_destroy: (rw: krwlock_t) => KernelCall<void>
  /**
   * Acquires the lock. Spins while a writer that holds it is on another CPU, else sleeps (`tstile`).
   *
   * @param op - `RW_READER`, which waits while a writer holds the lock or waits for it, or `RW_WRITER`.
   * @throws KernelPanic in an interrupt, or when the caller holds it for writing (DIAGNOSTIC).
   * @see rwlock.9, rw_enter.
   */
  rw_enter: (rw: krwlock_t, op: number) => KernelCall<void>
  /**
   * Acquires the lock if that needs no waiting.
   *
   * @param op - `RW_READER` or `RW_WRITER`.
   * @returns Non-zero if it did, else 0.
   * @see rwlock.9, rw_tryenter.
   */
  rw_tryenter: (rw: krwlock_t, op: number) => KernelCall<number>
  /**
   * Releases a hold of either kind. A writer hands the lock to all readers that wait, the last reader to the first
   * writer if readers wait too; writers that wait alone are all woken and compete.
   *
   * @throws KernelPanic when nobody holds it (DIAGNOSTIC; else `UB:NB-RWLOCK`). Whose a reader's hold is nobody knows.
   * @see rwlock.9, rw_exit.
   */
  rw_exit: (rw: krwlock_t) => KernelCall<void>
  /** A lock that is ready, without a call: for set-up code. */
  rwlock: (name: string) => krwlock_t
}

export function rwlockCalls(machine: NetbsdMachine): RwlockCalls {
  const call = (operation: Operation, rw: krwlock_t, op: number) => {
    if (op !== RW_READER && op !== RW_WRITER) throw new RangeError(`${operation.name}: there is no kind ${String(op)}`)
    const lwp = machine.enter(operation)
    lwp.a = rw
    lwp.b = op
    return machine.port
  }
  return {
    rw_init: (rw) => call(init, rw, 0),
    rw_destroy: (rw) => call(destroy, rw, 0),
    rw_enter: (rw, op) => call(enter, rw, op),
    rw_tryenter: (rw, op) => call(tryenter, rw, op),
    rw_exit: (rw) => call(exit, rw, 0),
    rwlock(name) {
      const rw = new krwlock_t(name)
      rw.isReady = true
      return rw
    },
  }
}

function touchesRwlock(lwp: Thread, footprint: Footprint): void {
  footprint.add(lwp.a, Access.lock)
}

/** Readers that come do not mind each other, whether they have it or wait; readers that go do: the last lets others in. */
function touchesEntry(lwp: Thread, footprint: Footprint): void {
  footprint.add(lwp.a, lwp.b === RW_READER ? Access.read : Access.lock)
}

const init: Operation = {
  name: 'rw_init',
  touches: touchesRwlock,
  start(_machine, lwp: Lwp) {
    ;(lwp.a as krwlock_t).isReady = true
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'rw_destroy',
  touches: touchesRwlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const rw = ready(machine, lwp, 'rw_destroy')
    machine.assert(rw.owner === null && rw.readers === 0, `rw_destroy: rwlock ${rw.name} is not held`)
    rw.isReady = false
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'rw_enter',
  touches(lwp, footprint) {
    if (lwp.phase === CallPhase.waiting && wasGranted(lwp)) return
    touchesLeaving(lwp, footprint)
    touchesEntry(lwp, footprint)
  },
  start(machine: NetbsdMachine, lwp: Lwp) {
    const rw = ready(machine, lwp, 'rw_enter')
    if (lwp.is(ThreadMark.interruptFrame)) machine.panic(`rw_enter: rwlock ${rw.name} in interrupt context`)
    if (rw.owner === lwp) machine.assert(false, `rw_enter: locking against myself, rwlock ${rw.name}`)
    lwp.d = null
    return this.resume(machine, lwp)
  },
  resume(machine: NetbsdMachine, lwp: Lwp) {
    const rw = lwp.a as krwlock_t
    lwp.result = undefined
    const isHeld =
      wasGranted(lwp) || (lwp.b === RW_WRITER ? acquireWrite(machine, lwp, rw) : acquireRead(machine, lwp, rw))
    if (isHeld) machine.trace?.lock(lwp, rw)
    return isHeld
  },
}

const tryenter: Operation = {
  name: 'rw_tryenter',
  touches: touchesEntry,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const rw = ready(machine, lwp, 'rw_tryenter')
    const waiters = rw.waiters?.length ?? 0
    const isFree = rw.owner === null && waiters === 0 && (lwp.b === RW_READER || rw.readers === 0)
    lwp.result = isFree ? 1 : 0
    if (!isFree) return true
    if (lwp.b === RW_WRITER) acquireWrite(machine, lwp, rw)
    else acquireRead(machine, lwp, rw)
    machine.trace?.lock(lwp, rw)
    return true
  },
  resume: () => true,
}

const exit: Operation = {
  name: 'rw_exit',
  touches: touchesRwlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const rw = ready(machine, lwp, 'rw_exit')
    lwp.result = undefined
    if (rw.owner !== lwp && rw.readers === 0) {
      machine.assert(false, `rw_exit: rwlock ${rw.name} is held by the caller`)
      machine.undefinedBehaviour('UB:NB-RWLOCK', `rw_exit without rwlock ${rw.name}`)
    }
    machine.trace?.unlock(lwp, rw)
    if (rw.owner === lwp) releaseWrite(machine, lwp, rw)
    else releaseRead(machine, rw)
    return true
  },
  resume: () => true,
}

function ready(machine: NetbsdMachine, lwp: Lwp, call: string): krwlock_t {
  const rw = lwp.a
  if (!(rw instanceof krwlock_t)) throw new TypeError(`${call}: a krwlock_t is expected`)
  if (!rw.isReady) machine.panic(`${call}: rwlock ${rw.name} is not initialized`)
  return rw
}
