import type { ExploreOptions } from '../options.js'
import { depthFirst } from './dfs.js'
import { reduced } from './dpor.js'
import { firstOnly } from './first.js'
import { pct } from './pct.js'
import { randomWalk } from './random.js'
import type { Space, Strategy, StrategyName } from './strategy.js'

/**
 * Begins a search, or goes on with one.
 *
 * @param state - What the strategy of that name has saved, undefined to begin.
 */
export function begin(
  name: StrategyName,
  space: Space,
  { seed = 1, changes = 3, preemptions = Infinity }: ExploreOptions,
  state: unknown,
): Strategy {
  switch (name) {
    case 'first':
      return firstOnly(space, state as boolean | undefined)
    case 'random':
      return randomWalk(space, (state as number | undefined) ?? seed)
    case 'pct':
      return pct(space, seed, changes, state as Parameters<typeof pct>[3])
    case 'dfs':
      return depthFirst(space, preemptions, state as Parameters<typeof depthFirst>[2])
    case 'dpor':
      return reduced(space, state as Parameters<typeof reduced>[1])
  }
}
