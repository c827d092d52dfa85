import { expect, test, vi } from 'vitest'
import { counters, folder, kt, LOST_WAKEUP, timeless } from './schedules.js'

const file = folder()
const lost = file('lost.ts', LOST_WAKEUP)
const small = file('small.ts', counters(2, 2))

vi.setConfig({ testTimeout: 60_000 })

/** What is said of a search but for its time, for runs that only repeated another, and for which run came first. */
function told(out: string): string {
  return timeless(out)
    .replace(/, \d+ more only repeated another/, '')
    .replace(/kt1:[\w:/-]+/g, 'TOKEN')
    .replace(/─+/g, '─')
}

test.each([
  [lost],
  [small],
  [lost, '--strategy', 'dfs'],
  [small, '--strategy', 'random', '--schedules', '50'],
  ['netbsd/lock-order'],
])('two workers find in %s %s what one finds', async (...words) => {
  const one = await kt('explore', ...words)
  const two = await kt('explore', ...words, '--jobs', '2')
  expect({ ...two, out: told(two.out) }).toEqual({ ...one, out: told(one.out) })
})

test('what does not go with several cores', async () => {
  const saved = await kt('explore', small, '--jobs', '2', '--save', file('there.json', ''))
  expect(saved).toMatchObject({ code: 2, out: '' })
  const bounded = await kt('explore', small, '--jobs', '2', '--schedules', '5')
  expect(bounded.err).toBe(
    'kt: --jobs does not go with a bound on schedules; expected --time, or --strategy random or pct\n',
  )
  const none = await kt('explore', small, '--jobs', '0')
  expect(none.code).toBe(2)
})

test('the time is that of the whole search and not of each part', async () => {
  const large = file('large.ts', counters(4, 6))
  const { code, out } = await kt('explore', large, '--strategy', 'dfs', '--jobs', '2', '--time', '300ms')
  expect({ code, end: /stopped: [^)]+/.exec(out)?.[0] }).toEqual({ code: 3, end: 'stopped: bound on time' })
  // More than a hundred parts of 300 ms on two cores would be fifteen seconds.
  expect(Number(/(\d+\.\d\d) s$/m.exec(out)?.[1])).toBeLessThan(10)
})
