import { Cpu } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import type { Proc } from './proc.js'

/** `struct cpu_info`: a CPU with what the scheduler keeps for it. */
export class CpuInfo extends Cpu {
  declare current: Proc | null
  declare idle: Proc | null
  declare readonly machine: OpenbsdMachine

  /** Load of this CPU alone, in fixed point (5.1). */
  spc_ldavg = 0

  /** The thread that executes, null in the idle loop of a release without idle threads. */
  get ci_curproc(): Proc | null {
    return this.current ?? this.idle
  }

  /** Number of the CPU, from 0. */
  get ci_index(): number {
    return this.index
  }
}
