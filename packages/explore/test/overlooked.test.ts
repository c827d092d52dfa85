import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { bound, expectAlways, explore } from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

/** The lost wakeup with a plain variable, of which no call tells. */
function* plain(k: Kernel) {
  let ready = false
  function* worker() {
    while (!ready) yield* k.tsleep('work', 0, 'work', 0)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker')
  ready = true
  yield* k.wakeup('work')
}

test('a reduced search that is held against schedules at random finds that it has overlooked something', () => {
  const report = explore(make, plain)
  expect(report).toMatchObject({ complete: false, ending: 'overlooked' })
  expect(report.failure?.verdict.kind).toBe('lost-wakeup')
  expect(bound(report, 0)).toContain('threads share what no call tells of: use k.cell()')
  expect(() => expectAlways(make, plain)).toThrow(/lost wakeup/)
})

test('with a cell it overlooks nothing', () => {
  const report = explore(make, function* (k) {
    const ready = k.cell(false, { atomic: true })
    function* worker() {
      while (!(yield* ready.read())) yield* k.tsleep('work', 0, 'work', 0)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker')
    yield* ready.write(true)
    yield* k.wakeup('work')
  })
  expect(report).toMatchObject({ complete: true, ending: 'complete' })
  expect(report.failure?.verdict.kind).toBe('lost-wakeup')
})
