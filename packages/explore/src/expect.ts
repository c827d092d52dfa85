import { explore } from './explore.js'
import type { ExploreOptions } from './options.js'
import type { Report } from './report.js'
import type { Explorable, Main } from './subject.js'
import { bound, sentence, tell } from './tell.js'
import type { Verdict } from './verdict.js'

/** An expectation about all schedules that does not hold. Any test runner shows its message. */
export class ScheduleExpectation extends Error {
  override readonly name = 'ScheduleExpectation'

  constructor(
    message: string,
    readonly report: Report,
  ) {
    super(message)
  }
}

/** What an expectation asks of an outcome: a kind of verdict, or a function. */
export type Expected = Verdict['kind'] | ((verdict: Verdict) => boolean)

/**
 * Expects every schedule to end well, or as said. The search must be complete, or have come to a bound that the options
 * set.
 *
 * @param options - As for `explore`, but data races are left out unless `races` is true.
 * @param expected - What each schedule has to show; default: it ends well, by a return of `main` or a shutdown.
 * @throws ScheduleExpectation with the shortest schedule that shows otherwise, and its token.
 */
export function expectAlways<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  options: ExploreOptions = {},
  expected?: Expected,
): Report {
  const isExpected = expected === undefined ? isFine : matcher(expected)
  const report = explore(make, main, { ...options, races: options.races ?? false })
  const other = report.outcomes.find(({ verdict }) => !isExpected(verdict))
  if (other !== undefined) throw new ScheduleExpectation(told(report, other.verdict, other.token), report)
  if (report.outcomes.length === 0) throw new ScheduleExpectation('no schedule was run', report)
  requireCoverage(report, options)
  return report
}

/**
 * Expects some schedule to show something.
 *
 * @param expected - What one schedule at least has to show.
 * @throws ScheduleExpectation with what all schedules showed instead.
 */
export function expectReachable<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  expected: Expected,
  options: ExploreOptions = {},
): Report {
  const report = explore(make, main, options)
  if (report.outcomes.some(({ verdict }) => matcher(expected)(verdict))) return report
  const seen = report.outcomes.map(({ verdict, count }) => `  ${count} times: ${sentence(verdict)}`)
  throw new ScheduleExpectation([`no schedule shows it; ${bound(report, 0)}`, ...seen].join('\n'), report)
}

/**
 * Expects no schedule to show something. The search has to be as whole as for `expectAlways`.
 *
 * @param expected - What no schedule may show.
 * @throws ScheduleExpectation with the shortest schedule that does.
 */
export function expectNever<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  expected: Expected,
  options: ExploreOptions = {},
): Report {
  const matches = matcher(expected)
  return expectAlways(make, main, { races: true, ...options }, (verdict) => !matches(verdict))
}

function matcher(expected: Expected): (verdict: Verdict) => boolean {
  return typeof expected === 'function' ? expected : ({ kind }) => kind === expected
}

function isFine({ kind }: Verdict): boolean {
  return kind === 'ok' || kind === 'shutdown'
}

function told(report: Report, verdict: Verdict, token: string): string {
  const { failure } = report
  if (failure !== null && failure.verdict === verdict) return tell(failure).join('\n')
  return `${sentence(verdict)}\nreplay: kt replay ${token}`
}

/** A search that ended for want of steps has proved nothing; one that came to a bound that was asked for has held to it. */
function requireCoverage(report: Report, { schedules, timeMs, preemptions }: ExploreOptions): void {
  const isAsked = schedules !== undefined || timeMs !== undefined || preemptions !== undefined
  const isSampling = report.strategy === 'random' || report.strategy === 'pct' || report.strategy === 'first'
  if (report.complete || (isAsked && report.ending !== 'steps') || isSampling) return
  throw new ScheduleExpectation(`nothing failed, and not every schedule was run: ${bound(report, 0)}`, report)
}
