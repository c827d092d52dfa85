import type { Steps } from '../call.js'

/** A promise that is checked under every schedule of a scenario, not only under the usual one. */
export interface Proof<K> {
  /** Clauses whose promise it is. */
  readonly clauses: readonly string[]
  /** What holds, or is broken, whichever thread goes next: in our own words. */
  readonly says: string
  /** What `createKernel` is asked for besides the reading. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Readies a machine that is still cold: attaches devices, injects faults. */
  prepare?(k: K): void
  /** Whether the boot is explored as well. Default false. */
  readonly fromBoot?: boolean
  /** Bound on schedules for a scenario that has too many to run all; the verdict then says so. Default: none. */
  readonly schedules?: number
  /**
   * Under the reading `'kernel'`: `'holds'`, or `'breaks'` where some schedule breaks it, as a divergence of the
   * contract says.
   */
  readonly kernel: 'holds' | 'breaks'
  /**
   * For a use that is forbidden: the clauses or rows over which every schedule ends in a panic, or in what the release
   * has no defined behaviour for. A schedule that ends otherwise breaks the promise.
   */
  readonly endsIn?: readonly string[]
  /** For a promise that things may go several ways: all that `main` returns, and each of it on some schedule. */
  readonly reaches?: readonly string[]
  /** Throws what it saw where the promise is broken; a deadlock or a panic breaks it as well. */
  main(k: K): Steps
}

/** Words of a clause that speak of every schedule. */
const OF_EVERY_SCHEDULE = /\b(?:always|never|guarantee[sd]?|before|only|must)\b/i

/** Whether the words of a clause call for a proof, or for a reason why there is none. */
export function speaksOfEverySchedule(says: string): boolean {
  return OF_EVERY_SCHEDULE.test(says)
}
