import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { EWOULDBLOCK, panicOf, quiet, valueOf } from './runs.js'

describe('while the machine is cold', () => {
  /** Runs a body on thread0 before the devices are configured, and gives what it returned. */
  function cold<T>(invariants: boolean, body: (k: Kernel) => Steps<T>): T {
    const k = createKernel({ ...quiet, invariants })
    let value: T | undefined
    k.SYSINIT(
      'cold',
      k.SI_SUB_EVENTHANDLER,
      k.SI_ORDER_ANY,
      function* () {
        if (!k.cold) throw new Error('not cold')
        const startNs = k.now
        value = yield* body(k)
        if (k.now !== startNs) throw new Error('time passed')
      },
      null,
    )
    valueOf(k.boot())
    return value!
  }

  it.each([false, true])('no sleep waits and no time passes (INVARIANTS %s)', (invariants) => {
    const results = cold(invariants, function* (k) {
      return [
        yield* k.tsleep('channel', k.PWAIT, 'wait', 0),
        yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 1000),
        yield* k.pause('nap', 1000),
        yield* k.mtx_owned(k.Giant),
      ]
    })
    expect(results).toEqual([0, 0, 0, true])
  })

  it.each([false, true])('the lock stays held, but for PDROP; Giant stays held (INVARIANTS %s)', (invariants) => {
    const results = cold(invariants, function* (k) {
      const m = k.mtx('m')
      const spin = k.mtx('spin', k.MTX_SPIN)
      const log: unknown[] = []
      yield* k.mtx_lock(m)
      log.push(yield* k.msleep('channel', m, 0, 'wait', 0), yield* k.mtx_owned(m))
      log.push(yield* k.msleep('channel', m, k.PDROP, 'wait', 0), yield* k.mtx_owned(m))
      yield* k.mtx_lock_spin(spin)
      log.push(yield* k.msleep_spin('channel', spin, 'wait', 0), yield* k.mtx_owned(spin))
      yield* k.mtx_unlock_spin(spin)
      log.push(yield* k.msleep('channel', k.Giant, 0, 'wait', 0), yield* k.mtx_owned(k.Giant))
      return log
    })
    expect(results).toEqual([0, true, 0, false, 0, true, 0, true])
  })

  it('the assertions come first all the same', () => {
    const k = createKernel({ ...quiet, invariants: true })
    k.SYSINIT(
      'cold',
      k.SI_SUB_EVENTHANDLER,
      k.SI_ORDER_ANY,
      function* () {
        yield* k.tsleep('channel', k.PDROP, 'wait', 1)
      },
      null,
    )
    expect(panicOf(k.boot())).toEqual(['PDROP requires a non-Giant lock', 'FB8-D-04'])
  })

  it('it is over with the configuration of the devices', () => {
    const k = createKernel(quiet)
    const seen: [boolean, number][] = []
    for (const order of [k.SI_ORDER_FIRST, k.SI_ORDER_ANY])
      k.SYSINIT(
        'look',
        k.SI_SUB_CONFIGURE,
        order,
        function* () {
          const result = yield* k.pause('nap', 1)
          seen.push([k.cold, result])
        },
        null,
      )
    valueOf(k.boot())
    expect(seen).toEqual([
      [true, 0],
      [false, EWOULDBLOCK],
    ])
  })
})
