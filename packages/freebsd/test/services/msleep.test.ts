import { describe, expect, it } from 'vitest'
import { createKernel } from '../../src/releases/8.0.js'
import {
  allSchedules,
  EWOULDBLOCK,
  flavours,
  LONG,
  MS,
  onOneCpu,
  panicOf,
  pause,
  quiet,
  spawn,
  undefinedOf,
  valueOf,
} from './runs.js'

describe('msleep', () => {
  it.each(allSchedules)('loses no wakeup between the test and the sleep: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('slot')
      let slot: number | null = null
      const got: number[] = []
      yield* spawn(k, 'consumer', function* () {
        yield* k.mtx_lock(m)
        while (got.length < 30) {
          while (slot === null) yield* k.msleep('full', m, 0, 'empty', 0)
          got.push(slot)
          slot = null
          yield* k.wakeup('empty')
        }
        yield* k.mtx_unlock(m)
      })
      yield* spawn(k, 'producer', function* () {
        for (let n = 0; n < 30; n++) {
          yield* k.mtx_lock(m)
          while (slot !== null) yield* k.msleep('empty', m, 0, 'full', 0)
          slot = n
          yield* k.wakeup('full')
          yield* k.mtx_unlock(m)
        }
        yield* k.wakeup('done')
      })
      yield* k.tsleep('done', 0, 'done', LONG)
      yield* pause(k, 1)
      return got
    })
    expect(valueOf(outcome)).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })

  it.each(flavours)('releases the mutex for the sleep and has it again: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      const log: unknown[] = []
      const td = yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock(m)
        const result = yield* k.msleep('channel', m, 0, 'wait', LONG)
        log.push(result, yield* k.mtx_owned(m))
        yield* k.mtx_unlock(m)
      })
      yield* pause(k, 1)
      yield* k.mtx_lock(m)
      yield* k.wakeup('channel')
      // Woken, it still waits for the mutex; on another CPU it may spin for it.
      yield* k.work(5 * MS)
      log.push(td.td_wchan)
      yield* k.mtx_unlock(m)
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual([null, 0, true])
  })

  it.each(flavours)('has it again after a time-out too, and not with PDROP: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      yield* k.mtx_lock(m)
      const log: unknown[] = [yield* k.msleep('channel', m, 0, 'wait', 2), yield* k.mtx_owned(m)]
      log.push(yield* k.msleep('channel', m, k.PDROP, 'wait', 2), yield* k.mtx_owned(m), m.owner)
      return log
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, true, EWOULDBLOCK, false, null])
  })

  it('without a mutex is tsleep', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      return yield* k.msleep('channel', null, 0, 'wait', 2)
    })
    expect(valueOf(outcome)).toBe(EWOULDBLOCK)
  })

  it('gives up Giant, then the mutex, and goes on its queue; takes Giant, then the mutex', () => {
    const k = createKernel({ ...quiet, trace: true })
    const outcome = k.boot(function* (k) {
      const m = k.mtx('m')
      yield* k.mtx_lock(k.Giant)
      yield* k.mtx_lock(m)
      k.mark('now')
      yield* k.msleep('channel', m, 0, 'wait', 1)
      k.mark('over')
      yield* k.mtx_unlock(m)
      yield* k.mtx_unlock(k.Giant)
    })
    valueOf(outcome)
    const events = [...k.trace!.events()]
    const at = (text: string) => events.findIndex(({ detail }) => detail === text)
    const own = events.slice(at('now') + 1, at('over')).filter(({ name }) => name === 'main')
    expect(own.map(({ kind, detail }) => `${kind} ${detail}`).filter((line) => /lock|sleep/.test(line))).toEqual([
      'unlock mutex Giant',
      'unlock mutex m',
      'sleep channel',
      'lock mutex Giant',
      'lock mutex m',
    ])
  })
})

describe('msleep_spin', () => {
  it.each(allSchedules)('loses no wakeup, and always has the mutex again: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('spin', k.MTX_SPIN)
      let items = 0
      const log: unknown[] = []
      yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock_spin(m)
        for (let n = 0; n < 10; n++) {
          while (items === 0) yield* k.msleep_spin('item', m, 'wait', 0)
          items--
          log.push(yield* k.mtx_owned(m))
        }
        yield* k.mtx_unlock_spin(m)
      })
      for (let n = 0; n < 10; n++) {
        yield* k.mtx_lock_spin(m)
        items++
        yield* k.wakeup('item')
        yield* k.mtx_unlock_spin(m)
        if (n % 3 === 0) yield* pause(k, 1)
      }
      yield* pause(k, 5)
      return log
    })
    expect(valueOf(outcome)).toEqual(new Array(10).fill(true))
  })

  it.each(onOneCpu)('times out, keeps its priority, and leaves the CPU open meanwhile: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('spin', k.MTX_SPIN)
      const log: unknown[] = []
      const td = yield* spawn(
        k,
        'sleeper',
        function* () {
          yield* k.mtx_lock_spin(m)
          log.push(yield* k.msleep_spin('item', m, 'spinwait', 5), yield* k.mtx_owned(m), td.td_critnest)
          yield* k.mtx_unlock_spin(m)
          log.push(td.td_critnest)
        },
        90,
      )
      yield* pause(k, 1)
      log.push(td.td_wmesg, td.td_priority, td.td_critnest, m.owner)
      yield* pause(k, 20)
      return log
    })
    expect(valueOf(outcome)).toEqual(['spinwait', 90, 0, null, EWOULDBLOCK, true, 1, 0])
  })

  it('is for spin mutexes', () => {
    const wrong = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        const m = k.mtx('m')
        yield* k.mtx_lock(m)
        yield* k.msleep_spin('item', m, 'wait', 1)
      })
    expect(undefinedOf(wrong(false))).toBe('UB:mutex')
    expect(panicOf(wrong(true))[0]).toContain('sleep mutex m')
  })
})
