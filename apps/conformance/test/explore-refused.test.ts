import { expect, test, vi } from 'vitest'
import { folder, kt } from './schedules.js'

const file = folder()

vi.setConfig({ testTimeout: 60_000 })

const HEAD = "import { createKernel } from '@kt/netbsd/10.1'\nexport const make = () => createKernel({ ncpu: 2 })\n"

/** Makes another call after some runs, whatever the schedule. */
const UNSTEADY = `${HEAD}
let runs = 0
export function* main(k) {
  const x = k.cell(0, { atomic: true })
  runs++
  for (const name of ['a', 'b']) {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, function* () {
      yield* x.update((n) => n + 1)
      if (runs > 12) yield* x.read()
      yield* k.kthread_exit(0)
    }, null, null, name)
  }
  if (runs > 12) yield* x.read()
  yield* x.write(5)
  yield* x.write(6)
}
`

/** Asks for the time when its thread comes first. */
const TIMED = `${HEAD}
export function* main(k) {
  const x = k.cell(0, { atomic: true })
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, function* () {
    if ((yield* x.update((n) => n + 1)) === 1) k.now
    yield* k.kthread_exit(0)
  }, null, null, 'w')
  yield* x.update((n) => n + 1)
}
`

test.each([
  ['a program that keeps something from run to run', UNSTEADY, [], /what threads share must be in k\.cell\(\)/],
  [
    'two CPUs in the model of one',
    `${HEAD}export function* main(k) { yield* k.yield() }`,
    ['--model', 'up'],
    /one CPU/,
  ],
  ['the time asked for on some schedules only, by several workers', TIMED, ['--jobs', '2'], /by one worker/],
])('%s: one line, exit 2', async (name, program, words, why) => {
  const { code, err } = await kt('explore', file(`${name.length}.mjs`, program), ...words)
  expect(err).toMatch(why)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  expect(code).toBe(2)
})

test('of a run that was cut off the table does not print a token of thousands of characters', async () => {
  const poll = file('poll.mjs', `${HEAD}export function* main(k) { for (;;) yield* k.yield() }`)
  const { out } = await kt('explore', poll, '--strategy', 'random', '--schedules', '3')
  for (const line of out.split('\n')) expect(line.length).toBeLessThan(200)
})
