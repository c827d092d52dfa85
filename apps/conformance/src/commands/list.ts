import { contractsOf, loadContracts, placeOf, releaseOf, type AnyContract } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { pad, shorten, type Terminal } from '../terminal.js'

/** `kt list`: what there is to run, a line each. */
export async function list(terminal: Terminal, { release }: { readonly release?: string }): Promise<ExitCode> {
  const contracts = contractsOf(await loadContracts(), release)
  const rows = contracts.flatMap(rowsOf)
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows) {
    const line = row.map((text, column) => pad(text, widths[column] ?? 0)).join('  ')
    // A program that reads the list wants the whole of it.
    terminal.print(terminal.isTty ? shorten(line, terminal.columns) : line)
  }
  return ExitCode.allHold
}

type Row = readonly [id: string, release: string, kind: string, place: string, says: string]

function rowsOf(contract: AnyContract): Row[] {
  const { clauses, divergences } = contract
  return [
    ...clauses.map((clause): Row => [
      clause.id,
      releaseOf(contract),
      clause.kind,
      placeOf(contract, clause),
      clause.says,
    ]),
    ...divergences.map(({ id, page, kernel }): Row => [
      id,
      releaseOf(contract),
      'divergence',
      '',
      `${page} / ${kernel}`,
    ]),
  ]
}
