import type { ReleaseName } from './releases.js'
import { rowOf, type Row } from './row.js'
import { stories } from './stories/index.js'

/** What a worker is asked to do. */
export interface RowTask {
  readonly id: string
  readonly releases: readonly ReleaseName[]
}

/** A row without its story, which has functions and does not travel. */
export type RowFound = Omit<Row, 'story'>

/** Tells a story. */
export default function tellStory({ id, releases }: RowTask): RowFound {
  const { cells, groups, differs, complaint } = rowOf(
    stories.find((story) => story.id === id)!,
    releases,
  )
  return { cells, groups, differs, complaint }
}
