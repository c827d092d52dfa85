import { createKernel } from '@kt/freebsd/8.0'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'

test('a thread that binds itself goes on on the other CPU', () => {
  const report = explore(
    () => createKernel({ ncpu: 2, daemons: 'none' }),
    function* main(k) {
      yield* k.sched_bind(k.curthread, 1)
      const first = k.curcpu().index
      yield* k.sched_bind(k.curthread, 0)
      return [first, k.curcpu().index]
    },
  )
  expect(report.complete).toBe(true)
  expect(report.outcomes.map(({ verdict }) => verdict)).toEqual([{ kind: 'ok', value: [1, 0], asleep: [] }])
})

test('a panic goes down on the first CPU', () => {
  const report = explore(
    () => createKernel({ ncpu: 2, daemons: 'none' }),
    function* main(k) {
      yield* k.sched_bind(k.curthread, 1)
      yield* k.panic('enough')
    },
  )
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['panic'])
})
