import type { Clause, Contract, Divergence, Note } from '@kt/core/contract'
import { nearest, UsageError } from './usage.js'

/** A contract of some system. What its kernel looks like is between the contract and its checks. */
export type AnyContract = Contract<unknown>

/** The systems, in the order they are reported. A new one is a line here and a dependency in the manifest. */
const systems: readonly (() => Promise<{ readonly contracts: readonly AnyContract[] }>)[] = [
  () => import('@kt/netbsd/contract'),
  () => import('@kt/openbsd/contract'),
  () => import('@kt/freebsd/contract'),
]

/** Every contract there is. The packages are loaded here and not before, so that `--help` need not wait for them. */
export async function loadContracts(): Promise<readonly AnyContract[]> {
  const loaded = await Promise.all(systems.map((load) => load()))
  return loaded.flatMap(({ contracts }) => contracts)
}

/** The name of a release, as an option takes it: `netbsd/10.1`. */
export function releaseOf(contract: AnyContract): string {
  return `${contract.os}/${contract.release}`
}

/** Where a clause stands: its section, and before it the page where the release has more than one. */
export function placeOf({ pages }: AnyContract, { page, section }: { page: string; section: string }): string {
  return pages.length === 1 ? section : `${page}, ${section}`
}

/** The contracts of one release (`netbsd/6`) or one system (`netbsd`); all of them when nothing was asked for. */
export function contractsOf(contracts: readonly AnyContract[], asked: string | undefined): readonly AnyContract[] {
  if (asked === undefined) return contracts
  const found = contracts.filter((contract) => [contract.os, releaseOf(contract)].includes(asked.toLowerCase()))
  if (found.length > 0) return found
  throw new UsageError(`no release '${asked}'; expected one of ${contracts.map(releaseOf).join(', ')}, or a system`)
}

/** What an id stands for. */
export type Entry = ClauseEntry | DivergenceEntry

export interface ClauseEntry {
  readonly contract: AnyContract
  readonly clause: Clause<unknown>
}

interface DivergenceEntry {
  readonly contract: AnyContract
  readonly divergence: Divergence<unknown>
}

/** Finds what has an id, in upper or lower case. A divergence that two releases share is found in both. */
export function find(contracts: readonly AnyContract[], id: string): readonly Entry[] {
  const entries = contracts.flatMap(entriesOf)
  const found = entries.filter((entry) => idOf(entry) === id.toUpperCase())
  if (found.length > 0) return found
  const where = contracts.map(releaseOf).join(', ')
  throw new UsageError(`no clause or divergence '${id}' in ${where}; nearest is ${nearest(id, entries.map(idOf))}`)
}

/** What a clause says, null for an id that no contract has. */
export async function clauseIn(id: string): Promise<string | null> {
  const clauses = (await loadContracts()).flatMap((contract) => contract.clauses)
  return clauses.find((clause) => clause.id === id)?.says ?? null
}

/** What the systems note of an id, once for each that has it. */
export function notesOf(contracts: readonly AnyContract[], id: string): readonly Note[] {
  const found = contracts.flatMap(({ notes }) => notes.filter((note) => note.id.toUpperCase() === id.toUpperCase()))
  return [...new Set(found)]
}

/**
 * Whether an id stands for something that a page leaves open: a gap, a question, undefined behaviour. What is known of it
 * is what the kernel does, and no page speaks of it.
 */
export function isLeftOpen(id: string): boolean {
  return /-[GOQ]-\d+$|^UB:/.test(id)
}

/** Everything in a contract that can be run: its clauses, then its divergences. */
export function entriesOf(contract: AnyContract): Entry[] {
  return [
    ...contract.clauses.map((clause) => ({ contract, clause })),
    ...contract.divergences.map((divergence) => ({ contract, divergence })),
  ]
}

export function idOf(entry: Entry): string {
  return 'clause' in entry ? entry.clause.id : entry.divergence.id
}
