import type { RunEvent } from './recorded.js'

/** Why something comes after something else on another thread. */
type ArrowKind = 'create' | 'wake' | 'unlock' | 'exit' | 'stop' | 'let go'

/** What one thread did, and what came of it on another. */
export interface Arrow {
  readonly kind: ArrowKind
  readonly from: ArrowEnd
  /** What could not have been earlier. Both ends may be one event, which two threads took part in. */
  readonly to: ArrowEnd
}

/** A thread and an event, by number. */
export interface ArrowEnd {
  readonly thread: number
  readonly event: number
}

/**
 * What led to what between the threads of a run: a creation to the first time the thread runs, a wakeup to the thread
 * it wakes, the release of a lock to the next thread that takes it, an end to the thread that joins, and being stopped
 * or let go by another thread. What the clock did comes from no thread, and has no arrow.
 */
export function arrowsOf(events: readonly RunEvent[]): Arrow[] {
  const arrows: Arrow[] = []
  const creations = new Map<number, ArrowEnd>()
  const ends = new Map<number, ArrowEnd>()
  const locks = new LockUses()
  const add = (kind: ArrowKind, from: ArrowEnd | undefined, to: ArrowEnd): void => {
    if (from !== undefined && from.thread !== to.thread) arrows.push({ kind, from, to })
  }
  for (const { number, kind, thread, by, joined, object } of events) {
    if (thread === null) continue
    const here = { thread, event: number }
    const source = by === null ? undefined : { thread: by, event: number }
    if (kind === 'create' && source !== undefined) creations.set(thread, source)
    else if (kind === 'switch') {
      add('create', creations.get(thread), here)
      creations.delete(thread)
    } else if (kind === 'wake' || kind === 'stop' || kind === 'let go') add(kind, source, here)
    else if (kind === 'lock') add('unlock', locks.take(object), here)
    else if (kind === 'unlock') locks.release(object, here)
    // A system may say twice that a thread has ended: once for what it did, once for what is left of it.
    else if (kind === 'exit' && !ends.has(thread)) ends.set(thread, here)
    else if (kind === 'join' && joined !== null) add('exit', ends.get(joined), here)
  }
  return arrows
}

/** Who holds which lock, readers counted, and where it was last given up by all. */
class LockUses {
  private readonly uses = new Map<unknown, { holders: number; freed: ArrowEnd | undefined }>()

  /** Where it became free, for whoever takes it first after that; a further reader waited for nobody. */
  take(lock: unknown): ArrowEnd | undefined {
    const use = this.uses.get(lock)
    if (use === undefined) this.uses.set(lock, { holders: 1, freed: undefined })
    else if (use.holders++ === 0) return use.freed
    return undefined
  }

  release(lock: unknown, at: ArrowEnd): void {
    const use = this.uses.get(lock) ?? { holders: 1, freed: undefined }
    use.holders = Math.max(0, use.holders - 1)
    if (use.holders === 0) use.freed = at
    this.uses.set(lock, use)
  }
}
