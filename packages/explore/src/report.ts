import type { Model } from './picked-run.js'
import type { StrategyName } from './strategies/strategy.js'
import type { Story } from './story.js'
import type { Verdict } from './verdict.js'

/** One thing that schedules showed. */
export interface OutcomeSeen {
  readonly verdict: Verdict
  /** How many schedules showed it. */
  readonly count: number
  /** Replays the first of them. */
  readonly token: string
  /** Number of the first schedule that showed it, from 1. */
  readonly first: number
}

/** The worst that schedules showed, on the shortest schedule that shows it. */
export interface Failure {
  readonly verdict: Verdict
  readonly story: Story
  readonly token: string
}

/**
 * Why a search ended: all schedules were run, or the bound that came first, or whoever runs it looked before its end.
 * `'overlooked'`: a schedule at random showed what the reduction had not, because threads share what no call tells of.
 */
export type Ending =
  'complete' | 'overlooked' | 'schedules' | 'time' | 'failure' | 'steps' | 'preemptions' | 'interrupted'

/** What a search found. */
export interface Report {
  readonly strategy: StrategyName
  readonly model: Model
  /** True when every schedule was run that can be told from the others, each to its end. */
  readonly complete: boolean
  readonly ending: Ending
  readonly schedules: number
  /** Steps of all of them. */
  readonly steps: number
  /** Runs that were begun and only repeated another. */
  readonly redundant: number
  /**
   * Steps that were to be tried and could not be made. Above 0 some operation says too little of what it touches, and
   * schedules may be missing even where `complete` is true.
   */
  readonly infeasible: number
  /** Each distinct outcome, the worst first. */
  readonly outcomes: readonly OutcomeSeen[]
  /** The worst one, null when nothing failed. */
  readonly failure: Failure | null
  /** The bound on preemptions, Infinity for none. */
  readonly preemptions: number
}
