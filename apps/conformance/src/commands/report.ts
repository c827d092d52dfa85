import { contractsOf, entriesOf, loadContracts } from '../contracts.js'
import { exitCodeOf, type ExitCode } from '../exit-code.js'
import { surveyTimed } from '../progress.js'
import { reportOf, textOf, writeWhole } from '../report/json.js'
import { lastLine } from '../report/text.js'
import type { Terminal } from '../terminal.js'

export interface ReportOptions {
  /** Path of the file to write, `-` for the standard output. */
  readonly json: string
  readonly release?: string
}

/** `kt report --json FILE`: everything that was asked and seen, for another program. */
export async function report(terminal: Terminal, { json, release }: ReportOptions): Promise<ExitCode> {
  const contracts = contractsOf(await loadContracts(), release)
  const { found, seconds } = surveyTimed(terminal, contracts.flatMap(entriesOf))
  const made = reportOf(contracts, found)
  if (json === '-') {
    terminal.print(textOf(made))
  } else {
    writeWhole(json, `${textOf(made)}\n`)
    terminal.print(lastLine(terminal, made.totals, found, seconds))
  }
  return exitCodeOf(found)
}
