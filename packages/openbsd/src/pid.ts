import { inRange } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import { PID_MAX } from './param.js'

/**
 * Chooses process ids: one after another during boot, spread over the range from then on. A number that something alive,
 * a group or a zombie has is passed over.
 */
export class PidAllocator {
  /** Boot is done. */
  isRandom = false
  private last = 0
  private state: number

  constructor(
    private readonly machine: OpenbsdMachine,
    seed: number,
  ) {
    this.state = inRange('pidSeed', seed, -(2 ** 31), 2 ** 32 - 1) | 0
  }

  next(): number {
    const { pids, zombproc, groups } = this.machine
    if (pids.size + zombproc.size >= PID_MAX)
      this.machine.undefinedBehaviour('UB:OB-PID', 'all process ids are taken, and the kernel looks for one for ever')
    do {
      const base = this.isRandom ? this.random() : this.last
      this.last = 1 + (base % PID_MAX)
    } while (pids.has(this.last) || zombproc.has(this.last) || groups.has(this.last))
    return this.last
  }

  /** Mulberry32: 32 bits from one word of state, the same everywhere. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let word = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return (word ^ (word >>> 14)) >>> 0
  }
}
