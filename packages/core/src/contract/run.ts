import type { Clause, ClauseKind, Contract, Divergence } from './clause.js'
import { ClauseViolation } from './expect.js'
import { Trial, type Evidence } from './trial.js'

/** How a clause fared. `contradicts`: the kernel breaks the page here, as a divergence says. */
export type ClauseState = 'pass' | 'fail' | 'contradicts'

/** The verdict on one clause under one reading. */
export interface ClauseResult {
  readonly id: string
  /** System and release, joined by a slash. */
  readonly release: string
  readonly page: string
  readonly section: string
  readonly says: string
  readonly kind: ClauseKind
  readonly reading: 'page' | 'kernel'
  readonly state: ClauseState
  /** What was seen instead, when the state is not `pass`. */
  readonly message: string | null
  /** Whether the check broke down instead of passing a verdict: a fault of ours, with the state `fail`. */
  readonly isBroken: boolean
  /** The divergence that explains a contradiction. */
  readonly divergence: string | null
  readonly evidence: Evidence
}

/** What was seen of one divergence. */
export interface DivergenceResult {
  readonly id: string
  readonly release: string
  /** What page and kernel say, in our words. */
  readonly says: { readonly page: string; readonly kernel: string }
  readonly breaks: readonly string[]
  /** What the scenario showed under each reading. */
  readonly saw: { readonly page: string; readonly kernel: string }
  readonly differs: boolean
  /** Whether the scenario broke down: a fault of ours. */
  readonly isBroken: boolean
  /** `fail` when the readings part and the row says they do not, or the reverse, or the scenario broke down. */
  readonly state: 'pass' | 'fail'
}

const READINGS = ['page', 'kernel'] as const

/** Runs one clause under one reading. */
export function runClause<K>(contract: Contract<K>, clause: Clause<K>, reading: 'page' | 'kernel'): ClauseResult {
  const trial = new Trial(contract, reading)
  const seen = attempt(() => {
    // A clause of a page that the release does not have would be missing wherever clauses are told page by page.
    trial.page(clause.page)
    clause.check(trial)
  })
  const row = contract.divergences.find(({ breaks }) => breaks.includes(clause.id)) ?? null
  const { id, page, section, says, kind } = clause
  return {
    id,
    release: `${contract.os}/${contract.release}`,
    page,
    section,
    says,
    kind,
    reading,
    ...verdict(reading, seen, row?.id ?? null),
    evidence: trial.evidence(),
  }
}

/**
 * Under `'page'` a clause holds. Under `'kernel'` exactly the listed ones do not: one that holds after all is stale. A
 * check that broke down proves nothing either way.
 */
function verdict(
  reading: 'page' | 'kernel',
  seen: Seen,
  row: string | null,
): Pick<ClauseResult, 'state' | 'message' | 'isBroken' | 'divergence'> {
  const { message, isBroken } = seen
  if (isBroken || reading === 'page' || row === null) {
    return { state: message === null ? 'pass' : 'fail', message, isBroken, divergence: null }
  }
  if (message !== null) return { state: 'contradicts', message, isBroken, divergence: row }
  return {
    state: 'fail',
    message: `${row} says that the kernel breaks this clause, and it holds`,
    isBroken,
    divergence: row,
  }
}

/** Runs every clause of a contract, under both readings unless told otherwise. */
export function* runClauses<K>(
  contract: Contract<K>,
  readings: readonly ('page' | 'kernel')[] = READINGS,
): Generator<ClauseResult, void, undefined> {
  for (const clause of contract.clauses) for (const reading of readings) yield runClause(contract, clause, reading)
}

/** Runs the scenario of a divergence under both readings. */
export function runDivergence<K>(contract: Contract<K>, row: Divergence<K>): DivergenceResult {
  const saw = { page: '', kernel: '' }
  let isBroken = false
  let isWhole = true
  for (const reading of READINGS) {
    const seen = attempt(() => {
      saw[reading] = row.observe(new Trial(contract, reading))
    })
    if (seen.message === null) continue
    isWhole = false
    isBroken ||= seen.isBroken
    saw[reading] = seen.message
  }
  const { id, page, kernel, breaks, differs } = row
  return {
    id,
    release: `${contract.os}/${contract.release}`,
    says: { page, kernel },
    breaks,
    saw,
    differs,
    isBroken,
    state: isWhole && (saw.page !== saw.kernel) === differs ? 'pass' : 'fail',
  }
}

/** How a check ended: null for one that passed, else what it saw, or how it broke down. */
interface Seen {
  readonly message: string | null
  readonly isBroken: boolean
}

function attempt(run: () => void): Seen {
  try {
    run()
    return { message: null, isBroken: false }
  } catch (error) {
    if (error instanceof ClauseViolation) return { message: error.message, isBroken: false }
    return { message: `the check broke down, a fault of ours: ${String(error)}`, isBroken: true }
  }
}
