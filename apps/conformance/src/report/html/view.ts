/** What the parts of the page look up in a report. */
import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { toUSVString } from 'node:util'
import { printable } from '../../terminal.js'
import type { Report, ReportedRelease } from '../json.js'
import type { Changes } from '../since.js'
import { restingPs, type RestingPs } from './resting-ps.js'

/** Something a page, a row or a note says, under its id. */
interface Cited {
  readonly id: string
  readonly says: string
  /** Place in this page; null for a note, which has none. */
  readonly anchor: string | null
  /** Page and section, null where the id is of no page. */
  readonly place: string | null
}

/** A report with what is drawn from it once for all. */
export interface View {
  readonly report: Report
  readonly changes: Changes | null
  readonly purposes: readonly FoundPurpose[]
  readonly date: string | null
  readonly stepsMax: number
  label(release: string): string
  cite(release: string, id: string): Cited
  /** Stories that cite a clause. */
  askedBy(release: string, id: string): readonly string[]
  /** Whether the answers to a story bite porters. */
  bites(story: string): boolean
  readonly resting: RestingPs
}

/** Something that calls are for, with what every release of the report has for it. */
export interface FoundPurpose {
  readonly purpose: string
  readonly answers: readonly FoundAnswer[]
  /** Calls among these that mean something else elsewhere, and how that shows. */
  readonly friends: readonly { readonly name: string; readonly bite: string }[]
}

interface FoundAnswer {
  readonly release: string
  readonly calls: readonly string[]
  readonly catch: string
}

export interface ViewOptions {
  readonly notes: readonly { readonly release: string; readonly id: string; readonly says: string }[]
  readonly purposes: readonly FoundPurpose[]
  readonly changes: Changes | null
  readonly date: string | null
  /** More steps of a run than these are counted and not told. */
  readonly stepsMax: number
}

export function viewOf(made: Report, { notes, purposes, changes, date, stepsMax }: ViewOptions): View {
  const report = told(made)
  const cited = new Map<string, Cited>()
  for (const { release, id, says } of notes) cited.set(anchorOf(id, release), { id, says, anchor: null, place: null })
  for (const row of report.divergences) cited.set(anchorOf(row.id, row.release), citedRow(row))
  for (const clause of report.clauses) cited.set(anchorOf(clause.id, clause.release), citedClause(clause))
  const askedBy = storiesByClause(report)
  const biting = new Set(report.stories.filter(({ bites }) => bites !== null).map(({ id }) => id))
  return {
    report,
    changes: told(changes),
    purposes: told(purposes),
    date: told(date),
    stepsMax,
    label: (release) => report.releases.find((one) => one.release === release)?.label ?? release,
    cite: (release, id) => cited.get(anchorOf(id, release)) ?? { id, says: '', anchor: null, place: null },
    askedBy: (release, id) => askedBy.get(anchorOf(id, release)) ?? [],
    bites: (story) => biting.has(story),
    resting: restingPs(report.stories),
  }
}

/** Where something of a release stands in the page. */
export function anchorOf(id: string, release: string): string {
  return `${id}@${release}`
}

/** Address of a place in the page. Ids hold slashes and signs that an address may hold too. */
export function hrefOf(anchor: string): string {
  return `#${encodeURI(anchor)}`
}

/** Where the clauses of a page are. */
export function pageAnchor({ release }: Pick<ReportedRelease, 'release'>, page: string): string {
  return anchorOf(page, release)
}

function citedClause({ id, release, says, page, section }: ClauseResult): Cited {
  return { id, says, anchor: anchorOf(id, release), place: `${page}, ${section}` }
}

function citedRow({ id, release, says }: DivergenceResult): Cited {
  return { id, says: `${says.page} / ${says.kernel}`, anchor: anchorOf(id, release), place: null }
}

function storiesByClause({ stories }: Report): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { id, cells } of stories) {
    for (const { release, clauses } of cells) {
      for (const clause of clauses) {
        const key = anchorOf(clause, release)
        found.set(key, [...(found.get(key) ?? []), id])
      }
    }
  }
  return found
}

/** Thread names and console lines come from programs under test: whatever is told is made printable first, in one place. */
function told<T>(value: T): T {
  if (typeof value === 'string') {
    return toUSVString(value).split('\n').map(printable).join('\n') as T
  }
  if (Array.isArray(value)) return value.map(told) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, told(item)])) as T
}
