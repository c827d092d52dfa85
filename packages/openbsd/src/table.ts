import type { OpenbsdMachine } from './machine.js'
import { PidAllocator } from './pid.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'

/** The process table: who has a slot, by number, by user and by group, and which number comes next. */
export class ProcessTable {
  /** Everything that has a slot: alive, a zombie, or dead and not reaped. */
  nprocs = 1
  /** What is alive, by number, the oldest first. */
  readonly pids: Map<number, Proc> = new Map()
  /** What has ended and has its slot still. */
  readonly zombproc: Map<number, Proc> = new Map()
  /** Members of each process group. */
  readonly groups: Map<number, number> = new Map()
  /** Slots by real user id. */
  private readonly counts: Map<number, number> = new Map([[0, 1]])
  private readonly allocator: PidAllocator

  /** @param pidSeed - Where ids come from once they are spread. */
  constructor(
    machine: OpenbsdMachine,
    /** kern.maxproc. */
    public maxproc: number,
    pidSeed: number,
  ) {
    this.allocator = new PidAllocator(machine, this, pidSeed)
  }

  choosePid(): number {
    return this.allocator.next()
  }

  /** From here on process ids are spread over their range. */
  spreadPids(): void {
    this.allocator.isRandom = true
  }

  countOf(uid: number): number {
    return this.counts.get(uid) ?? 0
  }

  changeCount(uid: number, by: number): void {
    this.counts.set(uid, this.countOf(uid) + by)
  }

  /** Moves a process to another group. */
  joinGroup(process: ProcessRecord, pgid: number): void {
    this.leaveGroup(process)
    this.enterGroup(process, pgid)
  }

  enterGroup(process: ProcessRecord, pgid: number): void {
    process.ps_pgid = pgid
    this.groups.set(pgid, (this.groups.get(pgid) ?? 0) + 1)
  }

  leaveGroup({ ps_pgid }: ProcessRecord): void {
    const left = this.groups.get(ps_pgid)! - 1
    if (left === 0) this.groups.delete(ps_pgid)
    else this.groups.set(ps_pgid, left)
  }
}
