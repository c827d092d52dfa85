import { expect, test } from 'vitest'
import { freebsd } from './differential/freebsd.js'
import { compareAll, seeds } from './differential/harness.js'

test('of small FreeBSD programs the reduced search sees every outcome', () => {
  const { wrong, whole, telling } = compareAll(freebsd, seeds(1, 40), 60)
  expect(wrong).toEqual([])
  // Programs that are compared in full, and such that more than one thing can come of.
  expect(whole).toBeGreaterThan(8)
  expect(telling).toBeGreaterThan(3)
}, 60_000)

/** What once went wrong, by seed. */
test.each([
  [211, 'after a panic the thread was looked for on its CPU, which others had had in the last act'],
  [289, 'who wants a mutex panics while the owner sleeps: no call said that it depends on that'],
  [2005, 'what others did in the last act of a panic hid what they could have done before it'],
  [4101, 'the same'],
])(
  'seed %i: %s',
  (seed) => {
    const { wrong, whole, partly } = compareAll(freebsd, [seed], 400)
    expect(wrong).toEqual([])
    expect(whole + partly).toBe(1)
  },
  60_000,
)
