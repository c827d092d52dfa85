/** The conformance report as data, for programs that would rather not run the command. */
import { contractsOf, entriesOf, loadContracts } from './contracts.js'
import { reportOf, type Report } from './report/json.js'
import { surveyEntries } from './survey.js'

/**
 * Runs every clause of every release under both readings, and every divergence.
 *
 * @param release - A release (`netbsd/10.1`) or a system (`netbsd`); all of them when left out.
 * @returns The report that `kt report --json` writes.
 * @throws Error if there is no such release.
 */
export async function conformance(release?: string): Promise<Report> {
  const contracts = contractsOf(await loadContracts(), release)
  return reportOf(contracts, surveyEntries(contracts.flatMap(entriesOf)))
}

export type { Report, ReportedPage, ReportedRelease } from './report/json.js'
export type { ClauseTotals, Totals } from './totals.js'
export type { ClauseResult, ClauseState, DivergenceResult, Evidence, RunEvidence } from '@kt/core/contract'
