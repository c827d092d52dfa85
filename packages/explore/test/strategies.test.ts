import type { Kernel } from '@kt/netbsd/10.1'
import { createKernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, type ExploreOptions, type Main, type Report } from '../src/index.js'
import { make, workers } from './workers.js'

/** Two workers that add to a cell in two steps, and panic when an addition is lost. */
const lostUpdate: Main<Kernel> = workers((k) => {
  const x = k.cell(0, { name: 'x', atomic: true })
  return [1, 2].map((round) => function* () {
    const before = yield* x.read()
    const after = before + 1
    yield* x.write(after)
    if (round === 2 && before === 0 && (yield* x.read()) === 1) yield* k.panic('lost')
  }) // prettier-ignore
})

function shown({ outcomes }: Report): string[] {
  return outcomes.map(({ verdict }) => JSON.stringify(verdict)).toSorted()
}

const reduced = explore(make, lostUpdate)

test('the reduction shows both outcomes, and is complete', () => {
  expect(reduced.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['panic', 'ok'])
  expect([reduced.complete, reduced.redundant, reduced.ending]).toEqual([true, 0, 'complete'])
})

test.each<readonly [string, ExploreOptions]>([
  ['dfs with 2 preemptions', { strategy: 'dfs', preemptions: 2 }],
  ['random', { strategy: 'random', schedules: 100 }],
  ['pct', { strategy: 'pct', schedules: 100 }],
])('%s shows the same', (_name, options) => {
  expect(shown(explore(make, lostUpdate, options))).toEqual(shown(reduced))
})

test('a run without preemptions loses nothing to them', () => {
  const found = [0, 1, 2].map((preemptions) => explore(make, lostUpdate, { preemptions }))
  expect(found.map(({ ending }) => ending)).toEqual(['preemptions', 'preemptions', 'preemptions'])
  expect(found.map(({ complete }) => complete)).toEqual([false, false, false])
  const [none, one, two] = found.map(({ schedules }) => schedules)
  expect(none).toBeLessThan(one!)
  expect(one).toBeLessThan(two!)
})

describe.each(['dpor', 'dfs', 'random', 'pct'] as const)('%s', (strategy) => {
  test('says the same each time', () => {
    const options = { strategy, schedules: 40 }
    const [first, second] = [explore(make, lostUpdate, options), explore(make, lostUpdate, options)]
    expect(second.outcomes).toEqual(first.outcomes)
    expect(second.failure?.token).toBe(first.failure?.token)
    expect([second.schedules, second.steps]).toEqual([first.schedules, first.steps])
  })

  test('ends at the bound on schedules', () => {
    const report = explore(make, lostUpdate, { strategy, schedules: 2 })
    expect([report.schedules, report.ending, report.complete]).toEqual([2, 'schedules', false])
  })

  test('ends at the first failure, if asked for', () => {
    const report = explore(make, lostUpdate, { strategy, stopAtFailure: true })
    expect([report.ending, report.complete]).toEqual(['failure', false])
    expect(report.outcomes.find(({ verdict }) => verdict.kind === 'panic')).toMatchObject({ count: 1 })
  })
})

test('ends at the bound on time', () => {
  const report = explore(make, lostUpdate, { strategy: 'dfs', timeMs: 0 })
  expect([report.ending, report.complete]).toEqual(['time', false])
})

test('the first schedule is one', () => {
  const report = explore(make, lostUpdate, { strategy: 'first' })
  expect([report.schedules, report.complete]).toEqual([1, false])
})

describe('models with CPUs', () => {
  /** A worker of low priority and one of high priority, both runnable before either runs. */
  const ranked: Main<Kernel> = function* (k) {
    const order: string[] = []
    for (const [name, priority] of [['low', 1], ['high', 100]] as const) // prettier-ignore
      yield* k.kthread_create(priority, k.KTHREAD_MPSAFE, null, function* () {
        order.push(name)
        yield* k.kthread_exit(0)
      }, null, null, name) // prettier-ignore
    yield* k.kpause('until both ended', false, 5, null)
    return order
  }
  const values = (ncpu: number, model: 'any' | 'smp' | 'up'): unknown[] =>
    explore(() => createKernel({ ncpu }), ranked, { model, freeTimers: false, strategy: 'dfs', schedules: 400 })
      .outcomes.flatMap(({ verdict }) => (verdict.kind === 'ok' ? [String(verdict.value)] : []))
      .toSorted()

  test('one CPU: priority decides', () => {
    expect(values(1, 'up')).toEqual(['high,low'])
  })

  test('as many as there are threads: it decides nothing', () => {
    expect(values(3, 'smp')).toEqual(expect.arrayContaining(['high,low', 'low,high']))
  })
})
