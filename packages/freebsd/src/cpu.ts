import { Cpu } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import type { Td } from './td.js'

/** `struct pcpu`: a CPU with what the kernel keeps for it. */
export class Pcpu extends Cpu {
  declare current: Td | null
  declare idle: Td | null
  declare readonly machine: FreebsdMachine

  /** The thread that left here last, until this CPU has switched. */
  pc_deadthread: Td | null = null
  /** Tick of the last switch. */
  pc_switchticks = 0
  /** What a scheduling graph shows as running, to tell when it changes. */
  ktrRunning: Td | null = null

  get pc_cpuid(): number {
    return this.index
  }

  /** The thread that executes; the idle thread when there is none. */
  get pc_curthread(): Td | null {
    return this.current ?? this.idle
  }
}
