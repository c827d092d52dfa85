import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { wants, wokenAfterMark } from './mutex-words.js'
import { flavours, MS, onOneCpu, panicOf, pause, quiet, spawn, valueOf } from './runs.js'

describe('mtx(9): lending', () => {
  /** Priority of an owner before, under and after a loan; its base and user priority after it. */
  const loan = (scheduler: 'ule' | '4bsd', waiter: number, owner?: number) =>
    valueOf(
      createKernel({ ...quiet, scheduler }).boot(function* (k) {
        const m = k.mtx('m')
        let after: number[] = []
        let isOver = false
        yield* k.sched_prio(k.curthread, 60)
        const td = yield* spawn(
          k,
          'owner',
          function* () {
            yield* k.mtx_lock(m)
            while (!isOver) yield* k.work(MS / 10)
            yield* k.mtx_unlock(m)
            after = [k.curthread.td_priority, k.curthread.td_base_pri, k.curthread.td_user_pri]
          },
          owner,
        )
        yield* pause(k, 1)
        const before = td.td_priority
        yield* wants(k, m, 'waiter', waiter, [])
        const under = td.td_priority
        isOver = true
        yield* pause(k, 5)
        return { before, under, after }
      }),
    )

  it.each(['ule', '4bsd'] as const)('the owner has the waiter’s priority until it unlocks (%s)', (scheduler) => {
    expect(loan(scheduler, 70, 90)).toMatchObject({ before: 90, under: 70, after: [90, 90, 180] })
    expect(loan(scheduler, 100, 90)).toMatchObject({ before: 90, under: 90, after: [90, 90, 180] })
  })

  it.each(onOneCpu)(
    'without a priority of its own it falls to its user priority, not to what it had: $machine',
    (run) => {
      const outcome = createKernel(run.options()).boot(function* (k) {
        const m = k.mtx('m')
        const td = k.curthread
        const seen: number[] = [td.td_priority, td.td_base_pri]
        for (const priority of [100, 66]) {
          yield* k.mtx_lock(m)
          yield* wants(k, m, 'waiter', priority, [])
          seen.push(td.td_priority)
          yield* k.mtx_unlock(m)
          seen.push(td.td_priority === td.td_user_pri ? 0 : td.td_priority)
        }
        return [seen, td.td_priority >= 128 && td.td_priority <= 203]
      })
      // To a worse waiter it owes nothing, and keeps what it had.
      expect(valueOf(outcome)).toEqual([[68, 160, 68, 68, 66, 0], true])
    },
  )

  it('4BSD: after a sleep with a priority there is one to fall back to', () => {
    const outcome = createKernel({ ...quiet, scheduler: '4bsd' }).boot(function* (k) {
      const m = k.mtx('m')
      const seen: number[] = []
      yield* k.tsleep('channel', 104, 'wait', 1)
      yield* k.mtx_lock(m)
      yield* wants(k, m, 'waiter', 70, [])
      seen.push(k.curthread.td_priority)
      yield* k.mtx_unlock(m)
      seen.push(k.curthread.td_priority)
      return seen
    })
    expect(valueOf(outcome)).toEqual([70, 104])
  })

  it.each(onOneCpu)('the best of several waiters counts, and of several mutexes: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const [one, two] = [k.mtx('one'), k.mtx('two')] as const
      const seen: number[] = []
      yield* k.sched_prio(k.curthread, 120)
      yield* k.mtx_lock(one)
      yield* k.mtx_lock(two)
      for (const [m, priority] of [
        [one, 100],
        [one, 90],
        [two, 80],
        [one, 95],
      ] as const) {
        yield* wants(k, m, 'waiter', priority, [])
        seen.push(k.curthread.td_priority)
      }
      yield* k.mtx_unlock(two)
      seen.push(k.curthread.td_priority)
      yield* k.mtx_unlock(one)
      seen.push(k.curthread.td_priority)
      return seen
    })
    expect(valueOf(outcome)).toEqual([100, 90, 80, 80, 90, 120])
  })

  it.each(onOneCpu)('goes down the chain: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const [one, two] = [k.mtx('one'), k.mtx('two')] as const
      const seen: unknown[] = []
      const got: string[] = []
      yield* k.sched_prio(k.curthread, 120)
      yield* k.mtx_lock(one)
      const middle = yield* spawn(
        k,
        'middle',
        function* () {
          yield* k.sched_prio(k.curthread, 110)
          yield* k.mtx_lock(two)
          yield* k.mtx_lock(one)
          yield* k.mtx_unlock(one)
          yield* k.mtx_unlock(two)
          seen.push(`middle ${k.curthread.td_priority}`)
        },
        50,
      )
      seen.push(k.curthread.td_priority)
      yield* wants(k, two, 'top', 70, got)
      seen.push(k.curthread.td_priority, middle.td_priority, middle.td_lockname)
      yield* k.mtx_unlock(one)
      seen.push(k.curthread.td_priority)
      yield* pause(k, 1)
      return [...seen, ...got]
    })
    expect(valueOf(outcome)).toEqual([110, 70, 70, 'one', 120, 'middle 110', 'top'])
  })

  it.each(onOneCpu)('a waiter that is lent something moves up in its turnstile: $machine', ({ options }) => {
    const k = createKernel({ ...options(), trace: true })
    const outcome = k.boot(function* (k) {
      const [one, two] = [k.mtx('one'), k.mtx('two')] as const
      yield* k.mtx_lock(one)
      yield* wants(k, one, 'good', 100, [])
      yield* spawn(
        k,
        'poor',
        function* () {
          yield* k.mtx_lock(two)
          yield* k.sched_prio(k.curthread, 110)
          yield* k.mtx_lock(one)
          yield* k.mtx_unlock(one)
          yield* k.mtx_unlock(two)
        },
        50,
      )
      yield* wants(k, two, 'top', 66, [])
      k.mark('now')
      yield* k.mtx_unlock(one)
      yield* pause(k, 2)
    })
    valueOf(outcome)
    expect(wokenAfterMark(k).slice(0, 2)).toEqual(['poor', 'good'])
  })

  it.each(onOneCpu)('nobody in the middle keeps a good one waiting: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      const log: string[] = []
      function* work(): Steps<void> {
        for (let n = 0; n < 10; n++) {
          yield* k.work(MS)
          yield* k.sched_relinquish()
        }
      }
      yield* k.sched_prio(k.curthread, 60)
      yield* spawn(
        k,
        'poor',
        function* () {
          yield* k.mtx_lock(m)
          yield* work()
          yield* k.mtx_unlock(m)
          yield* k.sched_relinquish()
          log.push('poor')
        },
        110,
      )
      yield* pause(k, 1)
      yield* spawn(
        k,
        'middle',
        function* () {
          yield* work()
          log.push('middle')
        },
        90,
      )
      yield* wants(k, m, 'good', 70, log)
      yield* pause(k, 50)
      return log
    })
    // Once its loan is over `poor` is behind `middle` again.
    expect(valueOf(outcome)).toEqual(['good', 'middle', 'poor'])
  })
})

describe('mtx(9): the owner sleeps', () => {
  const line = (k: Kernel) => k.console.find((text) => text.startsWith('Sleeping thread'))

  it.each(flavours)('whoever wants it panics: $machine', ({ options }) => {
    const k = createKernel(options())
    let tid = 0
    const outcome = k.boot(function* (k) {
      const m = k.mtx('m')
      const td = yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock(m)
        yield* pause(k, 100)
        yield* k.mtx_unlock(m)
      })
      tid = td.td_tid
      yield* pause(k, 5)
      yield* k.mtx_lock(m)
    })
    expect(panicOf(outcome)).toEqual(['sleeping thread', 'FB8-O-10'])
    expect(line(k)).toBe(`Sleeping thread (tid ${tid}, pid 0) owns a non-sleepable lock`)
  })

  it('whoever only tries does not', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock(m)
        yield* pause(k, 10)
        yield* k.mtx_unlock(m)
      })
      yield* pause(k, 5)
      return yield* k.mtx_trylock(m)
    })
    expect(valueOf(outcome)).toBe(0)
  })

  it.each(onOneCpu)('the chain of lending ends at a sleeper: $machine', ({ options }) => {
    const k = createKernel(options())
    let tid = 0
    const outcome = k.boot(function* (k) {
      const [one, two] = [k.mtx('one'), k.mtx('two')] as const
      let maySleep = false
      yield* k.sched_prio(k.curthread, 60)
      const td = yield* spawn(
        k,
        'sleeper',
        function* () {
          yield* k.mtx_lock(one)
          while (!maySleep) yield* k.work(MS / 10)
          yield* pause(k, 100)
        },
        100,
      )
      tid = td.td_tid
      yield* pause(k, 2)
      const middle = yield* spawn(
        k,
        'middle',
        function* () {
          yield* k.mtx_lock(two)
          yield* k.sched_prio(k.curthread, 90)
          yield* k.mtx_lock(one)
        },
        50,
      )
      if (middle.td_lockname !== 'one') throw new Error('not blocked')
      maySleep = true
      yield* pause(k, 2)
      yield* k.mtx_lock(two)
    })
    expect(panicOf(outcome)).toEqual(['sleeping thread', 'FB8-O-10'])
    expect(line(k)).toBe(`Sleeping thread (tid ${tid}, pid 0) owns a non-sleepable lock`)
  })

  it.each(['ule', '4bsd'] as const)('whoever spun for it sees it too (%s)', (scheduler) => {
    const outcome = createKernel({ ...quiet, ncpu: 2, scheduler }).boot(function* (k) {
      const m = k.mtx('m')
      yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock(m)
        yield* k.work(5 * MS)
        yield* pause(k, 100)
      })
      yield* k.work(MS)
      yield* k.mtx_lock(m)
    })
    expect(panicOf(outcome)[0]).toBe('sleeping thread')
  })
})
