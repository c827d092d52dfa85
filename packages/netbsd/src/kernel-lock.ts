import { Access, type Footprint, type KernelCall, type Operation, type Out, type Thread } from '@kt/core'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/**
 * The big lock, interrupt levels and preemption: what a thread does to its own CPU. In both releases alike; where the
 * page takes an LWP it is the caller, and null will do.
 */
export interface KernelLockCalls {
  /**
   * Adds holds of `kernel_lock`; the CPU spins while another owns it. Sleeping gives up all holds meanwhile.
   *
   * @param n - How many, 1 or more.
   * @see KERNEL_LOCK.9 (NetBSD 10.1; 6 has no page).
   */
  KERNEL_LOCK: (n: number, l: Lwp | null) => KernelCall<void>
  /**
   * Gives up one hold.
   *
   * @throws KernelPanic when the caller has none.
   * @see KERNEL_LOCK.9 (NetBSD 10.1), KERNEL_UNLOCK_ONE.
   */
  KERNEL_UNLOCK_ONE: (l: Lwp | null) => KernelCall<void>
  /**
   * Gives up the only hold.
   *
   * Without a hold nothing happens.
   *
   * @throws KernelPanic when the caller has more than one (in the real system with LOCKDEBUG).
   * @see KERNEL_LOCK.9 (NetBSD 10.1), KERNEL_UNLOCK_LAST.
   */
  KERNEL_UNLOCK_LAST: (l: Lwp | null) => KernelCall<void>
  /**
   * Gives up all holds, if there are any.
   *
   * @param countp - Receives their number, null if it is not wanted.
   * @see KERNEL_LOCK.9 (NetBSD 10.1), KERNEL_UNLOCK_ALL.
   */
  KERNEL_UNLOCK_ALL: (l: Lwp | null, countp: Out<number> | null) => KernelCall<void>
  /**
   * Raises the CPU's interrupt level to at least `ipl`, `IPL_NONE` … `IPL_HIGH`.
   *
   * @returns The level before, for `splx`.
   * @see spl.9.
   */
  splraiseipl: (ipl: number) => KernelCall<number>
  /**
   * Sets the interrupt level back.
   *
   * @param ipl - What `splraiseipl` returned.
   * @see spl.9, splx.
   */
  splx: (ipl: number) => KernelCall<void>
  /** Keeps the caller on its CPU until the matching `kpreempt_enable`. Nests. */
  kpreempt_disable: () => KernelCall<void>
  /**
   * Undoes one `kpreempt_disable`; after the last the caller gives way if it was asked to meanwhile.
   *
   * @throws KernelPanic without one (DIAGNOSTIC).
   */
  kpreempt_enable: () => KernelCall<void>
}

export function kernelLockCalls(machine: NetbsdMachine): KernelLockCalls {
  const call = (operation: Operation, a: unknown) => {
    machine.enter(operation).a = a
    return machine.port
  }
  return {
    KERNEL_LOCK: (n) => call(lock, n),
    KERNEL_UNLOCK_ONE: () => call(unlockOne, null),
    KERNEL_UNLOCK_LAST: () => call(unlockLast, null),
    KERNEL_UNLOCK_ALL: (_l, countp) => call(unlockAll, countp),
    splraiseipl: (ipl) => call(raise, ipl),
    splx: (ipl) => call(lower, ipl),
    kpreempt_disable: () => call(disable, null),
    kpreempt_enable: () => call(enable, null),
  }
}

function touchesKernelLock(lwp: Thread, footprint: Footprint): void {
  footprint.add(lwp.cpu.machine.bigLock, Access.lock)
}

/** Without a hold nothing happens, and whoever wants the lock is not kept from it. */
function touchesUnlock(lwp: Thread, footprint: Footprint): void {
  if (lwp.bigLocks !== 0) touchesKernelLock(lwp, footprint)
}

const lock: Operation = {
  name: 'KERNEL_LOCK',
  touches: touchesKernelLock,
  takes: (lwp) => lwp.cpu.machine.bigLock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const holds = lwp.a as number
    if (!Number.isInteger(holds) || holds < 1)
      throw new RangeError(`KERNEL_LOCK: n must be 1 or more, not ${String(holds)}`)
    return this.resume(machine, lwp)
  },
  resume(machine: NetbsdMachine, lwp: Lwp) {
    lwp.result = undefined
    if (machine.bigLock.acquire(lwp, lwp.a as number)) return true
    machine.scheduler.spin(lwp, machine.bigLock)
    return false
  },
}

const unlockOne: Operation = {
  name: 'KERNEL_UNLOCK_ONE',
  touches: touchesUnlock,
  start: (machine: NetbsdMachine, lwp: Lwp) => unlock(machine, lwp, 1),
  resume: () => true,
}

const unlockLast: Operation = {
  name: 'KERNEL_UNLOCK_LAST',
  touches: touchesUnlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    machine.assert(lwp.bigLocks <= 1, `l->l_blcnt == 1, it is ${lwp.bigLocks}`)
    return unlock(machine, lwp, lwp.bigLocks)
  },
  resume: () => true,
}

const unlockAll: Operation = {
  name: 'KERNEL_UNLOCK_ALL',
  touches: touchesUnlock,
  start(machine: NetbsdMachine, lwp: Lwp) {
    const countp = lwp.a as Out<number> | null
    if (countp !== null) countp.value = lwp.bigLocks
    return unlock(machine, lwp, lwp.bigLocks)
  },
  resume: () => true,
}

function unlock(machine: NetbsdMachine, lwp: Lwp, holds: number): boolean {
  lwp.result = undefined
  if (holds === 0) return true
  machine.assert(lwp.bigLocks >= holds, '_kernel_unlock: not held')
  // Without a hold nothing happens.
  if (lwp.bigLocks < holds) return true
  machine.bigLock.release(lwp, holds)
  return true
}

const raise: Operation = {
  name: 'splraiseipl',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const { cpu } = machine
    const ipl = lwp.a as number
    if (!(ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH)) throw new RangeError(`splraiseipl: there is no level ${String(ipl)}`)
    lwp.result = cpu.ipl
    cpu.ipl = Math.max(cpu.ipl, ipl)
    return true
  },
  resume: () => true,
}

const lower: Operation = {
  name: 'splx',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const ipl = lwp.a as number
    if (!(ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH)) throw new RangeError(`splx: there is no level ${String(ipl)}`)
    machine.cpu.ipl = ipl
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

/** What only the thread itself looks at. */
function touchesOwn(): void {}

const disable: Operation = {
  name: 'kpreempt_disable',
  touches: touchesOwn,
  start(_machine, lwp: Lwp) {
    lwp.l_nopreempt++
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const enable: Operation = {
  name: 'kpreempt_enable',
  touches: touchesOwn,
  start(machine: NetbsdMachine, lwp: Lwp) {
    machine.assert(lwp.l_nopreempt > 0, 'l->l_nopreempt > 0')
    lwp.l_nopreempt--
    lwp.result = undefined
    return true
  },
  resume: () => true,
}
