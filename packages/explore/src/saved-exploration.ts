import type { Model } from './picked-run.js'
import type { StrategyName } from './strategies/strategy.js'

/** Where a search stands, as plain data: `JSON` keeps it. */
export interface SavedExploration {
  readonly version: 1
  readonly strategy: StrategyName
  readonly model: Model
  /** Where the strategy stands: each has a form of its own. */
  readonly state: unknown
  /** The counts of the report until now. */
  readonly schedules: number
  readonly redundant: number
  readonly steps: number
  readonly infeasible: number
  /** Schedules that the bound on steps has cut off. */
  readonly cut: number
  readonly outcomes: readonly SavedOutcome[]
}

/** An outcome by the run that showed it first: made again, it shows the rest. */
export interface SavedOutcome {
  /** What it showed: two runs with the same key showed the same. */
  readonly key: string
  readonly count: number
  readonly first: number
  readonly choices: readonly number[]
}
