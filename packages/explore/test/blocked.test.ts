import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { explore, type Main } from '../src/index.js'

const make = () => createKernel({ ncpu: 2 })

function kinds(main: Main<Kernel>): string[] {
  return [...new Set(explore(make, main).outcomes.map(({ verdict }) => verdict.kind))].toSorted()
}

/** Two threads that take two locks, in the same order or each in its own, while main has long returned. */
function twoLocks(isOrdered: boolean, ipl: (k: Kernel) => number): Main<Kernel> {
  return function* (k) {
    const locks = [k.mutex('a', ipl(k)), k.mutex('b', ipl(k))]
    for (const n of [0, 1]) {
      const [first, second] = n === 0 || isOrdered ? locks : locks.toReversed()
      function* body() {
        yield* k.mutex_enter(first!)
        yield* k.mutex_enter(second!)
        yield* k.mutex_exit(second!)
        yield* k.mutex_exit(first!)
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, body, null, null, 'w%d', n)
    }
  }
}

test('two threads that wait for each other are in a deadlock, whether or not main waits for them', () => {
  expect(kinds(twoLocks(false, (k) => k.IPL_NONE))).toEqual(['deadlock', 'ok'])
  expect(kinds(twoLocks(true, (k) => k.IPL_NONE))).toEqual(['ok'])
})

test('so are two that spin', () => {
  expect(kinds(twoLocks(false, (k) => k.IPL_VM))).toEqual(['deadlock', 'ok'])
  expect(kinds(twoLocks(true, (k) => k.IPL_VM))).toEqual(['ok'])
})

test('who waits for a lock that main has kept is in a deadlock', () => {
  const main: Main<Kernel> = function* (k) {
    const m = k.mutex('m')
    yield* k.mutex_enter(m)
    function* waiter() {
      yield* k.mutex_enter(m)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waiter, null, null, 'waiter')
  }
  expect(kinds(main)).toEqual(['deadlock'])
})

test('who waits for a lock of somebody whose time-out is still to come is not', () => {
  const main: Main<Kernel> = function* (k) {
    const m = k.mutex('m')
    function* daemon() {
      yield* k.mutex_enter(m)
      for (;;) yield* k.kpause('pause', false, 10, null)
    }
    function* waiter() {
      yield* k.mutex_enter(m)
      yield* k.mutex_exit(m)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, daemon, null, null, 'daemon')
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waiter, null, null, 'waiter')
  }
  const report = explore(make, main, { steps: 40, schedules: 200 })
  expect(report.outcomes.map(({ verdict }) => verdict.kind)).not.toContain('deadlock')
})
