import { following, type Picker } from './picker.js'
import { tellRun, type Story, type Telling } from './story.js'
import type { Subject } from './subject.js'
import { keyOf, type Verdict } from './verdict.js'

/** Runs that making a schedule shorter may take. */
const RUNS_MAX = 2000

/**
 * A short run that shows the same as a known one: with fewer choices that are not the usual, fewer preemptions, fewer
 * threads that take part, fewer steps. What is left out cannot be left out alone.
 *
 * @param choices - The choices of the known run.
 * @param verdict - What it showed.
 */
export function minimised(subject: Subject, choices: readonly number[], telling: Telling, verdict: Verdict): Story {
  const key = keyOf(verdict)
  let runs = 0
  const shows = (story: Story): boolean => [story.verdict, ...story.races].some((seen) => keyOf(seen) === key)
  const attempt = (picker: Picker): Story => {
    runs++
    return tellRun(subject, picker, telling)
  }
  let best = attempt(following(choices))
  if (!shows(best)) return best
  const tryIt = (candidate: readonly number[]): boolean => {
    if (runs >= RUNS_MAX) return false
    const story = attempt(following(candidate))
    if (!shows(story) || !isShorter(story, best)) return false
    best = story
    return true
  }
  for (let improved = true; improved && runs < RUNS_MAX;) {
    improved = false
    for (const candidate of shorterThan(best.indices)) {
      if (!tryIt(candidate)) continue
      improved = true
      break
    }
  }
  return best
}

/** Which of two runs is told first: fewer preemptions, then fewer choices, threads and steps. */
function isShorter(a: Story, b: Story): boolean {
  const [mine, other] = [measure(a), measure(b)]
  const at = mine.findIndex((value, index) => value !== other[index])
  return at >= 0 && mine[at]! < other[at]!
}

function measure({ preemptions, deviations, steps }: Story): number[] {
  return [preemptions, deviations.length, new Set(steps.map(({ who }) => who)).size, steps.length]
}

/** Choices with something usual in place of something that is not: everything from a place on, stretches, single ones. */
function* shorterThan(choices: readonly number[]): Generator<number[], void, undefined> {
  const unusual = choices.flatMap((index, at) => (index > 0 ? [at] : []))
  for (const at of unusual) yield choices.slice(0, at)
  for (let length = unusual.length; length >= 1; length = Math.floor(length / 2)) {
    for (let from = 0; from + length <= unusual.length; from += length) {
      const dropped = new Set(unusual.slice(from, from + length))
      yield choices.map((index, at) => (dropped.has(at) ? 0 : index))
    }
  }
  // One that is made earlier or later, or is another one, may make those after it needless.
  for (const at of unusual) {
    yield choices.toSpliced(at, 1)
    yield choices.toSpliced(at, 0, 0)
    for (let index = 1; index < choices[at]!; index++) yield choices.with(at, index)
    for (let before = Math.max(0, at - EARLIER_MAX); before < at; before++) {
      if (choices[before] === 0) yield choices.map((index, i) => (i === before ? choices[at]! : i === at ? 0 : index))
    }
  }
}

/** How much earlier a choice is tried. */
const EARLIER_MAX = 12
