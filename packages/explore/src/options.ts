import type { Model } from './picked-run.js'
import type { SearchProgress } from './progress.js'
import type { SavedExploration } from './saved-exploration.js'
import type { StrategyName } from './strategies/strategy.js'
import { isScenarioName } from './token.js'

/** How to explore. */
export interface ExploreOptions {
  /**
   * `'dpor'` (the default, or `'dfs'` with a bound on preemptions): every schedule that can be told from the others.
   * `'dfs'`: every schedule. `'random'`: each choice at random. `'pct'`: random priorities. `'first'`: the usual one.
   */
  readonly strategy?: StrategyName
  /** Which schedules there are: `'any'` (default), `'smp'` or `'up'`. `'dpor'` is for `'any'`. */
  readonly model?: Model
  /** Whether timers may fire while threads can go on. In the model `'any'` they always may. Default true. */
  readonly freeTimers?: boolean
  /** Only schedules that preempt a thread at most so often; for `'dfs'`. Default: any number. */
  readonly preemptions?: number
  /** Bound on schedules. Default: none for `'dpor'` and `'dfs'`, 1000 for `'random'` and `'pct'`; `'first'` has one. */
  readonly schedules?: number
  /** Bound on the steps of one schedule, default 10 000. */
  readonly steps?: number
  /** Bound on the time of the search in milliseconds. Default: none. */
  readonly timeMs?: number
  /** Whether to end at the first failure. Default false: all outcomes are collected. */
  readonly stopAtFailure?: boolean
  /** Seed of `'random'` and `'pct'`, default 1. */
  readonly seed?: number
  /** Places of `'pct'` at which the running thread falls behind, default 3. */
  readonly changes?: number
  /** Whether the boot is explored too. Default false: it takes the usual course. */
  readonly fromBoot?: boolean
  /** Whether a cell that two threads access unordered is a failure. Default true; for `expectAlways` false. */
  readonly races?: boolean
  /** Whether threads that still sleep without end when `main` has returned are a failure. Default false. */
  readonly leaks?: boolean
  /**
   * Schedules at random that a reduced search is held against at its end, default 50: a plain variable that threads
   * share is noticed so, mostly. 0 where it is known that there is none.
   */
  readonly checks?: number
  /** The scenario's name, kept in tokens: lower-case letters, digits, `-`, `.` and `/`. */
  readonly scenario?: string
  /** Called during a long search, between two schedules, a few times a second. */
  readonly onProgress?: (progress: SearchProgress) => void
  /** A search that was saved, to be gone on with: with the same strategy and model, on the same program. */
  readonly resume?: SavedExploration
}

/** Schedules of a sample, unless the options say otherwise. */
export const SAMPLES = 1000

/** Bounds and seeds are whole numbers, and a name is one that a token can have. */
export function checkOptions(options: ExploreOptions): void {
  for (const name of ['schedules', 'steps'] as const) whole(name, options[name], 1)
  for (const name of ['preemptions', 'changes', 'checks'] as const) whole(name, options[name], 0)
  whole('seed', options.seed, Number.MIN_SAFE_INTEGER)
  const { timeMs = 0, scenario = 'none' } = options
  if (!(timeMs >= 0)) throw new RangeError(`explore: timeMs must be milliseconds, not ${String(timeMs)}`)
  if (!isScenarioName(scenario))
    throw new TypeError(`explore: a scenario's name has lower-case letters, digits, -, . and /, unlike '${scenario}'`)
}

function whole(name: string, value: number | undefined, min: number): void {
  if (value === undefined || value === Infinity || (Number.isSafeInteger(value) && value >= min)) return
  throw new RangeError(`explore: ${name} must be a whole number from ${min} on, not ${String(value)}`)
}

/** The strategy that options ask for, if they go together. */
export function strategyOf({ strategy, model = 'any', preemptions }: ExploreOptions): StrategyName {
  const name = strategy ?? (model === 'any' && preemptions === undefined ? 'dpor' : 'dfs')
  if (!['first', 'random', 'pct', 'dfs', 'dpor'].includes(name))
    throw new TypeError(`explore: there is no strategy '${name}': first, random, pct, dfs or dpor`)
  if (!['any', 'smp', 'up'].includes(model))
    throw new TypeError(`explore: there is no model '${model}': any, smp or up`)
  if (name === 'dpor' && model !== 'any')
    throw new TypeError(`explore: 'dpor' is sound in the model 'any' only: take 'dfs' for '${model}'`)
  if (name !== 'dfs' && preemptions !== undefined)
    throw new TypeError(
      "explore: a bound on preemptions goes with 'dfs': a reduction would lose schedules within the bound",
    )
  return name
}
