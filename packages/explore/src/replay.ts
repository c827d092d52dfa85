import { Random } from '@kt/core'
import { judge } from './judge.js'
import { whatNext, whoIs } from './label.js'
import type { Picker, Point } from './picker.js'
import { checkOf, tellRun, type Story } from './story.js'
import { programOf, STEPS_MAX, type Explorable, type Main, type Subject } from './subject.js'
import { leavingSleepers, parseToken, type Deviation } from './token.js'
import type { Verdict } from './verdict.js'

/** A token that does not fit the program: where, and why. */
export class Misfit extends Error {
  override readonly name = 'Misfit'

  constructor(
    /** Number of the first step that is another one, from 1. */
    readonly step: number,
    why: string,
  ) {
    super(`the token fits the program up to step ${step - 1}: ${why}`)
  }
}

/** How to replay. */
export interface ReplayOptions {
  /**
   * What to do where the token no longer fits the program: `'strict'` (default) throws a `Misfit`, `'continue'` goes on
   * with the usual choices from there.
   */
  readonly mode?: 'strict' | 'continue'
  /** Follows the token for so many steps, and goes on with other choices: at random from `seed`, or the usual ones. */
  readonly forkAt?: number
  /** For `forkAt`. Default: the usual choices are made. */
  readonly seed?: number
  /** Whether the token is of a run whose boot was explored too. Default false. */
  readonly fromBoot?: boolean
  /** Bound on steps, default 10 000. */
  readonly steps?: number
  /** Ends the run after so many of its steps, so that the kernel can be looked at as it is then. */
  readonly until?: number
}

/** A replayed run. */
export interface Replayed {
  readonly story: Story
  /** What it shows. Whether who sleeps at its end was left behind the token says: other runs have shown it. */
  readonly verdict: Verdict
  /** Step from which on the token did not fit, null when it fits to the end. */
  readonly misfit: Misfit | null
}

/**
 * Runs a program as a token says.
 *
 * @throws TokenError for a torn token; Misfit when the program has changed and the mode is strict.
 */
export function replay<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  token: string,
  options: ReplayOptions = {},
): Replayed {
  const { fromBoot = false, steps = STEPS_MAX } = options
  return replaySubject(programOf(make, main, fromBoot, steps), token, options)
}

/** The same for any program. The bound on steps and whether the boot is explored are the program's. */
export function replaySubject(subject: Subject, token: string, options: ReplayOptions = {}): Replayed {
  const { mode = 'strict', forkAt = Infinity, seed, until = Infinity } = options
  const { model, freeTimers, scenario, leavesSleepers, deviations, fingerprint } = parseToken(token)
  const follower = new Follower(deviations, mode, forkAt, seed === undefined ? null : new Random(seed))
  const story = tellRun(subject, follower, { model, freeTimers, scenario, until })
  let { misfit } = follower
  if (misfit === null && forkAt === Infinity && !story.wasCut && story.fingerprint !== fingerprint)
    misfit = new Misfit(story.steps.length + 1, 'every choice can be made, and other calls come of them')
  if (misfit !== null && mode === 'strict') throw misfit
  const verdict = judge(story.verdict, story.lost, () => leavesSleepers)
  return { story: leavesSleepers ? { ...story, token: leavingSleepers(story.token) } : story, verdict, misfit }
}

/** Makes the choices of a token, as far as they fit. */
class Follower implements Picker {
  misfit: Misfit | null = null
  private at = 0
  private next = 0
  private steps = 0
  private hash = 0

  constructor(
    private readonly deviations: readonly Deviation[],
    private readonly mode: 'strict' | 'continue',
    private readonly forkAt: number,
    private readonly random: Random | null,
  ) {}

  /** Told of each step by the recorder. */
  stepped(hash: number): void {
    this.steps++
    this.hash = hash
  }

  pick({ candidates }: Point): number {
    const at = this.at++
    if (this.steps >= this.forkAt) return this.random === null ? 0 : this.random.next() % candidates.length
    const deviation = this.deviations[this.next]
    if (this.misfit !== null || deviation === undefined || deviation.at !== at) return 0
    this.next++
    const chosen = candidates[deviation.index]
    if (chosen === undefined) return this.fail(`there are ${candidates.length} ways to go on, and it takes another`)
    if (checkOf(this.hash, chosen) !== deviation.check)
      return this.fail(`${whoIs(chosen)} is about to make another call than then: ${whatNext(chosen)}`)
    return deviation.index
  }

  private fail(why: string): number {
    this.misfit = new Misfit(this.steps + 1, why)
    if (this.mode === 'strict') throw this.misfit
    return 0
  }
}
