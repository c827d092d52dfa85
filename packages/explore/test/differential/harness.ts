import { Random } from '@kt/core'
import { isDeepStrictEqual } from 'node:util'
import {
  Exploration,
  programOf,
  replaySubject,
  type Explorable,
  type ExploreOptions,
  type Main,
  type Report,
  type Subject,
} from '../../src/index.js'
import { keyOf } from '../../src/verdict.js'

/**
 * The reduced search against every schedule: a system makes small random programs, and both searches have to see the
 * same outcomes of each. What the reduction loses is a call that says too little about what it touches.
 */
export interface System {
  readonly name: string
  /** The program of a seed, the same each time. */
  program(seed: number): Program
}

/** A program whose outcome shows what each of its threads saw. */
export interface Program {
  /** As someone reads it. */
  readonly text: string
  readonly subject: Subject
}

/** Steps that a run of such a program may take: one that takes more loops, which none is made to do. */
const STEPS_MAX = 300

/**
 * @param main - Returns what its threads log, each in a list of its own, and need not wait for them: the value is
 *   looked at when all is over.
 */
export function programFor<K extends Explorable>(text: string, make: () => K, main: Main<K>): Program {
  return { text, subject: programOf(make, main, false, STEPS_MAX) }
}

/** Draws from a seed. */
export class Draw {
  private readonly random: Random

  constructor(seed: number) {
    this.random = new Random(seed * 7919 + 17)
    // The first numbers of neighbouring seeds are alike.
    for (let i = 0; i < 4; i++) this.random.next()
  }

  /** From 0 to `end`, which is left out. */
  below(end: number): number {
    return (this.random.next() >>> 7) % end
  }

  /** Both ends are included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }
}

/** What a comparison showed. */
interface Comparison {
  readonly seed: number
  /** Whether every schedule was run; of a program with too many of them some were. */
  readonly isWhole: boolean
  readonly schedules: number
  readonly reduced: number
  readonly redundant: number
  /** Steps that the reduced search was to try and could not make. */
  readonly infeasible: number
  readonly outcomes: number
  /** What is wrong, empty when nothing is. */
  readonly wrong: readonly string[]
}

/**
 * Compares both searches on a program.
 *
 * @param schedulesMax - A program with more schedules is compared with as many, and as many at random: none of them may
 *   show what the reduced search has not seen.
 * @returns Null where the reduced search has more schedules than that itself: there is nothing to compare.
 */
function compare(system: System, seed: number, schedulesMax: number): Comparison | null {
  const { text, subject } = system.program(seed)
  const wrong: string[] = []
  const reduced = search(subject, { strategy: 'dpor', schedules: schedulesMax })
  if (reduced.report.ending === 'schedules') return null
  if (!reduced.report.complete) wrong.push(`the reduced search ended by ${reduced.report.ending}`)
  const all = search(subject, { strategy: 'dfs', schedules: schedulesMax })
  const seen = reduced.keys
  const isWhole = all.report.complete
  for (const key of all.keys) if (!seen.has(key)) wrong.push(`lost: ${key}`)
  if (isWhole) {
    for (const key of seen) if (!all.keys.has(key)) wrong.push(`no schedule shows: ${key}`)
    if (reduced.report.schedules > all.report.schedules)
      wrong.push(`${reduced.report.schedules} schedules of ${all.report.schedules} are no reduction`)
  } else {
    const some = search(subject, { strategy: 'random', schedules: schedulesMax, seed })
    for (const key of some.keys) if (!seen.has(key)) wrong.push(`lost, at random: ${key}`)
  }
  wrong.push(...replayed(subject, reduced.report), ...replayed(subject, all.report))
  const again = search(system.program(seed).subject, { strategy: 'dpor', schedules: schedulesMax })
  if (!isDeepStrictEqual(summary(again.report), summary(reduced.report)))
    wrong.push('a second search gave another report')
  const { schedules, redundant, infeasible, outcomes } = reduced.report
  return {
    seed,
    isWhole,
    schedules: all.report.schedules,
    reduced: schedules,
    redundant,
    infeasible,
    outcomes: outcomes.length,
    wrong: wrong.length === 0 ? [] : [`${system.name}, seed ${seed}\n${text}`, ...wrong],
  }
}

/** Many comparisons in one. */
export interface Tally {
  /** Programs of which every schedule was run. */
  readonly whole: number
  readonly partly: number
  /** Programs left out. */
  readonly tooBig: number
  readonly schedules: number
  readonly reduced: number
  readonly redundant: number
  /** Steps that the reduced searches were to try and could not make: above 0 some call says too little. */
  readonly infeasible: number
  /** Programs with two outcomes or more: the others tell little. */
  readonly telling: number
  readonly wrong: readonly string[]
}

export function compareAll(system: System, seeds: Iterable<number>, schedulesMax: number): Tally {
  const tally = {
    whole: 0,
    partly: 0,
    tooBig: 0,
    schedules: 0,
    reduced: 0,
    redundant: 0,
    infeasible: 0,
    telling: 0,
    wrong: [] as string[],
  }
  for (const seed of seeds) {
    const comparison = compare(system, seed, schedulesMax)
    if (comparison === null) {
      tally.tooBig++
      continue
    }
    if (comparison.isWhole) tally.whole++
    else tally.partly++
    tally.schedules += comparison.schedules
    tally.reduced += comparison.reduced
    tally.redundant += comparison.redundant
    tally.infeasible += comparison.infeasible
    if (comparison.outcomes > 1) tally.telling++
    tally.wrong.push(...comparison.wrong)
  }
  return tally
}

/** Seeds from one to another, both included. */
export function seeds(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n)
}

/** The report of a search, and what its schedules showed, not yet judged: that takes all of them. */
function search(subject: Subject, options: ExploreOptions): { readonly report: Report; readonly keys: Set<string> } {
  const exploration = new Exploration(subject, { ...options, races: false })
  exploration.runFor(Infinity)
  return { report: exploration.report(), keys: new Set(exploration.save().outcomes.map(({ key }) => key)) }
}

/** Each token has to lead to the outcome that it was given for. */
function replayed(subject: Subject, { strategy, outcomes }: Report): string[] {
  const wrong: string[] = []
  for (const { verdict, token } of outcomes) {
    const key = keyOf(verdict)
    try {
      const { story } = replaySubject(subject, token, { steps: STEPS_MAX })
      // Whether a sleeper was left behind only all schedules tell; a lost wakeup is a way to be stuck.
      if (keyOf(story.verdict) !== key && verdict.kind !== 'leak' && verdict.kind !== 'lost-wakeup')
        wrong.push(`${strategy}: the token of '${key}' leads to '${keyOf(story.verdict)}'`)
    } catch (error) {
      wrong.push(`${strategy}: the token of '${key}': ${String(error)}`)
    }
  }
  return wrong
}

function summary({ schedules, steps, redundant, outcomes, failure }: Report): unknown {
  return {
    schedules,
    steps,
    redundant,
    outcomes: outcomes.map(({ verdict, count, token, first }) => ({ key: keyOf(verdict), count, token, first })),
    failure: failure?.token ?? null,
  }
}
