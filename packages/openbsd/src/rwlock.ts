import { Access, Lock, release, SleepQueue, take, type KernelCall, type Operation } from '@kt/core'
import { EAGAIN, EBUSY } from './errno.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { stop } from './signal.js'
import { interruptionNow, STOPPED, touchesOwnSleep } from './sleep.js'

/** What rw_enter is asked for, and how far it may go. */
export const RW_WRITE = 0
export const RW_READ = 1
export const RW_DOWNGRADE = 2
const RW_OPMASK = 0x3
/** Signals end the wait. */
export const RW_INTR = 0x10
/** EAGAIN after having waited. */
export const RW_SLEEPFAIL = 0x20
/** EBUSY instead of waiting. */
export const RW_NOSLEEP = 0x40

/** `struct rwlock`: many readers or one writer. A writer that waits does not keep readers out. */
export class Rwlock extends Lock {
  readers = 0
  override get kind(): string {
    return 'rwlock'
  }

  constructor(name: string) {
    super(name, false, 0, name)
  }
}

/** rwlock(9), as both releases have it. */
export interface RwlockCalls {
  /** Makes a lock ready; its name is the wait message of those who wait for it. @see rwlock.9 */
  rw_init: (rwl: Rwlock, name: string) => KernelCall<void>
  /**
   * Takes the lock for reading; waits (`PLOCK`) only while a writer holds it.
   *
   * @see rwlock.9, rw_enter_read.
   */
  rw_enter_read: (rwl: Rwlock) => KernelCall<void>
  /**
   * Takes the lock for writing; waits at `PLOCK` − 4.
   *
   * @throws KernelPanic when the caller holds it for writing already (DIAGNOSTIC).
   * @see rwlock.9, rw_enter_write.
   */
  rw_enter_write: (rwl: Rwlock) => KernelCall<void>
  /** Gives up a reader's hold. All who wait are woken and compete. @see rwlock.9 */
  rw_exit_read: (rwl: Rwlock) => KernelCall<void>
  /** Gives up a writer's hold. All who wait are woken and compete. @see rwlock.9 */
  rw_exit_write: (rwl: Rwlock) => KernelCall<void>
  /**
   * Takes the lock, or turns a writer's hold into a reader's.
   *
   * @param flags - `RW_WRITE`, `RW_READ` or `RW_DOWNGRADE`, with `RW_INTR`, `RW_SLEEPFAIL` or `RW_NOSLEEP`.
   * @returns 0; `EBUSY` with `RW_NOSLEEP`; `EAGAIN` with `RW_SLEEPFAIL` after having waited; `EINTR` or `ERESTART` with
   *   `RW_INTR` on a signal.
   * @throws KernelPanic for a downgrade by anybody but the writer, and as `rw_enter_write` (DIAGNOSTIC).
   * @see rwlock.9, rw_enter.
   */
  rw_enter: (rwl: Rwlock, flags: number) => KernelCall<number>
  /** Gives up a hold of either kind. @see rwlock.9, rw_exit */
  rw_exit: (rwl: Rwlock) => KernelCall<void>
  /** A lock that is ready, without a call: for set-up code. @see rwlock.9 */
  RWLOCK_INITIALIZER: (name: string) => Rwlock
}

export function rwlockCalls(machine: OpenbsdMachine): RwlockCalls {
  const call = (operation: Operation, rwl: Rwlock, b: unknown) => {
    const p = machine.enter(operation)
    p.a = rwl
    p.b = b
    return machine.port
  }
  return {
    rw_init: (rwl, name) => call(init, rwl, name),
    rw_enter_read: (rwl) => call(enterRead, rwl, RW_READ),
    rw_enter_write: (rwl) => call(enterWrite, rwl, RW_WRITE),
    rw_exit_read: (rwl) => call(exitRead, rwl, RW_READ),
    rw_exit_write: (rwl) => call(exitWrite, rwl, RW_WRITE),
    rw_enter: (rwl, flags) => call(enter, rwl, flags),
    rw_exit: (rwl) => call(exit, rwl, null),
    RWLOCK_INITIALIZER: (name) => new Rwlock(name),
  }
}

function lockOf(call: string, value: unknown): Rwlock {
  if (value instanceof Rwlock) return value
  throw new TypeError(`${call}: an rwlock is expected, not ${value === null ? 'null' : typeof value}`)
}

const init: Operation = {
  name: 'rw_init',
  touches: (p, footprint) => footprint.add(p.a, Access.lock),
  start(_machine, p) {
    const rwl = lockOf('rw_init', p.a)
    Object.assign(rwl, { name: p.b, wmesg: p.b })
    p.result = undefined
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'rw_enter',
  touches(p, footprint) {
    touchesOwnSleep(p as Proc, ((p.b as number) & RW_INTR) !== 0, footprint)
    footprint.add(p.a, Access.lock)
  },
  start(machine: OpenbsdMachine, p: Proc) {
    const rwl = lockOf(this.name, p.a)
    const flags = p.b as number
    if ((flags & RW_OPMASK) === RW_DOWNGRADE) return downgrade(machine, p, rwl)
    if (rwl.owner === p && machine.diagnostic) machine.panic(`rw_enter: ${rwl.name} locking against myself`)
    return attempt(machine, p, rwl, flags)
  },
  resume(machine: OpenbsdMachine, p: Proc) {
    const rwl = p.a as Rwlock
    const flags = p.b as number
    machine.sleepers.finishSleep(p)
    const why = (flags & RW_INTR) !== 0 ? interruptionNow(p) : 0
    if (why === STOPPED) {
      stop(machine, p)
      return false
    }
    machine.ktrace(p, { type: 'CSW', out: false })
    if (why !== 0) return answer(p, why)
    if ((flags & RW_SLEEPFAIL) !== 0) return answer(p, EAGAIN)
    return attempt(machine, p, rwl, flags)
  },
}
const enterRead: Operation = { ...enter, name: 'rw_enter_read' }
const enterWrite: Operation = { ...enter, name: 'rw_enter_write' }

function answer(p: Proc, error: number): true {
  p.result = error
  return true
}

function attempt(machine: OpenbsdMachine, p: Proc, rwl: Rwlock, flags: number): boolean {
  const isWrite = (flags & RW_OPMASK) === RW_WRITE
  if (rwl.owner === null && (!isWrite || rwl.readers === 0)) {
    if (isWrite) take(p, rwl)
    else rwl.readers++
    machine.trace?.lock(p, rwl)
    return answer(p, 0)
  }
  if ((flags & RW_NOSLEEP) !== 0) return answer(p, EBUSY)
  machine.assertSleepable(p, 'rw_enter', null)
  p.p_priority = isWrite ? P.PLOCK - 4 : P.PLOCK
  // As in tsleep: a signal that is pending already keeps it from sleeping.
  const isInterruptible = (flags & RW_INTR) !== 0
  const why = isInterruptible ? interruptionNow(p) : 0
  if (why !== 0 && why !== STOPPED) return answer(p, why)
  rwl.waiters ??= new SleepQueue(rwl)
  machine.ktrace(p, { type: 'CSW', out: true })
  machine.sleepers.sleep(p, rwl.waiters, rwl.wmesg, 0, isInterruptible)
  if (why === STOPPED) stop(machine, p)
  return false
}

function downgrade(machine: OpenbsdMachine, p: Proc, rwl: Rwlock): boolean {
  if (machine.diagnostic) {
    if (rwl.owner === null) machine.panic(`rw_enter: ${rwl.name} downgrade of non-write lock`)
    if (rwl.owner !== p) machine.panic(`rw_enter: ${rwl.name} downgrade, not holder`)
  } else if (rwl.owner !== p) machine.undefinedBehaviour('UB:OB-RWLOCK', `downgrade of ${rwl.name} without it`)
  if (rwl.waiters !== null) machine.wakeQueue(rwl.waiters)
  release(machine, p, rwl)
  rwl.readers = 1
  return answer(p, 0)
}

const exit: Operation = {
  name: 'rw_exit',
  touches: (p, footprint) => footprint.add(p.a, Access.lock),
  start(machine: OpenbsdMachine, p: Proc) {
    const rwl = lockOf(this.name, p.a)
    p.result = undefined
    checkHeld(machine, p, rwl)
    machine.trace?.unlock(p, rwl)
    if (rwl.waiters !== null) machine.wakeQueue(rwl.waiters)
    if (rwl.owner !== null) release(machine, rwl.owner, rwl)
    else rwl.readers--
    return true
  },
  resume: () => true,
}
const exitRead: Operation = { ...exit, name: 'rw_exit_read' }
const exitWrite: Operation = { ...exit, name: 'rw_exit_write' }

/** Only 5.1 looks who releases it, and whether anybody holds it; what 4.2 does to its word is not defined. */
function checkHeld(machine: OpenbsdMachine, p: Proc, rwl: Rwlock): void {
  const asWriter = p.b === RW_WRITE || (p.b === null && rwl.owner !== null)
  const looks = machine.diagnostic && machine.release.rwlockChecksHolder
  if (rwl.owner === null && rwl.readers === 0) {
    if (looks) machine.panic(`${rwl.name}: lock not held`)
    machine.undefinedBehaviour('UB:OB-RWLOCK', `${rwl.name} was released and nobody holds it`)
  }
  if (asWriter && rwl.owner !== p) {
    if (looks) machine.panic(`${rwl.name}: lock not held by this process`)
    machine.undefinedBehaviour('UB:OB-RWLOCK', `${rwl.name} was released by another than its writer`)
  }
  if (p.b === RW_READ && rwl.owner !== null) {
    if (looks) machine.panic(`${rwl.name}: lock not shared`)
    machine.undefinedBehaviour('UB:OB-RWLOCK', `${rwl.name} was released as if it were shared`)
  }
}
