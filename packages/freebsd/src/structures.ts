import type { UsedProcess } from './fork.js'
import type { Kstacks } from './kstack.js'
import type { Td } from './td.js'
import { TidAllocator } from './tid.js'

/** Freed structures of threads are used again, the last one first; older ones are forgotten. */
const FREED_MAX = 256

/** What threads and processes are made of, and what is left of them when they have gone. */
export class Structures {
  readonly tids: TidAllocator = new TidAllocator()
  /** Threads that have left; their structures wait for a creation to drain them. */
  readonly zombies: Td[] = []
  /** Processes that were waited for: each keeps its thread for the next one. */
  readonly processes: UsedProcess[] = []
  private readonly freed: Td[] = []

  constructor(readonly kstacks: Kstacks) {}

  /** Structures of threads that have left become free, with number and stack. */
  drain(): void {
    if (this.zombies.length === 0) return
    // The last one that left comes first, so that the one that left first is the next to be used.
    for (const td of this.zombies.splice(0).toReversed()) {
      this.tids.give(td.td_tid)
      this.kstacks.give(td.td_kstack_pages)
      this.freed.push(td)
    }
    if (this.freed.length > FREED_MAX) this.freed.splice(0, this.freed.length - FREED_MAX)
  }

  /** A new thread has the structure that was freed last, and a number. */
  take(): number {
    const td = this.freed.pop()
    if (td !== undefined) td.isRecycled = true
    return this.tids.take()
  }
}
