import { faultsOf, type Survey } from './survey.js'

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
