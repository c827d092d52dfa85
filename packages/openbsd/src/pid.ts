import { inRange, Random } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import { PID_MAX } from './param.js'
import type { ProcessTable } from './table.js'

/**
 * Chooses process ids: one after another during boot, spread over the range from then on. A number that something alive,
 * a group or a zombie has is passed over.
 */
export class PidAllocator {
  /** Boot is done. */
  isRandom = false
  private last = 0
  private readonly random: Random

  constructor(
    private readonly machine: OpenbsdMachine,
    private readonly table: ProcessTable,
    seed: number,
  ) {
    this.random = new Random(inRange('pidSeed', seed, -(2 ** 31), 2 ** 32 - 1))
  }

  next(): number {
    for (let tries = 1; ; tries++) {
      const base = this.isRandom ? this.random.next() : this.last
      this.last = 1 + (base % PID_MAX)
      if (!this.isTaken(this.last)) return this.last
      // So long a search may have nothing to find.
      if (tries % PID_MAX === 0 && this.isExhausted())
        this.machine.undefinedBehaviour('UB:OB-PID', 'all process ids are taken, and the kernel looks for one for ever')
    }
  }

  private isTaken(pid: number): boolean {
    const { pids, zombproc, groups } = this.table
    return pids.has(pid) || zombproc.has(pid) || groups.has(pid)
  }

  private isExhausted(): boolean {
    for (let pid = 1; pid <= PID_MAX; pid++) if (!this.isTaken(pid)) return false
    return true
  }
}
