import { Random } from '@kt/core'
import { judge } from './judge.js'
import type { Model } from './picked-run.js'
import { usual, type Picker } from './picker.js'
import { tellRun, type Story } from './story.js'
import { programOf, STEPS_MAX, type Explorable, type Main } from './subject.js'
import { leavingSleepers } from './token.js'
import type { Verdict } from './verdict.js'

/** How to run a program once. */
export interface OnceOptions {
  /** Which schedules there are, default `'any'`. */
  readonly model?: Model
  /** Whether timers may fire while threads can go on. Default true; the usual choice is that they do not. */
  readonly freeTimers?: boolean
  /** Makes each choice at random from this seed. Default: the usual choices. */
  readonly seed?: number
  /** Whether the boot is part of the run. Default false: it takes the usual course. */
  readonly fromBoot?: boolean
  /** Whether whoever sleeps at the end was left behind. Default false. */
  readonly leaks?: boolean
  /** Bound on steps, default 10 000. */
  readonly steps?: number
  /** Ends the run after so many of its steps, so that the kernel can be looked at as it is then. */
  readonly until?: number
  /** The scenario's name, kept in the token. */
  readonly scenario?: string
}

/** Runs a program once and tells all of it. Its story's token replays it. */
export function runOnce<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  options: OnceOptions = {},
): { readonly story: Story; readonly verdict: Verdict } {
  const { model = 'any', freeTimers = true, seed, fromBoot = false, leaks = false } = options
  const { steps = STEPS_MAX, until = Infinity, scenario = null } = options
  const picker = seed === undefined ? usual : seeded(seed)
  const story = tellRun(programOf(make, main, fromBoot, steps), picker, { model, freeTimers, scenario, until })
  const verdict = judge(story.verdict, story.lost, () => leaks)
  const isLeft = leaks && verdict !== story.verdict
  return { story: isLeft ? { ...story, token: leavingSleepers(story.token) } : story, verdict }
}

function seeded(seed: number): Picker {
  const random = new Random(seed)
  return { pick: ({ candidates }) => random.next() % candidates.length }
}
