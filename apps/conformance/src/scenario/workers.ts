import {
  Exploration,
  merged,
  partsOf,
  programOf,
  type Ending,
  type ExploreOptions,
  type Report,
  type SearchProgress,
} from '@kt/explore'
import { setMaxListeners } from 'node:events'
import { poolOf } from '../pool.js'
import type { PartFound, PartTask } from './part.worker.js'
import type { Scenario } from './scenario.js'

/** Parts for each worker: enough for all to be busy until near the end. */
const PARTS_EACH = 64

/**
 * Explores a scenario on several cores: the same schedules, verdict and outcomes as on one.
 *
 * @param jobs - Workers.
 * @param interruption - Ends the search early, with what was found until then.
 * @returns Null when it was interrupted before anything was found.
 */
export async function exploreWithWorkers(
  { make, main, name: word }: Scenario,
  options: ExploreOptions,
  jobs: number,
  interruption: AbortSignal,
): Promise<Report | null> {
  const { onProgress, ...plain } = options
  const { fromBoot = false, steps, timeMs = Infinity } = options
  const subject = programOf(make, main, fromBoot, steps)
  const parts = partsOf(subject, plain, jobs * PARTS_EACH)
  const pool = poolOf('part', Math.min(jobs, parts.length))
  const done: (PartFound | undefined)[] = []
  const beginMs = performance.now()
  const stop = new AbortController()
  const ended = AbortSignal.any([interruption, stop.signal])
  // Each part that a worker has listens.
  setMaxListeners(0, ended)
  const search = async (part: PartTask['part'], at: number, leftMs: number): Promise<void> => {
    const bounded = timeMs === Infinity ? plain : { ...plain, timeMs: Math.max(1, leftMs) }
    try {
      done[at] = (await pool.run({ word, options: bounded, part } satisfies PartTask, { signal: ended })) as PartFound
    } catch (error) {
      // An error comes from a worker as a copy, without its class.
      if (!ended.aborted) throw isOfExplore(error) ? new TypeError(error.message) : error
      return
    }
    onProgress?.(progressOf(done, parts.length, performance.now() - beginMs))
    if (options.stopAtFailure === true && done[at].hasFailures) stop.abort()
  }
  // A part is handed out only when a worker is free: what is left of the time is known no earlier.
  const waiting = parts.entries()
  const searchOn = async (): Promise<void> => {
    for (const [at, part] of waiting) {
      const leftMs = timeMs - (performance.now() - beginMs)
      // Each worker gets one, or there would be nothing to tell.
      if (ended.aborted || (leftMs <= 0 && at >= jobs)) return
      await search(part, at, leftMs)
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, searchOn))
  } finally {
    await pool.destroy()
  }
  const found = done.filter((part) => part !== undefined)
  if (found.length === 0) return null
  return Exploration.reportOf(
    subject,
    plain,
    merged(found.map((part) => part.found)),
    endOf(found, parts.length, ended),
  )
}

function isOfExplore(error: unknown): error is { readonly message: string } {
  const { message } = (error ?? {}) as { readonly message?: unknown }
  return typeof message === 'string' && message.startsWith('explore: ')
}

/** Of several ends the one that says most about what was not run. */
function endOf(found: readonly PartFound[], parts: number, ended: AbortSignal): Ending | null {
  const ends = new Set(found.map(({ endedBy }) => endedBy))
  for (const end of ['failure', 'time', 'steps'] as const) if (ends.has(end)) return end
  if (found.length < parts) return ended.aborted ? 'interrupted' : 'time'
  return ends.has('schedules') ? 'schedules' : null
}

function progressOf(done: readonly (PartFound | undefined)[], parts: number, tookMs: number): SearchProgress {
  const found = done.filter((part) => part !== undefined)
  const schedules = found.reduce((sum, part) => sum + part.found.schedules, 0)
  return {
    schedules,
    perSecond: (schedules * 1000) / tookMs,
    depth: 0,
    estimate: (schedules * parts) / found.length,
    failures: found.filter(({ hasFailures }) => hasFailures).length,
  }
}
