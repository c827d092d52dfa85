import { expect, test } from 'vitest'
import { Search } from '../src/dpor.js'
import { signature } from '../src/event.js'
import { bruteForce } from './brute-force.js'
import { generated } from './generated.js'
import type { Program } from './literature.js'
import { toyProgram } from './toy.js'

/** The reduction against going all ways, on programs that nobody thought of. */

/** Programs that each test compares. */
const PROGRAMS = 600
/** A program with more runs than this is left out, and another one taken. */
const RUNS_MAX = 120

interface Compared {
  readonly lost: number
  readonly invented: number
  readonly twice: number
  readonly blocked: number
  readonly infeasible: number
}

/** Null for a program that is too large to go all ways. */
function compared(program: Program): Compared | null {
  const start = toyProgram(program)
  const classes = bruteForce(start, RUNS_MAX)
  if (classes === null) return null
  const search = new Search()
  const found = new Map<string, number>()
  do {
    const world = start()
    search.run(world)
    if (search.isMaximal) {
      const key = signature(search.events)
      found.set(key, (found.get(key) ?? 0) + 1)
    }
    search.learn(world)
  } while (search.backtrack())
  const { blocked, infeasible } = search
  return {
    lost: [...classes].filter((key) => !found.has(key)).length,
    invented: [...found.keys()].filter((key) => !classes.has(key)).length,
    twice: [...found.values()].filter((times) => times > 1).length,
    blocked,
    infeasible,
  }
}

/** What is wrong with so many programs, those of seeds from 1. */
function wrongOnes(fails: boolean, isRight: (compared: Compared) => boolean): string[] {
  const wrong: string[] = []
  for (let seed = 1, left = PROGRAMS; left > 0; seed++) {
    const { text, program } = generated(seed, fails)
    const result = compared(program)
    if (result === null) continue
    left--
    if (!isRight(result)) wrong.push(`${seed} ${JSON.stringify(result)} ${text}`)
  }
  return wrong
}

test(`${PROGRAMS} programs: every class is run, and once`, { timeout: 60_000 }, () => {
  const isRight = (c: Compared) => c.lost + c.invented + c.twice + c.blocked + c.infeasible === 0
  expect(wrongOnes(false, isRight)).toEqual([])
})

// What a step would have been asked that the end of the run forestalled is not known: some answers are tried twice.
test(`${PROGRAMS} programs in which a thread ends the run: every class is run`, { timeout: 60_000 }, () => {
  expect(wrongOnes(true, (c) => c.lost + c.invented + c.infeasible === 0)).toEqual([])
})
