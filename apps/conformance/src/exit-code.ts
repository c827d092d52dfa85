import { faultsOf, type Survey } from './survey.js'
import type { Row } from './topics/row.js'

/** What the command's exit says. */
export const ExitCode = {
  allHold: 0,
  contractFailed: 1,
  wrongUsage: 2,
  budgetEnded: 3,
  ourFault: 4,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** A fault of ours outweighs a failed contract: with it, no verdict can be trusted. */
export function exitCodeOf(survey: Survey): ExitCode {
  if (faultsOf(survey).length > 0) return ExitCode.ourFault
  const { clauses, divergences } = survey
  const failed = clauses.some(({ state }) => state === 'fail') || divergences.some(({ state }) => state === 'fail')
  return failed ? ExitCode.contractFailed : ExitCode.allHold
}

/** A story that broke down is a fault of ours; one whose sentence has gone stale is a promise that failed. */
export function exitCodeOfRows(rows: readonly Row[]): ExitCode {
  if (rows.some(({ cells }) => cells.some(({ state }) => state === 'broken'))) return ExitCode.ourFault
  return rows.every(({ complaint }) => complaint === null) ? ExitCode.allHold : ExitCode.contractFailed
}

/** From the worst to the best: with a fault of ours no verdict can be trusted, and a bound excuses no failure. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order = [ExitCode.ourFault, ExitCode.contractFailed, ExitCode.budgetEnded]
  return order.find((code) => codes.includes(code)) ?? ExitCode.allHold
}
