import { createKernel as createFreebsd, type Td } from '@kt/freebsd/8.0'
import { createKernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { expect, test } from 'vitest'
import { explore, replay } from '../src/index.js'

test('what a thread did before it slept is no wakeup that it lost', () => {
  const make = () => createKernel({ ncpu: 2 })
  const report = explore(make, function* main(k) {
    const lock = k.mutex('lock')
    const cv = k.condvar('cv')
    yield* k.mutex_enter(lock)
    yield* k.cv_signal(cv)
    yield* k.cv_wait(cv, lock)
  })
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['deadlock'])
})

test('search and replay agree on a wakeup that was lost within a composed call', () => {
  const make = () => createFreebsd({ ncpu: 2, reading: 'kernel', daemons: 'none' })
  function* main(k: ReturnType<typeof make>): Steps<void> {
    const newtdpp = k.ref<Td>()
    function* target(): Steps<void> {
      yield* k.tsleep(k.curthread, k.PWAIT, 'wait', 0)
      yield* k.kthread_exit()
    }
    yield* k.kthread_add(target, null, null, newtdpp, 0, 0, 'target')
    // Wakes the target first, if that sleeps.
    yield* k.kthread_suspend(newtdpp.value!, 0)
  }
  const { failure } = explore(make, main)
  expect(failure?.verdict.kind).toBe('lost-wakeup')
  expect(replay(make, main, failure!.token).verdict).toEqual(failure!.verdict)
})
