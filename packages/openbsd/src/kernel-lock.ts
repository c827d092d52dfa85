import { Access, stepsOf, type HostFunctions, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** The big lock and interrupt levels: what a thread does to its own CPU. */
export interface KernelLockCalls {
  /**
   * Takes the big lock once more; the CPU spins while another owns it. Kernel threads begin with one hold, and sleeping
   * gives up all holds meanwhile. On one CPU there is no such lock, and nothing happens.
   *
   * @see mplock: OpenBSD has no page for it.
   */
  KERNEL_LOCK: () => KernelCall<void>
  /** Gives up one hold; without one it panics (DIAGNOSTIC). */
  KERNEL_UNLOCK: () => KernelCall<void>
  /**
   * Raises the CPU's interrupt level to at least `ipl`, `IPL_NONE` … `IPL_HIGH`.
   *
   * @returns The level before, for `splx`.
   * @see spl.9.
   */
  splraise: (ipl: number) => KernelCall<number>
  /**
   * Sets the interrupt level back.
   *
   * @param s - What `splraise` returned.
   * @see spl.9, splx.
   */
  splx: (s: number) => KernelCall<void>
}

export function kernelLockCalls(machine: OpenbsdMachine): KernelLockCalls {
  const call = (operation: Operation, a: unknown) => {
    machine.enter(operation).a = a
    return machine.port
  }
  return {
    KERNEL_LOCK: () => call(lock, null),
    KERNEL_UNLOCK: () => call(unlock, null),
    splraise: (ipl) => call(raise, ipl),
    splx: (s) => call(lower, s),
  }
}

/**
 * Hardware interrupts, which run with the big lock held as everything else in the kernel: one on another CPU waits until
 * its owner sleeps or goes back to user mode. Those that the clock's level cannot hold back do without.
 */
export function withLockedInterrupts(machine: OpenbsdMachine, host: HostFunctions): HostFunctions {
  return {
    ...host,
    interrupt(body, options = {}) {
      const isLocked = machine.ncpu > 1 && (options.ipl ?? P.IPL_BIO) < P.IPL_CLOCK
      host.interrupt(isLocked ? () => withLock(machine, body, options.name ?? 'intr') : body, options)
    },
  }
}

function* withLock(machine: OpenbsdMachine, body: () => Steps, name: string): Steps<void> {
  yield* machine.kernelLock.KERNEL_LOCK()
  yield* stepsOf(body(), name)
  yield* machine.kernelLock.KERNEL_UNLOCK()
}

/** Takes the big lock once more, or makes the CPU spin for it. */
export function takeBigLock(machine: OpenbsdMachine, p: Proc): boolean {
  p.result = undefined
  if (machine.bigLock.acquire(p, 1)) return true
  machine.scheduler.spin(p, machine.bigLock)
  return false
}

/** On one CPU neither does anything. */
const touchesKernelLock: Operation['touches'] = (p, footprint) => {
  const { ncpu, bigLock } = p.cpu.machine
  if (ncpu > 1) footprint.add(bigLock, Access.lock)
}

const lock: Operation = {
  name: 'KERNEL_LOCK',
  touches: touchesKernelLock,
  takes: ({ cpu: { machine } }) => (machine.ncpu > 1 ? machine.bigLock : null),
  start(machine: OpenbsdMachine, p: Proc) {
    p.result = undefined
    return machine.ncpu === 1 || takeBigLock(machine, p)
  },
  resume: (machine: OpenbsdMachine, p: Proc) => takeBigLock(machine, p),
}

const unlock: Operation = {
  name: 'KERNEL_UNLOCK',
  touches: touchesKernelLock,
  start(machine: OpenbsdMachine, p: Proc) {
    p.result = undefined
    if (machine.ncpu === 1) return true
    if (p.bigLocks === 0) {
      if (machine.diagnostic) machine.panic('__mp_unlock: not owned')
      machine.undefinedBehaviour('UB:OB-BIGLOCK', 'the big lock was given up by a thread without it')
    }
    machine.bigLock.release(p, 1)
    return true
  },
  resume: () => true,
}

function levelOf(call: string, ipl: unknown): number {
  if (typeof ipl === 'number' && Number.isInteger(ipl) && ipl >= P.IPL_NONE && ipl <= P.IPL_HIGH) return ipl
  throw new RangeError(`${call}: there is no level ${String(ipl)}`)
}

/** The level is the thread's own: only an interrupt asks for it, and that touches anything. */
const touchesLevel: Operation['touches'] = () => undefined

const raise: Operation = {
  name: 'splraise',
  touches: touchesLevel,
  start(machine: OpenbsdMachine, p: Proc) {
    const { cpu } = machine
    const ipl = levelOf('splraise', p.a)
    p.result = cpu.ipl
    cpu.ipl = Math.max(cpu.ipl, ipl)
    return true
  },
  resume: () => true,
}

const lower: Operation = {
  name: 'splx',
  touches: touchesLevel,
  start(machine: OpenbsdMachine, p: Proc) {
    machine.cpu.ipl = levelOf('splx', p.a)
    p.result = undefined
    return true
  },
  resume: () => true,
}
