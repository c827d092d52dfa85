import { existsSync, statSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { counters, folder, ktProcess, ktToEnd, timeless } from './schedules.js'

// A search that is killed at any moment goes on as if it had not been. KT_HEAVY=1 kills it a hundred times.

const file = folder()
const isHeavy = process.env['KT_HEAVY'] === '1'
const scenario = file('killed.ts', isHeavy ? counters(3, 3) : counters(2, 5))

/** Two at a time, each with a file of its own. */
const CHAINS = [1, 2]
const KILLS = isHeavy ? 50 : 5
const SAVES_MS = 700

let uninterrupted = ''
beforeAll(() => {
  uninterrupted = timeless(ktToEnd('explore', scenario).out)
}, 120_000)

test.concurrent.each(CHAINS)(
  'search %i, saved and killed',
  async (chain) => {
    const saved = file(`killed-${chain}.json`, '')
    // A linear congruential generator: the same moments each time, as far as a machine keeps time.
    let state = chain
    for (let kills = 0; kills < KILLS; kills++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      const child = ktProcess('explore', scenario, ...(existsSync(saved) ? ['--resume', saved] : []), '--save', saved)
      const before = writtenMs(saved)
      const ended = new Promise((resolve) => child.on('close', resolve))
      // From its first save on any moment will do: in a slice, in a save, between two.
      while (child.exitCode === null && writtenMs(saved) === before) await passed(5)
      await passed((state >>> 8) % SAVES_MS)
      child.kill('SIGKILL')
      await ended
    }
    expect(timeless(ktToEnd('explore', scenario, '--resume', saved).out)).toBe(uninterrupted)
  },
  KILLS * 20_000,
)

test('the search is one that was complete', () => {
  expect(uninterrupted).toMatch(/^0 failures in \d{4,} schedules \(model any, complete\), T s$/m)
})

function writtenMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
