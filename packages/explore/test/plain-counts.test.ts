import { expect, test } from 'vitest'
import { allRuns } from './brute-force.js'
import * as L from './literature.js'
import { toyProgram } from './toy.js'

/** How many schedules each program has when all are run: what the toy world has to agree with before anything is reduced. */

test.each<readonly [string, L.Program, number]>([
  ['3 threads, 2 writes', L.lastwrite(3, 2), 90],
  ['1 writer, 3 readers', L.readers(3), 24],
  ['1 writer, 5 readers', L.readers(5), 720],
  ['last zero, 2 writers', L.lastzero(2), 35],
  ['last zero, 3 writers', L.lastzero(3), 920],
  ['last zero, 4 writers', L.lastzero(4), 44_300],
  ['2 philosophers', L.philosophers(2, false), 6],
  ['3 philosophers', L.philosophers(3, false), 168],
  ['3 philosophers, forks in order', L.philosophers(3, true), 142],
  ['fib, 1 round', L.fib(1), 20],
  ['fib, 2 rounds', L.fib(2), 924],
  ['fib, 3 rounds', L.fib(3), 48_620],
  ['lost wakeup, 1 sleeper', L.lostWakeup(1), 5],
  ['lost wakeup, 2 sleepers', L.lostWakeup(2), 82],
  ['lost wakeup, 3 sleepers', L.lostWakeup(3), 4212],
])('%s', (_name, program, runs) => {
  let made = 0
  for (const events of allRuns(toyProgram(program))) if (events.length > 0) made++
  expect(made).toBe(runs)
})
