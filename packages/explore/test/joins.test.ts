import { createKernel, type Kernel, type Lwp, type Out } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

/** Main creates workers that pass a lock, and joins them. */
function joined(count: number) {
  return function* main(k: Kernel) {
    const lock = k.mutex('m')
    const workers: Out<Lwp>[] = []
    function* body() {
      yield* k.mutex_enter(lock)
      yield* k.mutex_exit(lock)
      yield* k.kthread_exit(0)
    }
    for (let n = 0; n < count; n++) {
      const newlp = k.ref<Lwp>()
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      yield* k.kthread_create(k.PRI_NONE, flags, null, body, null, newlp, 'w%d', n)
      workers.push(newlp)
    }
    for (const { value } of workers) yield* k.kthread_join(value!)
  }
}

/** Who comes first to the barrier, and whether the joiner looks before the thread is gone: four ways for each join. */
test.each([
  [1, 4],
  [2, 2 * 4 ** 2],
  [3, 6 * 4 ** 3],
])('%i threads that pass a lock and are joined have %i schedules', (count, schedules) => {
  expect(explore(make, joined(count))).toMatchObject({ complete: true, failure: null, schedules, redundant: 0 })
})
