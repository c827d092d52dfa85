import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import {
  Exploration,
  exploreSubject,
  merged,
  partsOf,
  programOf,
  type ExploreOptions,
  type Report,
  type SavedExploration,
  type Subject,
} from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

/** Sleepers that miss the wakeup or do not, and a lock that they pass. */
function* sleepers(k: Kernel) {
  const flag = k.cell(false, { atomic: true })
  const lock = k.mutex('m')
  for (let n = 0; n < 2; n++) {
    function* sleeper() {
      yield* k.mutex_enter(lock)
      yield* k.mutex_exit(lock)
      if (!(yield* flag.read())) yield* k.tsleep('flag', 0, 'flag', 0)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, sleeper, null, null, 'sleeper%d', n)
  }
  yield* flag.write(true)
  yield* k.wakeup('flag')
}

function inParts(subject: Subject, options: ExploreOptions, count: number): Report {
  const results: SavedExploration[] = []
  for (const { resume, schedules } of partsOf(subject, options, count)) {
    // As it comes to a worker.
    const sent = JSON.parse(JSON.stringify(resume)) as SavedExploration
    const part = new Exploration(subject, {
      ...options,
      resume: sent,
      ...(schedules === undefined ? {} : { schedules }),
    })
    part.runFor(Infinity)
    results.push(part.save())
  }
  return Exploration.reportOf(subject, options, merged(results), null)
}

const verdicts = ({ outcomes }: Report) =>
  outcomes.map(({ verdict, count }) => `${count} ${JSON.stringify(verdict)}`).toSorted()

const kinds = ({ outcomes }: Report) => outcomes.map(({ verdict }) => JSON.stringify(verdict)).toSorted()

for (const options of [
  { strategy: 'dpor' },
  { strategy: 'dfs', preemptions: 2 },
  { strategy: 'random', schedules: 200 },
  { strategy: 'pct', schedules: 200 },
] as const satisfies readonly ExploreOptions[]) {
  test.each([1, 4, 30])(`${options.strategy} in %i parts or more is ${options.strategy}`, (count) => {
    const subject = programOf(make, sleepers, false, 1000)
    const whole = exploreSubject(subject, options)
    const parts = inParts(subject, options, count)
    expect(kinds(parts)).toEqual(kinds(whole))
    expect(parts.schedules).toBe(whole.schedules)
    expect(verdicts(parts)).toEqual(verdicts(whole))
    expect(parts.failure?.verdict).toEqual(whole.failure?.verdict)
  })
}

test('parts of a reduced search share no schedule', () => {
  const subject = programOf(make, sleepers, false, 1000)
  const parts = partsOf(subject, {}, 8)
  expect(parts.length).toBeGreaterThanOrEqual(8)
})
