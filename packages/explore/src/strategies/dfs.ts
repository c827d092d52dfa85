import { following, type Picker, type Point } from '../picker.js'
import { picked, type Space, type Strategy } from './strategy.js'

/** A choice on a path. */
interface DfsChoice {
  index: number
  readonly count: number
}

/**
 * Every schedule, one by one.
 *
 * @param preemptionsMax - Schedules that take a thread that could go on off its CPU more often are left out.
 */
export function depthFirst(space: Space, preemptionsMax: number, saved: SavedDfs = { path: [], floor: 0 }): Strategy {
  const { floor } = saved
  let choices = saved.path?.map((choice) => ({ ...choice })) ?? null
  return {
    next() {
      if (choices === null) return null
      const taken = choices
      const attempt = picked(space, () => new DfsPicker(taken, preemptionsMax))
      const follow = taken.map(({ index }) => index)
      choices = backtracked(taken, floor)
      return { ...attempt, picker: () => following(follow) }
    },
    get estimate() {
      return (choices ?? []).reduce((product, { index, count }) => product * (count - index), 1)
    },
    get depth() {
      return choices?.length ?? 0
    },
    isPart: false,
    save: (): SavedDfs => ({ path: choices?.map((choice) => ({ ...choice })) ?? null, floor }),
  }
}

/** Follows a path and lengthens it by the usual choices. */
class DfsPicker implements Picker {
  private at = 0
  private preemptions = 0

  constructor(
    private readonly path: DfsChoice[],
    private readonly preemptionsMax: number,
  ) {}

  pick({ candidates, goesOn }: Point): number {
    const isFree = !goesOn || this.preemptions < this.preemptionsMax
    if (this.at === this.path.length) this.path.push({ index: 0, count: isFree ? candidates.length : 1 })
    const { index } = this.path[this.at++]!
    if (goesOn && index > 0) this.preemptions++
    return index
  }
}

/** The next path, null when there is none that shares the first so many choices. */
function backtracked(path: readonly DfsChoice[], floor: number): DfsChoice[] | null {
  const next = path.map((choice) => ({ ...choice }))
  while (next.length > floor) {
    const last = next.at(-1)!
    if (++last.index < last.count) return next
    next.pop()
  }
  return null
}

/** Where the search stands: its next path, null when it is over, of which the first choices stay as they are. */
export interface SavedDfs {
  readonly path: readonly DfsChoice[] | null
  readonly floor: number
}

/** The beginnings of all paths, cut off after so many choices. */
export function dfsBeginnings(space: Space, preemptionsMax: number, length: number): SavedDfs[] {
  const beginnings: SavedDfs[] = []
  for (let path: DfsChoice[] | null = []; path !== null;) {
    picked(space, () => new DfsPicker(path!, preemptionsMax))
    path.length = Math.min(path.length, length)
    beginnings.push({ path: path.map((choice) => ({ ...choice })), floor: path.length })
    path = backtracked(path, 0)
  }
  return beginnings
}
