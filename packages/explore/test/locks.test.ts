import { createKernel as createFreebsd, MTX_RECURSE } from '@kt/freebsd/8.0'
import { createKernel as createNetbsd } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, type Report } from '../src/index.js'

/** What every schedule shows, by either search. */
function outcomes(run: (strategy: 'dpor' | 'dfs') => Report): [string[], string[]] {
  const of = (strategy: 'dpor' | 'dfs'): string[] =>
    run(strategy)
      .outcomes.map(({ verdict }) => JSON.stringify(verdict))
      .toSorted()
  return [of('dpor'), of('dfs')]
}

describe('a lock that is taken', () => {
  test('once more by who has it keeps the others from nothing that they were not kept from before', () => {
    const [reduced, all] = outcomes((strategy) =>
      explore(
        () => createFreebsd({ daemons: 'none' }),
        function* (k) {
          const m = k.mtx('m', MTX_RECURSE)
          const x = k.cell('', { atomic: true })
          const other = function* () {
            yield* k.mtx_lock(m)
            yield* x.update((log) => `${log}b`)
            yield* k.mtx_unlock(m)
            yield* k.kthread_exit()
          }
          yield* k.kthread_add(other, null, null, null, 0, 0, 'other')
          yield* k.mtx_lock(m)
          yield* k.mtx_lock(m)
          yield* k.mtx_trylock(m)
          const log = yield* x.update((before) => `${before}a`)
          for (let n = 0; n < 3; n++) yield* k.mtx_unlock(m)
          return log
        },
        { strategy, races: false },
      ),
    )
    expect(reduced).toEqual(all)
    expect(all).toHaveLength(2)
  })

  test('is seen as such by who looks before, and by who looks after', () => {
    const [reduced, all] = outcomes((strategy) =>
      explore(
        () => createNetbsd(),
        function* (k) {
          const m = k.mutex('m', k.IPL_HIGH)
          const takes = function* () {
            yield* k.mutex_enter(m)
            yield* k.mutex_exit(m)
            yield* k.kthread_exit(0)
          }
          yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, takes, null, null, 'takes')
          return yield* k.mutex_owned(m)
        },
        { strategy },
      ),
    )
    expect(reduced).toEqual(all)
    expect(all).toHaveLength(2)
  })

  test('by a thread that sleeps is a panic for who wants it, and for nobody else', () => {
    const [reduced, all] = outcomes((strategy) =>
      explore(
        () => createFreebsd({ daemons: 'none' }),
        function* (k) {
          const m = k.mtx('m')
          const wants = function* () {
            yield* k.mtx_lock(m)
            yield* k.mtx_unlock(m)
            yield* k.kthread_exit()
          }
          yield* k.kthread_add(wants, null, null, null, 0, 0, 'wants')
          yield* k.mtx_lock(m)
          yield* k.pause('nap', 1)
          yield* k.mtx_unlock(m)
        },
        { strategy },
      ),
    )
    expect(reduced).toEqual(all)
    expect(all.map((verdict) => (JSON.parse(verdict) as { kind: string }).kind)).toEqual(['ok', 'panic'])
  })
})
