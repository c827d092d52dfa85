import { ThreadMark, type KernelCall, type Operation } from '@kt/core'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/**
 * How a port lets kernel threads use its unit: `aarch64` has the hook that opens the unit, `x86` of this release has
 * none (NB-D-16), `none` is a machine without a unit.
 */
export type FpuPort = 'aarch64' | 'x86' | 'none'

/** Registers of the modelled unit. */
const FPU_REGISTERS = 8

/** A CPU's unit: what is in its registers, and whose it is. */
export class FpuUnit {
  owner: Lwp | null = null
  private file: Float64Array | null = null

  /** Made on first use: few threads ever touch it, and every kernel that is made has a unit for each CPU. */
  get registers(): Float64Array {
    return (this.file ??= new Float64Array(FPU_REGISTERS))
  }
}

/** The functions of the page's floating-point part, and two to use the modelled registers. */
export interface FpuCalls {
  /**
   * Opens the window in which the calling kernel thread may use the floating-point unit. Windows nest.
   *
   * @returns What `kthread_fpu_exit` has to be given: 0 for the outermost window, 0x400 inside another.
   * @throws KernelPanic NB-D-17 in an interrupt, a soft interrupt, or a thread that is not a kernel thread.
   * @see kthread.9 (NetBSD 10.1), kthread_fpu_enter; clauses NB10-KT-50 to NB10-KT-53.
   */
  kthread_fpu_enter: () => KernelCall<number>
  /**
   * Closes the window that the matching `kthread_fpu_enter` opened. The last one zeroes all registers.
   *
   * @param s - What that call returned.
   * @throws KernelPanic NB-G-17 if `s` is neither 0 nor 0x400, or no window is open.
   * @see kthread.9 (NetBSD 10.1), kthread_fpu_exit; clauses NB10-KT-54 to NB10-KT-56.
   */
  kthread_fpu_exit: (s: number) => KernelCall<void>
  /** Reads register `index`, 0 … 7, of the unit. Panics outside a window, as the trap does. */
  fpuLoad: (index: number) => KernelCall<number>
  /** Writes register `index`, 0 … 7, of the unit. Panics outside a window. */
  fpuStore: (index: number, value: number) => KernelCall<void>
}

export function fpuCalls(machine: NetbsdMachine): FpuCalls {
  return {
    kthread_fpu_enter() {
      machine.enter(fpuEnter)
      return machine.port
    },
    kthread_fpu_exit(s) {
      machine.enter(fpuExit).a = s
      return machine.port
    },
    fpuLoad(index) {
      machine.enter(load).a = index
      return machine.port
    },
    fpuStore(index, value) {
      const lwp = machine.enter(store)
      lwp.a = index
      lwp.b = value
      return machine.port
    },
  }
}

/** `LW_SYSTEM_FPU` when a window is open: the value that a nested enter returns. */
const OPEN = P.LW_SYSTEM_FPU

const fpuEnter: Operation = {
  name: 'kthread_fpu_enter',
  start(machine: NetbsdMachine, lwp: Lwp) {
    assertContext(machine, lwp, 'kthread_fpu_enter')
    lwp.result = lwp.l_flag & OPEN
    if (lwp.result === 0) {
      lwp.l_flag |= OPEN
      // The port's hook: registers start at zero, owned by the thread and saved when it leaves its CPU.
      if (machine.fpuPort !== 'none') lwp.fpu = new Float64Array(FPU_REGISTERS)
    }
    return true
  },
  resume: () => true,
}

const fpuExit: Operation = {
  name: 'kthread_fpu_exit',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const s = lwp.a as number
    machine.assert(s === 0 || s === OPEN, `s == 0 || s == LW_SYSTEM_FPU, s is ${String(s)}`, 'NB-G-17')
    assertContext(machine, lwp, 'kthread_fpu_exit')
    machine.assert((lwp.l_flag & OPEN) !== 0, 'l->l_flag & LW_SYSTEM_FPU', 'NB-G-17')
    lwp.result = undefined
    if (s === 0) {
      lwp.l_flag &= ~OPEN
      zero(machine, lwp)
      return true
    }
    // The old bit is put back, whatever it is now: only an assertion notices that no window was open.
    lwp.l_flag |= OPEN
    if (machine.fpuPort !== 'none') lwp.fpu ??= new Float64Array(FPU_REGISTERS)
    return true
  },
  resume: () => true,
}

const load: Operation = {
  name: 'fpuLoad',
  start(machine: NetbsdMachine, lwp: Lwp) {
    lwp.result = unitFor(machine, lwp).registers[register(lwp)]
    return true
  },
  resume: () => true,
}

const store: Operation = {
  name: 'fpuStore',
  start(machine: NetbsdMachine, lwp: Lwp) {
    unitFor(machine, lwp).registers[register(lwp)] = lwp.b as number
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

/** An open window ends with its thread: nothing checks, and the unit is taken away (NB-D-18, NB-G-12). */
export function discardFpu(machine: NetbsdMachine, lwp: Lwp): void {
  if ((lwp.l_flag & OPEN) === 0) return
  machine.remark('NB-G-12', `kthread ${lwp.l_name} (${lwp.l_lid}) ended with its FPU window open`)
  if (machine.reading === 'page') zero(machine, lwp)
  else disown(machine, lwp)
}

/** Zeroes the thread's registers wherever they are, and takes the unit away from it. */
function zero(machine: NetbsdMachine, lwp: Lwp): void {
  unitOf(machine, lwp)?.registers.fill(0)
  disown(machine, lwp)
}

function disown(machine: NetbsdMachine, lwp: Lwp): void {
  const unit = unitOf(machine, lwp)
  if (unit !== null) unit.owner = null
  lwp.fpu = null
}

/** The unit that has the thread's registers: that of the CPU where it used them last, which it may have left since. */
function unitOf(machine: NetbsdMachine, lwp: Lwp): FpuUnit | null {
  return machine.cpus.find((cpu) => cpu.fpu?.owner === lwp)?.fpu ?? null
}

/** The unit of the thread's CPU with the thread's registers in it, or a trap. */
function unitFor(machine: NetbsdMachine, lwp: Lwp): FpuUnit {
  const { cpu } = lwp
  const unit = cpu.fpu
  // NB-D-16: under the page's promise an open window opens the unit on every port that has one.
  const hasHook = machine.fpuPort === 'aarch64' || machine.reading === 'page'
  if (unit === null) machine.panic(`fpu instruction from kernel on ${cpu.name}, which has no unit`, null)
  const isOpen = (lwp.l_flag & OPEN) !== 0
  if (!isOpen || !hasHook) {
    machine.panic(`fpudna from kernel, lwp ${lwp.l_name} (${lwp.l_lid})`, isOpen ? 'NB-D-16' : 'NB10-KT-15')
  }
  if (unit.owner === lwp) return unit
  // The state follows the thread lazily: the last owner's registers are saved when another wants the unit.
  if (unit.owner !== null) unit.owner.fpu!.set(unit.registers)
  const elsewhere = unitOf(machine, lwp)
  if (elsewhere !== null) {
    lwp.fpu!.set(elsewhere.registers)
    elsewhere.owner = null
  }
  unit.registers.set(lwp.fpu!)
  unit.owner = lwp
  return unit
}

function register(lwp: Lwp): number {
  const index = lwp.a as number
  if (Number.isInteger(index) && index >= 0 && index < FPU_REGISTERS) return index
  throw new RangeError(`the unit has registers 0 to ${FPU_REGISTERS - 1}, not ${String(index)}`)
}

function assertContext(machine: NetbsdMachine, lwp: Lwp, call: string): void {
  const isInterrupt = lwp.is(ThreadMark.interruptFrame)
  machine.assert(!isInterrupt, `!cpu_intr_p(): ${call} is not allowed in interrupt context`, 'NB-D-17')
  const isSoft = (lwp.l_pflag & P.LP_INTR) !== 0
  machine.assert(!isSoft, `!cpu_softintr_p(): ${call} is not allowed in interrupt context`, 'NB-D-17')
  machine.assert(lwp.isSystem, `l->l_flag & LW_SYSTEM: ${call} is for kernel threads`, 'NB-D-17')
}
