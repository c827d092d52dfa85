import type { Cpu, Due, Thread } from '@kt/core'

/** A place where a run could go more than one way. */
export interface Point {
  /** Who makes the next step, which sleeper is woken, whether an allocation fails. */
  readonly kind: 'step' | 'wake' | 'fault'
  /** The usual answer first. For a fault: it does not happen, it does. */
  readonly candidates: readonly (Thread | Due | Cpu | boolean)[]
  /** Whether the first candidate of a step made the last one too and can go on: another choice preempts it. */
  readonly goesOn: boolean
}

/** Makes the choices of a run. */
export interface Picker {
  /** The index of one of two or more candidates. */
  pick(point: Point): number
  /** A step is about to be made; `hash` stands for all that was called, this included. Told when the run is recorded. */
  stepped?(hash: number): void
}

/** The usual answer each time: whoever runs goes on, the first sleeper is woken, nothing fails. */
export const usual: Picker = { pick: () => 0 }

/** Makes given choices, and the usual ones after them. */
export function following(choices: readonly number[]): Picker {
  let at = 0
  return { pick: () => choices[at++] ?? 0 }
}
