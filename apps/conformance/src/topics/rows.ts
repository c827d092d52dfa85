import { poolOf, usualJobs } from '../pool.js'
import type { ReleaseName } from './releases.js'
import { rowOf, type Row } from './row.js'
import type { RowFound, RowTask } from './row.worker.js'
import type { Story } from './story.js'

/** Fewer are told before a worker has started. */
const WORTH_WORKERS = 8

/**
 * Tells stories to releases, on several cores where that is worth it: the same rows in the same order.
 *
 * @param starting - Hears how many were told before, and the id of one that is told now.
 */
export async function rowsOf(
  stories: readonly Story[],
  releases: readonly ReleaseName[],
  starting: (id: string, done: number, total: number) => void,
  jobs: number = usualJobs(),
): Promise<readonly Row[]> {
  if (jobs === 1 || stories.length < WORTH_WORKERS) {
    return stories.map((story, done) => {
      starting(story.id, done, stories.length)
      return rowOf(story, releases)
    })
  }
  const pool = poolOf('row', jobs)
  let done = 0
  try {
    return await Promise.all(
      stories.map(async (story): Promise<Row> => {
        const found = (await pool.run({ id: story.id, releases } satisfies RowTask)) as RowFound
        starting(story.id, ++done, stories.length)
        return { ...found, story }
      }),
    )
  } finally {
    await pool.destroy()
  }
}
