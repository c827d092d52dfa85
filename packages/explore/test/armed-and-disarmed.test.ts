import { createKernel } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'

test('a timer that a going-down kernel arms and disarms is none of the search', () => {
  const report = explore(
    () => createKernel({ ncpu: 2, daemons: 'none' }),
    function* main(k) {
      const lock = k.mtx('lock')
      function* sleeper(): Steps<void> {
        yield* k.tsleep(lock, k.PWAIT, 'wait', 1)
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(sleeper, null, null, null, 0, 0, 'sleeper')
      yield* k.panic('enough')
    },
  )
  expect(report.complete).toBe(true)
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['panic'])
})
