import { Cpu } from '@kt/core'
import type { FpuUnit } from './fpu.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'

/** `struct cpu_info`: a CPU with what the scheduler and the units keep for it. */
export class CpuInfo extends Cpu {
  declare current: Lwp | null
  declare idle: Lwp | null
  declare readonly machine: NetbsdMachine

  /** A SCHED_OTHER thread has seen one expiry of the quantum; and a second, or a SCHED_RR thread its first. */
  spc_seenrr = false
  spc_shouldyield = false
  /** No unbound thread runs here. */
  spc_offline = false
  /** Soft interrupt threads by level. */
  readonly softint: Lwp[] = []
  /** Floating-point unit, null on a machine without. */
  fpu: FpuUnit | null = null

  /** Number of the CPU, from 0. */
  get ci_index(): number {
    return this.index
  }
}
