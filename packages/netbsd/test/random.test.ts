import { RunQueue, seededOracle, usualOracle, type Thread } from '@kt/core'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { InvariantBroken } from './invariants.js'
import { play, Player, type Run } from './random-play.js'
import { print, scenarios, type Scenario, type Step } from './random-scenario.js'

/** Set KT_RUNS for a long run. */
const RUNS = Number(process.env['KT_RUNS'] ?? 30)
const LIMITS = { timeout: 10_000 + RUNS * 500 }
const OVER = { kind: 'done', value: 'over' }

describe.each(['6', '10.1'] as const)('any scenario of NetBSD %s', LIMITS, (release) => {
  function always(property: (scenario: Scenario) => void): void {
    fc.assert(fc.property(scenarios(release), property), { numRuns: RUNS })
  }

  test('comes to its end and keeps every invariant on the way', () => {
    always((scenario) => {
      expect(play(scenario).outcome).toMatchObject(OVER)
    })
  })

  test('does so under any choices, and equal seeds give equal runs', () => {
    always((scenario) => {
      const { seed, freeTimers } = scenario
      const first = play(scenario, seededOracle(seed, freeTimers))
      expect(first.outcome).toMatchObject(OVER)
      expect(play(scenario, seededOracle(seed, freeTimers))).toEqual(first)
    })
  })

  test('goes one way, whether its calls are announced or not', () => {
    always((scenario) => {
      const { outcome, ...announced } = play(scenario, usualOracle())
      const { outcome: alone, ...rest } = play(scenario)
      expect(announced).toEqual(rest)
      expect(outcome).toMatchObject({ kind: alone.kind, nowNs: alone.nowNs, steps: alone.steps })
    })
  })

  test('does not see another kernel that runs between its steps', () => {
    fc.assert(
      fc.property(scenarios(release), scenarios(release === '6' ? '10.1' : '6'), (one, other) => {
        const [first, second] = playInTurns(one, other)
        expect(first).toEqual(play(one))
        expect(second).toEqual(play(other))
      }),
      { numRuns: RUNS },
    )
  })
})

/** Plays two scenarios, the second in the midst of the first, while that boots. */
function playInTurns(one: Scenario, other: Scenario): [Run, Run] {
  const first = new Player(one)
  const second = new Player(other)
  const { scheduler } = first.machine
  const step = scheduler.step.bind(scheduler)
  let steps = 0
  const runs: Run[] = []
  scheduler.step = (cpu) => {
    if (++steps === 40) runs.push(second.play())
    step(cpu)
  }
  const firstRun = first.play()
  return [firstRun, runs[0] ?? second.play()]
}

describe('a broken invariant', () => {
  test('is found, and shrinks to a scenario of a few lines', () => {
    // Threads of one priority are counted twice.
    const insertTail = Reflect.get(RunQueue.prototype, 'insertTail')
    const planted = vi.spyOn(RunQueue.prototype, 'insertTail').mockImplementation(function (
      this: RunQueue,
      thread: Thread,
      rank: number,
    ) {
      insertTail.call(this, thread, rank)
      if (rank === 150) this.length++
    })
    try {
      const result = fc.check(fc.property(scenarios('10.1'), holds), { seed: 1, numRuns: 2000 })
      const [scenario] = result.counterexample ?? []
      if (scenario === undefined) throw new Error('the planted bug was not found')
      expect(result.errorInstance).toBeInstanceOf(InvariantBroken)
      expect(countSteps(scenario)).toBeLessThanOrEqual(3)
      expect(print(scenario)).toMatch(/^NetBSD 10.1, [1-4] CPUs, seed \d+\n(.+\n){0,4}.*pri 150.*$/)
      expect(fc.stringify(scenario)).toBe(print(scenario))
    } finally {
      planted.mockRestore()
    }
  })
})

function holds(scenario: Scenario): void {
  play(scenario)
}

function countSteps({ threads, processes }: Scenario): number {
  const count = (steps: readonly Step[]): number =>
    steps.reduce((sum, step) => {
      const inner = 'body' in step ? step.body : step.do === 'create' ? step.thread.steps : []
      return sum + 1 + count(inner)
    }, 0)
  return [...threads.map(({ steps }) => steps), ...processes].reduce((sum, steps) => sum + count(steps), 0)
}
