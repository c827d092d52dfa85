import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { explore, type ExploreOptions } from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

function* nothing(k: Kernel) {
  yield* k.yield()
}

test.each<[ExploreOptions, RegExp]>([
  [{ schedules: 0 }, /schedules must be a whole number from 1/],
  [{ schedules: 1.5 }, /schedules/],
  [{ schedules: Number.NaN }, /schedules/],
  [{ steps: 0 }, /steps/],
  [{ strategy: 'dfs', preemptions: -1 }, /preemptions must be a whole number from 0/],
  [{ strategy: 'pct', changes: -1 }, /changes/],
  [{ strategy: 'random', seed: Number.NaN }, /seed/],
  [{ timeMs: -1 }, /timeMs/],
  [{ timeMs: Number.NaN }, /timeMs/],
  [{ scenario: 'Not A Name' }, /lower-case letters/],
  [{ model: 'up' }, /one CPU/],
])('%o is refused', (options, why) => {
  expect(() => explore(make, nothing, options)).toThrow(why)
})

test('one kernel for all schedules is refused', () => {
  const only = make()
  expect(() => explore(() => only, nothing)).toThrow(/a new kernel each time/)
})

test('what is no function is refused', () => {
  expect(() => explore(make, 5 as never)).toThrow(/main must be a generator function/)
  expect(() => explore(5 as never, nothing)).toThrow(/a function that makes the kernel/)
})
