import type { CallFacts } from './call.js'
import type { Proof } from './proof.js'
import type { Trial } from './trial.js'

/**
 * Whether a clause makes a promise that a run can keep or break, or only describes (a header's name, a date). Of a
 * description the fact it asserts is checked against the package.
 */
export type ClauseKind = 'executed' | 'described'

/** One sentence of a page. */
export interface Clause<K> {
  /** Permanent, never renumbered or used again. */
  readonly id: string
  /** One of the contract's pages: `kthread(9)`. */
  readonly page: string
  /** Section of the page, and the argument or flag where there is one: `create, pri`. */
  readonly section: string
  /** The promise in our own words. */
  readonly says: string
  readonly kind: ClauseKind
  /** Passes, or throws with what it saw. */
  check(trial: Trial<K>): void
}

/** A place where page and kernel part, or might be thought to. */
export interface Divergence<K> {
  /** Permanent id of the row. */
  readonly id: string
  /** What the page says. */
  readonly page: string
  /** What the kernel does. */
  readonly kernel: string
  /** Clauses of this release that do not hold under the reading `'kernel'`. */
  readonly breaks: readonly string[]
  /** Whether the two readings show something different. Checked by running both. */
  readonly differs: boolean
  /** Runs the scenario of the row and says in a few words what was seen. */
  observe(trial: Trial<K>): string
}

/** What an id stands for that an outcome can carry and that is neither a clause nor a divergence. */
export interface Note {
  readonly id: string
  readonly says: string
}

/** What is known of a page besides its clauses. */
export interface PageFacts {
  /** `kthread(9)`. */
  readonly page: string
  /** Date at the foot, as the page prints it. */
  readonly date: string
  readonly header: string
  /** Functions in its NAME section. */
  readonly functions: readonly string[]
  readonly codeReferences: readonly string[]
  readonly seeAlso: readonly string[]
  /** Where it says the interface first appeared, null if it does not say. */
  readonly history: string | null
}

/** What a release promises, and how to run it. */
export interface Contract<K> {
  /** Name of the system in paths and options, lower case. */
  readonly os: string
  /** `10.1`. */
  readonly release: string
  /** Name as people write it. */
  readonly label: string
  /** In the order in which they are reported. */
  readonly pages: readonly PageFacts[]
  createKernel(options: TrialOptions): K
  /** Of every page. */
  readonly clauses: readonly Clause<K>[]
  readonly divergences: readonly Divergence<K>[]
  readonly notes: readonly Note[]
  /** What is checked under every schedule. */
  readonly proofs: readonly Proof<K>[]
  /** Clauses that say always, never, guarantee, before, only or must and do not speak of schedules, with what they speak of. */
  readonly notOfSchedules: Readonly<Record<string, string>>
  /** Every call and flag of the pages, and the services around them that a porter meets. */
  readonly calls: readonly CallFacts[]
}

/** What a trial sets for every kernel it makes; a check adds what it needs. */
export interface TrialOptions {
  readonly reading: 'page' | 'kernel'
  readonly trace: boolean
  readonly [option: string]: unknown
}
