import { expect, test, vi } from 'vitest'
import { folder, kt, LOST_WAKEUP } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const lost = folder()('lost.ts', LOST_WAKEUP)

test('two runs side by side up to where they part, and how each ends', async () => {
  expect(await kt('diff', 'kt1:MBBBRyG_B0', 'kt1:ESQwUQ', lost)).toEqual({
    code: 0,
    err: '',
    out: `     first                                                     second
  1. main  starts                                              main  starts
  2. main  kthread_create waiter                               main  kthread_create waiter
  3. main  kthread_create waiter                               main  kthread_create waiter
     ────────────────────────────────────────────────────────  ────────────────────────────────────────────────────────
  4. waiter  starts                                            main  write ready
  5. waiter  read ready                                        main  wakeup 'ready'
  6. main  write ready                                         main  return
  7. main  wakeup 'ready'                                      waiter  starts
  8. main  return                                              waiter  read ready

first   lost wakeup: main calls wakeup before waiter sleeps on 'ready', and nobody wakes it again
second  all is well: main returned
`,
  })
})

test('a run beside itself', async () => {
  const { out } = await kt('diff', 'kt1:ESQwUQ', 'kt1:ESQwUQ', lost)
  expect(out).toBe(`the two runs are the same, step for step

first   all is well: main returned
second  all is well: main returned
`)
})

test('each token is of the scenario it names', async () => {
  const tokenOf = async (...words: string[]): Promise<string> =>
    /(kt1:\S+)$/m.exec((await kt('explore', 'netbsd/lock-order', ...words)).out)![1]!
  const { code, out } = await kt('diff', await tokenOf(), await tokenOf('--mend'))
  expect(code).toBe(0)
  expect(out).toMatch(/\nfirst {3}deadlock: .*\nsecond {2}all is well: /)
})

test('a torn token is refused', async () => {
  const { code, out, err } = await kt('diff', 'kt1:ESQwUQ', 'kt1:ESQwUR', lost)
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: "kt: 'kt1:ESQwUR': this token is torn: its parts do not add up\n",
  })
})
