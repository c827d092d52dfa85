import { createKernel } from '@kt/openbsd/5.1'
import { expect, test } from 'vitest'
import { explore } from '../src/index.js'
import { compareAll, seeds } from './differential/harness.js'
import { openbsd } from './differential/openbsd.js'

test('the reduction loses no outcome of small random programs', () => {
  const { wrong, whole, telling } = compareAll(openbsd, seeds(1, 100), 25)
  expect(wrong).toEqual([])
  expect(whole).toBeGreaterThan(30)
  expect(telling).toBeGreaterThan(5)
}, 60_000)

test('a thread whose function returns is asked for no call that lies behind it', () => {
  const report = explore(
    () => createKernel({ lenient: true }),
    function* (k) {
      yield* k.kthread_create(
        function* () {
          yield* k.kthread_create(
            function* () {
              yield* k.kthread_exit(0)
            },
            null,
            null,
            'inner',
          )
        },
        null,
        null,
        'outer',
      )
    },
    { strategy: 'dpor' },
  )
  expect(report.complete).toBe(true)
})

test('a run that was cut short ends where the kernel stops', () => {
  const report = explore(
    () => createKernel({ ncpu: 2 }),
    function* (k) {
      const x = k.cell(0, { name: 'x' })
      function* handled() {
        // Kernel code has no business in a handler.
        yield* x.read()
      }
      k.process({ name: 'user' }, function* () {
        yield* k.sigaction(k.SIGUSR1, { handler: handled, flags: 0, mask: 0 }, null)
        yield* k.kill(0, k.SIGUSR1)
        yield* k.sigprocmask(k.SIG_BLOCK, 1)
      })
      yield* k.kthread_create(
        function* () {
          yield* k.KERNEL_UNLOCK()
          yield* k.tsleep('here', k.PWAIT | k.PCATCH, 'here', 0)
          yield* k.tsleep('there', k.PWAIT | k.PCATCH, 'there', 0)
        },
        null,
        null,
        't0',
      )
    },
    { strategy: 'dpor', schedules: 300 },
  )
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).toContain('assertion')
})

test.each([
  [1, [1, 2, 8, 48]],
  [2, [1, 3, 20, 210]],
])('threads that only end, on %i CPUs: the big lock orders them and the reaper', (ncpu, counts) => {
  for (const [threads, count] of counts.entries()) {
    const report = explore(
      () => createKernel({ ncpu }),
      function* (k) {
        for (let n = 0; n < threads; n++)
          yield* k.kthread_create(
            function* () {
              yield* k.kthread_exit(0)
            },
            null,
            null,
            't%d',
            n,
          )
      },
      { strategy: 'dpor' },
    )
    expect(report).toMatchObject({ complete: true, schedules: count, redundant: 0 })
  }
})

test.each([1, 2])('under the big lock nobody comes between two calls, on %i CPUs', (ncpu) => {
  const report = explore(
    () => createKernel({ ncpu }),
    function* (k) {
      const x = k.cell(0, { name: 'x' })
      const stored: number[] = []
      for (let n = 0; n < 2; n++) {
        yield* k.kthread_create(
          function* () {
            const value = yield* x.read()
            yield* x.write(value + 1)
            stored.push(value + 1)
            yield* k.kthread_exit(0)
          },
          null,
          null,
          't%d',
          n,
        )
      }
      return stored
    },
    { strategy: 'dpor' },
  )
  expect(report.complete).toBe(true)
  expect(report.outcomes.map(({ verdict }) => verdict)).toEqual([{ kind: 'ok', value: [1, 2], asleep: [] }])
})

test('two threads that wait for each other’s mutex are deadlocked, and not accused of waiting for themselves', () => {
  const report = explore(
    () => createKernel({ ncpu: 2 }),
    function* (k) {
      const mutexes = [k.MUTEX_INITIALIZER(k.IPL_NONE, 'a'), k.MUTEX_INITIALIZER(k.IPL_NONE, 'b')]
      for (let n = 0; n < 2; n++) {
        yield* k.kthread_create(
          function* () {
            yield* k.KERNEL_UNLOCK()
            yield* k.mtx_enter(mutexes[n]!)
            yield* k.mtx_enter(mutexes[1 - n]!)
            yield* k.mtx_leave(mutexes[1 - n]!)
            yield* k.mtx_leave(mutexes[n]!)
            yield* k.KERNEL_LOCK()
            yield* k.kthread_exit(0)
          },
          null,
          null,
          't%d',
          n,
        )
      }
      yield* k.tsleep('never', k.PWAIT, 'never', 0)
    },
    { strategy: 'dpor', schedules: 3000 },
  )
  expect(report.complete).toBe(true)
  const kinds = new Set(report.outcomes.map(({ verdict }) => verdict.kind))
  expect(kinds).toEqual(new Set(['deadlock']))
  const stuck = report.outcomes.flatMap(({ verdict }) => (verdict.kind === 'deadlock' ? [verdict.stuck.length] : []))
  expect(new Set(stuck)).toEqual(new Set([1, 3]))
}, 30_000)
