import { runOnce, type Model, type Story, type Verdict } from '@kt/explore'
import { strictly } from '../commands/replay.js'
import { UsageError } from '../usage.js'
import { replayed, requireStep, scenarioOf } from './replayed.js'
import { loadScenario, type Scenario } from './scenario.js'
import { count, oneOf } from './words.js'

/** What says how a run is made. */
export interface RunWords {
  readonly steps?: string
  readonly model?: string
  readonly seed?: string
}

/** A run that can be made: of a token, or of a scenario with the usual choices. */
export interface RunTarget {
  readonly scenario: Scenario
  /** Null where nothing but the scenario says how it goes. */
  readonly token: string | null
}

/** A run that was made. */
export interface MadeRun {
  readonly story: Story
  readonly verdict: Verdict
}

const MODELS: readonly Model[] = ['any', 'smp', 'up']

/**
 * Finds what is to be run.
 *
 * @param word - A token, or the word of a scenario.
 * @param other - The word of a scenario, for a token that names none.
 */
export async function targetOf(word: string, other: string | undefined): Promise<RunTarget> {
  if (/^kt\d*:/.test(word)) return { scenario: await scenarioOf(word, other), token: word }
  if (other !== undefined) throw new UsageError(`'${word}' is no token; expected one scenario, not also '${other}'`)
  return { scenario: await loadScenario(word), token: null }
}

/**
 * Makes a run: again, as its token says, or once with the usual choices, which are the release's own.
 *
 * @param until - Ends it after so many steps; more than it has are a wrong use.
 */
export function makeRun({ scenario, token }: RunTarget, words: RunWords, until?: number): MadeRun {
  const run = token === null ? once(scenario, words, until) : again(scenario, token, words, until)
  if (until !== undefined && !run.story.wasCut) requireStep(run.story, until)
  return run
}

function once(scenario: Scenario, words: RunWords, until: number | undefined): MadeRun {
  const { make, main, options } = scenario
  const { freeTimers, fromBoot, leaks, scenario: name } = options
  const model = words.model === undefined ? (options.model ?? 'smp') : oneOf('--model', words.model, MODELS)
  const steps = words.steps === undefined ? options.steps : count('--steps', words.steps, 1)
  const seed = words.seed === undefined ? undefined : count('--seed', words.seed, 0)
  const given = { model, freeTimers, fromBoot, leaks, scenario: name, steps, seed, until }
  return runOnce(make, main, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
}

function again(scenario: Scenario, token: string, words: RunWords, until: number | undefined): MadeRun {
  if (words.model !== undefined || words.seed !== undefined)
    throw new UsageError('--model and --seed are for a scenario: a token says itself how its run goes')
  return strictly(() => replayed(scenario, token, words, until === undefined ? {} : { until }))
}
