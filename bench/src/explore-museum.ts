/** How many executions each strategy needs until it first sees a known mistake. */
import { Exploration, programOf, type StrategyName } from '@kt/explore'
import { exhibits, type Exhibit } from '../../apps/conformance/src/museum/index.js'

export const museumStrategies = ['first', 'random', 'pct', 'dfs', 'dpor'] as const satisfies readonly StrategyName[]
type MuseumStrategy = (typeof museumStrategies)[number]

/** Executions after which a strategy gives up. */
export const EXECUTIONS_MAX = 2000
/** Of a strategy that draws lots, the median of so many. */
export const SEEDS = 20

export interface Found {
  readonly id: string
  /** Executions until the first failure, the failing one among them; Infinity where none was seen. */
  readonly executions: Readonly<Record<MuseumStrategy, number>>
}

/** Explores the mistake of every exhibit by every strategy. */
export function museum(): Found[] {
  return exhibits.map((exhibit) => ({
    id: exhibit.id,
    executions: {
      first: executionsUntilSeen(exhibit, 'first', 1),
      random: medianOfSeeds(exhibit, 'random'),
      pct: medianOfSeeds(exhibit, 'pct'),
      dfs: executionsUntilSeen(exhibit, 'dfs', 1),
      dpor: executionsUntilSeen(exhibit, 'dpor', 1),
    },
  }))
}

function executionsUntilSeen(exhibit: Exhibit, strategy: StrategyName, seed: number): number {
  const { make, mistake } = exhibit
  // As the museum explores it, but for how schedules are chosen, and that none is left out.
  const { fromBoot, steps, model = 'any', freeTimers = true, leaks = false, races = true } = exhibit.options
  const exploration = new Exploration(programOf(make, mistake, fromBoot, steps), {
    model,
    freeTimers,
    leaks,
    races,
    strategy,
    seed,
    schedules: EXECUTIONS_MAX,
    stopAtFailure: true,
  })
  exploration.runFor(Infinity)
  const { schedules, redundant } = exploration.save()
  return exploration.state.failures === 0 ? Infinity : schedules + redundant
}

/** Each run of a sample has a seed of its own, counted on from the first. */
function medianOfSeeds(exhibit: Exhibit, strategy: 'random' | 'pct'): number {
  const samples = Array.from({ length: SEEDS }, (_, sample) =>
    executionsUntilSeen(exhibit, strategy, 1 + sample * EXECUTIONS_MAX),
  ).toSorted((a, b) => a - b)
  return (samples[SEEDS / 2 - 1]! + samples[SEEDS / 2]!) / 2
}
