import { READINGS, surveyEntries, type Reading, type Survey } from './survey.js'
import type { Entry } from './contracts.js'
import type { Terminal } from './terminal.js'
import { RELEASES, type ReleaseName } from './topics/releases.js'
import type { Row } from './topics/row.js'
import { rowsOf } from './topics/rows.js'
import type { Story } from './topics/story.js'

/** Work shorter than this is done before a line about it could be read. */
const SILENT_MS = 400

/** Something that took a while. */
export interface Timed<T> {
  readonly found: T
  readonly seconds: number
}

/** Says that something begins, and how much of all was done before it. */
type Starting = (name: string, done: number, total: number) => void

/** Shows how far work is when it takes long, and says how long it took. */
class Watch {
  private readonly beginMs = performance.now()

  constructor(private readonly terminal: Terminal) {}

  readonly starting: Starting = (name, done, total) => {
    if (performance.now() - this.beginMs > SILENT_MS) this.terminal.progress.show(done, total, name)
  }

  end<T>(found: T): Timed<T> {
    this.terminal.progress.end()
    return { found, seconds: (performance.now() - this.beginMs) / 1000 }
  }
}

/** Does work that tells how far it is. */
export function timed<T>(terminal: Terminal, work: (starting: Starting) => T): Timed<T> {
  const watch = new Watch(terminal)
  return watch.end(work(watch.starting))
}

/** Runs clauses and divergences. */
export function surveyTimed(
  terminal: Terminal,
  entries: readonly Entry[],
  readings: readonly Reading[] = READINGS,
): Timed<Survey> {
  return timed(terminal, (starting) => surveyEntries(entries, readings, starting))
}

/** Tells stories to releases. */
export async function rowsTimed(
  terminal: Terminal,
  stories: readonly Story[],
  releases: readonly ReleaseName[] = RELEASES,
): Promise<Timed<readonly Row[]>> {
  const watch = new Watch(terminal)
  return watch.end(await rowsOf(stories, releases, watch.starting))
}
