import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { createHash } from 'node:crypto'
import { releaseOf, type AnyContract } from '../contracts.js'
import type { ProofResult } from '../prove.js'
import { partOf, type Survey } from '../survey.js'
import type { Row } from '../topics/row.js'
import { totalsOf, type Totals } from '../totals.js'
import { version } from '../version.js'
import { countCells, reportedStory, type CellCounts, type ReportedStory } from './topics.js'

/** A page that was asked. */
export interface ReportedPage {
  /** `kthread(9)`. */
  readonly page: string
  /** Date at its foot. */
  readonly date: string
}

/** What was asked of one release. */
export interface ReportedRelease {
  /** `netbsd/10.1`. */
  readonly release: string
  /** `NetBSD 10.1`. */
  readonly label: string
  readonly pages: readonly ReportedPage[]
  readonly totals: Totals
  /** Its cells of the comparison. */
  readonly cells: CellCounts
}

/** The report that other programs read. `schema/report.schema.json` describes it. */
export interface Report {
  /** Changes when a reader has to change. */
  readonly schema: 'kt-report/2'
  /** Version of this package. */
  readonly version: string
  /** One hash over the trace hashes of all runs that clauses and stories left as evidence. */
  readonly traceHash: string
  readonly releases: readonly ReportedRelease[]
  /** One entry for each clause and reading. */
  readonly clauses: readonly ClauseResult[]
  readonly divergences: readonly DivergenceResult[]
  /** The comparison: one entry for each story. */
  readonly stories: readonly ReportedStory[]
  /** Promises under every schedule; null when the report was made without them. */
  readonly proofs: readonly ProofResult[] | null
  readonly totals: Totals
}

/** What a report is made from. */
export interface Found {
  readonly contracts: readonly AnyContract[]
  readonly survey: Survey
  readonly rows: readonly Row[]
  readonly proofs?: readonly ProofResult[]
}

/** Makes the report. Nothing in it depends on when or where it was made. */
export function reportOf({ contracts, survey, rows, proofs }: Found): Report {
  const stories = rows.map(reportedStory)
  return {
    schema: 'kt-report/2',
    version: version(),
    traceHash: hashOf(survey, stories),
    releases: contracts.map((contract) => ({
      release: releaseOf(contract),
      label: contract.label,
      pages: contract.pages.map(({ page, date }) => ({ page, date })),
      totals: totalsOf(partOf(survey, contract)),
      cells: countCells(stories, releaseOf(contract)),
    })),
    clauses: survey.clauses,
    divergences: survey.divergences,
    stories,
    proofs: proofs ?? null,
    totals: totalsOf(survey),
  }
}

/** Two reports with other hashes were made from other runs. Divergences and proofs keep no hashes of theirs. */
function hashOf({ clauses }: Survey, stories: readonly ReportedStory[]): string {
  const hash = createHash('sha256')
  for (const { evidence } of clauses) for (const { traceHash } of evidence.runs) hash.update(`${traceHash}\n`)
  for (const { page, kernel } of stories.flatMap(({ cells }) => cells)) {
    for (const { evidence } of [page, kernel]) hash.update(`${evidence?.traceHash ?? ''}\n`)
  }
  return hash.digest('hex')
}

export function textOf(report: Report): string {
  return JSON.stringify(report, null, 2)
}
