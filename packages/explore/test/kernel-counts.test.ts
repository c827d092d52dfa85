import type { Cell, Steps } from '@kt/core'
import type { Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, exploreSubject } from '../src/index.js'
import { make, showing, workers, type Work } from './workers.js'

/** The programs of the literature with the calls of a kernel: as many schedules as there are classes, and no more. */

interface Counted {
  readonly complete: boolean
  readonly schedules: number
  readonly redundant: number
  readonly kinds: Readonly<Record<string, number>>
}

function counted(bodies: (k: Kernel) => readonly Work[]): Counted {
  const { complete, schedules, redundant, outcomes } = explore(make, workers(bodies))
  const kinds: Record<string, number> = {}
  for (const { verdict, count } of outcomes) kinds[verdict.kind] = (kinds[verdict.kind] ?? 0) + count
  return { complete, schedules, redundant, kinds }
}

function optimal(schedules: number, kinds: Readonly<Record<string, number>> = { ok: schedules }): Counted {
  return { complete: true, schedules, redundant: 0, kinds }
}

const times = <T>(n: number, each: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => each(index))
const variable = (k: Kernel, name: string, value = 0): Cell<number> => k.cell(value, { name, atomic: true })

test.each([
  [2, 1, 2],
  [3, 1, 6],
  [5, 1, 120],
  [2, 2, 6],
  [2, 3, 20],
  [3, 2, 90],
])('%i threads that take one mutex %i times: %i', (n, rounds, schedules) => {
  const found = counted((k) => {
    const m = k.mutex('m')
    return times(n, () => function* () {
      for (let i = 0; i < rounds; i++) {
        yield* k.mutex_enter(m)
        yield* k.mutex_exit(m)
      }
    }) // prettier-ignore
  })
  expect(found).toEqual(optimal(schedules))
})

test.each([
  [3, 6],
  [4, 24],
  [5, 120],
])('%i threads that write one cell: %i', (n, schedules) => {
  const found = counted((k) => {
    const x = variable(k, 'x')
    return times(n, (i) => () => x.write(i) as unknown as Steps)
  })
  expect(found).toEqual(optimal(schedules))
})

test.each([3, 6])('one writer, %i readers: 2ⁿ', (n) => {
  const found = counted((k) => {
    const x = variable(k, 'x')
    return [() => x.write(1) as unknown as Steps, ...times(n, () => () => x.read() as unknown as Steps)]
  })
  expect(found).toEqual(optimal(2 ** n))
})

test.each([
  [2, 5],
  [3, 12],
  [4, 28],
  [5, 64],
])('last zero, %i writers: %i', (n, schedules) => {
  const found = counted((k) => {
    const a = times(n + 1, (i) => variable(k, `a${i}`))
    return [
      function* () {
        for (let i = n; (yield* a[i]!.read()) !== 0;) i--
      },
      ...times(n, (j) => function* (): Steps<void> {
        yield* a[j + 1]!.write((yield* a[j]!.read()) + 1)
      }), // prettier-ignore
    ]
  })
  expect(found).toEqual(optimal(schedules))
})

test.each([
  [1, 3],
  [2, 19],
  [3, 141],
])('i += j and j += i, %i rounds: %i', (rounds, schedules) => {
  const found = counted((k) => {
    const [x, y] = [variable(k, 'i', 1), variable(k, 'j', 1)]
    const adder = (to: Cell<number>, from: Cell<number>) =>
      function* (): Steps<void> {
        for (let round = 0; round < rounds; round++) yield* to.write((yield* to.read()) + (yield* from.read()))
      }
    return [adder(x, y), adder(y, x)]
  })
  expect(found).toEqual(optimal(schedules))
})

describe('philosophers', () => {
  const philosophers = (n: number, isOrdered: boolean) => (k: Kernel) => {
    const forks = times(n, (i) => k.mutex(`fork ${i}`))
    return times(n, (i) => function* (): Steps<void> {
      const mine = [forks[i]!, forks[(i + 1) % n]!]
      if (isOrdered && i === n - 1) mine.reverse()
      for (const fork of mine) yield* k.mutex_enter(fork)
      for (const fork of mine.toReversed()) yield* k.mutex_exit(fork)
    }) // prettier-ignore
  }

  test.each([2, 3, 4, 5])('%i of them, the left fork first: 2ⁿ − 1, and one is the deadlock', (n) => {
    const { kinds, ...others } = counted(philosophers(n, false))
    const { ok, ...failed } = kinds
    expect(others).toEqual({ complete: true, schedules: 2 ** n - 1, redundant: 0 })
    expect([ok, Object.values(failed)]).toEqual([2 ** n - 2, [1]])
  })

  test.each([2, 3, 4, 5])('%i of them, the forks in order: 2ⁿ − 2', (n) => {
    expect(counted(philosophers(n, true))).toEqual(optimal(2 ** n - 2))
  })
})

// Which of two waiters 10.1 wakes is open.
test.each([
  [1, 1, 1, 1, 2],
  [1, 1, 2, 1, 8],
  [1, 1, 3, 1, 32],
  [2, 1, 1, 1, 16],
  [2, 2, 1, 1, 64],
  [1, 2, 2, 1, 32],
  [1, 1, 2, 2, 6],
  [1, 1, 3, 2, 24],
])('%i producers and %i consumers, %i items each, room for %i: %i', (producers, consumers, rounds, room, schedules) => {
  const found = counted((k) => {
    const m = k.mutex('m')
    const [notFull, notEmpty] = [k.condvar('not full'), k.condvar('not empty')]
    let items = 0
    function* producer(): Steps<void> {
      for (let i = 0; i < rounds; i++) {
        yield* k.mutex_enter(m)
        while (items === room) yield* k.cv_wait(notFull, m)
        items++
        yield* k.cv_signal(notEmpty)
        yield* k.mutex_exit(m)
      }
    }
    function* consumer(): Steps<void> {
      for (let i = 0; i < (rounds * producers) / consumers; i++) {
        yield* k.mutex_enter(m)
        while (items === 0) yield* k.cv_wait(notEmpty, m)
        items--
        yield* k.cv_signal(notFull)
        yield* k.mutex_exit(m)
      }
    }
    return [...times(producers, () => producer), ...times(consumers, () => consumer)]
  })
  expect(found).toEqual(optimal(schedules))
})

test.each([1, 2, 3, 4])(
  '%i threads that sleep unless a flag is set, one that sets it: 3ⁿ, 3ⁿ − 2ⁿ lose the wakeup',
  (n) => {
    const found = counted((k) => {
      const flag = variable(k, 'flag')
      function* sleeper(): Steps<void> {
        if ((yield* flag.read()) === 0) yield* k.tsleep('c', 0, 'c', 0)
      }
      function* waker(): Steps<void> {
        yield* flag.write(1)
        yield* k.wakeup('c')
      }
      return [...times(n, () => sleeper), waker]
    })
    expect(found).toEqual(optimal(3 ** n, { 'lost-wakeup': 3 ** n - 2 ** n, ok: 2 ** n }))
  },
)

test('a wait with a time-out against a signal: 4, while there is a clock', () => {
  const bodies = (k: Kernel): Work[] => {
    const m = k.mutex('m')
    const cv = k.condvar('cv')
    return [
      function* () {
        yield* k.mutex_enter(m)
        yield* k.cv_timedwait(cv, m, 5)
        yield* k.mutex_exit(m)
      },
      function* () {
        yield* k.mutex_enter(m)
        yield* k.cv_signal(cv)
        yield* k.mutex_exit(m)
      },
    ]
  }
  const { complete, schedules } = explore(make, function* (k) {
    yield* workers(bodies)(k)
    yield* k.tsleep('for ever', 0, 'for ever', 0)
  })
  expect({ complete, schedules }).toEqual({ complete: true, schedules: 4 })
})

describe('what a thread touches next depends on what it has read', () => {
  const append = (cell: Cell<number>, digit: number): Steps =>
    cell.update((value) => value * 10 + digit) as unknown as Steps
  const either = (flag: Cell<number>, set: Cell<number>, unset: Cell<number>, digit: number): Work =>
    function* () {
      yield* append((yield* flag.read()) === 1 ? set : unset, digit)
    }

  test.each<readonly [string, (x: Cell<number>, z: Cell<number>, flag: Cell<number>) => Work[], readonly string[]]>([
    [
      'one that chooses',
      (x, z, flag) => [() => append(x, 1), either(flag, x, z, 2), () => flag.write(1) as unknown as Steps],
      ['1 2 1', '12 0 1', '21 0 1'],
    ],
    [
      'one that chooses between two others',
      (x, z, flag) => [
        () => append(z, 3),
        () => append(x, 1),
        either(flag, z, x, 2),
        () => flag.write(1) as unknown as Steps,
      ],
      ['1 23 1', '1 32 1', '12 3 1', '21 3 1'],
    ],
    [
      'two that choose',
      (x, z, flag) => [either(flag, z, x, 2), either(flag, x, z, 4), () => flag.write(1) as unknown as Steps],
      ['0 24 1', '0 42 1', '2 4 1', '24 0 1', '4 2 1', '42 0 1'],
    ],
  ])('%s', (_name, bodies, values) => {
    const report = exploreSubject(showing(['x', 'z', 'flag'], (x, z, flag) => bodies(x, z, flag)))
    const seen = report.outcomes.map(({ verdict, count }) => [verdict.kind === 'ok' && verdict.value, count])
    expect(seen.toSorted()).toEqual(values.map((value) => [value, 1]))
  })
})
