import { usual } from '../picker.js'
import { picked, type Space, type Strategy } from './strategy.js'

/** The usual schedule. */
export function firstOnly(space: Space, isDone = false): Strategy {
  let done = isDone
  return {
    next() {
      if (done) return null
      done = true
      return picked(space, () => usual)
    },
    estimate: 1,
    depth: 0,
    isPart: false,
    save: () => done,
  }
}
