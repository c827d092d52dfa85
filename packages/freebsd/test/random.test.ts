import { RunQueue, seededOracle, usualOracle, type Thread } from '@kt/core'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { InvariantBroken } from './invariants.js'
import { play, Player, type Run } from './random-play.js'
import { print, scenarios, type Scenario } from './random-scenario.js'

/** Set KT_RUNS for a long run. */
const RUNS = Number(process.env['KT_RUNS'] ?? 40)
const LIMITS = { timeout: 10_000 + RUNS * 500 }

describe('any scenario', LIMITS, () => {
  function always(property: (scenario: Scenario) => void): void {
    fc.assert(fc.property(scenarios, property), { numRuns: RUNS })
  }

  test('comes to its end and keeps every invariant on the way', () => {
    always((scenario) => {
      play(scenario)
    })
  })

  test('does so under any choices, and equal seeds give equal runs', () => {
    always((scenario) => {
      const { seed, freeTimers } = scenario
      const first = play(scenario, seededOracle(seed, freeTimers))
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
      fc.property(scenarios, scenarios, (one, other) => {
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
    if (++steps === 12) runs.push(second.play())
    step(cpu)
  }
  const firstRun = first.play()
  return [firstRun, runs[0] ?? second.play()]
}

describe('a broken invariant', () => {
  test('is found, and shrinks to a scenario of a few lines', { timeout: 60_000 }, () => {
    // Threads that waited for a condition variable are counted twice when they are queued.
    const insertTail = Reflect.get(RunQueue.prototype, 'insertTail')
    const planted = vi.spyOn(RunQueue.prototype, 'insertTail').mockImplementation(function (
      this: RunQueue,
      thread: Thread,
      rank: number,
    ) {
      insertTail.call(this, thread, rank)
      if (thread.operation.name === 'cv_timedwait' && thread.name?.startsWith('w') === true) this.length++
    })
    try {
      const result = fc.check(
        fc.property(scenarios, (scenario) => {
          play(scenario)
        }),
        { seed: 1, numRuns: 4000 },
      )
      const [scenario] = result.counterexample ?? []
      if (scenario === undefined) throw new Error('the planted bug was not found')
      expect(result.errorInstance).toBeInstanceOf(InvariantBroken)
      expect(print(scenario).length).toBeLessThanOrEqual(500)
    } finally {
      planted.mockRestore()
    }
  })
})
