import { expect, test } from 'vitest'
import { createKernel, type Lwp } from '../src/releases/10.1.js'

test('a thread that is joined again is called by its name, though it is dead', () => {
  const k = createKernel()
  function* worker() {
    yield* k.kthread_exit(0)
  }
  const outcome = k.boot(function* main() {
    const newlp = k.ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, worker, null, newlp, 'worker')
    yield* k.kthread_join(newlp.value!)
    expect(newlp.value!.l_name).toBe('(zombie)')
    yield* k.kthread_join(newlp.value!)
  })
  expect(outcome).toMatchObject({ kind: 'panic', message: 'kthread_join: worker was joined before' })
})
