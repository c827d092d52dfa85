import { isIn, type Event } from './event.js'
import { dependent, type Op } from './op.js'
import type { Actor } from './world.js'

/** A step that is to be tried, and what is to be tried after it. */
export interface Branch {
  readonly actor: Actor
  /** Null until the step is known. */
  op: Op | null
  /** Answers to give to the questions it asks. */
  readonly answers: readonly number[]
  /** How many of them are settled: other answers to the rest are to be tried as well. */
  readonly settled: number
  readonly branches: Branch[]
}

/** Position of an actor's first event if nothing before it in the sequence happens before it, −1 if it is no such. */
function initialAt(actor: Actor, events: readonly Event[]): number {
  const at = events.findIndex((e) => e.actor === actor)
  if (at < 0) return -1
  const { clock } = events[at]!
  for (let before = 0; before < at; before++) if (isIn(events[before]!, clock)) return -1
  return at
}

/** A step that was tried at a place and need not be tried there again. */
export interface Sleeper {
  readonly actor: Actor
  readonly op: Op
  /** The answers it was tried with, null when it was with all there are. */
  readonly answers: readonly number[] | null
}

/** Whether a step can come first without changing what the sequence leads to. */
export function isWeakInitial({ actor, op, answers }: Sleeper, events: readonly Event[]): boolean {
  if (!events.some((e) => e.actor === actor)) return events.every((e) => !dependent(e.op, op))
  const at = initialAt(actor, events)
  return at >= 0 && (answers === null || isAnswered(answers, events[at]!))
}

/** Adds a sequence to what is to be tried, unless something there leads to the same. */
export function insert(branches: Branch[], sequence: readonly Event[]): void {
  let events = sequence
  let at = branches
  descend: for (;;) {
    if (events.length === 0) return
    for (const branch of at) {
      const position = initialAt(branch.actor, events)
      if (position >= 0) {
        if (!isAnswered(branch.answers, events[position]!)) {
          // Other answers are tried with it where all are, and anything after them.
          if (branch.settled < Infinity) return
          continue
        }
        events = events.toSpliced(position, 1)
      } else {
        if (branch.op === null || events.some((e) => e.actor === branch.actor)) continue
        if (events.some((e) => dependent(e.op, branch.op!))) continue
      }
      // Nothing was asked for beyond this: whatever comes will do.
      if (branch.branches.length === 0) return
      at = branch.branches
      continue descend
    }
    at.push(chain(events))
    return
  }
}

/** Whether answers are those that an event got; of one that did not happen nobody knows. */
function isAnswered(answers: readonly number[], { choices, happened }: Event): boolean {
  if (!happened) return answers.length === 0
  return choices.every(({ answer }, at) => (answers[at] ?? 0) === answer)
}

function chain(events: readonly Event[]): Branch {
  let next: Branch[] = []
  for (const { actor, op, choices, happened } of events.toReversed()) {
    const settled = happened ? Infinity : 0
    next = [{ actor, op, answers: choices.map(({ answer }) => answer), settled, branches: next }]
  }
  return next[0]!
}
