import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contractsOf, entriesOf, loadContracts, releaseOf, type AnyContract } from '../contracts.js'
import { exitCodeOfRows, exitCodeOf, worst, type ExitCode } from '../exit-code.js'
import { matrix } from '../matrix.js'
import { rowsTimed, surveyTimed } from '../progress.js'
import { divergenceTable } from '../report/divergences.js'
import { failures } from '../report/failures.js'
import { rowLines, rowMatrix, rowsLine } from '../report/rows.js'
import { lastLine } from '../report/text.js'
import { sideBySide } from '../side-by-side.js'
import { partOf, type Survey } from '../survey.js'
import { pad, wrap, type Terminal } from '../terminal.js'
import { isRelease } from '../topics/releases.js'
import type { Row } from '../topics/row.js'
import { stories } from '../topics/stories/index.js'
import { totalsOf } from '../totals.js'
import { requirePlace } from '../write-whole.js'

export interface AllOptions {
  readonly release?: string
  /** Leaves out what holds: prints failures and the last lines. */
  readonly quiet?: boolean
  /** Path of a page to write, with the evidence for everything. */
  readonly html?: string
}

/** `kt`: every clause and divergence of every release, every story told to all of them, and how they fared. */
export async function all(terminal: Terminal, { release, quiet = false, html }: AllOptions): Promise<ExitCode> {
  if (html !== undefined) requirePlace(html)
  const contracts = contractsOf(await loadContracts(), release)
  const { found, seconds } = surveyTimed(terminal, contracts.flatMap(entriesOf))
  // With one release there is nothing to compare.
  const releases = contracts.map(releaseOf).filter(isRelease)
  const told = await rowsTimed(terminal, releases.length > 1 ? stories : [], releases)

  if (!quiet) {
    for (const contract of contracts) printRelease(terminal, contract, partOf(found, contract))
    if (contracts.length > 1) terminal.print(`${sideBySide(terminal, contracts, found)}\n`)
    if (told.found.length > 0) printRows(terminal, told.found)
  }
  for (const tale of failures(terminal, found)) terminal.print(`${tale}\n`)
  for (const row of told.found.filter(({ complaint }) => complaint !== null))
    terminal.print(`${rowLines(terminal, row, false).join('\n')}\n`)
  terminal.print(lastLine(terminal, totalsOf(found), found, seconds))
  if (told.found.length > 0) terminal.print(rowsLine(terminal, told.found, told.seconds))
  if (html !== undefined) {
    const { writeHtml } = await import('../report/html.js')
    writeHtml(html, { contracts, survey: found, rows: told.found })
    terminal.print(`the evidence for all of it: ${pathToFileURL(resolve(html)).href}`)
  }
  return worst([exitCodeOf(found), exitCodeOfRows(told.found)])
}

/** The table of the stories, and each in a sentence where releases differ. */
function printRows(terminal: Terminal, rows: readonly Row[]): void {
  const { bold } = terminal.colours
  terminal.print(`${bold('One story, every release')}\n`)
  terminal.print(`${rowMatrix(terminal, rows)}\n`)
  terminal.print(`${bold('Where they differ')}, and kt compare <story> tells the answers\n`)
  const differing = rows.filter(({ differs }) => differs)
  const width = Math.max(...differing.map(({ story }) => story.id.length))
  for (const { story } of differing)
    for (const [at, line] of wrap(story.differ, terminal.columns - width - 4).entries())
      terminal.print(`  ${pad(at === 0 ? story.id : '', width)}  ${line}`)
  terminal.print('')
}

/** A matrix for each page of the release, then where page and kernel part. */
function printRelease(terminal: Terminal, { label, pages }: AnyContract, part: Survey): void {
  const { bold, dim } = terminal.colours
  for (const { page, date } of pages) {
    const clauses = part.clauses.filter((clause) => clause.page === page)
    terminal.print(`${bold(label)}  ${dim(`${page} of ${date}`)}\n`)
    terminal.print(`${matrix(terminal, clauses)}\n`)
  }
  if (part.divergences.length === 0) return
  terminal.print(`${bold(`${label}: where page and kernel part`)}\n`)
  terminal.print(`${divergenceTable(terminal, part.divergences)}\n`)
}
