import type { RunTrace } from './recorded.js'

/** What a moment of a run is counted in. */
export const CLOCKS = ['virtual', 'steps'] as const
export type ClockName = (typeof CLOCKS)[number]

/** Microseconds that a step takes by the clock of steps: what `@12` shows is how things are at 12 ms. */
const STEP_US = 1000
/** What keeps events of one instant apart by virtual time. */
const APART_US = 0.001

/** When each event of a run was, and when it ended, in microseconds from its beginning. */
export interface Moments {
  readonly at: readonly number[]
  readonly end: number
}

/**
 * Virtual time, if somebody kept a CPU busy in the run: then there is something to see in it. Otherwise all that was
 * done took no time at all, and only its order can be drawn.
 */
export function usualClock(run: RunTrace): ClockName {
  const running = new Map<number, number | null>()
  let beforeNs = run.beganNs
  for (const { timeNs, kind, cpu, thread } of run.events) {
    if (timeNs > beforeNs && [...running.values()].some((who) => who !== null)) return 'virtual'
    beforeNs = timeNs
    if (kind === 'switch') running.set(cpu, thread)
    else if (kind === 'sleep' || kind === 'exit')
      for (const [on, who] of running) if (who === thread) running.set(on, null)
  }
  return 'steps'
}

/** No two events are at one moment: what happens first is drawn first. */
export function momentsOf(run: RunTrace, clock: ClockName): Moments {
  return clock === 'virtual' ? virtually(run) : bySteps(run)
}

function virtually({ events, beganNs, endedNs }: RunTrace): Moments {
  let last = -APART_US
  const next = (ns: number): number => {
    last = toNs(Math.max((ns - beganNs) / 1000, last + APART_US))
    return last
  }
  const at = events.map(({ timeNs }) => next(timeNs))
  return { at, end: next(endedNs) }
}

/** The events of a step lie evenly within it, so that its end is a moment at which all of it has happened. */
function bySteps({ events, steps }: RunTrace): Moments {
  const counts: number[] = []
  for (const { step } of events) counts[step] = (counts[step] ?? 0) + 1
  let inStep = 0
  const at = events.map(({ step }, number) => {
    inStep = step === events[number - 1]?.step ? inStep + 1 : 0
    // What a run begins with comes before the first of them.
    if (step === 0) return toNs(inStep * APART_US)
    return toNs((step - 1 + (inStep + 1) / (counts[step]! + 1)) * STEP_US)
  })
  return { at, end: Math.max(steps, 1) * STEP_US }
}

/** Microseconds without what lies below a nanosecond. */
export function toNs(us: number): number {
  return Math.round(us * 1000) / 1000
}
