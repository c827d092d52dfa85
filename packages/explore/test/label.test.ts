import { createKernel } from '@kt/freebsd/8.0'
import { expect, test } from 'vitest'
import { explore, replay } from '../src/index.js'

const make = () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' })

test('a composed call is not told with the argument of the call before it', () => {
  function* main(k: ReturnType<typeof make>) {
    const lock = k.mtx('lock')
    yield* k.mtx_lock(lock)
    yield* k.mtx_unlock(lock)
    yield* k.kthread_resume(k.curthread)
  }
  const { outcomes } = explore(make, main)
  const { story } = replay(make, main, outcomes[0]!.token)
  const calls = story.steps.map(({ what }) => what)
  expect(calls).toContain('mtx_unlock lock')
  expect(calls.filter((what) => what.startsWith('kthread_resume'))[0]).toBe('kthread_resume')
})
