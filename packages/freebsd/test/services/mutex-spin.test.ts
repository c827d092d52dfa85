import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Outcome } from '../../src/releases/8.0.js'
import { allSchedules, MS, panicOf, pause, quiet, spawn, valueOf } from './runs.js'

describe('mtx(9): spin mutexes', () => {
  it('holds off interrupts and preemption on its CPU, nested too', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const [one, two] = [k.mtx('one', k.MTX_SPIN), k.mtx('two', k.MTX_SPIN)] as const
      const log: string[] = []
      yield* spawn(
        k,
        'urgent',
        function* () {
          yield* k.tsleep('urgent', 0, 'wait', 0)
          log.push('urgent')
        },
        20,
      )
      yield* pause(k, 1)
      k.interrupt(
        function* () {
          log.push('interrupt')
        },
        { afterNs: MS },
      )
      yield* k.mtx_lock_spin(one)
      yield* k.mtx_lock_spin(two)
      yield* k.wakeup('urgent')
      yield* k.work(2 * MS)
      log.push('worked')
      yield* k.mtx_unlock_spin(two)
      log.push('one left')
      yield* k.mtx_unlock_spin(one)
      log.push('none left')
      k.interrupt(
        function* () {
          log.push('at once')
        },
        { afterNs: MS },
      )
      yield* k.work(2 * MS)
      log.push('over')
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ...['worked', 'one left', 'interrupt', 'urgent', 'none left'],
      ...['at once', 'over'],
    ])
  })

  it('recurses with MTX_RECURSE, and is held until the last hold is given up', () => {
    const outcome = createKernel({ ...quiet, invariants: true }).boot(function* (k) {
      const m = k.mtx('m', k.MTX_SPIN | k.MTX_RECURSE)
      const nesting: unknown[] = []
      const look = () => nesting.push([k.curthread.td_critnest, m.owner !== null])
      yield* k.mtx_lock_spin(m)
      look()
      yield* k.mtx_lock_spin(m)
      look()
      yield* k.mtx_unlock_spin(m)
      look()
      yield* k.mtx_unlock_spin(m)
      look()
      return nesting
    })
    expect(valueOf(outcome)).toEqual([
      [1, true],
      [2, true],
      [1, true],
      [0, false],
    ])
  })

  it.each(allSchedules)('excludes: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m', k.MTX_SPIN)
      let inside = 0
      let most = 0
      let done = 0
      for (const name of ['a', 'b', 'c']) {
        yield* spawn(k, name, function* () {
          for (let n = 0; n < 6; n++) {
            yield* k.mtx_lock_spin(m)
            most = Math.max(most, ++inside)
            yield* k.work(100_000)
            inside--
            yield* k.mtx_unlock_spin(m)
            yield* k.sched_relinquish()
          }
          done++
        })
      }
      yield* pause(k, 50)
      return [most, done]
    })
    expect(valueOf(outcome)).toEqual([1, 3])
  })

  /** Another CPU wants a spin mutex that is held for a time. */
  function held(seconds: number, invariants = false): { k: Kernel; outcome: Outcome<unknown>; owner: number } {
    const k = createKernel({ ...quiet, ncpu: 2, invariants })
    let owner = 0
    const outcome = k.boot(function* (k) {
      const m = k.mtx('spindle', k.MTX_SPIN)
      const td = yield* spawn(k, 'owner', function* () {
        yield* k.mtx_lock_spin(m)
        yield* k.work(seconds * 1000 * MS)
        yield* k.mtx_unlock_spin(m)
      })
      owner = td.td_tid
      while (m.owner === null) yield* k.work(1000)
      yield* k.mtx_lock_spin(m)
      yield* k.mtx_unlock_spin(m)
      return 'locked'
    })
    return { k, outcome, owner }
  }

  it('held for less than 50 s it is waited for', () => {
    expect(valueOf(held(49.9).outcome)).toBe('locked')
  })

  it('held for longer it is a panic, after a line that names both', () => {
    const { k, outcome, owner } = held(50.5)
    expect(panicOf(outcome)[0]).toBe('spin lock held too long')
    const line = k.console.find((text) => text.startsWith('spin lock'))
    expect(line).toMatch(
      new RegExp(`^spin lock 0x[0-9a-f]+ \\(spindle\\) held by 0x[0-9a-f]+ \\(tid ${owner}\\) too long$`),
    )
  })
})
