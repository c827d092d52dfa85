import type { Survey } from './survey.js'

/** How many clauses of one kind there are, and how they fared under each reading. */
export interface ClauseTotals {
  readonly clauses: number
  readonly page: { readonly pass: number; readonly fail: number }
  readonly kernel: { readonly pass: number; readonly contradicts: number; readonly fail: number }
}

export interface Totals {
  /** Clauses that a run can keep or break. */
  readonly executed: ClauseTotals
  /** Clauses that only describe, whose fact is checked against the package. */
  readonly described: ClauseTotals
  readonly divergences: {
    readonly rows: number
    /** Rows whose two readings showed something different. */
    readonly differ: number
    readonly pass: number
    readonly fail: number
  }
}

export function totalsOf(survey: Survey): Totals {
  const { clauses, divergences } = survey
  const fail = divergences.filter(({ state }) => state === 'fail').length
  return {
    executed: countClauses(clauses.filter(({ kind }) => kind === 'executed')),
    described: countClauses(clauses.filter(({ kind }) => kind === 'described')),
    divergences: {
      rows: divergences.length,
      differ: divergences.filter(({ saw }) => saw.page !== saw.kernel).length,
      pass: divergences.length - fail,
      fail,
    },
  }
}

export function countClauses(results: Survey['clauses']): ClauseTotals {
  const count = (reading: string, state: string): number =>
    results.filter((result) => result.reading === reading && result.state === state).length
  return {
    // Two releases may share a page, and its ids with it.
    clauses: new Set(results.map(({ release, id }) => `${release} ${id}`)).size,
    page: { pass: count('page', 'pass'), fail: count('page', 'fail') },
    kernel: {
      pass: count('kernel', 'pass'),
      contradicts: count('kernel', 'contradicts'),
      fail: count('kernel', 'fail'),
    },
  }
}
