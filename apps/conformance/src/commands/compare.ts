import { exitCodeOfRows, type ExitCode } from '../exit-code.js'
import { rowLines, rowMatrix, rowsLine } from '../report/rows.js'
import { rowsTimed } from '../progress.js'
import type { Terminal } from '../terminal.js'
import { releasesOf, storiesOf } from '../topics/asked.js'
import { isRelease } from '../topics/releases.js'
import type { Row } from '../topics/row.js'
import { stories } from '../topics/stories/index.js'
import { TOPICS, type Topic } from '../topics/topics.js'
import { UsageError } from '../usage.js'

export interface CompareOptions {
  /** Rows on which all answer alike too. */
  readonly all?: boolean
  readonly falseFriends?: boolean
  /** Only these releases, or systems. */
  readonly release?: readonly string[]
  /** Only the table. */
  readonly matrix?: boolean
  readonly quiet?: boolean
}

/** `kt compare [topic…]`: the same story told to every release. Two releases: what changes from one to the other. */
export async function compare(
  terminal: Terminal,
  words: readonly string[],
  options: CompareOptions,
): Promise<ExitCode> {
  if (options.falseFriends === true) {
    refuseBeside('--false-friends', options, ['falseFriends', 'release'])
    const { compareFriends } = await import('./compare-friends.js')
    return compareFriends(terminal, words, releasesOf(options.release))
  }
  if (words.some((word) => word.includes('/') && isRelease(word.toLowerCase()))) {
    refuseBeside('two releases', options, [])
    const { compareReleases } = await import('./compare-releases.js')
    return compareReleases(terminal, words)
  }
  const asked = words.length === 0 ? stories : words.flatMap(storiesOf)
  const { found: rows, seconds } = await rowsTimed(terminal, [...new Set(asked)], releasesOf(options.release))
  printRows(terminal, rows, {
    isMatrix: options.matrix === true,
    isAll: options.all === true || words.some((word) => word.includes('/')),
    isDetailed: words.some((word) => word.includes('/')),
    isQuiet: options.quiet === true,
  })
  terminal.print(rowsLine(terminal, rows, seconds))
  return exitCodeOfRows(rows)
}

/** An option that would change nothing is refused: who gave it expected something. */
function refuseBeside(what: string, options: CompareOptions, fitting: readonly (keyof CompareOptions)[]): void {
  const names = Object.keys(options) as (keyof CompareOptions)[]
  const other = names.find((name) => !fitting.includes(name))
  if (other !== undefined)
    throw new UsageError(
      `--${other === 'falseFriends' ? 'false-friends' : other} is for stories, and does not go with ${what}`,
    )
}

interface Showing {
  readonly isMatrix: boolean
  readonly isAll: boolean
  readonly isDetailed: boolean
  readonly isQuiet: boolean
}

function printRows(terminal: Terminal, rows: readonly Row[], { isMatrix, isAll, isDetailed, isQuiet }: Showing): void {
  if (isMatrix || (!isQuiet && !isDetailed && rows.length > 1)) terminal.print(`${rowMatrix(terminal, rows)}\n`)
  if (isMatrix) return
  for (const topic of Object.keys(TOPICS) as Topic[]) {
    const told = rows.filter((row) => row.story.topic === topic && (isAll || isTold(row, isQuiet)))
    if (told.length === 0) continue
    terminal.print(`${terminal.colours.bold(terminal.colours.underline(TOPICS[topic]))}\n`)
    for (const row of told) terminal.print(`${rowLines(terminal, row, isDetailed).join('\n')}\n`)
  }
}

/** A row on which all answer alike tells a porter nothing; one that has gone stale is told in any case. */
function isTold(row: Row, isQuiet: boolean): boolean {
  return row.complaint !== null || (!isQuiet && (row.differs || row.cells.some(({ state }) => state === 'contradicts')))
}
