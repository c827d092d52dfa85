import { describe, expect, it } from 'vitest'
import { Callout, createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { panicOf, pause, quiet, spawn, undefinedOf, valueOf } from './runs.js'

describe('INVARIANTS', () => {
  const end = (invariants: boolean, body: (k: Kernel) => Iterable<unknown>) =>
    createKernel({ ...quiet, invariants }).boot(function* (k) {
      yield* body(k) as Steps
      return 'went on'
    })

  it('a sleep without end needs a lock, or Giant', () => {
    expect(panicOf(end(true, (k) => k.tsleep('channel', 0, 'wait', 0)))).toEqual([
      'sleeping without a lock',
      'FB8-D-04',
    ])
    expect(panicOf(end(true, (k) => k.msleep('channel', null, 0, 'wait', 0)))[0]).toBe('sleeping without a lock')
    expect(valueOf(end(true, (k) => k.tsleep('channel', 0, 'wait', 1)))).toBe('went on')
    const withGiant = end(true, function* (k) {
      yield* spawn(k, 'waker', function* () {
        yield* pause(k, 5)
        yield* k.wakeup('channel')
      })
      yield* k.mtx_lock(k.Giant)
      yield* k.tsleep('channel', 0, 'wait', 0)
      yield* k.mtx_unlock(k.Giant)
    })
    expect(valueOf(withGiant)).toBe('went on')
  })

  it('PDROP needs a lock that is not Giant; that comes second', () => {
    expect(panicOf(end(true, (k) => k.tsleep('channel', k.PDROP, 'wait', 1)))).toEqual([
      'PDROP requires a non-Giant lock',
      'FB8-D-04',
    ])
    expect(panicOf(end(true, (k) => k.tsleep('channel', k.PDROP, 'wait', 0)))[0]).toBe('sleeping without a lock')
    const giant = end(true, function* (k) {
      yield* k.mtx_lock(k.Giant)
      yield* k.msleep('channel', k.Giant, k.PDROP, 'wait', 1)
    })
    expect(panicOf(giant)[0]).toBe('PDROP requires a non-Giant lock')
  })

  it('without it nobody looks, and PDROP without a lock has no effect', () => {
    expect(valueOf(end(false, (k) => k.tsleep('channel', k.PDROP, 'wait', 1)))).toBe('went on')
  })

  it.each([
    { where: 'with a spin mutex', wakes: false },
    { where: 'in a critical section', wakes: true },
  ])('no sleep $where', ({ wakes }) => {
    const body = function* (k: Kernel): Steps<void> {
      if (wakes) yield* k.critical_enter()
      else yield* k.mtx_lock_spin(k.mtx('spin', k.MTX_SPIN))
      yield* k.tsleep('channel', 0, 'wait', 1)
    }
    expect(panicOf(end(true, body))[1]).toBe('FB8-O-16')
    expect(undefinedOf(end(false, body))).toBe('UB:sleep-not-allowed')
  })

  it.each(['tsleep', 'pause', 'cv_wait', 'sx_xlock'])('no %s in a callout’s function', (call) => {
    const body = function* (k: Kernel): Steps<void> {
      const callout = new Callout()
      const m = k.mtx('m')
      const sx = k.sx('sx')
      yield* k.callout_init(callout, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(
        callout,
        1,
        function* () {
          if (call === 'tsleep') yield* k.tsleep('channel', 0, 'wait', 1)
          if (call === 'pause') yield* k.pause('nap', 1)
          if (call === 'sx_xlock') yield* k.sx_xlock(sx)
          yield* k.mtx_lock(m)
          yield* k.cv_wait(k.cv('cv'), m)
        },
        null,
      )
      yield* k.sx_xlock(sx)
      yield* pause(k, 10)
    }
    expect(panicOf(end(true, body))).toEqual(['Trying sleep, but thread marked as sleeping prohibited', 'FB8-O-16'])
    expect(undefinedOf(end(false, body))).toBe('UB:sleep-not-allowed')
  })
})
