/**
 * The least that can run a program under a random schedule: generators that are resumed in turn, and whoever waits for a
 * lock that is taken is passed over. No kernel, no record of what happened.
 */
import { Random } from '@kt/core'

export class Lock {
  isFree = true
}

/** Gives the lock without which its next step cannot be made, null where there is none. */
export type Strand = Generator<Lock | null, void, void>

/** Main of a program, which may start others. */
export type BareProgram = (start: (strand: Strand) => void) => Strand

/**
 * Runs a program once.
 *
 * @returns How many steps it made.
 */
export function interleave(program: BareProgram, seed: number): number {
  const random = new Random(seed)
  const strands: Strand[] = []
  const wanted: (Lock | null)[] = []
  const ready: number[] = []
  const start = (strand: Strand): void => {
    strands.push(strand)
    wanted.push(null)
  }
  start(program(start))
  for (let steps = 0; ; steps++) {
    let readyCount = 0
    for (let at = 0; at < strands.length; at++) {
      const isHeldUp = wanted[at]?.isFree === false
      if (!isHeldUp) ready[readyCount++] = at
    }
    if (readyCount === 0) return steps
    const at = ready[random.next() % readyCount]!
    const { done, value } = strands[at]!.next()
    if (done !== true) wanted[at] = value
    else {
      // The last takes the place of the one that has ended.
      const last = strands.length - 1
      strands[at] = strands[last]!
      wanted[at] = wanted[last]!
      strands.length = wanted.length = last
    }
  }
}
