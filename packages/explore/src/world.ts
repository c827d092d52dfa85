import type { Access } from '@kt/core'
import type { Op } from './op.js'

/** A thread or something due, by a number that is the same in every run. */
export type Actor = number

/** A timer that a step disarmed: it would have fired. */
export interface Disarmed {
  readonly actor: Actor
  readonly op: Op
  /** The step that armed it, by number, −1 where it was armed before the run. */
  readonly armedBy: number
}

/** What a step did besides its operation. */
export interface Stepped {
  /** Earlier steps, by number, without which this one could not have been made: a creation, a wakeup, an end. */
  readonly enabledBy: readonly number[]
  /** The lock it took, by number, although it would not have waited for it (a successful attempt), else −1. */
  readonly took: number
  readonly disarmed: readonly Disarmed[]
  /** Answers the step asked for, among so many: an allocation that may fail, a sleeper that may be chosen. */
  readonly choices: readonly Choice[]
  /** What it touched that its operation had not told of, null for nothing. */
  readonly touched: { readonly objects: readonly number[]; readonly accesses: readonly Access[] } | null
  /** Whether the run ended in it. */
  readonly halted: boolean
}

/** A step that is thought of and was not made. */
export interface Pending {
  readonly actor: Actor
  /** With all that it may turn out to touch. */
  readonly op: Op
  /** Whether it could have been made. */
  readonly isEnabled: boolean
  /** Earlier steps, by number, without which it could not be made: a creation, a wakeup. */
  readonly enabledBy: readonly number[]
}

/** A question that a step asked, and its answer. */
export interface Choice {
  readonly answer: number
  readonly answers: number
}

/** One run of a program, a step at a time. The search decides whose step comes next. */
export interface World {
  /** Whether the run was ended, by the program or by a bound: nobody can go on. */
  readonly isOver: boolean
  /** Actors that have not ended, in an order that is the same for the same past. */
  actors(): readonly Actor[]
  /** Whether an actor could go on now if the run is not over. */
  isEnabled(actor: Actor): boolean
  /** The next operation of an actor that has not ended. */
  next(actor: Actor): Op
  /** The steps that the last one left unmade; of one in which the run ended, those that it kept from being made. */
  pending(): readonly Pending[]
  /**
   * Makes it.
   *
   * @param answers - To the first questions it asks; 0 to all that follow.
   */
  step(actor: Actor, answers: readonly number[]): Stepped
  /** Makes a step that was made in an earlier run at this place: the operation of a name. */
  replay(actor: Actor, answers: readonly number[], name: string): void
}
