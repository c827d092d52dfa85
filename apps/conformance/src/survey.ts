/** Runs contracts and keeps the verdicts. Everything that is printed or written is made from a survey. */
import { runClause, runDivergence } from '@kt/core/contract'
import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { idOf, placeOf, releaseOf, type AnyContract, type Entry } from './contracts.js'

export type Reading = ClauseResult['reading']

export const READINGS: readonly Reading[] = ['page', 'kernel']

export interface Survey {
  /** What the clauses and divergences are of. */
  readonly contracts: readonly AnyContract[]
  readonly clauses: readonly ClauseResult[]
  readonly divergences: readonly DivergenceResult[]
}

/** Runs some clauses and divergences, in the order given; `starting` hears of each before it runs. */
export function surveyEntries(
  entries: readonly Entry[],
  readings: readonly Reading[] = READINGS,
  starting: (id: string, done: number, total: number) => void = () => undefined,
): Survey {
  const clauses: ClauseResult[] = []
  const divergences: DivergenceResult[] = []
  for (const [done, entry] of entries.entries()) {
    starting(idOf(entry), done, entries.length)
    if ('clause' in entry) {
      clauses.push(...readings.map((reading) => runClause(entry.contract, entry.clause, reading)))
    } else {
      divergences.push(runDivergence(entry.contract, entry.divergence))
    }
  }
  return { contracts: [...new Set(entries.map(({ contract }) => contract))], clauses, divergences }
}

/** The part of a survey that is about one release. */
export function partOf({ clauses, divergences }: Survey, contract: AnyContract): Survey {
  const name = releaseOf(contract)
  return {
    contracts: [contract],
    clauses: clauses.filter(({ release }) => release === name),
    divergences: divergences.filter(({ release }) => release === name),
  }
}

/** Where the clause of a verdict stands, as `placeOf` tells it. */
export function standingOf({ contracts }: Survey, result: ClauseResult): string {
  const contract = contracts.find((candidate) => releaseOf(candidate) === result.release)!
  return placeOf(contract, result)
}

/** Whether another release of the survey has a clause of the same id: they share the page. */
export function isShared({ contracts }: Survey, { id, release }: ClauseResult): boolean {
  return contracts.some(
    (contract) => releaseOf(contract) !== release && contract.clauses.some((clause) => clause.id === id),
  )
}

/** Verdicts that are none, because the check broke down: faults of ours. */
export function faultsOf({ clauses, divergences }: Survey): readonly (ClauseResult | DivergenceResult)[] {
  return [...clauses, ...divergences].filter(({ isBroken }) => isBroken)
}
