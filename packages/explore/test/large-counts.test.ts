import { expect, test } from 'vitest'
import { Search } from '../src/dpor.js'
import * as L from './literature.js'
import { toyProgram } from './toy.js'

/** Programs that need thousands of runs, and exactly so many: a run too many shows here before it shows elsewhere. */

test.each<readonly [string, L.Program, number]>([
  ['7 threads, one lock', L.mutex(7, 1), 5040],
  ['7 writers', L.lastwrite(7, 1), 5040],
  ['1 writer, 13 readers', L.readers(13), 8192],
  ['last zero, 10 writers', L.lastzero(10), 3328],
  ['12 philosophers, forks in order', L.philosophers(12, true), 4094],
  ['fib, 5 rounds', L.fib(5), 8953],
  ['2 producers and 2 consumers, 2 items each, room for 1', L.prodcons(2, 2, 2, 1), 50_264],
])('%s', { timeout: 60_000 }, (_name, program, runs) => {
  const start = toyProgram(program)
  const search = new Search()
  do {
    const world = start()
    search.run(world)
    search.learn(world)
  } while (search.backtrack())
  const { executions, blocked, infeasible } = search
  expect({ executions, blocked, infeasible }).toEqual({ executions: runs, blocked: 0, infeasible: 0 })
})
