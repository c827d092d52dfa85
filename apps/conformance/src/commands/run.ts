import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { contractsOf, entriesOf, find, loadContracts } from '../contracts.js'
import { exitCodeOf, type ExitCode } from '../exit-code.js'
import { surveyTimed } from '../progress.js'
import { divergenceLines, labelled, lastLine, verdictLines } from '../report/text.js'
import { isPath } from '../scenario/file.js'
import type { RunWords } from '../scenario/made.js'
import { isExhibit } from '../scenario/scenario.js'
import { isShared, READINGS, standingOf, type Reading, type Survey } from '../survey.js'
import type { Terminal } from '../terminal.js'
import { totalsOf } from '../totals.js'
import { UsageError } from '../usage.js'
import { runScenarios } from './run-scenario.js'

export interface RunOptions extends RunWords {
  readonly release?: string
  readonly reading?: string
}

/** `kt run [word…]`: scenarios, once each; or clauses and divergences. */
export async function run(terminal: Terminal, words: readonly string[], options: RunOptions): Promise<ExitCode> {
  const isScenario = await Promise.all(words.map(async (word) => isPath(word) || (await isExhibit(word))))
  const { release, reading, ...runWords } = options
  if (!isScenario.includes(true)) {
    const given = Object.keys(runWords)[0]
    if (given !== undefined) throw new UsageError(`--${given} is for a scenario; expected a file or an exhibit`)
    return runClauses(terminal, words, options)
  }
  const id = words.find((_, at) => isScenario[at] === false)
  if (id !== undefined) throw new UsageError(`'${id}' is no scenario; expected either scenarios or ids of clauses`)
  if (release !== undefined || reading !== undefined)
    throw new UsageError('--release and --reading are for clauses: a scenario says itself what its kernel is')
  return runScenarios(terminal, words, runWords)
}

/** Each verdict with its evidence. Without an id, every clause and divergence of the releases. */
async function runClauses(terminal: Terminal, ids: readonly string[], options: RunOptions): Promise<ExitCode> {
  const contracts = contractsOf(await loadContracts(), options.release)
  const readings = readingsOf(options.reading)
  const entries = ids.length === 0 ? contracts.flatMap(entriesOf) : unique(ids).flatMap((id) => find(contracts, id))
  const { found, seconds } = surveyTimed(terminal, entries, readings)

  for (const paragraph of verdicts(terminal, found)) terminal.print(`${paragraph}\n`)
  terminal.print(lastLine(terminal, totalsOf(found), found, seconds))
  return exitCodeOf(found)
}

function verdicts(terminal: Terminal, found: Survey): string[] {
  const { clauses, divergences } = found
  return [
    ...clauses.map((result) => verdictLines(terminal, result, whereOf(found, result)).join('\n')),
    ...divergences.map((row) => [...divergenceLines(terminal, row), ...breaks(terminal, row)].join('\n')),
  ]
}

/** The release too, where the id alone does not tell it. */
function whereOf(found: Survey, result: ClauseResult): string {
  const place = standingOf(found, result)
  return isShared(found, result) ? `${result.release}, ${place}` : place
}

function breaks(terminal: Terminal, row: DivergenceResult): string[] {
  return row.breaks.length === 0 ? [] : labelled(terminal, 'breaks', row.breaks.join(' '))
}

function readingsOf(asked: string | undefined): readonly Reading[] {
  if (asked === undefined) return READINGS
  const found = READINGS.filter((reading) => reading === asked)
  if (found.length > 0) return found
  throw new UsageError(`no reading '${asked}'; expected ${READINGS.join(' or ')}`)
}

/** An id given twice is run once: the totals count clauses. */
function unique(ids: readonly string[]): string[] {
  return ids.filter((id, at) => ids.findIndex((other) => other.toUpperCase() === id.toUpperCase()) === at)
}
