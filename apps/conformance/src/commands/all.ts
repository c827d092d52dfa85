import { contractsOf, entriesOf, loadContracts, type AnyContract } from '../contracts.js'
import { exitCodeOf, type ExitCode } from '../exit-code.js'
import { matrix } from '../matrix.js'
import { surveyTimed } from '../progress.js'
import { divergenceTable } from '../report/divergences.js'
import { failures } from '../report/failures.js'
import { lastLine } from '../report/text.js'
import { sideBySide } from '../side-by-side.js'
import { partOf, type Survey } from '../survey.js'
import type { Terminal } from '../terminal.js'
import { totalsOf } from '../totals.js'

export interface AllOptions {
  readonly release?: string
  /** Leaves out what holds: prints failures and the last line. */
  readonly quiet?: boolean
}

/** `kt`: every clause of every release under both readings, every divergence, and how they fared. */
export async function all(terminal: Terminal, { release, quiet = false }: AllOptions): Promise<ExitCode> {
  const contracts = contractsOf(await loadContracts(), release)
  const { found, seconds } = surveyTimed(terminal, contracts.flatMap(entriesOf))

  if (!quiet) for (const contract of contracts) printRelease(terminal, contract, partOf(found, contract))
  if (!quiet && contracts.length > 1) terminal.print(`${sideBySide(terminal, contracts, found)}\n`)
  for (const tale of failures(terminal, found)) terminal.print(`${tale}\n`)
  terminal.print(lastLine(terminal, totalsOf(found), found, seconds))
  return exitCodeOf(found)
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
