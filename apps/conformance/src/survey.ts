/** Runs contracts and keeps the verdicts. Everything that is printed or written is made from a survey. */
import { KernelPanic, UndefinedBehaviour } from '@kt/core'
import { ClauseViolation, runClause, runDivergence } from '@kt/core/contract'
import type { Clause, ClauseResult, Divergence, DivergenceResult } from '@kt/core/contract'
import { idOf, releaseOf, type AnyContract, type Entry } from './contracts.js'

export type Reading = ClauseResult['reading']

export const READINGS: readonly Reading[] = ['page', 'kernel']

export interface Survey {
  readonly clauses: readonly ClauseResult[]
  readonly divergences: readonly DivergenceResult[]
  /** Checks that broke down instead of passing a verdict, one line each. */
  readonly faults: readonly string[]
}

/** Runs some clauses and divergences, in the order given; `starting` hears of each before it runs. */
export function surveyEntries(
  entries: readonly Entry[],
  readings: readonly Reading[] = READINGS,
  starting: (id: string, done: number, total: number) => void = () => undefined,
): Survey {
  const clauses: ClauseResult[] = []
  const divergences: DivergenceResult[] = []
  const faults: string[] = []
  for (const [done, entry] of entries.entries()) {
    starting(idOf(entry), done, entries.length)
    if ('clause' in entry) {
      const clause = watchedClause(entry.clause, faults)
      clauses.push(...readings.map((reading) => runClause(entry.contract, clause, reading)))
    } else {
      divergences.push(runDivergence(entry.contract, watchedDivergence(entry.divergence, faults)))
    }
  }
  return { clauses, divergences, faults }
}

/** The part of a survey that is about one release. */
export function partOf({ clauses, divergences, faults }: Survey, contract: AnyContract): Survey {
  const name = releaseOf(contract)
  return {
    clauses: clauses.filter(({ release }) => release === name),
    divergences: divergences.filter(({ release }) => release === name),
    faults,
  }
}

function watchedClause(clause: Clause<unknown>, faults: string[]): Clause<unknown> {
  const { id } = clause
  return { ...clause, check: (trial) => watch(id, faults, () => clause.check(trial)) }
}

function watchedDivergence(row: Divergence<unknown>, faults: string[]): Divergence<unknown> {
  const { id } = row
  return { ...row, observe: (trial) => watch(id, faults, () => row.observe(trial)) }
}

/** A check fails by throwing what it saw. If anything else comes out of it, the check is broken and not the release. */
function watch<T>(id: string, faults: string[], run: () => T): T {
  try {
    return run()
  } catch (error) {
    const isVerdict = [ClauseViolation, KernelPanic, UndefinedBehaviour].some((kind) => error instanceof kind)
    if (isVerdict) throw error
    const fault = `the check broke down, a fault of ours: ${String(error)}`
    faults.push(`${id}: ${fault}`)
    throw new Error(fault, { cause: error })
  }
}
