import { DporRun, Transcription } from '../dpor-run.js'
import { Search, type SavedSearch } from '../dpor.js'
import { Names, type SavedNames } from '../names.js'
import { following } from '../picker.js'
import type { Subject } from '../subject.js'
import type { Space, Strategy } from './strategy.js'

/** Where a reduced search stands. */
export interface SavedDpor {
  readonly search: SavedSearch
  readonly names: SavedNames
  /** Whether the program asks for the time. */
  readonly timeMatters: boolean
  readonly isDone: boolean
}

/** One schedule of every class of those that nobody can tell apart. */
export function reduced(space: Space, saved: SavedDpor | null = null): Strategy {
  const { subject } = space
  let search = saved === null ? new Search() : Search.from(saved.search)
  let names = saved === null ? new Names() : Names.from(saved.names)
  let timeMatters = saved?.timeMatters ?? false
  let isDone = saved?.isDone ?? false
  return {
    next() {
      if (isDone) return null
      const run = new DporRun(search, names, timeMatters)
      const infeasibleBefore = search.infeasible
      const ended = subject.execute(run)
      const { world, race } = run
      const events = search.events.slice()
      const runNames = names
      const infeasible = search.infeasible - infeasibleBefore
      // A run that ended while the machine booted has no choices.
      let isWhole = world === null || search.isMaximal
      isDone = world === null || !search.backtrack()
      const { kind } = ended.outcome
      if (!timeMatters && world?.hasAskedForTime === true) {
        if (search.isPart) throw new TypeError('explore: a program that asks for the time is explored by one worker')
        // Until now it did not matter when timers fire: what was searched is searched again.
        timeMatters = true
        search = new Search()
        names = new Names()
        isDone = isWhole = false
      }
      return {
        ended,
        race,
        isWhole,
        needsStory: kind === 'livelock' || (kind === 'deadlock' && world?.mayHaveLostWakeup === true),
        infeasible,
        picker() {
          const transcription = new Transcription(events, runNames)
          subject.execute(transcription)
          return following(transcription.choices)
        },
      }
    },
    get estimate() {
      return isDone ? search.executions : search.estimate
    },
    get depth() {
      return search.depth
    },
    get isPart() {
      return search.isPart
    },
    save: (): SavedDpor => ({ search: search.save(), names: names.save(), timeMatters, isDone }),
  }
}

/** Searches that together are the whole one: each begins after another course of the first steps. */
export function dporParts({ subject }: Space, depth: number): SavedDpor[] {
  const search = new Search(depth)
  const names = new Names()
  const parts: SavedDpor[] = []
  const timeMatters = asksForTime(subject)
  do {
    const run = new DporRun(search, names, timeMatters, depth)
    subject.execute(run)
    const rest = { names: names.save(), timeMatters, isDone: false }
    if (run.world === null) return [{ search: search.save(), ...rest }]
    if (search.isMaximal) parts.push({ search: search.saveEnd(), ...rest })
  } while (search.backtrack())
  return parts
}

/** Whether a program asks for the time on its first schedule. */
function asksForTime(subject: Subject): boolean {
  const run = new DporRun(new Search(), new Names(), false)
  subject.execute(run)
  return run.world?.hasAskedForTime ?? false
}
