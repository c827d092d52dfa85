import { SAMPLES, strategyOf, type ExploreOptions } from './options.js'
import type { SavedExploration } from './saved-exploration.js'
import { dfsBeginnings } from './strategies/dfs.js'
import { dporParts } from './strategies/dpor.js'
import { pct, type SavedPct } from './strategies/pct.js'
import type { Subject } from './subject.js'

/** A part of a search that can be searched apart from the others, by another worker. Plain data. */
export interface Part {
  readonly resume: SavedExploration
  /** Schedules of a part of a sample. */
  readonly schedules?: number
}

/** Choices that the beginnings of parts have at most: each more multiplies them. */
const DEPTH_MAX = 24

/**
 * Cuts a search into parts that share no schedule: together they are the search.
 *
 * A reduced search is cut after its first steps, of which every course is tried. That can begin runs which only repeat
 * others; it never loses one.
 *
 * @param atLeast - How many parts there should be; there are fewer where there are not as many schedules.
 * @throws TypeError for options that do not go together.
 */
export function partsOf(subject: Subject, options: ExploreOptions, atLeast: number): Part[] {
  const { model = 'any', freeTimers = true, preemptions = Infinity, seed = 1 } = options
  const space = { subject, model, freeTimers }
  const strategy = strategyOf(options)
  const part = (state: unknown, schedules?: number): Part => {
    const resume: SavedExploration = { version: 1, strategy, model, state, ...NOTHING_YET }
    return schedules === undefined ? { resume } : { resume, schedules }
  }
  if (strategy === 'first') return [part(false)]
  if (strategy === 'random' || strategy === 'pct') {
    const { schedules = SAMPLES } = options
    const size = Math.max(1, Math.ceil(schedules / atLeast))
    const first = strategy === 'random' ? null : (pct(space, seed, 0).save() as SavedPct)
    const parts: Part[] = []
    for (let from = 0; from < schedules; from += size) {
      const state = first === null ? seed + from : { ...first, seed: seed + from }
      parts.push(part(state, Math.min(size, schedules - from)))
    }
    return parts
  }
  const beginnings = (depth: number): readonly unknown[] =>
    strategy === 'dfs' ? dfsBeginnings(space, preemptions, depth) : dporParts(space, depth)
  let found = beginnings(1)
  for (let depth = 2; depth <= DEPTH_MAX && found.length < atLeast; depth++) found = beginnings(depth)
  return found.map((state) => part(state))
}

const NOTHING_YET = { schedules: 0, redundant: 0, steps: 0, infeasible: 0, cut: 0, outcomes: [] } as const

/** What parts of a search found, as one: as if one after the other had been searched. */
export function merged(results: readonly SavedExploration[]): SavedExploration {
  const outcomes = new Map<string, SavedExploration['outcomes'][number]>()
  const sum = { schedules: 0, redundant: 0, steps: 0, infeasible: 0, cut: 0 }
  for (const result of results) {
    for (const outcome of result.outcomes) {
      const known = outcomes.get(outcome.key)
      outcomes.set(
        outcome.key,
        known === undefined
          ? { ...outcome, first: sum.schedules + outcome.first }
          : { ...known, count: known.count + outcome.count },
      )
    }
    sum.schedules += result.schedules
    sum.redundant += result.redundant
    sum.steps += result.steps
    sum.infeasible += result.infeasible
    sum.cut += result.cut
  }
  const { strategy, model, state } = results.at(-1)!
  return { version: 1, strategy, model, state, ...sum, outcomes: [...outcomes.values()] }
}
