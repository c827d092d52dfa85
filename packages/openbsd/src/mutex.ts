import {
  Access,
  acquire,
  Lock,
  release,
  take,
  type Footprint,
  type KernelCall,
  type Operation,
  type Thread,
} from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** `struct mutex`: spins, holds back interrupts up to its level, and is not recursive. */
export class Mutex extends Lock {
  /** The level to go back to: each mutex keeps its own. */
  oldipl = 0

  constructor(ipl: number, name = 'mutex') {
    super(name, true, ipl, name)
  }
}

/** A mutex argument, or an error that says what came instead. */
export function mutexOf(value: unknown): Mutex {
  if (value instanceof Mutex) return value
  throw new TypeError(`a mutex is expected, not ${value === null ? 'null' : typeof value}`)
}

/** mutex(9), as both releases have it. */
export interface MutexCalls {
  /**
   * Makes a mutex ready.
   *
   * @param wantipl - Interrupt level while it is held, `IPL_NONE` … `IPL_HIGH`.
   * @see mutex.9, mtx_init.
   */
  mtx_init: (mtx: Mutex, wantipl: number) => KernelCall<void>
  /**
   * Acquires it: raises the interrupt level and spins until it is free. Nobody may sleep with it held.
   *
   * @throws KernelPanic when this CPU holds it already (DIAGNOSTIC).
   * @see mutex.9, mtx_enter.
   */
  mtx_enter: (mtx: Mutex) => KernelCall<void>
  /**
   * Releases it and sets the interrupt level back.
   *
   * @see mutex.9, mtx_leave.
   */
  mtx_leave: (mtx: Mutex) => KernelCall<void>
  /**
   * A mutex that is ready, without a call: for set-up code.
   *
   * @param name - For views; the system has none.
   * @see mutex.9, MUTEX_INITIALIZER.
   */
  MUTEX_INITIALIZER: (ipl: number, name?: string) => Mutex
}

/** What 5.1 adds. */
export interface MutexTryCalls {
  /**
   * Acquires it if that needs no waiting.
   *
   * @returns Non-zero if it did, 0 if somebody holds it.
   * @see mutex.9 (OpenBSD 4.6 and later), mtx_enter_try.
   */
  mtx_enter_try: (mtx: Mutex) => KernelCall<number>
}

export function mutexCalls(machine: OpenbsdMachine): MutexCalls {
  const call = (operation: Operation, mtx: Mutex) => {
    machine.enter(operation).a = mtx
    return machine.port
  }
  return {
    mtx_init(mtx, wantipl) {
      const p = machine.enter(init)
      p.a = mtx
      p.b = wantipl
      return machine.port
    },
    mtx_enter: (mtx) => call(enter, mtx),
    mtx_leave: (mtx) => call(leave, mtx),
    MUTEX_INITIALIZER: (ipl, name) => new Mutex(levelOf('MUTEX_INITIALIZER', ipl), name),
  }
}

export function mutexTryCalls(machine: OpenbsdMachine): MutexTryCalls {
  return {
    mtx_enter_try(mtx) {
      machine.enter(enterTry).a = mtx
      return machine.port
    },
  }
}

function levelOf(call: string, ipl: number): number {
  if (Number.isInteger(ipl) && ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH) return ipl
  throw new RangeError(`${call}: there is no level ${String(ipl)}`)
}

/** Takes the mutex, or begins to spin and returns false. Whoever spins is at its own level, and takes interrupts. */
export function enterMutex(machine: OpenbsdMachine, p: Proc, mtx: Mutex): boolean {
  if (!acquire(machine, p, mtx)) return false
  taken(machine, p, mtx)
  return true
}

/** The caller's CPU has a mutex more, and with it the level. */
function taken(machine: OpenbsdMachine, p: Proc, mtx: Mutex): void {
  const { cpu } = p
  cpu.spinMutexes++
  mtx.oldipl = cpu.ipl
  cpu.ipl = Math.max(cpu.ipl, mtx.ipl)
  machine.trace?.lock(p, mtx)
}

export function leaveMutex(machine: OpenbsdMachine, p: Proc, mtx: Mutex): void {
  machine.trace?.unlock(p, mtx)
  release(machine, p, mtx)
  const { cpu } = p
  cpu.spinMutexes--
  cpu.ipl = mtx.oldipl
}

function touchesMutex(p: Thread, footprint: Footprint): void {
  footprint.add(p.a, Access.lock)
}

const init: Operation = {
  name: 'mtx_init',
  touches: (p, footprint) => footprint.add(p.a, Access.write),
  start(_machine, p) {
    mutexOf(p.a).ipl = levelOf('mtx_init', p.b as number)
    p.result = undefined
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'mtx_enter',
  touches: touchesMutex,
  takes: (p) => (p.a instanceof Mutex ? p.a : null),
  start(machine: OpenbsdMachine, p: Proc) {
    const mtx = mutexOf(p.a)
    p.result = undefined
    if (isOwnedHere(machine, p, mtx)) {
      if (machine.diagnostic) machine.panic('mtx_enter: locking against myself')
      machine.undefinedBehaviour('UB:OB-MUTEX', 'a CPU spins for a mutex that it holds')
    }
    return enterMutex(machine, p, mtx)
  },
  resume: (machine: OpenbsdMachine, p: Proc) => enterMutex(machine, p, mutexOf(p.a)),
}

/**
 * The owner is a CPU: an interrupt that wants what it interrupted holds is no better than the holder itself. In a free
 * run each thread is a CPU of its own.
 */
function isOwnedHere(machine: OpenbsdMachine, p: Proc, { owner }: Mutex): boolean {
  return machine.free === null ? owner?.cpu === p.cpu : owner === p
}

const leave: Operation = {
  name: 'mtx_leave',
  touches: touchesMutex,
  start(machine: OpenbsdMachine, p: Proc) {
    const mtx = mutexOf(p.a)
    p.result = undefined
    if (mtx.owner !== p) machine.undefinedBehaviour('UB:OB-MUTEX', `mtx_leave without mutex ${mtx.name}`)
    leaveMutex(machine, p, mtx)
    return true
  },
  resume: () => true,
}

const enterTry: Operation = {
  name: 'mtx_enter_try',
  touches(p, footprint) {
    touchesMutex(p, footprint)
    if (p.a instanceof Mutex) footprint.tries(p.a)
  },
  start(machine: OpenbsdMachine, p: Proc) {
    const mtx = mutexOf(p.a)
    p.result = mtx.owner === null ? 1 : 0
    if (mtx.owner !== null) return true
    take(p, mtx)
    taken(machine, p, mtx)
    return true
  },
  resume: () => true,
}
