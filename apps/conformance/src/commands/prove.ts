import { contractsOf, loadContracts, type AnyContract } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { runProof, type AnyProof, type ProofResult } from '../prove.js'
import { proofBound, proofLines, proofWord } from '../report/proofs.js'
import { labelled } from '../report/text.js'
import { READINGS } from '../survey.js'
import { pad, shorten, type Terminal } from '../terminal.js'
import { nearest, UsageError } from '../usage.js'

/** `kt prove [id…]`: a line for each proof and reading, and more where one fails or was asked for. */
export async function prove(
  terminal: Terminal,
  ids: readonly string[],
  { release }: { readonly release?: string },
): Promise<ExitCode> {
  const contracts = contractsOf(await loadContracts(), release)
  const wanted = ids.map((id) => id.toUpperCase())
  const reasons = wanted.flatMap((id) => reasonsOf(contracts, id))
  const chosen = contracts.flatMap((contract) =>
    contract.proofs.filter((proof) => isAbout(proof, wanted)).map((proof) => ({ contract, proof })),
  )
  for (const id of ids) requireKnown(contracts, id)
  for (const { id, reason } of reasons) terminal.print(labelled(terminal, id, reason).join('\n'))

  const beginMs = performance.now()
  const results: ProofResult[] = []
  for (const { contract, proof } of chosen) {
    for (const reading of READINGS) {
      terminal.progress.show(results.length, chosen.length * READINGS.length, proof.clauses.join(' '))
      const result = runProof(contract, proof, reading)
      terminal.progress.end()
      results.push(result)
      terminal.print(line(terminal, result))
      if (result.state === 'fail' || ids.length > 0) terminal.print(proofLines(terminal, result).join('\n'))
    }
  }
  if (results.length > 0) terminal.print(lastLine(terminal, results, (performance.now() - beginMs) / 1000))
  return exitCodeOf(results)
}

function isAbout({ clauses }: AnyProof, wanted: readonly string[]): boolean {
  return wanted.length === 0 || clauses.some((id) => wanted.includes(id))
}

/** Why a clause that sounds like one about schedules has no proof. */
function reasonsOf(contracts: readonly AnyContract[], id: string): { readonly id: string; readonly reason: string }[] {
  const found = contracts.flatMap(({ notOfSchedules }) => notOfSchedules[id] ?? [])
  return [...new Set(found)].map((reason) => ({ id, reason: `Not of schedules: ${reason}` }))
}

function requireKnown(contracts: readonly AnyContract[], id: string): void {
  const known = contracts.flatMap(({ proofs, notOfSchedules }) => [
    ...proofs.flatMap(({ clauses }) => clauses),
    ...Object.keys(notOfSchedules),
  ])
  if (known.includes(id.toUpperCase())) return
  throw new UsageError(
    `no proof of '${id}'; expected the id of a promise about schedules; nearest is ${nearest(id, known)}`,
  )
}

function line(terminal: Terminal, result: ProofResult): string {
  const { colours, columns } = terminal
  const { clauses, says, release, reading, state } = result
  const place = `${pad(release, 12)} ${pad(reading, 6)}`
  const rest = `${pad(proofBound(result), 26)}  ${clauses[0]}  ${says}`
  const space = columns - 8 - place.length - 4
  return `${proofWord(terminal, state)}${pad('', 8 - state.length)}  ${colours.dim(place)}  ${shorten(rest, space)}`
}

function lastLine(terminal: Terminal, results: readonly ProofResult[], seconds: number): string {
  const count = (state: ProofResult['state']): number => results.filter((result) => result.state === state).length
  const faults = results.filter(({ isBroken }) => isBroken).length
  const { bold, green, red } = terminal.colours
  const schedules = results.reduce((sum, result) => sum + result.schedules, 0)
  const verdict = count('fail') === 0 ? green('all as they say') : red('failed')
  const parts = [
    `${count('proved')} proved`,
    `${count('bounded')} within bounds`,
    `${count('broken')} broken by the kernel as said`,
    ...(count('fail') > 0 ? [`${count('fail')} failed`] : []),
    ...(faults > 0 ? [`${faults} ${faults === 1 ? 'fault' : 'faults'} of ours`] : []),
    `${schedules} schedules`,
    `${seconds.toFixed(1)} s`,
  ]
  return `${bold(verdict)}: ${parts.join('; ')}`
}

function exitCodeOf(results: readonly ProofResult[]): ExitCode {
  if (results.some(({ isBroken }) => isBroken)) return ExitCode.ourFault
  if (results.some(({ state }) => state === 'fail')) return ExitCode.contractFailed
  return results.some(({ state }) => state === 'bounded') ? ExitCode.budgetEnded : ExitCode.allHold
}
