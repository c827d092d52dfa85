/** The conformance report as data, for programs that would rather not run the command. */
import { contractsOf, entriesOf, loadContracts, releaseOf } from './contracts.js'
import { reportOf, type Report } from './report/json.js'
import { surveyEntries } from './survey.js'
import { storiesOf } from './topics/asked.js'
import { isRelease } from './topics/releases.js'
import { rowOf } from './topics/row.js'
import { stories } from './topics/stories/index.js'

/**
 * Runs every clause of every release under both readings, every divergence, and every story of the comparison.
 *
 * @param release - A release (`netbsd/10.1`) or a system (`netbsd`); all of them when left out.
 * @param topics - Topics (`join`) or stories (`join/returns`) to tell; all of them when left out. They take the longest.
 * @returns The report that `kt report --json` writes.
 * @throws Error if there is no such release or topic.
 */
export async function conformance(release?: string, topics?: readonly string[]): Promise<Report> {
  const contracts = contractsOf(await loadContracts(), release)
  const told = topics === undefined ? stories : [...new Set(topics.flatMap(storiesOf))]
  const releases = contracts.map(releaseOf).filter(isRelease)
  return reportOf({
    contracts,
    survey: surveyEntries(contracts.flatMap(entriesOf)),
    rows: told.map((story) => rowOf(story, releases)),
  })
}

export type { Report, ReportedPage, ReportedRelease } from './report/json.js'
export type { CellCounts, ReportedAnswer, ReportedCell, ReportedStory } from './report/topics.js'
export type { ClauseTotals, Totals } from './totals.js'
export type { ProofResult, ProofState } from './prove.js'
export type { AnswerEvidence, Seen } from './topics/answer.js'
export type { ReleaseName } from './topics/releases.js'
export type { CellState } from './topics/row.js'
export type { Topic } from './topics/topics.js'
export type { ClauseResult, ClauseState, DivergenceResult, Evidence, RunEvidence } from '@kt/core/contract'
