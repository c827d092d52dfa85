import { createKernel, type Kernel, type Lwp, type Out } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

/** Two threads that wait for a time, and what the one that comes back first reads on the clock. */
function* twoTimers(k: Kernel) {
  const first = k.cell(-1, { atomic: true })
  const waiters: Out<Lwp>[] = []
  for (const ticks of [1, 5]) {
    function* waiter() {
      yield* k.kpause('wait', false, ticks, null)
      const now = k.ticks
      yield* first.update((seen) => (seen < 0 ? now : seen))
      yield* k.kthread_exit(0)
    }
    const newlp = k.ref<Lwp>()
    const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
    yield* k.kthread_create(k.PRI_NONE, flags, null, waiter, null, newlp, 'wait/%d', ticks)
    waiters.push(newlp)
  }
  for (const { value } of waiters) yield* k.kthread_join(value!)
  return yield* first.read()
}

test('a program that asks for the time sees the same times under the reduction as under all schedules', () => {
  const values = (strategy: 'dpor' | 'dfs') =>
    explore(make, twoTimers, { strategy, schedules: 2000 })
      .outcomes.flatMap(({ verdict }) => (verdict.kind === 'ok' ? [verdict.value] : []))
      .toSorted()
  const reduced = values('dpor')
  expect(reduced).toEqual(expect.arrayContaining([1, 5]))
  for (const value of values('dfs')) expect(reduced).toContain(value)
})

test('a program that keeps something from run to run is told so', () => {
  let runs = 0
  const unsteady = function* (k: Kernel) {
    runs++
    const flag = k.cell(0, { atomic: true })
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, writer, null, null, 'writer')
    if (runs % 2 === 0) yield* flag.write(1)
    else yield* flag.read()
    yield* flag.read()
    function* writer() {
      yield* flag.write(2)
      yield* flag.write(3)
      yield* k.kthread_exit(0)
    }
  }
  expect(() => explore(make, unsteady)).toThrow(/k\.cell\(\)/)
})
