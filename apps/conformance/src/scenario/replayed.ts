import {
  parseToken,
  replay,
  TokenError,
  type Replayed,
  type ReplayOptions,
  type Story,
  type TokenContents,
} from '@kt/explore'
import { UsageError } from '../usage.js'
import { loadScenario, type Scenario } from './scenario.js'
import { count } from './words.js'

/** What says how a token is replayed. */
export interface ReplayWords {
  readonly steps?: string
}

/** Reads a token. A torn one is a wrong use. */
function readToken(token: string): TokenContents {
  try {
    return parseToken(token)
  } catch (error) {
    if (error instanceof TokenError) throw new UsageError(`'${token}': ${error.message}`, { cause: error })
    throw error
  }
}

/** The scenario that a token is of: the one it names, unless the command names one. */
export async function scenarioOf(token: string, word: string | undefined): Promise<Scenario> {
  const { scenario } = readToken(token)
  if (word !== undefined) return loadScenario(word)
  if (scenario !== null) return loadScenario(scenario)
  throw new UsageError('this token names no scenario; expected one behind it, such as ./x.ts')
}

/** Makes a run again. */
export function replayed(scenario: Scenario, token: string, { steps }: ReplayWords, options: ReplayOptions): Replayed {
  const { make, main } = scenario
  const { fromBoot = false, steps: stepsMax } = scenario.options
  const bound = steps === undefined ? stepsMax : count('--steps', steps, 1)
  return replay(make, main, token, { fromBoot, ...(bound === undefined ? {} : { steps: bound }), ...options })
}

/** A place behind the end of a run is a wrong use. Steps are counted as `@n` and the numbers in a schedule count them. */
export function requireStep({ steps }: Story, at: number): void {
  const last = steps.filter(({ who }) => who !== '').length
  if (at > last) throw new UsageError(`@${at} is beyond the end: the run has ${last} steps; expected @0 to @${last}`)
}
