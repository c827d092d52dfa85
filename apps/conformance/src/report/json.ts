import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { releaseOf, type AnyContract } from '../contracts.js'
import { partOf, type Survey } from '../survey.js'
import { totalsOf, type Totals } from '../totals.js'
import { UsageError } from '../usage.js'
import { version } from '../version.js'

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
}

/** The report that other programs read. `schema/report.schema.json` describes it. */
export interface Report {
  /** Changes when a reader has to change. */
  readonly schema: 'kt-report/1'
  /** Version of this package. */
  readonly version: string
  readonly releases: readonly ReportedRelease[]
  /** One entry for each clause and reading. */
  readonly clauses: readonly ClauseResult[]
  readonly divergences: readonly DivergenceResult[]
  readonly totals: Totals
}

/** Makes the report of a survey. Nothing in it depends on when or where it was made. */
export function reportOf(contracts: readonly AnyContract[], survey: Survey): Report {
  return {
    schema: 'kt-report/1',
    version: version(),
    releases: contracts.map((contract) => ({
      release: releaseOf(contract),
      label: contract.label,
      pages: contract.pages.map(({ page, date }) => ({ page, date })),
      totals: totalsOf(partOf(survey, contract)),
    })),
    clauses: survey.clauses,
    divergences: survey.divergences,
    totals: totalsOf(survey),
  }
}

export function textOf(report: Report): string {
  return JSON.stringify(report, null, 2)
}

/** Writes a file whole or not at all: beside it first, then over it. */
export function writeWhole(file: string, text: string): void {
  try {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined) {
      replace(file, text)
      return
    }
    // A pipe or a device is written to: a file put in its place would destroy it.
    if (!stat.isFile()) {
      writeFileSync(file, text)
      return
    }
    // To put a new file over a protected one needs no right to write it, so that is asked here.
    accessSync(file, constants.W_OK)
    if ((stat.mode & 0o222) === 0) throw Object.assign(new Error('read-only'), { code: 'EACCES' })
    // A link stays a link.
    replace(realpathSync(file), text, stat.mode)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot write '${file}' (${code ?? message}); expected a path that can be written`, {
      cause: error,
    })
  }
}

function replace(path: string, text: string, mode = 0o666): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  try {
    writeFileSync(beside, text, { flag: 'wx', mode })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
