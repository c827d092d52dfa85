import { createKernel, kmutex_t } from '@kt/netbsd/10.1'
import type { Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { Search, type SavedSearch } from '../src/dpor.js'
import { signature } from '../src/event.js'
import { Exploration, programOf } from '../src/index.js'
import type { ExploreOptions, Main, Report, SavedExploration, StrategyName } from '../src/index.js'
import { generated } from './generated.js'
import { toyProgram } from './toy.js'

// A search that is saved and gone on with by another one finds what it would have found alone.

const make = (): Kernel => createKernel({ ncpu: 2 })
type Program = Main<Kernel>

/** Two threads that count, and one that waits for them in vain under some schedules. */
const lostWakeup: Program = function* main(k) {
  const ready = k.cell(false, { name: 'ready' })
  const count = k.cell(0, { name: 'count', atomic: true })
  function* waiter() {
    if (!(yield* ready.read())) yield* k.tsleep('ready', 0, 'ready', 0)
    yield* count.update((n) => n + 1)
    yield* k.kthread_exit(0)
  }
  function* counter() {
    yield* count.update((n) => n * 2)
    yield* k.kthread_exit(0)
  }
  const flags = k.KTHREAD_MPSAFE
  yield* k.kthread_create(k.PRI_NONE, flags, null, waiter, null, null, 'waiter')
  yield* k.kthread_create(k.PRI_NONE, flags, null, counter, null, null, 'counter')
  yield* ready.write(true)
  yield* k.wakeup('ready')
  return yield* count.read()
}

/** Sleeps with a bound, on values that JSON does not have, and a result of which it has not half. */
const timers: Program = function* main(k) {
  const channels = [7n, Symbol('mine')] as const
  const order = k.cell('', { name: 'order', atomic: true })
  function* sleeper(index: 0 | 1) {
    const error = yield* k.tsleep(channels[index], 0, 'wait', 5)
    yield* order.update((text) => `${text} ${index}:${error}`)
    yield* k.kthread_exit(0)
  }
  const flags = k.KTHREAD_MPSAFE
  yield* k.kthread_create(k.PRI_NONE, flags, null, sleeper, 0, null, 'a')
  yield* k.kthread_create(k.PRI_NONE, flags, null, sleeper, 1, null, 'b')
  for (const channel of channels) yield* k.wakeup(channel)
  return { order: yield* order.read(), big: 7n, not: Number.NaN, none: undefined }
}

/** Two locks in either order. */
const locks: Program = function* main(k) {
  const [a, b] = [new kmutex_t('a'), new kmutex_t('b')]
  yield* k.mutex_init(a, k.MUTEX_DEFAULT, k.IPL_NONE)
  yield* k.mutex_init(b, k.MUTEX_DEFAULT, k.IPL_NONE)
  function* other() {
    yield* k.mutex_enter(b)
    yield* k.mutex_enter(a)
    yield* k.mutex_exit(a)
    yield* k.mutex_exit(b)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, null, null, 'other')
  yield* k.mutex_enter(a)
  yield* k.mutex_enter(b)
  yield* k.mutex_exit(b)
  yield* k.mutex_exit(a)
}

const programs = { lostWakeup, timers, locks }

function search(program: Program, options: ExploreOptions): Exploration {
  return new Exploration(programOf(make, program, false, 500), options)
}

/** Without what depends on when it was asked. */
function found({ schedules, redundant, steps, outcomes, ending, failure }: Report): unknown {
  return { schedules, redundant, steps, outcomes, ending, failure: failure?.token }
}

/** Makes so many schedules, and lets a new search that knows only the JSON go on. */
function inPieces(program: Program, options: ExploreOptions, size: number): { report: Report; pieces: number } {
  let resume: SavedExploration | undefined
  for (let pieces = 1; ; pieces++) {
    const bound = Math.min((resume?.schedules ?? 0) + size, options.schedules ?? Infinity)
    const piece = search(program, { ...options, ...(resume === undefined ? {} : { resume }), schedules: bound })
    piece.runFor(Infinity)
    if (piece.state.schedules < bound || bound === options.schedules) return { report: piece.report(), pieces }
    resume = JSON.parse(JSON.stringify(piece.save())) as SavedExploration
  }
}

describe.each(Object.keys(programs) as (keyof typeof programs)[])('%s', (name) => {
  const cases: [StrategyName, ExploreOptions][] = [
    ['dpor', {}],
    ['dfs', { schedules: 150 }],
    ['random', { schedules: 40 }],
    ['pct', { schedules: 40 }],
  ]
  test.each(cases)('%s: in pieces as at once', (strategy, bounds) => {
    const options = { strategy, ...bounds }
    const alone = search(programs[name], options)
    alone.runFor(Infinity)
    const whole = alone.report()
    expect(whole.schedules).toBeGreaterThan(2)
    for (const size of strategy === 'dpor' ? [1, 4] : [29]) {
      const { report, pieces } = inPieces(programs[name], options, size)
      expect(pieces).toBe(Math.ceil((whole.schedules + (whole.complete ? 1 : 0)) / size))
      expect(found(report)).toEqual(found(whole))
    }
  })
})

describe('generated programs', () => {
  const RUNS_MAX = 60

  /** What each run of a search showed, in order; the search is made anew from its JSON after each if so asked. */
  function runs(program: ReturnType<typeof generated>['program'], isSaved: boolean): string[] {
    const start = toyProgram(program)
    const signatures: string[] = []
    let search = new Search()
    do {
      if (isSaved) search = Search.from(JSON.parse(JSON.stringify(search.save())) as SavedSearch)
      const world = start()
      search.run(world)
      signatures.push(signature(search.events))
      search.learn(world)
    } while (search.backtrack() && signatures.length < RUNS_MAX)
    return [...signatures, `${search.executions} ${search.blocked} ${search.infeasible}`]
  }

  test('a search that is saved after every run makes the same runs in the same order', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { text, program } = generated(seed, seed % 5 === 0)
      expect(runs(program, true), text).toEqual(runs(program, false))
    }
  })
})

test('a search of long runs can be saved', () => {
  const polling: Program = function* main(k) {
    const count = k.cell(0, { name: 'count', atomic: true })
    function* other() {
      for (let i = 0; i < 1200; i++) yield* count.update((n) => n + 1)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, null, null, 'other')
    for (let i = 0; i < 1200; i++) yield* k.yield()
    yield* count.update((n) => n + 1)
  }
  const begun = new Exploration(programOf(make, polling, false, 9000), { schedules: 2 })
  begun.runFor(Infinity)
  const resume = JSON.parse(JSON.stringify(begun.save())) as SavedExploration
  const goneOn = new Exploration(programOf(make, polling, false, 9000), { schedules: 3, resume })
  goneOn.runFor(Infinity)
  expect(goneOn.state.schedules).toBe(3)
})

test('what is saved stays as it was while the search goes on', () => {
  for (const strategy of ['dpor', 'dfs', 'pct', 'random'] as const) {
    const exploration = search(lostWakeup, { strategy, schedules: 30 })
    exploration.runFor(0)
    const saved = exploration.save()
    const text = JSON.stringify(saved)
    exploration.runFor(Infinity)
    expect(JSON.stringify(saved)).toBe(text)
  }
})

test('another program than the one that was saved is refused', () => {
  const begun = search(lostWakeup, { schedules: 9 })
  begun.runFor(Infinity)
  const resume = JSON.parse(JSON.stringify(begun.save())) as SavedExploration
  expect(() => search(locks, { resume })).toThrow('the program is not the one whose search was saved')
  expect(() => search(lostWakeup, { resume, strategy: 'dfs' })).toThrow("the search to resume is 'dpor'")
})
