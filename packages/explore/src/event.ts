import { Access } from '@kt/core'
import { dependent, touchingAll, touchingMore, type Op } from './op.js'
import type { Actor, Choice, Stepped } from './world.js'

/** How many events of each actor happened before, by actor. Actors beyond its end have none. */
export type Clock = number[]

/** A step that was made, or one that would have been. */
export interface Event {
  /** Its place in the run. */
  readonly index: number
  readonly actor: Actor
  /** Number among the events of its actor, from 1. */
  readonly ord: number
  readonly op: Op
  /** Answers it was given. */
  readonly choices: readonly Choice[]
  /** The lock it took, −1 if none. */
  readonly took: number
  /** What happened before by its actor's own order and by what enabled it, itself included. */
  readonly local: Clock
  /** The same and what happened before through dependent operations. */
  readonly clock: Clock
  /** Earlier events that could have come after it. */
  readonly races: readonly Event[]
  /** Timers it disarmed, as events that did not happen. */
  readonly ghosts: readonly Event[]
  /** Whether the run ended in it: everything is dependent with that. */
  readonly halted: boolean
  /** False for a step that could have been made and was not: which answers it would have asked for is not known. */
  readonly happened: boolean
}

/** Whether an event happened before something with a clock. */
export function isIn(event: Event, clock: Clock): boolean {
  const count = clock[event.actor]
  return count !== undefined && count >= event.ord
}

export function join(into: Clock, clock: Clock): void {
  for (let actor = 0; actor < clock.length; actor++) {
    if (actor >= into.length) into.push(clock[actor]!)
    else if (into[actor]! < clock[actor]!) into[actor] = clock[actor]!
  }
}

/** The next event of a run. */
export function eventOf(events: readonly Event[], actor: Actor, told: Op, stepped: Stepped): Event {
  const op = whole(told, stepped)
  const local = localClock(events, actor, stepped.enabledBy)
  const clock = local.slice()
  // Latest first: what lies behind an event that was joined need not be looked at.
  for (let at = events.length - 1; at >= 0; at--) {
    const earlier = events[at]!
    if (!isIn(earlier, clock) && dependent(earlier.op, op)) join(clock, earlier.clock)
  }
  return {
    index: events.length,
    actor,
    ord: local[actor]!,
    op,
    choices: stepped.choices,
    took: op.acquires < 0 ? stepped.took : op.acquires,
    local,
    clock,
    races: racing(events, actor, op, local),
    ghosts: stepped.disarmed.map((timer) => wouldBe(events, timer.actor, timer.op, [timer.armedBy])),
    halted: stepped.halted,
    happened: true,
  }
}

/** What a step turned out to be. */
function whole(told: Op, { halted, touched }: Stepped): Op {
  if (halted) return touchingAll(told)
  return touched === null ? told : touchingMore(told, touched.objects, touched.accesses)
}

/** What an actor would have done: an event that did not happen. */
export function wouldBe(events: readonly Event[], actor: Actor, op: Op, enabledBy: readonly number[]): Event {
  const local = localClock(events, actor, enabledBy)
  const ord = local[actor]!
  return {
    index: events.length,
    actor,
    ord,
    op,
    choices: [],
    took: op.acquires,
    local,
    clock: local,
    races: [],
    ghosts: [],
    halted: false,
    happened: false,
  }
}

function localClock(events: readonly Event[], actor: Actor, enabledBy: readonly number[]): Clock {
  let before: Event | null = null
  for (let at = events.length - 1; at >= 0 && before === null; at--)
    if (events[at]!.actor === actor) before = events[at]!
  const clock: Clock = before === null ? [] : before.clock.slice()
  for (const index of enabledBy) if (index >= 0) join(clock, events[index]!.clock)
  while (clock.length <= actor) clock.push(0)
  clock[actor] = (before?.ord ?? 0) + 1
  return clock
}

/** Earlier events that a new one could come before: dependent, of another actor, and by no other way before it. */
function racing(events: readonly Event[], actor: Actor, op: Op, local: Clock): Event[] {
  const races: Event[] = []
  const behind = local.slice()
  const holder = op.acquires < 0 ? null : lastToTake(events, op.acquires)
  let wasTaken = false
  for (let at = events.length - 1; at >= 0; at--) {
    const e = events[at]!
    if (e.actor === actor) continue
    // What is done to a lock that nobody has had yet keeps nobody from it.
    const access = holder === null ? null : accessTo(op.acquires, e.op)
    if (access === Access.lock) wasTaken = true
    // As `dependent`, but for the lock that the second waits for: who takes it races with who took it last, and with
    // whoever has looked at it since it was free.
    if (access === Access.lock || (access !== null && wasTaken) || !dependent(e.op, op)) continue
    // By way of a later one it lies before: that one is reversed first.
    if (!isIn(e, behind)) races.push(e)
    join(behind, e.clock)
  }
  if (holder !== null && holder.actor !== actor && !isIn(holder, local)) races.push(holder)
  return races
}

/** What an operation does to an object of which it tells, null for nothing. */
function accessTo(object: number, { objects, accesses }: Op): Access | null {
  const at = objects.indexOf(object)
  return at < 0 ? null : accesses[at]!
}

export function lastToTake(events: readonly Event[], lock: number): Event | null {
  return events.findLast((e) => e.took === lock) ?? null
}

/** What tells a run from others that are not equivalent: its events, and what each has behind it. */
export function signature(events: readonly Event[]): string {
  const lines = events.map(
    ({ actor, ord, op, clock, choices }) =>
      `${actor}#${ord} ${op.name} ${choices.map(({ answer }) => answer).join()} <${trimmed(clock).join(' ')}>`,
  )
  return lines.toSorted().join('\n')
}

function trimmed(clock: Clock): Clock {
  let { length } = clock
  while (length > 0 && clock[length - 1] === 0) length--
  return clock.slice(0, length)
}
