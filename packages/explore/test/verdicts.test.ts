import type { Steps } from '@kt/core'
import type { Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, replay, tell, type ExploreOptions, type Main, type Verdict } from '../src/index.js'
import { make, workers } from './workers.js'

/** One small program for each thing that a schedule can show. */

type Program = Main<Kernel>

const STRATEGIES = ['dpor', 'dfs'] as const

function verdicts(main: Program, options: ExploreOptions): Verdict[] {
  return explore(make, main, { schedules: 400, ...options }).outcomes.map(({ verdict }) => verdict)
}

function kinds(main: Program, options: ExploreOptions): string[] {
  return [...new Set(verdicts(main, options).map(({ kind }) => kind))].toSorted()
}

/** Two mutexes taken in either order by main and another thread that main then joins. */
const lockOrder: Program = function* (k) {
  const [a, b] = [k.mutex('a'), k.mutex('b')]
  const other = k.ref<never>()
  function* body(): Steps<void> {
    yield* k.mutex_enter(b)
    yield* k.mutex_enter(a)
    yield* k.mutex_exit(a)
    yield* k.mutex_exit(b)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, body, null, other, 'other')
  yield* k.mutex_enter(a)
  yield* k.mutex_enter(b)
  yield* k.mutex_exit(b)
  yield* k.mutex_exit(a)
}

/** Main sleeps unless a flag is set, by a thread that sets it and wakes whoever sleeps. */
const lateSleep: Program = function* (k) {
  const flag = k.cell(false, { name: 'flag', atomic: true })
  function* waker(): Steps<void> {
    yield* flag.write(true)
    yield* k.wakeup('ready')
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waker, null, null, 'waker')
  if (!(yield* flag.read())) yield* k.tsleep('ready', 0, 'ready', 0)
}

/** A daemon that takes what main has made, and then waits for more that never comes. */
const daemon: Program = function* (k) {
  const m = k.mutex('m')
  const cv = k.condvar('work')
  let items = 0
  function* body(): Steps<void> {
    yield* k.mutex_enter(m)
    for (;;) {
      while (items === 0) yield* k.cv_wait(cv, m)
      items--
    }
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, body, null, null, 'daemon')
  for (let i = 0; i < 2; i++) {
    yield* k.mutex_enter(m)
    items++
    yield* k.cv_signal(cv)
    yield* k.mutex_exit(m)
  }
}

describe.each(STRATEGIES)('%s', (strategy) => {
  test('ok', () => {
    const main: Program = function* (k) {
      yield* k.yield()
      return 7
    }
    expect(verdicts(main, { strategy })).toEqual([{ kind: 'ok', value: 7, asleep: [] }])
  })

  test('panic, and what else comes of the same program', () => {
    const main = workers((k) => {
      const x = k.cell(0, { name: 'x', atomic: true })
      return [
        function* () {
          yield* x.write(1)
        },
        function* () {
          if ((yield* x.read()) === 0) yield* k.panic('x is %d', 0)
        },
      ]
    })
    expect(verdicts(main, { strategy, schedules: 200 })).toEqual([
      { kind: 'panic', message: 'x is 0', clause: null, thread: 'w1' },
      { kind: 'ok', value: undefined, asleep: [] },
    ])
  })

  test('assertion', () => {
    const main = workers(() => [
      function* () {
        throw new Error('this cannot be')
      },
    ])
    expect(verdicts(main, { strategy })).toEqual([{ kind: 'assertion', message: 'this cannot be', thread: 'w0' }])
  })

  test('deadlock, not a lost wakeup', () => {
    expect(kinds(lockOrder, { strategy })).toEqual(['deadlock', 'ok'])
  })

  test('lost wakeup, not a deadlock', () => {
    expect(kinds(lateSleep, { strategy })).toEqual(['lost-wakeup', 'ok'])
    const [lost] = verdicts(lateSleep, { strategy })
    expect(lost).toMatchObject({ lost: { channel: "'ready'", by: 'waker', call: 'wakeup', sleeper: 'main' } })
  })

  test('a sleep that nobody ever means to end is a deadlock', () => {
    const main: Program = function* (k) {
      yield* k.wakeup('another')
      yield* k.tsleep('mine', 0, 'mine', 0)
    }
    expect(kinds(main, { strategy })).toEqual(['deadlock'])
  })

  test('leak: it ends under some schedules', () => {
    const main = workers((k) => {
      const flag = k.cell(0, { name: 'flag', atomic: true })
      return [
        function* () {
          if ((yield* flag.read()) === 0) yield* k.tsleep('never', 0, 'never', 0)
        },
        function* () {
          yield* flag.write(1)
        },
      ]
    })
    expect(kinds(main, { strategy })).toEqual(['leak', 'ok'])
    expect(verdicts(main, { strategy })[0]).toEqual({ kind: 'leak', what: 'w0' })
  })

  test('a daemon that waits for work at the end of all schedules is none, unless leaks are asked for', () => {
    expect(kinds(daemon, { strategy })).toEqual(['ok'])
    expect(kinds(daemon, { strategy, leaks: true }).filter((kind) => kind === 'ok')).toEqual([])
  })

  test('race, and none where accesses are atomic or under a lock', () => {
    const raced = (atomic: boolean) => workers((k) => {
      const x = k.cell(0, { name: 'x', atomic })
      return [0, 1].map(() => function* () { yield* x.write((yield* x.read()) + 1) })
    }) // prettier-ignore
    const locked = workers((k) => {
      const [x, m] = [k.cell(0, { name: 'x' }), k.mutex('m')]
      return [0, 1].map(() => function* () {
        yield* k.mutex_enter(m)
        yield* x.write((yield* x.read()) + 1)
        yield* k.mutex_exit(m)
      }) // prettier-ignore
    })
    expect(kinds(raced(false), { strategy })).toEqual(['ok', 'race'])
    expect(kinds(raced(false), { strategy, races: false })).toEqual(['ok'])
    expect(kinds(raced(true), { strategy })).toEqual(['ok'])
    expect(kinds(locked, { strategy })).toEqual(['ok'])
  })
})

/** Main polls a flag, which another thread sets or does not. */
const polling = (isSet: boolean): Program =>
  function* (k) {
    const flag = k.cell(false, { name: 'flag', atomic: true })
    function* other(): Steps<void> {
      if (isSet) yield* flag.write(true)
      else while (!(yield* flag.read()));
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, null, null, 'other')
    while (!(yield* flag.read()));
  }

test('two that poll what nobody sets are a livelock', () => {
  const { failure } = explore(make, polling(false), { strategy: 'random', schedules: 5, steps: 400 })
  expect(failure?.verdict).toEqual({ kind: 'livelock', threads: expect.arrayContaining(['main', 'other']) as string[] })
})

test('a run that is cut off before everybody had a turn has shown nothing', () => {
  const { outcomes, failure } = explore(make, polling(true), { strategy: 'first', steps: 60 })
  expect(outcomes.map(({ verdict }) => verdict.kind)).toEqual(['cut'])
  expect(failure).toBeNull()
})

test.each([
  ['deadlock', lockOrder],
  ['lost-wakeup', lateSleep],
] as const)('a %s is told in at most 25 lines, and its token replays it', (kind, main) => {
  const { failure } = explore(make, main)
  expect(failure?.verdict.kind).toBe(kind)
  expect(tell(failure!).length).toBeLessThanOrEqual(25)
  expect(failure!.token.length).toBeLessThanOrEqual(80)
  const replayed = replay(make, main, failure!.token)
  expect([replayed.misfit, replayed.verdict.kind]).toEqual([null, kind])
  expect(replayed.story.steps).toEqual(failure!.story.steps)
})
