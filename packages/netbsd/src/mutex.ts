import {
  Access,
  acquire,
  Lock,
  release,
  take,
  ThreadMark,
  type Cpu,
  type Footprint,
  type KernelCall,
  type Operation,
  type Thread,
} from '@kt/core'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

export const MUTEX_SPIN = 0
export const MUTEX_ADAPTIVE = 1
export const MUTEX_DEFAULT = 2
export const MUTEX_DRIVER = 3

/** A mutex; `mutex_init` says which kind. */
export class kmutex_t extends Lock {
  isReady = false

  /** @param name - For views and messages; NetBSD's have none. */
  constructor(name = 'mutex') {
    super(name, false, P.IPL_NONE, 'tstile')
  }

  /** `MUTEX_DEFAULT` and `MUTEX_DRIVER` are adaptive up to the soft interrupt levels, and spin above. */
  init(type: number, ipl: number): void {
    if (![MUTEX_SPIN, MUTEX_ADAPTIVE, MUTEX_DEFAULT, MUTEX_DRIVER].includes(type)) {
      throw new RangeError(`mutex_init: there is no type ${String(type)}`)
    }
    if (!(ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH)) throw new RangeError(`mutex_init: there is no level ${String(ipl)}`)
    const isSpin = type === MUTEX_SPIN || (type !== MUTEX_ADAPTIVE && ipl >= P.IPL_VM)
    this.spins = isSpin
    this.ipl = isSpin ? ipl : P.IPL_NONE
    this.isReady = true
  }

  /** Holds back the interrupts whose handlers take this mutex. */
  raiseIpl(cpu: Cpu): void {
    if (!this.spins) return
    if (cpu.spinMutexes++ === 0) cpu.iplBeforeSpin = cpu.ipl
    cpu.ipl = Math.max(cpu.ipl, this.ipl)
  }

  /** Lets them in again when the CPU's last spin mutex is released. */
  lowerIpl(cpu: Cpu): void {
    if (this.spins && --cpu.spinMutexes === 0) cpu.ipl = cpu.iplBeforeSpin
  }

  checkReady(machine: NetbsdMachine, call: string): void {
    if (!this.isReady) machine.panic(`${call}: mutex ${this.name} is not initialized`)
  }

  checkOwner(machine: NetbsdMachine, lwp: Lwp, call: string): void {
    this.checkReady(machine, call)
    if (this.owner === lwp) return
    machine.assert(false, `${call}: mutex_owned(mtx), mutex ${this.name}`)
    machine.undefinedBehaviour('UB:NB-MUTEX', `${call} without mutex ${this.name}`)
  }
}

/** A mutex argument, or an error that says what came instead. */
export function mutexOf(value: unknown): kmutex_t {
  if (value instanceof kmutex_t) return value
  throw new TypeError(`a mutex is expected, a kmutex_t, not ${value === null ? 'null' : typeof value}`)
}

/**
 * mutex(9), in both releases alike. Every call but `mutex_init` panics on a mutex that is not initialized, whatever the
 * kernel was built with.
 */
export interface MutexCalls {
  /**
   * Makes a mutex ready.
   *
   * @param type - `MUTEX_DEFAULT`; `MUTEX_SPIN` and `MUTEX_ADAPTIVE` force a kind.
   * @param ipl - `IPL_NONE` or a soft level for an adaptive mutex, `IPL_VM` and above for a spin mutex.
   * @see mutex.9, mutex_init.
   */
  mutex_init: (mtx: kmutex_t, type: number, ipl: number) => KernelCall<void>
  /**
   * Ends the use of a mutex; `mutex_init` may make it ready again.
   *
   * @throws KernelPanic when somebody holds it (DIAGNOSTIC).
   * @see mutex.9, mutex_destroy.
   */
  mutex_destroy: (mtx: kmutex_t) => KernelCall<void>
  /**
   * Acquires the mutex. A spin mutex raises the interrupt level and spins; an adaptive one spins while its owner is on
   * another CPU, and otherwise sleeps (`tstile`), lending its priority to the owner.
   *
   * @throws KernelPanic when the caller holds it already, or takes an adaptive one in an interrupt (DIAGNOSTIC); when
   *   it would have to sleep with a spin mutex held.
   * @see mutex.9, mutex_enter.
   */
  mutex_enter: (mtx: kmutex_t) => KernelCall<void>
  /**
   * Releases the mutex. All who sleep for it are woken and compete.
   *
   * @throws KernelPanic unless the caller holds it (DIAGNOSTIC; else `UB:NB-MUTEX`).
   * @see mutex.9, mutex_exit.
   */
  mutex_exit: (mtx: kmutex_t) => KernelCall<void>
  /**
   * Acquires the mutex if that needs no waiting.
   *
   * @returns Non-zero if it did, 0 if somebody holds it.
   * @see mutex.9, mutex_tryenter.
   */
  mutex_tryenter: (mtx: kmutex_t) => KernelCall<number>
  /**
   * Adaptive: whether the caller holds it. Spin: whether anybody does.
   *
   * @see mutex.9, mutex_owned.
   */
  mutex_owned: (mtx: kmutex_t) => KernelCall<boolean>
  /**
   * A mutex that is ready, without a call: for set-up code.
   *
   * @param name - For views and messages.
   * @param ipl - As for `mutex_init`, default `IPL_NONE`. The kind follows from it.
   */
  mutex: (name: string, ipl?: number) => kmutex_t
}

export function mutexCalls(machine: NetbsdMachine): MutexCalls {
  return {
    mutex_init(mtx, type, ipl) {
      const lwp = machine.enter(init)
      lwp.a = mtx
      lwp.b = type
      lwp.c = ipl
      return machine.port
    },
    mutex_destroy(mtx) {
      machine.enter(destroy).a = mtx
      return machine.port
    },
    mutex_enter(mtx) {
      machine.enter(enter).a = mtx
      return machine.port
    },
    mutex_exit(mtx) {
      machine.enter(exit).a = mtx
      return machine.port
    },
    mutex_tryenter(mtx) {
      machine.enter(tryenter).a = mtx
      return machine.port
    },
    mutex_owned(mtx) {
      machine.enter(owned).a = mtx
      return machine.port
    },
    mutex(name, ipl = P.IPL_NONE) {
      const mtx = new kmutex_t(name)
      mtx.init(MUTEX_DEFAULT, ipl)
      return mtx
    },
  }
}

function touchesMutex(lwp: Thread, footprint: Footprint): void {
  footprint.add(lwp.a, Access.lock)
}

const init: Operation = {
  name: 'mutex_init',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.write),
  start(_machine, lwp: Lwp) {
    mutexOf(lwp.a).init(lwp.b as number, lwp.c as number)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'mutex_destroy',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.write),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = mutexOf(lwp.a)
    mtx.checkReady(machine, 'mutex_destroy')
    machine.assert(mtx.owner === null, `mutex_destroy: mutex ${mtx.name} is not held`)
    mtx.isReady = false
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'mutex_enter',
  touches: touchesMutex,
  takes: (lwp) => (lwp.a instanceof kmutex_t ? lwp.a : null),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = mutexOf(lwp.a)
    if (!mtx.isReady) mtx.checkReady(machine, 'mutex_enter')
    if (mtx.owner === lwp) machine.assert(false, `mutex_enter: locking against myself, mutex ${mtx.name}`)
    lwp.result = undefined
    if (mtx.spins) mtx.raiseIpl(lwp.cpu)
    else if (lwp.is(ThreadMark.interruptFrame)) {
      machine.assert(false, `mutex_enter: adaptive mutex ${mtx.name} in interrupt context`)
    }
    return this.resume(machine, lwp)
  },
  resume(machine, lwp) {
    const mtx = mutexOf(lwp.a)
    if (!acquire(machine, lwp, mtx)) return false
    machine.trace?.lock(lwp, mtx)
    return true
  },
}

const exit: Operation = {
  name: 'mutex_exit',
  touches: touchesMutex,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = mutexOf(lwp.a)
    if (mtx.owner !== lwp) mtx.checkOwner(machine, lwp, 'mutex_exit')
    lwp.result = undefined
    machine.trace?.unlock(lwp, mtx)
    release(machine, lwp, mtx)
    mtx.lowerIpl(lwp.cpu)
    return true
  },
  resume: () => true,
}

const tryenter: Operation = {
  name: 'mutex_tryenter',
  touches(lwp, footprint) {
    touchesMutex(lwp, footprint)
    if (lwp.a instanceof kmutex_t) footprint.tries(lwp.a)
  },
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = mutexOf(lwp.a)
    mtx.checkReady(machine, 'mutex_tryenter')
    if (mtx.owner !== null) {
      lwp.result = 0
      return true
    }
    mtx.raiseIpl(lwp.cpu)
    take(lwp, mtx)
    machine.trace?.lock(lwp, mtx)
    lwp.result = 1
    return true
  },
  resume: () => true,
}

const owned: Operation = {
  name: 'mutex_owned',
  touches: (lwp, footprint) => footprint.add(lwp.a, Access.read),
  start(machine: NetbsdMachine, lwp: Lwp) {
    const mtx = mutexOf(lwp.a)
    mtx.checkReady(machine, 'mutex_owned')
    lwp.result = mtx.spins ? mtx.owner !== null : mtx.owner === lwp
    return true
  },
  resume: () => true,
}
