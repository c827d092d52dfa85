import type { Cpu } from './cpu.js'
import type { FreeRun } from './free-run.js'
import type { Machine } from './machine.js'
import { Random } from './random.js'
import type { Thread } from './thread.js'
import type { Due } from './timeline.js'

/**
 * A place where the machine could go more than one way. The candidates are those that the page and the release allow,
 * the usual answer first.
 */
export type Choice =
  /**
   * Which CPU makes the next step, or whether a timer fires before any does. `goesOn`: the first candidate made the last
   * step as well, and nothing keeps it from the next.
   */
  | { readonly kind: 'step'; readonly candidates: readonly (Cpu | Due)[]; readonly goesOn: boolean }
  /** Which sleeper a wakeup of one releases. */
  | { readonly kind: 'wake'; readonly candidates: readonly Thread[] }
  /** Whether a named allocation that may fail does so: 0 succeeds, 1 fails. */
  | { readonly kind: 'fault'; readonly name: string; readonly candidates: readonly [false, true] }

/** Makes every choice of a kernel. There is no other source of nondeterminism. */
export interface Oracle {
  /** True when every kernel call is announced and begins only when its CPU is chosen. */
  readonly announces: boolean
  /** True when a timer may fire while CPUs still have something to do: they are then slower than the clock. */
  readonly freeTimers: boolean
  /** A machine begins to use it. One oracle serves one machine at a time, and each from the beginning. */
  restart(): void
  /** The index of one of the candidates; asked only when there are two or more. */
  choose(choice: Choice): number
  /** What replays this run on the same program. */
  token(): string
  /** Is told which CPU makes the next step, or what fires before any does, whether or not there was a choice. */
  moves?(mover: Cpu | Due, preempts: boolean): void
  /** Whether the run ends before this step, where CPUs are chosen; the oracle has then cut it short. */
  endsHere?(machine: Machine): boolean
  /**
   * Decides every step of a run itself, on a machine on which any thread may go next; an oracle without it chooses
   * among CPUs. Returns when the run is over or nothing more is to be done in it.
   */
  drive?(run: FreeRun): void
}

/**
 * Takes each choice from a seed.
 *
 * @param seed - Any whole number; equal seeds give equal runs.
 * @param freeTimers - Whether timers may overtake CPUs that still have something to do.
 */
export function seededOracle(seed: number, freeTimers = false): Oracle {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${String(seed)}`)
  let random = new Random(seed)
  return {
    restart() {
      random = new Random(seed)
    },
    announces: true,
    freeTimers,
    choose: ({ candidates }) => random.next() % candidates.length,
    token: () => `kt1:seed=${seed}${freeTimers ? ',timers' : ''}`,
  }
}

/** The usual answer each time, with every call announced: the second road, for comparing with the first. */
export function usualOracle(): Oracle {
  return { announces: true, freeTimers: false, restart: () => undefined, choose: () => 0, token: () => USUAL_TOKEN }
}

/** The token of a run without an oracle. */
export const USUAL_TOKEN = 'kt1:usual'
