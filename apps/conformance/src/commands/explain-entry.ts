import { factsOf, type ClauseResult, type PageFacts } from '@kt/core/contract'
import { find, notesOf, releaseOf, type AnyContract, type ClauseEntry, type Entry } from '../contracts.js'
import { exitCodeOf, ExitCode, worst } from '../exit-code.js'
import { runProof } from '../prove.js'
import { proofBound, proofWord } from '../report/proofs.js'
import { divergenceLines, evidenceLines, labelled, stateWord } from '../report/text.js'
import { READINGS, surveyEntries, type Survey } from '../survey.js'
import type { Terminal } from '../terminal.js'

/** A note, or a clause or a divergence in our words, where it stands, and how it fares under both readings. */
export function explainEntry(terminal: Terminal, contracts: readonly AnyContract[], id: string): ExitCode {
  const notes = notesOf(contracts, id)
  if (notes.length > 0) {
    terminal.print(
      notes.flatMap((note) => [terminal.colours.bold(note.id), ...labelled(terminal, 'says', note.says, 3)]).join('\n'),
    )
    return ExitCode.allHold
  }
  const entries = find(contracts, id)
  const surveys = entries.map((entry) => surveyEntries([entry]))
  const paragraphs = entries.map((entry, at) => explanation(terminal, entry, surveys[at]!).join('\n'))
  terminal.print(paragraphs.join('\n\n'))
  return worst(surveys.map(exitCodeOf))
}

function explanation(terminal: Terminal, entry: Entry, found: Survey): string[] {
  return 'clause' in entry ? clauseLines(terminal, entry, found) : rowLines(terminal, entry, found)
}

function clauseLines(terminal: Terminal, { contract, clause }: ClauseEntry, found: Survey): string[] {
  const kind = {
    executed: 'executed: a run keeps or breaks it',
    described: 'described: its fact is checked against the package',
  }[clause.kind]
  return [
    terminal.colours.bold(clause.id),
    ...labelled(terminal, 'page', `${sourceOf(contract, [factsOf(contract, clause.page)])}, ${clause.section}`),
    ...labelled(terminal, 'says', clause.says),
    ...labelled(terminal, 'kind', kind),
    ...found.clauses.flatMap((result) => ['', ...readingLines(terminal, contract, result)]),
    ...proofsOf(terminal, contract, clause.id),
  ]
}

/** How the promise fares under every schedule, or why it is none about schedules. */
function proofsOf(terminal: Terminal, contract: AnyContract, id: string): string[] {
  const reason = contract.notOfSchedules[id]
  const results = contract.proofs
    .filter(({ clauses }) => clauses.includes(id))
    .flatMap((proof) => READINGS.map((reading) => runProof(contract, proof, reading)))
  return [
    ...(reason === undefined ? [] : ['', ...labelled(terminal, 'schedules', reason)]),
    ...results.flatMap((result) => [
      '',
      `${proofWord(terminal, result.state)}  reading ${result.reading}, under schedules: ${proofBound(result)}`,
      ...labelled(terminal, 'proof', result.says),
      ...(result.message === null ? [] : labelled(terminal, 'saw', result.message, 3)),
    ]),
  ]
}

function readingLines(terminal: Terminal, contract: AnyContract, result: ClauseResult): string[] {
  const row = contract.divergences.find(({ id }) => id === result.divergence)
  return [
    `${stateWord(terminal, result.state)}  reading ${result.reading}`,
    ...(result.message === null ? [] : labelled(terminal, 'saw', result.message, 3)),
    ...(row === undefined ? [] : labelled(terminal, 'because', `${row.id}: ${row.kernel}`, 2)),
    ...evidenceLines(terminal, result.evidence),
  ]
}

function rowLines(terminal: Terminal, { contract }: Entry, found: Survey): string[] {
  return found.divergences.flatMap((row) => [
    ...divergenceLines(terminal, row),
    ...row.breaks.flatMap((id) => {
      const clause = contract.clauses.find((candidate) => candidate.id === id)
      return clause === undefined ? [] : labelled(terminal, 'breaks', `${id}: ${clause.says}`, 2)
    }),
    ...labelled(terminal, 'where', sourceOf(contract, contract.pages)),
  ])
}

/** Pages with their dates, and the release they belong to. */
function sourceOf(contract: AnyContract, pages: readonly PageFacts[]): string {
  const dated = pages.map(({ page, date }) => `${page} of ${date}`).join(' and ')
  return `${dated}, ${contract.label} (${releaseOf(contract)})`
}
