import { describe, expect, it } from 'vitest'
import { createKernel, Mtx, type Steps, type Td } from '../../src/releases/8.0.js'
import { wants, wokenAfterMark } from './mutex-words.js'
import { allSchedules, MS, onOneCpu, pause, quiet, spawn, valueOf } from './runs.js'

describe('mtx(9): sleep mutexes', () => {
  it('knows its owner, how often it is held, and whether it is ready', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = new Mtx('raw', k.MTX_DEF)
      const seen: unknown[] = []
      function* look(): Steps<void> {
        seen.push([yield* k.mtx_initialized(m), yield* k.mtx_owned(m), yield* k.mtx_recursed(m)])
      }
      yield* k.mtx_init(m, 'm', null, k.MTX_DEF | k.MTX_RECURSE)
      yield* look()
      yield* k.mtx_lock(m)
      yield* look()
      yield* k.mtx_lock(m)
      yield* look()
      yield* k.mtx_unlock(m)
      yield* k.mtx_unlock(m)
      yield* look()
      yield* k.mtx_destroy(m)
      yield* look()
      return [m.name, seen]
    })
    expect(valueOf(outcome)).toEqual([
      'm',
      [
        [true, false, false],
        [true, true, false],
        [true, true, true],
        [true, false, false],
        [false, false, false],
      ],
    ])
  })

  it('mtx_owned is about the caller', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      const seen: boolean[] = []
      yield* k.mtx_lock(m)
      yield* spawn(k, 'other', function* () {
        seen.push(yield* k.mtx_owned(m))
      })
      yield* k.work(MS)
      yield* k.sched_relinquish()
      seen.push(yield* k.mtx_owned(m))
      yield* k.mtx_unlock(m)
      return seen
    })
    expect(valueOf(outcome)).toEqual([false, true])
  })

  it('mtx_trylock never waits; its owner gets it again only if it may recurse', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const plain = k.mtx('plain')
      const recursive = k.mtx('recursive', k.MTX_RECURSE)
      const got: number[] = []
      for (const m of [plain, recursive]) got.push(yield* k.mtx_trylock(m), yield* k.mtx_trylock(m))
      yield* spawn(k, 'other', function* () {
        got.push(yield* k.mtx_trylock(plain))
      })
      yield* k.sched_relinquish()
      yield* k.mtx_unlock(recursive)
      got.push(recursive.owner === null ? 0 : 1)
      yield* k.mtx_unlock(recursive)
      yield* k.mtx_unlock(plain)
      got.push(recursive.owner === null ? 0 : 1)
      return got
    })
    expect(valueOf(outcome)).toEqual([1, 0, 1, 1, 0, 1, 0])
  })

  it('recursion: without INVARIANTS any mutex counts silently', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      for (let n = 0; n < 3; n++) yield* k.mtx_lock(m)
      const held: boolean[] = []
      for (let n = 0; n < 3; n++) {
        yield* k.mtx_unlock(m)
        held.push(yield* k.mtx_owned(m))
      }
      return held
    })
    expect(valueOf(outcome)).toEqual([true, true, false])
  })

  it.each(allSchedules)('excludes: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      let inside = 0
      let most = 0
      let done = 0
      for (const name of ['a', 'b', 'c', 'd']) {
        yield* spawn(k, name, function* () {
          for (let n = 0; n < 6; n++) {
            yield* k.mtx_lock(m)
            most = Math.max(most, ++inside)
            yield* k.work(100_000)
            if (n % 2 === 0) yield* k.sched_relinquish()
            inside--
            yield* k.mtx_unlock(m)
            yield* k.sched_relinquish()
          }
          done++
        })
      }
      yield* pause(k, 50)
      return [most, done]
    })
    expect(valueOf(outcome)).toEqual([1, 4])
  })

  it.each(onOneCpu)('a waiter blocks, and views show the lock: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('door')
      yield* k.mtx_lock(m)
      const td = yield* spawn(k, 'waiter', function* () {
        yield* k.mtx_lock(m)
        yield* k.mtx_unlock(m)
      })
      yield* k.sched_relinquish()
      const blocked = [td.td_state, td.td_inhibitors, td.td_lockname, td.td_wmesg, td.td_wchan]
      yield* k.mtx_unlock(m)
      const woken = [td.td_state, td.td_inhibitors, td.td_lockname]
      yield* pause(k, 1)
      return [blocked, woken]
    })
    const { TDS_INHIBITED, TDS_RUNQ, TDI_LOCK } = createKernel()
    expect(valueOf(outcome)).toEqual([
      [TDS_INHIBITED, TDI_LOCK, 'door', null, null],
      [TDS_RUNQ, 0, null],
    ])
  })

  it.each(onOneCpu)('unlock wakes all who wait, by priority and then by age, and they compete: $machine', (run) => {
    const outcome = createKernel(run.options()).boot(function* (k) {
      const m = k.mtx('m')
      const got: string[] = []
      yield* k.mtx_lock(m)
      const tds: Td[] = []
      for (const [name, priority] of [
        ['a', 100],
        ['b', 84],
        ['c', 100],
        ['d', 84],
        ['e', 72],
      ] as const)
        tds.push(yield* wants(k, m, name, priority, got))
      const blocked = tds.map((td) => td.td_lockname)
      yield* k.mtx_unlock(m)
      const woken = tds.map((td) => td.td_state === k.TDS_RUNQ)
      yield* pause(k, 1)
      return [blocked, woken, got.join('')]
    })
    expect(valueOf(outcome)).toEqual([new Array(5).fill('m'), new Array(5).fill(true), 'ebdac'])
  })

  it.each(onOneCpu)('the wake order of a turnstile is by priority, then age: $machine', ({ options }) => {
    const k = createKernel({ ...options(), trace: true })
    const outcome = k.boot(function* (k) {
      const m = k.mtx('m')
      yield* k.mtx_lock(m)
      for (const [name, priority] of [
        ['a', 103],
        ['b', 101],
        ['c', 103],
        ['d', 100],
      ] as const)
        yield* wants(k, m, name, priority, [])
      k.mark('now')
      yield* k.mtx_unlock(m)
      yield* pause(k, 1)
    })
    valueOf(outcome)
    // Four priorities share a place of the run queue, but not of the turnstile.
    expect(wokenAfterMark(k).slice(0, 4)).toEqual(['d', 'b', 'a', 'c'])
  })

  it.each(onOneCpu)('is not handed over: whoever comes first has it: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      const log: string[] = []
      yield* k.mtx_lock(m)
      const td = yield* spawn(k, 'waiter', function* () {
        yield* k.mtx_lock(m)
        log.push('waiter')
        yield* k.mtx_unlock(m)
      })
      yield* k.sched_relinquish()
      yield* k.mtx_unlock(m)
      yield* k.mtx_lock(m)
      log.push('again')
      yield* k.sched_relinquish()
      log.push(String(td.td_lockname))
      yield* k.mtx_unlock(m)
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['again', 'm', 'waiter'])
  })
})

describe('mtx(9) on two CPUs', () => {
  it.each(['ule', '4bsd'] as const)('a waiter spins while the owner is on another CPU (%s)', (scheduler) => {
    const k = createKernel({ ...quiet, ncpu: 2, scheduler, trace: true })
    const outcome = k.boot(function* (k) {
      const m = k.mtx('m')
      yield* spawn(k, 'owner', function* () {
        yield* k.mtx_lock(m)
        yield* k.work(5 * MS)
        yield* k.mtx_unlock(m)
      })
      yield* k.work(MS)
      yield* k.mtx_lock(m)
      const atNs = k.now
      yield* k.mtx_unlock(m)
      return atNs
    })
    const events = [...k.trace!.events()]
    const freed = events.find(({ kind, detail }) => kind === 'unlock' && detail === 'mutex m')!
    expect(valueOf(outcome)).toBe(freed.timeNs)
    const own = events.filter(({ name, timeNs }) => name === 'main' && timeNs <= freed.timeNs)
    expect(own.some(({ kind, detail }) => kind === 'spin' && detail.includes('m'))).toBe(true)
    expect(own.some(({ kind }) => kind === 'sleep')).toBe(false)
  })

  it.each(['ule', '4bsd'] as const)('and blocks when the owner leaves its CPU (%s)', (scheduler) => {
    const outcome = createKernel({ ...quiet, ncpu: 2, scheduler }).boot(function* (k) {
      const m = k.mtx('m')
      const seen: unknown[] = []
      const owner = yield* spawn(k, 'owner', function* () {
        yield* k.sched_bind(k.curthread, 1)
        yield* k.mtx_lock(m)
        yield* k.work(10 * MS)
        yield* k.mtx_unlock(m)
      })
      yield* pause(k, 1)
      const waiter = yield* spawn(k, 'waiter', function* () {
        yield* k.sched_bind(k.curthread, 0)
        yield* k.mtx_lock(m)
        yield* k.mtx_unlock(m)
        seen.push('locked')
      })
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.sched_bind(k.curthread, 1)
          seen.push(owner.td_state === k.TDS_RUNQ)
          yield* k.work(2 * MS)
          seen.push(waiter.td_lockname)
          yield* pause(k, 1)
        },
        20,
      )
      yield* pause(k, 50)
      return seen
    })
    expect(valueOf(outcome)).toEqual([true, 'm', 'locked'])
  })
})
