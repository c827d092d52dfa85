import { Random } from '@kt/core'
import { PickedRun } from '../picked-run.js'
import type { Picker, Point } from '../picker.js'
import { picked, type Space, type Strategy } from './strategy.js'

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, 2010): every thread has a random
 * priority, the highest runs, and at a few random places the one that runs falls behind all others. A bug that needs d
 * such places among n threads and k choices is found with a probability of at least 1/(n·k^(d−1)) a run.
 *
 * @param changes - Places at which the running thread falls behind.
 */
export function pct(space: Space, firstSeed: number, changes: number, saved: SavedPct | null = null): Strategy {
  let seed = saved?.seed ?? firstSeed
  const length = saved?.length ?? lengthOf(space)
  return {
    next() {
      const mine = seed++
      return picked(space, () => new PctPicker(new Random(mine), changes, length))
    },
    estimate: Infinity,
    depth: 0,
    isPart: false,
    save: (): SavedPct => ({ seed, length }),
  }
}

/** Where the search stands: the next seed, and how many choices a run is thought to have. */
export interface SavedPct {
  readonly seed: number
  readonly length: number
}

/** Choices of the usual run. */
function lengthOf({ subject, model, freeTimers }: Space): number {
  let choices = 0
  const counting: Picker = {
    pick() {
      choices++
      return 0
    },
  }
  subject.execute(new PickedRun(counting, model, freeTimers))
  return Math.max(1, choices)
}

class PctPicker implements Picker {
  private choices = 0
  private readonly priorities = new Map<unknown, number>()
  private readonly changeAt: Set<number>
  private lowest = 0

  constructor(
    private readonly random: Random,
    changes: number,
    length: number,
  ) {
    this.changeAt = new Set(Array.from({ length: changes }, () => random.next() % length))
  }

  pick({ candidates, kind }: Point): number {
    const at = this.choices++
    if (kind !== 'step') return this.random.next() % candidates.length
    let best = this.best(candidates)
    if (this.changeAt.has(at)) {
      this.priorities.set(candidates[best], --this.lowest)
      best = this.best(candidates)
    }
    return best
  }

  private best(candidates: readonly unknown[]): number {
    let best = 0
    for (let at = 1; at < candidates.length; at++)
      if (this.priority(candidates[at]) > this.priority(candidates[best])) best = at
    return best
  }

  private priority(candidate: unknown): number {
    const known = this.priorities.get(candidate)
    if (known !== undefined) return known
    const priority = 1 + (this.random.next() % 1_000_000)
    this.priorities.set(candidate, priority)
    return priority
  }
}
