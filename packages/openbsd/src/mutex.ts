import { acquire, Lock, release, take, type KernelCall, type Operation } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** `struct mutex`: spins, holds back interrupts up to its level, and is not recursive. */
export class Mutex extends Lock {
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
  if (ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH) return ipl
  throw new RangeError(`${call}: there is no level ${String(ipl)}`)
}

/**
 * Takes the mutex, or begins to spin and returns false.
 *
 * @param isFirst - Whether this is the first try, which raises the interrupt level.
 */
export function enterMutex(machine: OpenbsdMachine, p: Proc, mtx: Mutex, isFirst: boolean): boolean {
  const { cpu } = p
  if (isFirst) {
    if (cpu.spinMutexes++ === 0) cpu.iplBeforeSpin = cpu.ipl
    cpu.ipl = Math.max(cpu.ipl, mtx.ipl)
  }
  if (!acquire(machine, p, mtx)) return false
  machine.trace?.lock(p, mtx)
  return true
}

export function leaveMutex(machine: OpenbsdMachine, p: Proc, mtx: Mutex): void {
  machine.trace?.unlock(p, mtx)
  release(machine, p, mtx)
  const { cpu } = p
  if (--cpu.spinMutexes === 0) cpu.ipl = cpu.iplBeforeSpin
}

const init: Operation = {
  name: 'mtx_init',
  start(_machine, p) {
    mutexOf(p.a).ipl = levelOf('mtx_init', p.b as number)
    p.result = undefined
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'mtx_enter',
  start(machine: OpenbsdMachine, p: Proc) {
    const mtx = mutexOf(p.a)
    p.result = undefined
    if (mtx.owner === p) {
      if (machine.diagnostic) machine.panic('mtx_enter: locking against myself')
      machine.undefinedBehaviour('UB:OB-MUTEX', 'a CPU spins for a mutex that it holds')
    }
    return enterMutex(machine, p, mtx, true)
  },
  resume: (machine: OpenbsdMachine, p: Proc) => enterMutex(machine, p, mutexOf(p.a), false),
}

const leave: Operation = {
  name: 'mtx_leave',
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
  start(machine: OpenbsdMachine, p: Proc) {
    const mtx = mutexOf(p.a)
    p.result = mtx.owner === null ? 1 : 0
    if (mtx.owner !== null) return true
    const { cpu } = p
    if (cpu.spinMutexes++ === 0) cpu.iplBeforeSpin = cpu.ipl
    cpu.ipl = Math.max(cpu.ipl, mtx.ipl)
    take(p, mtx)
    machine.trace?.lock(p, mtx)
    return true
  },
  resume: () => true,
}
