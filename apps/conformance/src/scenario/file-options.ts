import type { ExploreOptions } from '@kt/explore'
import { nearest, UsageError } from '../usage.js'

/** What a file's `options` may say, and how. What belongs to one search and not to the program stays out. */
const KINDS = {
  strategy: 'string',
  model: 'string',
  freeTimers: 'boolean',
  preemptions: 'number',
  schedules: 'number',
  steps: 'number',
  timeMs: 'number',
  stopAtFailure: 'boolean',
  seed: 'number',
  changes: 'number',
  fromBoot: 'boolean',
  races: 'boolean',
  leaks: 'boolean',
} as const satisfies { [K in keyof ExploreOptions]?: string }

/** The options that a file exports. */
export function optionsIn(path: string, exported: unknown): ExploreOptions {
  if (exported === undefined) return {}
  if (typeof exported !== 'object' || exported === null)
    throw new UsageError(`options of '${path}' are no object; expected such as { strategy: 'dfs', steps: 500 }`)
  for (const [name, value] of Object.entries(exported)) {
    const kind = (KINDS as Readonly<Record<string, string>>)[name]
    if (kind === undefined) {
      const closest = nearest(name, Object.keys(KINDS))
      throw new UsageError(`options of '${path}' have '${name}', which is none; nearest is ${closest}`)
    }
    if (typeof value !== kind) throw new UsageError(`option '${name}' of '${path}' is no ${kind}`)
    if (typeof value === 'number' && !(value >= 0))
      throw new UsageError(`option '${name}' of '${path}' is ${value}; expected a number from 0 up`)
  }
  return exported
}
