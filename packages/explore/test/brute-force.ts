import { eventOf, signature, type Event } from '../src/event.js'
import type { World } from '../src/world.js'

/** Every class of equivalent runs of a program, by going all ways; null when there are more than so many. */
export function bruteForce(start: () => World, runsMax: number): Set<string> | null {
  const classes = new Set<string>()
  let runs = 0
  for (const events of allRuns(start)) {
    if (runs++ === runsMax) return null
    classes.add(signature(events))
  }
  return classes
}

/** Every run of a program, whichever is equivalent to another one. */
export function* allRuns(start: () => World): Generator<readonly Event[], void, undefined> {
  /** Each question of the current run, its steps' included: the answer, and how many there are. */
  const path: { answer: number; answers: number }[] = []
  do {
    yield follow(start(), path)
    while (path.length > 0 && path.at(-1)!.answer + 1 === path.at(-1)!.answers) path.pop()
    if (path.length > 0) path.at(-1)!.answer++
  } while (path.length > 0)
}

function follow(world: World, path: { answer: number; answers: number }[]): Event[] {
  const events: Event[] = []
  for (let at = 0; ;) {
    const enabled = world.isOver ? [] : world.actors().filter((actor) => world.isEnabled(actor))
    if (enabled.length === 0) return events
    if (at === path.length) path.push({ answer: 0, answers: enabled.length })
    const actor = enabled[path[at++]!.answer]!
    const op = world.next(actor)
    const stepped = world.step(
      actor,
      path.slice(at).map(({ answer }) => answer),
    )
    for (const choice of stepped.choices) {
      if (at === path.length) path.push({ ...choice })
      at++
    }
    events.push(eventOf(events, actor, op, stepped))
  }
}
