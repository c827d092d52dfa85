import type { Race } from '../cell-race.js'
import { PickedRun, type Model } from '../picked-run.js'
import type { Picker } from '../picker.js'
import type { Ended, Subject } from '../subject.js'

/** What the ways to choose schedules have in common. */

/** How schedules are chosen. */
export type StrategyName = 'first' | 'random' | 'pct' | 'dfs' | 'dpor'

/** A run that a strategy made. */
export interface Attempt {
  readonly ended: Ended
  readonly race: Race | null
  /** False for a run that was cut short because it could only repeat another. */
  readonly isWhole: boolean
  /** Whether only the story can tell what it showed. */
  readonly needsStory: boolean
  /** Steps that were to be tried in it and could not be made: some operation told too little of what it touches. */
  readonly infeasible: number
  /** Makes the same choices again. */
  picker(): Picker
}

/** Chooses which schedules are run, one after the other. */
export interface Strategy {
  /** One more run, null when all were made. */
  next(): Attempt | null
  /** Runs there are by the look of it, Infinity where nobody knows. */
  readonly estimate: number
  /** How many choices deep it is. */
  readonly depth: number
  /** Whether it is a part of a search that others search as well. */
  readonly isPart: boolean
  /** Where it stands, as plain data. */
  save(): unknown
}

/** What all strategies need to know. */
export interface Space {
  readonly subject: Subject
  readonly model: Model
  readonly freeTimers: boolean
}

/** A run whose choices a picker makes. */
export function picked({ subject, model, freeTimers }: Space, make: () => Picker): Attempt {
  const run = new PickedRun(make(), model, freeTimers)
  const ended = subject.execute(run)
  const { kind } = ended.outcome
  return {
    ended,
    race: run.race,
    isWhole: true,
    needsStory: kind === 'deadlock' || kind === 'livelock',
    infeasible: 0,
    picker: make,
  }
}
