import { Access, Lock, take, type KernelCall, type Operation } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import { MA_NOTOWNED, MA_NOTRECURSED, MA_OWNED, MA_RECURSED, MTX_DEF, MTX_RECURSE, MTX_SPIN } from './mutex-options.js'
import { lockSpin, unlockSpin } from './mutex-spin.js'
import { giveMtx, readsLock, takeMtx, touchesLock, touchesLocking, touchesNothing } from './mutex-take.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { isOwnerAsleep, type SleeplessLock } from './sleeping-owner.js'
import type { Td } from './td.js'

/** What `mtx_assert` takes. */
const ASSERTIONS: ReadonlySet<number> = new Set([
  MA_NOTOWNED,
  MA_OWNED,
  MA_OWNED | MA_RECURSED,
  MA_OWNED | MA_NOTRECURSED,
])

/** `struct mtx`. */
export class Mtx extends Lock implements SleeplessLock {
  readonly ownersSleep: object = {}
  isReady = true
  /** Holds beyond the first. */
  mtx_recurse = 0

  /** @param opts - `MTX_DEF` or `MTX_SPIN`, with `MTX_RECURSE`. */
  constructor(
    name: string,
    public opts: number,
  ) {
    super(name, (opts & MTX_SPIN) !== 0, (opts & MTX_SPIN) === 0 ? 0 : P.IPL_ALL, name)
  }

  /** Nobody waits for an owner that sleeps: to want the mutex then is a panic. */
  override isFreeFor(thread: object): boolean {
    return super.isFreeFor(thread) || isOwnerAsleep(this)
  }
}

/** A mutex argument, or an error that says what came instead. */
export function mtxOf(call: string, value: unknown): Mtx {
  if (value instanceof Mtx) return value
  throw new TypeError(`${call}: a mutex is expected, not ${value === null ? 'null' : typeof value}`)
}

/** The lock of a process of this machine. */
function lockOf(machine: FreebsdMachine, call: string, p: Proc | null | undefined): Mtx {
  if (!(p?.p_mtx instanceof Mtx))
    throw new TypeError(`${call}: a process is expected, not ${p === null ? 'null' : typeof p}`)
  if (!p.belongsTo(machine)) throw new TypeError(`${call}: the process belongs to another kernel`)
  return p.p_mtx
}

/**
 * mtx(9). Without INVARIANTS misuse is not looked for; what it leads to is not defined (`UB:mutex`). File and line, which
 * the system appends to these messages, are left out.
 */
export interface MtxCalls {
  /**
   * Makes a mutex ready, again if it was destroyed.
   *
   * @param name - Wait message of those who block.
   * @param type - For lock order checks, which are not made; null or a string.
   * @param opts - `MTX_DEF` or `MTX_SPIN`, with `MTX_RECURSE` and others without effect here.
   * @see mutex(9), mtx_init.
   */
  mtx_init: (m: Mtx, name: string, type: string | null, opts: number) => KernelCall<void>
  /** Ends the use of a mutex. @throws KernelPanic when somebody holds it (INVARIANTS). @see mutex(9) */
  mtx_destroy: (m: Mtx) => KernelCall<void>
  /**
   * Acquires a sleep mutex. The owner itself recurses; while the owner is on another CPU the caller spins, else it blocks
   * and lends its priority.
   *
   * @throws KernelPanic for a destroyed or a spin mutex, and for recursion without `MTX_RECURSE` (INVARIANTS); when the
   *   owner sleeps.
   * @see mutex(9), mtx_lock.
   */
  mtx_lock: (m: Mtx) => KernelCall<void>
  /**
   * Gives up a hold. After the last all who wait are woken and compete.
   *
   * @throws KernelPanic unless the caller owns it (INVARIANTS).
   * @see mutex(9), mtx_unlock.
   */
  mtx_unlock: (m: Mtx) => KernelCall<void>
  /** Acquires a sleep mutex if that needs no waiting: non-zero if it did, else 0. @see mutex(9), mtx_trylock */
  mtx_trylock: (m: Mtx) => KernelCall<number>
  /**
   * Acquires a spin mutex: no interrupt and no preemption on this CPU until it is released.
   *
   * @throws KernelPanic when it stays taken for 50 s; for a destroyed or a sleep mutex (INVARIANTS).
   * @see mutex(9), mtx_lock_spin.
   */
  mtx_lock_spin: (m: Mtx) => KernelCall<void>
  /** Gives up a hold of a spin mutex. @throws KernelPanic unless the caller owns it (INVARIANTS). @see mutex(9) */
  mtx_unlock_spin: (m: Mtx) => KernelCall<void>
  /** Whether the caller owns it. @see mutex(9), mtx_owned */
  mtx_owned: (m: Mtx) => KernelCall<boolean>
  /** Whether it is held more than once. @see mutex(9), mtx_recursed */
  mtx_recursed: (m: Mtx) => KernelCall<boolean>
  /** Whether it was made ready and not destroyed. @see mutex(9), mtx_initialized */
  mtx_initialized: (m: Mtx) => KernelCall<boolean>
  /**
   * Panics unless something holds of a mutex (INVARIANTS); else nothing.
   *
   * @param what - `MA_OWNED` or `MA_NOTOWNED` by the caller, the first with `MA_RECURSED` or `MA_NOTRECURSED`.
   * @see mutex(9), mtx_assert.
   */
  mtx_assert: (m: Mtx, what: number) => KernelCall<void>
  /** Takes the lock of a process. @see proc.h: a mutex, `p_mtx` */
  PROC_LOCK: (p: Proc) => KernelCall<void>
  /** Releases it. */
  PROC_UNLOCK: (p: Proc) => KernelCall<void>
  /** A mutex that is ready, without a call: for set-up code. Default `MTX_DEF`. */
  mtx: (name: string, opts?: number) => Mtx
}

export function mtxCalls(machine: FreebsdMachine): MtxCalls {
  const call = (operation: Operation, m: unknown) => {
    // Checked first: an error leaves no call begun behind.
    const mutex = mtxOf(operation.name, m)
    machine.enter(operation).a = mutex
    return machine.port
  }
  return {
    mtx_init(m, name, _type, opts) {
      const mutex = mtxOf('mtx_init', m)
      const td = machine.enter(init)
      td.a = mutex
      td.b = name
      td.c = opts
      return machine.port
    },
    mtx_destroy: (m) => call(destroy, m),
    mtx_lock: (m) => call(lock, m),
    mtx_unlock: (m) => call(unlock, m),
    mtx_trylock: (m) => call(trylock, m),
    mtx_lock_spin: (m) => call(lockSpin, m),
    mtx_unlock_spin: (m) => call(unlockSpin, m),
    mtx_owned: (m) => call(owned, m),
    mtx_recursed: (m) => call(recursed, m),
    mtx_initialized: (m) => call(initialized, m),
    mtx_assert(m, what) {
      const mutex = mtxOf('mtx_assert', m)
      if (!ASSERTIONS.has(what)) throw new RangeError(`mtx_assert: there is no assertion ${String(what)}`)
      const td = machine.enter(assertion)
      td.a = mutex
      td.b = what
      return machine.port
    },
    PROC_LOCK: (p) => call(lock, lockOf(machine, 'PROC_LOCK', p)),
    PROC_UNLOCK: (p) => call(unlock, lockOf(machine, 'PROC_UNLOCK', p)),
    mtx(name, opts = MTX_DEF) {
      if (typeof name !== 'string') throw new TypeError(`mtx: name must be a string, not ${String(name)}`)
      if (!Number.isInteger(opts)) throw new TypeError(`mtx: opts must be a whole number, not ${String(opts)}`)
      return new Mtx(name, opts)
    },
  }
}

const init: Operation = {
  name: 'mtx_init',
  touches: (td, footprint) => footprint.add(td.a, Access.write),
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    if (typeof td.b !== 'string') throw new TypeError('mtx_init: name must be a string')
    if (!Number.isInteger(td.c)) throw new TypeError('mtx_init: opts must be a whole number')
    if (m.owner !== null) machine.undefinedBehaviour('UB:mutex', `mtx_init of mutex ${m.name}, which is held`)
    const { spins, ipl } = new Mtx(td.b, td.c as number)
    Object.assign(m, { name: td.b, wmesg: td.b, opts: td.c, spins, ipl, isReady: true, mtx_recurse: 0 })
    td.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'mtx_destroy',
  touches: (td, footprint) => footprint.add(td.a, (td.a as Mtx).owner === td ? Access.lock : Access.write),
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    td.result = undefined
    if (m.owner === td) giveMtx(machine, td, m)
    else if (m.owner !== null) machine.refuse('UB:mutex', `mutex ${m.name} not owned`)
    m.isReady = false
    return true
  },
  resume: () => true,
}

const lock: Operation = {
  name: 'mtx_lock',
  touches: touchesLocking,
  takes: ({ a }) => ((a as Mtx).spins ? null : (a as Mtx)),
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    td.result = undefined
    if (!m.isReady) machine.refuse('UB:mutex', 'mtx_lock() of destroyed mutex')
    if (m.spins) machine.refuse('UB:mutex', `mtx_lock() of spin mutex ${m.name}`)
    if (m.owner !== td) return takeMtx(machine, td, m)
    if ((m.opts & MTX_RECURSE) === 0)
      machine.kassert(false, `_mtx_lock_sleep: recursed on non-recursive mutex ${m.name}`)
    // Without INVARIANTS nobody looks: any mutex recurses.
    m.mtx_recurse++
    return true
  },
  resume: (machine: FreebsdMachine, td: Td) => takeMtx(machine, td, td.a as Mtx),
}

const unlock: Operation = {
  name: 'mtx_unlock',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    td.result = undefined
    if (!m.isReady) machine.refuse('UB:mutex', 'mtx_unlock() of destroyed mutex')
    if (m.spins) machine.refuse('UB:mutex', `mtx_unlock() of spin mutex ${m.name}`)
    if (m.owner !== td) machine.refuse('UB:mutex', `mutex ${m.name} not owned`)
    if (m.mtx_recurse > 0) m.mtx_recurse--
    else giveMtx(machine, td, m)
    return true
  },
  resume: () => true,
}

const trylock: Operation = {
  name: 'mtx_trylock',
  touches(td, footprint) {
    touchesLock(td, footprint)
    footprint.tries(td.a as Mtx)
  },
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    if (!m.isReady) machine.refuse('UB:mutex', 'mtx_trylock() of destroyed mutex')
    if (m.spins) machine.refuse('UB:mutex', `mtx_trylock() of spin mutex ${m.name}`)
    td.result = 1
    if (m.owner === td && (m.opts & MTX_RECURSE) !== 0) m.mtx_recurse++
    else if (m.owner !== null) td.result = 0
    else {
      take(td, m)
      machine.trace?.lock(td, m)
    }
    return true
  },
  resume: () => true,
}

const owned: Operation = {
  name: 'mtx_owned',
  touches: touchesNothing,
  start(_machine, td: Td) {
    td.result = (td.a as Mtx).owner === td
    return true
  },
  resume: () => true,
}

const recursed: Operation = {
  name: 'mtx_recursed',
  touches: readsLock,
  start(_machine, td: Td) {
    td.result = (td.a as Mtx).mtx_recurse > 0
    return true
  },
  resume: () => true,
}

const initialized: Operation = {
  name: 'mtx_initialized',
  touches: readsLock,
  start(_machine, td: Td) {
    td.result = (td.a as Mtx).isReady
    return true
  },
  resume: () => true,
}

const assertion: Operation = {
  name: 'mtx_assert',
  touches: readsLock,
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    const what = td.b as number
    td.result = undefined
    const isOwned = m.owner === td
    if (what === MA_NOTOWNED) machine.kassert(!isOwned, `mutex ${m.name} owned`)
    else machine.kassert(isOwned, `mutex ${m.name} not owned`)
    if ((what & MA_RECURSED) !== 0) machine.kassert(m.mtx_recurse > 0, `mutex ${m.name} unrecursed`)
    if ((what & MA_NOTRECURSED) !== 0) machine.kassert(m.mtx_recurse === 0, `mutex ${m.name} recursed`)
    return true
  },
  resume: () => true,
}
