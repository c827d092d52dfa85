import { Random } from '@kt/core'
import { picked, type Space, type Strategy } from './strategy.js'

/** Each choice from a seed, the seeds one after the other. */
export function randomWalk(space: Space, firstSeed: number): Strategy {
  let seed = firstSeed
  return {
    next() {
      const mine = seed++
      return picked(space, () => {
        const random = new Random(mine)
        return { pick: ({ candidates }) => random.next() % candidates.length }
      })
    },
    estimate: Infinity,
    depth: 0,
    isPart: false,
    save: () => seed,
  }
}
