import { dependent } from './op.js'
import { isIn, join, lastToTake, wouldBe, type Event } from './event.js'
import type { World } from './world.js'

/** Calls back with each pair of events of a complete run that could have come in the other order. */
export function eachRace(events: readonly Event[], world: World, report: (first: Event, second: Event) => void): void {
  for (const second of events) {
    for (const first of second.races) report(first, second)
    for (const ghost of second.ghosts) if (!isIn(second, ghost.local)) report(second, ghost)
  }
  const last = events.at(-1)
  // The run ended in its last step: whoever could have gone on could have done so before it.
  if (last?.halted === true) {
    for (const { actor, op, isEnabled, enabledBy } of world.pending()) {
      if (actor === last.actor || !isEnabled) continue
      const second = wouldBe(events, actor, op, enabledBy)
      if (!isIn(last, second.local)) report(last, second)
    }
  }
  // Whoever still waits for a lock at the end could have had it before.
  for (const { actor, op, isEnabled, enabledBy } of world.pending()) {
    if (isEnabled || op.acquires < 0) continue
    const second = wouldBe(events, actor, op, enabledBy)
    const first = lastToTake(events, op.acquires)
    if (first !== null && first.actor !== actor && !isIn(first, second.local)) report(first, second)
  }
}

/** The events that lead to a race the other way round: all that do not need the first one, then the second. */
export function reversal(events: readonly Event[], first: Event, second: Event): Event[] {
  const kept: Event[] = []
  const clock = second.local.slice()
  for (let at = first.index + 1; at < events.length; at++) {
    const e = events[at]!
    if (e === second || isIn(first, e.clock)) continue
    kept.push(e)
    if (at < second.index && e.actor !== second.actor && !isIn(e, clock) && dependent(e.op, second.op))
      join(clock, e.clock)
  }
  kept.push({ ...second, clock })
  return kept
}
