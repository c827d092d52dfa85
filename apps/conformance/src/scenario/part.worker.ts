import { Exploration, programOf, type Ending, type ExploreOptions, type Part, type SavedExploration } from '@kt/explore'
import { loadScenario, type Scenario } from './scenario.js'

/** What a worker is asked to do. */
export interface PartTask {
  /** The scenario, as the user named it. */
  readonly word: string
  readonly options: ExploreOptions
  readonly part: Part
}

/** What it found. */
export interface PartFound {
  readonly found: SavedExploration
  readonly endedBy: Ending | null
  readonly hasFailures: boolean
}

/** A worker serves one search, and loads its scenario once. */
let loaded: { readonly word: string; readonly scenario: Promise<Scenario> } | null = null

/** Searches one part. */
export default async function searchPart({ word, options, part }: PartTask): Promise<PartFound> {
  if (loaded?.word !== word) loaded = { word, scenario: loadScenario(word) }
  const { make, main } = await loaded.scenario
  const { fromBoot = false, steps } = options
  const { resume, schedules } = part
  const bounds = schedules === undefined ? {} : { schedules }
  const search = new Exploration(programOf(make, main, fromBoot, steps), { ...options, ...bounds, resume })
  search.runFor(Infinity)
  return { found: search.save(), endedBy: search.endedBy, hasFailures: search.state.failures > 0 }
}
