import { judge } from './judge.js'
import { minimised } from './minimise.js'
import { checkOptions, SAMPLES, strategyOf, type ExploreOptions } from './options.js'
import { following } from './picker.js'
import { Progress, type SearchProgress } from './progress.js'
import type { Ending, Failure, Report } from './report.js'
import type { SavedExploration, SavedOutcome } from './saved-exploration.js'
import { begin } from './strategies/begin.js'
import { randomWalk } from './strategies/random.js'
import type { Attempt, Space, Strategy, StrategyName } from './strategies/strategy.js'
import { tellRun, type Story } from './story.js'
import type { Subject } from './subject.js'
import { leavingSleepers } from './token.js'
import { isFailure, keyOf, severity, verdictOf, type LostWakeup, type Verdict } from './verdict.js'
import { wallClock } from './wall-clock.js'

/** Schedules at random that a reduced search is held against at its end. */
const CHECKS = 50

interface Tally {
  readonly verdict: Verdict
  count: number
  readonly first: number
  readonly choices: readonly number[]
  readonly token: string
  readonly lost: LostWakeup | null
}

/**
 * A search that can be stopped, looked at, saved and gone on with.
 *
 * @throws TypeError for options that do not go together, and for a saved search of another program, strategy or model;
 *   RangeError for a bound that is no number of its kind.
 */
export class Exploration {
  private readonly space: Space
  private readonly strategy: Strategy
  private readonly strategyName: StrategyName
  private readonly outcomes: Map<string, Tally>
  private readonly progress: Progress
  private readonly schedulesMax: number
  private readonly startedMs: number = wallClock()
  private schedules: number
  private redundant: number
  private steps: number
  private infeasible: number
  private cut: number
  private failures = 0
  private ending: Ending | null = null

  constructor(
    subject: Subject,
    private readonly options: ExploreOptions = {},
  ) {
    const { model = 'any', freeTimers = true, resume } = options
    checkOptions(options)
    this.strategyName = strategyOf(options)
    this.space = { subject, model, freeTimers }
    if (resume !== undefined && (resume.strategy !== this.strategyName || resume.model !== model))
      throw new TypeError(`explore: the search to resume is '${resume.strategy}' in the model '${resume.model}'`)
    this.strategy = begin(this.strategyName, this.space, options, resume?.state)
    this.schedules = resume?.schedules ?? 0
    this.redundant = resume?.redundant ?? 0
    this.steps = resume?.steps ?? 0
    this.infeasible = resume?.infeasible ?? 0
    this.cut = resume?.cut ?? 0
    this.outcomes = new Map(resume?.outcomes.map((outcome) => [outcome.key, this.again(outcome)]) ?? [])
    this.failures = this.judged().filter(({ judgement }) => isFailure(judgement)).length
    const isSampling = this.strategyName === 'random' || this.strategyName === 'pct'
    this.schedulesMax = options.schedules ?? (isSampling ? SAMPLES : Infinity)
    this.progress = new Progress(options.onProgress ?? null)
  }

  /**
   * Goes on for a time, and for one run at least.
   *
   * @param timeMs - Milliseconds; 0 for one run, Infinity until the search ends.
   * @returns Whether it has ended.
   */
  runFor(timeMs: number): boolean {
    const untilMs = timeMs === Infinity ? Infinity : wallClock() + timeMs
    const lastMs = this.startedMs + (this.options.timeMs ?? Infinity)
    while (this.ending === null) {
      if (this.schedules >= this.schedulesMax) this.ending = 'schedules'
      else if (this.options.stopAtFailure === true && this.failures > 0) this.ending = 'failure'
      else {
        const attempt = this.strategy.next()
        if (attempt === null) this.ending = this.endOfAll(!this.strategy.isPart)
        else this.note(attempt)
        const nowMs = wallClock()
        this.progress.tell(nowMs, this)
        if (nowMs >= lastMs && this.ending === null) this.ending = 'time'
        if (nowMs >= untilMs) break
      }
    }
    return this.ending !== null
  }

  /** @param isWhole - Whether this was the whole search, and not a part of one. */
  private endOfAll(isWhole: boolean): Ending {
    if (this.strategyName === 'first') return 'schedules'
    if (this.cut > 0) return 'steps'
    if (this.strategyName === 'dpor' && isWhole && this.hasOverlooked()) return 'overlooked'
    return this.options.preemptions === undefined ? 'complete' : 'preemptions'
  }

  /**
   * Whether some schedule shows what the reduction has not seen. It knows what threads share by their calls: a plain
   * variable between them it takes for nobody's, and a few schedules at random are cheap.
   */
  private hasOverlooked(): boolean {
    const before = this.outcomes.size
    const sample = randomWalk(this.space, 1)
    for (let run = 0; run < (this.options.checks ?? CHECKS); run++) {
      const attempt = sample.next()!
      const verdict = attempt.needsStory ? this.tell(attempt).verdict : verdictOf(attempt.ended)
      const isNew = attempt.ended.outcome.kind !== 'livelock' && !this.outcomes.has(keyOf(verdict))
      if (isNew) this.count(verdict, attempt)
    }
    return this.outcomes.size > before
  }

  private note(attempt: Attempt): void {
    const { ended, isWhole } = attempt
    if (this.space.model === 'up' && ended.machine.ncpu > 1)
      throw new TypeError(
        `explore: the model 'up' is for a kernel with one CPU, and this one has ${ended.machine.ncpu}`,
      )
    this.steps += ended.outcome.steps
    this.infeasible += attempt.infeasible
    if (!isWhole) {
      this.redundant++
      return
    }
    this.schedules++
    const verdict = attempt.needsStory ? this.tell(attempt).verdict : verdictOf(ended)
    if (ended.outcome.kind === 'livelock') this.cut++
    this.count(verdict, attempt)
    if (attempt.race !== null && this.options.races !== false) this.count({ kind: 'race', race: attempt.race }, attempt)
  }

  private count(verdict: Verdict, attempt: Attempt): void {
    const key = keyOf(verdict)
    const known = this.outcomes.get(key)
    if (known !== undefined) {
      known.count++
      return
    }
    const { token, indices, lost } = this.tell(attempt)
    this.outcomes.set(key, { verdict, count: 1, first: this.schedules, choices: indices, token, lost })
    this.failures = this.judged().filter(({ judgement }) => isFailure(judgement)).length
  }

  /**
   * What each outcome means beside the others: a thread that sleeps for ever under some schedules and ends under others
   * was left behind. One that sleeps at the end of all of them is a daemon, unless leaks are asked for.
   */
  private judged(): { readonly tally: Tally; readonly judgement: Verdict }[] {
    const tallies = [...this.outcomes.values()]
    const sleepers = tallies.flatMap(({ verdict }) => (verdict.kind === 'ok' ? [verdict.asleep] : []))
    const isLeft = (name: string): boolean =>
      this.options.leaks === true || sleepers.some((asleep) => !asleep.includes(name))
    return tallies.map((tally) => ({ tally, judgement: judge(tally.verdict, tally.lost, isLeft) }))
  }

  private tell(attempt: Attempt): Story {
    const { space, options } = this
    return tellRun(space.subject, attempt.picker(), { ...space, scenario: options.scenario ?? null })
  }

  /** Why it has ended, null while it has not. */
  get endedBy(): Ending | null {
    return this.ending
  }

  /** How far it is. */
  get state(): Omit<SearchProgress, 'perSecond'> {
    const { estimate, depth } = this.strategy
    return { schedules: this.schedules, depth, estimate, failures: this.failures }
  }

  /** What was found until now. */
  report(): Report {
    const { options, space } = this
    const outcomes = this.judged().toSorted((a, b) => severity(a.judgement) - severity(b.judgement))
    const worst = outcomes.find(({ judgement }) => isFailure(judgement))
    const ending = this.ending ?? 'interrupted'
    return {
      strategy: this.strategyName,
      model: space.model,
      complete: ending === 'complete',
      ending,
      schedules: this.schedules,
      steps: this.steps,
      redundant: this.redundant,
      infeasible: this.infeasible,
      outcomes: outcomes.map(({ judgement: verdict, tally: { verdict: seen, count, token, first } }) => ({
        verdict,
        count,
        token: verdict === seen ? token : leavingSleepers(token),
        first,
      })),
      failure: worst === undefined ? null : this.failureOf(worst.tally, worst.judgement),
      preemptions: options.preemptions ?? Infinity,
    }
  }

  private failureOf({ verdict: seen, choices }: Tally, verdict: Verdict): Failure {
    const { space, options } = this
    const story = minimised(space.subject, choices, { ...space, scenario: options.scenario ?? null }, seen)
    return { verdict, story, token: verdict === seen ? story.token : leavingSleepers(story.token) }
  }

  /** Where it stands, as plain data that stays as it is while the search goes on. */
  save(): SavedExploration {
    const { strategyName, space, schedules, redundant, steps, infeasible, cut, outcomes } = this
    return {
      version: 1,
      strategy: strategyName,
      model: space.model,
      state: this.strategy.save(),
      schedules,
      redundant,
      steps,
      infeasible,
      cut,
      outcomes: Array.from(outcomes, ([key, { count, first, choices }]) => ({ key, count, first, choices })),
    }
  }

  /**
   * The report of a search that was made in parts.
   *
   * @param found - What the parts found, merged.
   * @param ending - The bound that ended one of them, null when all were searched to their end.
   */
  static reportOf(subject: Subject, options: ExploreOptions, found: SavedExploration, ending: Ending | null): Report {
    const whole = new Exploration(subject, { ...options, resume: found })
    whole.ending = ending ?? whole.endOfAll(true)
    return whole.report()
  }

  /** Makes the first run of a saved outcome again. */
  private again({ key, count, first, choices }: SavedOutcome): Tally {
    const { space, options } = this
    const story = tellRun(space.subject, following(choices), { ...space, scenario: options.scenario ?? null })
    const { verdict: refined, races, ended, token, lost } = story
    const verdict = [refined, ...races, verdictOf(ended)].find((seen) => keyOf(seen) === key)
    if (verdict === undefined) throw new TypeError('explore: the program is not the one whose search was saved')
    return { verdict, count, first, choices, token, lost }
  }
}
