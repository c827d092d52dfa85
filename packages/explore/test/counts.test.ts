import { describe, expect, test } from 'vitest'
import { Search } from '../src/dpor.js'
import { signature } from '../src/event.js'
import * as L from './literature.js'
import { toyProgram } from './toy.js'

/** How many runs each program needs if none is equivalent to another: what the literature and formulas of our own say. */

interface Searched {
  readonly runs: number
  readonly classes: number
  /** Runs at whose end somebody is left. */
  readonly stuck: number
  readonly blocked: number
  readonly infeasible: number
}

/** What a reduced search of a program finds. */
function searched(program: L.Program): Searched {
  const start = toyProgram(program)
  const search = new Search()
  const classes = new Set<string>()
  let stuck = 0
  do {
    const world = start()
    search.run(world)
    classes.add(signature(search.events))
    if (world.actors().length > 0) stuck++
    search.learn(world)
  } while (search.backtrack())
  const { executions: runs, blocked, infeasible } = search
  return { runs, classes: classes.size, stuck, blocked, infeasible }
}

/** A search that is as short as it can be. */
function optimal(runs: number, stuck = 0): Searched {
  return { runs, classes: runs, stuck, blocked: 0, infeasible: 0 }
}

describe('n threads that take one lock k times: (nk)! / k!ⁿ', () => {
  test.each([
    [2, 1, 2],
    [3, 1, 6],
    [2, 2, 6],
    [3, 2, 90],
    [3, 3, 1680],
    [4, 2, 2520],
  ])('%i threads, %i times: %i', (n, k, runs) => {
    expect(searched(L.mutex(n, k))).toEqual(optimal(runs))
  })
})

describe('n threads that write one variable: n!', () => {
  test.each([
    [3, 6],
    [4, 24],
    [5, 120],
    [6, 720],
  ])('%i threads: %i', (n, runs) => {
    expect(searched(L.lastwrite(n, 1))).toEqual(optimal(runs))
  })
})

describe('n threads with a variable each: 1', () => {
  test.each([1, 2, 5, 9])('%i threads', (n) => {
    expect(searched(L.separate(n))).toEqual(optimal(1))
  })
})

describe('one writer, n readers: 2ⁿ', () => {
  test.each([
    [3, 8],
    [8, 256],
    [10, 1024],
  ])('%i readers: %i', (n, runs) => {
    expect(searched(L.readers(n))).toEqual(optimal(runs))
  })
})

describe('n writers a[j] = a[j−1] + 1, a reader that looks for the last 0: (n+3)·2ⁿ⁻²', () => {
  test.each([
    [2, 5],
    [3, 12],
    [4, 28],
    [5, 64],
    [8, 704],
  ])('%i writers: %i', (n, runs) => {
    expect(searched(L.lastzero(n))).toEqual(optimal(runs))
  })
})

describe('n threads that put messages into a table by hashing: 8ⁿ⁻¹¹', () => {
  test.each([
    [11, 1],
    [12, 8],
    [13, 64],
    [14, 512],
  ])('%i threads: %i', (n, runs) => {
    expect(searched(L.indexer(n))).toEqual(optimal(runs))
  })
})

describe('n threads that allocate blocks of a file system: 2ⁿ⁻¹³', () => {
  test.each([
    [13, 1],
    [14, 2],
    [16, 8],
    [18, 32],
    [19, 64],
    [22, 512],
  ])('%i threads: %i', (n, runs) => {
    expect(searched(L.filesystem(n))).toEqual(optimal(runs))
  })
})

describe('n philosophers', () => {
  test.each([2, 3, 4, 5, 8])('%i of them, the left fork first: 2ⁿ − 1, and one is the deadlock', (n) => {
    expect(searched(L.philosophers(n, false))).toEqual(optimal(2 ** n - 1, 1))
  })

  test.each([2, 3, 4, 5, 8])('%i of them, the forks in order: 2ⁿ − 2', (n) => {
    expect(searched(L.philosophers(n, true))).toEqual(optimal(2 ** n - 2))
  })
})

describe('producers and consumers', () => {
  test.each([
    [1, 1, 1, 1, 2],
    [1, 1, 2, 1, 8],
    [1, 1, 3, 1, 32],
    [1, 1, 4, 1, 128],
    [1, 1, 6, 1, 2048],
    [2, 1, 1, 1, 16],
    [2, 2, 1, 1, 56],
    [1, 2, 2, 1, 28],
    [1, 1, 2, 2, 6],
    [1, 1, 3, 2, 24],
  ])('%i and %i, %i items each, room for %i: %i', (producers, consumers, k, capacity, runs) => {
    expect(searched(L.prodcons(producers, consumers, k, capacity))).toEqual(optimal(runs))
  })

  test.each([
    [2, 2, 1, 1, 64],
    [1, 2, 2, 1, 32],
  ])(
    '%i and %i, %i items each, room for %i, any waiter is signalled: %i',
    (producers, consumers, k, capacity, runs) => {
      expect(searched(L.prodcons(producers, consumers, k, capacity, 'signalAny'))).toEqual(optimal(runs))
    },
  )
})

describe('i += j and j += i, k rounds: the coefficient in the middle of (1 + x + x²)²ᵏ', () => {
  test.each([
    [1, 3],
    [2, 19],
    [3, 141],
    [4, 1107],
  ])('%i rounds: %i', (k, runs) => {
    expect(searched(L.fib(k))).toEqual(optimal(runs))
  })
})

describe('n threads that sleep unless a flag is set, one that sets it: 3ⁿ, and somebody is left in 3ⁿ − 2ⁿ', () => {
  test.each([1, 2, 3, 5, 7])('%i sleepers', (n) => {
    expect(searched(L.lostWakeup(n))).toEqual(optimal(3 ** n, 3 ** n - 2 ** n))
  })
})

test('a wait with a time-out against a signal: 4', () => {
  expect(searched(L.timedWait)).toEqual(optimal(4))
})
