import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { allSchedules, flavours, onOneCpu, panicOf, pause, quiet, spawn, undefinedOf, valueOf } from './runs.js'

/** Sleeps that a holder of Giant may go through, by the name of the call. */
const sleeps: Readonly<Record<string, (k: Kernel) => Iterable<unknown>>> = {
  tsleep: (k) => k.tsleep('channel', 0, 'wait', 5),
  pause: (k) => k.pause('nap', 5),
  *msleep(k) {
    const m = k.mtx('m')
    yield* k.mtx_lock(m)
    yield* k.msleep('channel', m, 0, 'wait', 5)
    yield* k.mtx_unlock(m)
  },
  'msleep with Giant': (k) => k.msleep('channel', k.Giant, 0, 'wait', 5),
  *msleep_spin(k) {
    const m = k.mtx('m', k.MTX_SPIN)
    yield* k.mtx_lock_spin(m)
    yield* k.msleep_spin('channel', m, 'wait', 5)
    yield* k.mtx_unlock_spin(m)
  },
  *sx_sleep(k) {
    const sx = k.sx('sx')
    yield* k.sx_slock(sx)
    yield* k.sx_sleep('channel', sx, 0, 'wait', 5)
    yield* k.sx_sunlock(sx)
  },
  *rw_sleep(k) {
    const rw = k.rwlock('rw')
    yield* k.rw_wlock(rw)
    yield* k.rw_sleep('channel', rw, 0, 'wait', 5)
    yield* k.rw_wunlock(rw)
  },
  *cv_timedwait(k) {
    const m = k.mtx('m')
    yield* k.mtx_lock(m)
    yield* k.cv_timedwait(k.cv('cv'), m, 5)
    yield* k.mtx_unlock(m)
  },
}

describe('Giant', () => {
  it.each(flavours.flatMap((flavour) => Object.keys(sleeps).map((call) => ({ ...flavour, call }))))(
    '$call gives it up and has it again to its depth: $machine',
    ({ options, call }) => {
      const outcome = createKernel(options()).boot(function* (k) {
        const seen: unknown[] = []
        yield* spawn(k, 'holder', function* () {
          for (let n = 0; n < 3; n++) yield* k.mtx_lock(k.Giant)
          yield* sleeps[call]!(k) as Steps
          for (let n = 0; n < 3; n++) {
            seen.push(yield* k.mtx_owned(k.Giant))
            yield* k.mtx_unlock(k.Giant)
          }
          seen.push(yield* k.mtx_owned(k.Giant))
        })
        yield* pause(k, 2)
        seen.push(k.Giant.owner)
        yield* pause(k, 20)
        return seen
      })
      expect(valueOf(outcome)).toEqual([null, true, true, true, false])
    },
  )

  it.each(onOneCpu)('after a sleep Giant comes first, then the mutex: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const m = k.mtx('m')
      const seen: unknown[] = []
      const td = yield* spawn(k, 'sleeper', function* () {
        yield* k.mtx_lock(k.Giant)
        yield* k.mtx_lock(m)
        yield* k.msleep('channel', m, 0, 'wait', 0)
        seen.push(yield* k.mtx_owned(k.Giant), yield* k.mtx_owned(m))
        yield* k.mtx_unlock(m)
        yield* k.mtx_unlock(k.Giant)
      })
      yield* pause(k, 1)
      yield* k.mtx_lock(k.Giant)
      yield* k.wakeup('channel')
      yield* k.sched_relinquish()
      seen.push(td.td_lockname, m.owner)
      yield* k.mtx_lock(m)
      yield* k.mtx_unlock(k.Giant)
      yield* k.sched_relinquish()
      seen.push(td.td_lockname, k.Giant.owner === td)
      yield* k.mtx_unlock(m)
      yield* pause(k, 1)
      return seen
    })
    expect(valueOf(outcome)).toEqual(['Giant', null, 'm', true, true, true])
  })

  it.each(allSchedules)('whoever holds it is alone, between two sleeps: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      let [inside, most, done] = [0, 0, 0]
      for (const name of ['a', 'b', 'c']) {
        yield* spawn(k, name, function* () {
          yield* k.mtx_lock(k.Giant)
          for (let n = 0; n < 5; n++) {
            most = Math.max(most, ++inside)
            yield* k.work(100_000)
            yield* k.sched_relinquish()
            inside--
            yield* k.tsleep({}, 0, 'wait', 1)
          }
          yield* k.mtx_unlock(k.Giant)
          done++
        })
      }
      yield* pause(k, 100)
      return [most, done]
    })
    expect(valueOf(outcome)).toEqual([1, 3])
  })

  it('thread0 holds it through all SYSINITs, and not as the swapper; new threads begin without it', () => {
    const k = createKernel(quiet)
    const seen: unknown[] = []
    for (const subsystem of [k.SI_SUB_EVENTHANDLER, k.SI_SUB_KTHREAD_BUF, k.SI_SUB_RUN_SCHEDULER])
      k.SYSINIT(
        'look',
        subsystem,
        k.SI_ORDER_FIRST,
        function* () {
          seen.push(k.Giant.owner === k.thread0 && k.curthread === k.thread0)
        },
        null,
      )
    const outcome = k.boot(function* (k) {
      seen.push(yield* k.mtx_owned(k.Giant))
      yield* pause(k, 1)
      seen.push(k.Giant.owner)
      yield* k.mtx_lock(k.Giant)
      yield* spawn(k, 'new', function* () {
        seen.push(yield* k.mtx_owned(k.Giant))
      })
      yield* k.sched_relinquish()
      yield* k.mtx_unlock(k.Giant)
    })
    valueOf(outcome)
    expect(seen).toEqual([true, true, true, false, null, false])
  })

  it('a wait for another mutex does not give it up', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      yield* k.mtx_lock(m)
      const td = yield* spawn(k, 'holder', function* () {
        yield* k.mtx_lock(k.Giant)
        yield* k.mtx_lock(m)
        yield* k.mtx_unlock(m)
        yield* k.mtx_unlock(k.Giant)
      })
      yield* k.sched_relinquish()
      const seen = [td.td_lockname, k.Giant.owner === td]
      yield* k.mtx_unlock(m)
      yield* pause(k, 1)
      return seen
    })
    expect(valueOf(outcome)).toEqual(['m', true])
  })

  it('nobody may end with it: INVARIANTS panics, else it is not defined', () => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* spawn(k, 'keeper', () => k.mtx_lock(k.Giant) as Iterable<unknown> as Steps)
        yield* pause(k, 2)
      })
    expect(panicOf(end(true))).toEqual(['mutex Giant owned', 'FB8-O-24'])
    expect(undefinedOf(end(false))).toBe('UB:exit-with-lock')
  })
})
