import { createKernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'
import { compareAll, seeds } from './differential/harness.js'
import { netbsd } from './differential/netbsd.js'

test('of small NetBSD programs the reduced search sees every outcome', () => {
  const tally = compareAll(netbsd, seeds(1, 40), 30)
  expect(tally.wrong).toEqual([])
  expect(tally.whole + tally.partly).toBeGreaterThan(10)
  expect(tally.telling).toBeGreaterThan(4)
}, 60_000)

/** What once went wrong, by seed. */
test.each([
  [153, 'whether a dead thread was freed showed in the verdict, and in nothing that was declared'],
  [263, 'the same with a thread that was to be joined'],
  [155, 'an object had another number when somebody else touched it first: a step stayed asleep'],
  [167, 'the same for the clock that a time-out and the return of main share'],
  [10_014, 'an out-pointer was looked at before the call that stores into it was made'],
  [5471, 'the big lock was given up by a thread that did not have it'],
  [10_789, 'a thread that ended left its count of spin mutexes to the next one on its CPU'],
])('seed %i: %s', (seed) => {
  expect(compareAll(netbsd, [seed], 100).wrong).toEqual([])
})

test('a boot that gets stuck is an outcome of the reduced search too', () => {
  const report = explore(
    () => createKernel({ ncpu: 2, uareas: 11 }),
    function* (k) {
      yield* k.yield()
    },
    { strategy: 'dpor' },
  )
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['deadlock'])
})
