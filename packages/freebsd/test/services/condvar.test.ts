import { describe, expect, it } from 'vitest'
import { createKernel, Cv, type Kernel, type Proc, type Steps } from '../../src/releases/8.0.js'
import {
  allSchedules,
  EINTR,
  EWOULDBLOCK,
  flavours,
  onOneCpu,
  panicOf,
  pause,
  quiet,
  spawn,
  undefinedOf,
  valueOf,
} from './runs.js'

/** Each class of lock, and how it is taken and given up. */
const locks = {
  mutex: (k: Kernel) => {
    const lock = k.mtx('lock')
    return { lock, take: () => k.mtx_lock(lock), give: () => k.mtx_unlock(lock), owner: () => lock.owner }
  },
  rwlock: (k: Kernel) => {
    const lock = k.rwlock('lock')
    return { lock, take: () => k.rw_wlock(lock), give: () => k.rw_wunlock(lock), owner: () => lock.owner }
  },
  sx: (k: Kernel) => {
    const lock = k.sx('lock')
    return { lock, take: () => k.sx_xlock(lock), give: () => k.sx_xunlock(lock), owner: () => lock.owner }
  },
} as const
const classes = ['mutex', 'rwlock', 'sx'] as const

describe.each(classes)('condvar(9) with a lock of class %s', (name) => {
  it.each(allSchedules)('loses no wakeup: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const { lock, take, give } = locks[name](k)
      const cv = k.cv('item')
      let items = 0
      let got = 0
      yield* spawn(k, 'consumer', function* () {
        yield* take()
        while (got < 20) {
          while (items === 0) yield* k.cv_wait(cv, lock)
          items--
          got++
        }
        yield* give()
      })
      for (let n = 0; n < 20; n++) {
        yield* take()
        items++
        yield* k.cv_signal(cv)
        yield* give()
        if (n % 4 === 0) yield* pause(k, 1)
      }
      yield* pause(k, 5)
      return got
    })
    expect(valueOf(outcome)).toBe(20)
  })

  it.each(flavours)('every wait but cv_wait_unlock has the lock again: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const { lock, take, owner } = locks[name](k)
      const cv = k.cv('cv')
      const log: unknown[] = []
      const has = () => owner() === k.curthread
      const td = yield* spawn(k, 'waiter', function* () {
        yield* take()
        log.push(yield* k.cv_wait(cv, lock), has())
        log.push(yield* k.cv_wait_sig(cv, lock), has())
        log.push(yield* k.cv_timedwait(cv, lock, 1000), has())
        log.push(yield* k.cv_timedwait_sig(cv, lock, 1000), has())
        log.push(yield* k.cv_timedwait(cv, lock, 1), has())
        log.push(yield* k.cv_wait_unlock(cv, lock), has())
      })
      for (let n = 0; n < 5; n++) {
        yield* pause(k, n === 4 ? 5 : 2)
        log.push(owner() === null && td.td_wmesg)
        yield* k.cv_signal(cv)
      }
      yield* pause(k, 2)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ...['cv', undefined, true, 'cv', 0, true, 'cv', 0, true, 'cv', 0, true],
      ...[EWOULDBLOCK, true, 'cv', undefined, false],
    ])
  })
})

describe('condvar(9)', () => {
  it.each(onOneCpu)(
    'cv_signal wakes the best priority, of equals who came first; cv_broadcast all: $machine',
    (run) => {
      const outcome = createKernel(run.options()).boot(function* (k) {
        const m = k.mtx('m')
        const cv = k.cv('cv')
        const woken: string[] = []
        for (const [name, priority] of [
          ['a', 100],
          ['b', 84],
          ['c', 84],
          ['d', 104],
        ] as const) {
          yield* spawn(
            k,
            name,
            function* () {
              yield* k.mtx_lock(m)
              yield* k.cv_wait(cv, m)
              woken.push(name)
              yield* k.mtx_unlock(m)
            },
            priority,
          )
          yield* pause(k, 1)
        }
        const order: string[] = []
        for (let n = 0; n < 2; n++) {
          yield* k.cv_signal(cv)
          yield* pause(k, 1)
          order.push(woken.splice(0).join('+'))
        }
        yield* k.cv_broadcast(cv)
        yield* pause(k, 1)
        return [...order, woken.join('+')]
      })
      expect(valueOf(outcome)).toEqual(['b', 'c', 'a+d'])
    },
  )

  it('remembers no wakeup', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      const cv = new Cv('raw')
      yield* k.cv_init(cv, 'cv')
      yield* k.cv_signal(cv)
      yield* k.cv_broadcast(cv)
      yield* k.mtx_lock(m)
      const result = yield* k.cv_timedwait(cv, m, 2)
      yield* k.mtx_unlock(m)
      yield* k.cv_destroy(cv)
      return [result, cv.cv_description]
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, 'cv'])
  })

  it.each([
    [5, 6],
    [1, 2],
    [0, 2],
    [-7, 2],
  ])('a time-out of %d ticks is over after %d', (timo, ticks) => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const m = k.mtx('m')
      yield* k.mtx_lock(m)
      const start = k.ticks
      const result = yield* k.cv_timedwait(k.cv('cv'), m, timo)
      yield* k.mtx_unlock(m)
      return [result, k.ticks - start]
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, ticks])
  })

  it('4BSD: a waiter keeps its priority', () => {
    const outcome = createKernel({ ...quiet, scheduler: '4bsd' }).boot(function* (k) {
      const m = k.mtx('m')
      const td = yield* spawn(
        k,
        'waiter',
        function* () {
          yield* k.mtx_lock(m)
          yield* k.cv_timedwait(k.cv('cv'), m, 5)
          yield* k.mtx_unlock(m)
        },
        96,
      )
      yield* pause(k, 2)
      return [td.td_wmesg, td.td_priority, td.td_base_pri]
    })
    expect(valueOf(outcome)).toEqual(['cv', 96, 96])
  })

  it.each(flavours)('Giant as the lock: given up to the last hold, and had again: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const cv = k.cv('cv')
      const seen: unknown[] = []
      yield* spawn(k, 'waiter', function* () {
        yield* k.mtx_lock(k.Giant)
        yield* k.mtx_lock(k.Giant)
        yield* k.cv_wait(cv, k.Giant)
        seen.push(yield* k.mtx_owned(k.Giant), k.Giant.mtx_recurse)
        yield* k.mtx_unlock(k.Giant)
        yield* k.mtx_unlock(k.Giant)
      })
      yield* pause(k, 2)
      seen.push(k.Giant.owner)
      yield* k.cv_signal(cv)
      yield* pause(k, 2)
      return seen
    })
    expect(valueOf(outcome)).toEqual([null, true, 1])
  })

  it.each(flavours)(
    'the end of the process ends an interruptible wait with EINTR, and every later one: $machine',
    (run) => {
      const log: unknown[] = []
      const outcome = createKernel(run.options()).boot(function* (k) {
        const m = k.mtx('m')
        const cv = k.cv('cv')
        const proc = k.ref<Proc>()
        function* first(): Steps<void> {
          yield* pause(k, 10)
          yield* k.kproc_exit(0)
        }
        function* second(): Steps<void> {
          yield* k.mtx_lock(m)
          log.push(yield* k.cv_wait_sig(cv, m), yield* k.mtx_owned(m))
          log.push(yield* k.cv_timedwait_sig(cv, m, 100), yield* k.mtx_owned(m))
          log.push(yield* k.cv_timedwait(cv, m, 3))
          yield* k.mtx_unlock(m)
          yield* k.kthread_exit()
        }
        yield* k.kproc_create(first, null, proc, 0, 0, 'proc')
        yield* k.kthread_add(second, null, proc.value, null, 0, 0, 'second')
        yield* pause(k, 100)
      })
      valueOf(outcome)
      expect(log).toEqual([EINTR, true, EINTR, true, EWOULDBLOCK])
    },
  )

  /** Every wait once, and whether the lock is held after it. */
  function* allWaits(k: Kernel, seen: unknown[]): Steps<void> {
    const m = k.mtx('m')
    const cv = k.cv('cv')
    const startNs = k.now
    yield* k.mtx_lock(m)
    seen.push(yield* k.cv_wait(cv, m), yield* k.cv_wait_sig(cv, m))
    seen.push(yield* k.cv_timedwait(cv, m, 100), yield* k.cv_timedwait_sig(cv, m, 100))
    seen.push(yield* k.mtx_owned(m))
    yield* k.cv_wait_unlock(cv, m)
    seen.push(yield* k.mtx_owned(m), k.now - startNs)
  }
  const atOnce = [undefined, 0, 0, 0, true, false, 0]

  it.each([false, true])('while cold no wait waits; cv_wait_unlock releases (INVARIANTS %s)', (invariants) => {
    const k = createKernel({ ...quiet, invariants })
    const seen: unknown[] = []
    const early = () => allWaits(k, seen)
    k.SYSINIT('early', k.SI_SUB_EVENTHANDLER, k.SI_ORDER_ANY, early, null)
    valueOf(k.boot())
    expect(seen).toEqual(atOnce)
  })

  it.each(flavours)('nor while the kernel panics: $machine', ({ options }) => {
    const seen: unknown[] = []
    const outcome = createKernel(options()).boot(function* (k) {
      const handler = () => allWaits(k, seen)
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, k.SHUTDOWN_PRI_DEFAULT)
      yield* k.panic('on purpose')
    })
    expect(panicOf(outcome)[0]).toBe('on purpose')
    expect(seen).toEqual(atOnce)
  })

  const misuses: readonly { readonly says: string; readonly act: (k: Kernel) => Iterable<unknown> }[] = [
    { says: 'mutex m not owned', act: (k) => k.cv_wait(k.cv('cv'), k.mtx('m')) },
    { says: 'Lock sx not locked', act: (k) => k.cv_wait(k.cv('cv'), k.sx('sx')) },
    {
      says: 'Giant',
      *act(k) {
        yield* k.mtx_lock(k.Giant)
        yield* k.cv_wait_unlock(k.cv('cv'), k.Giant)
      },
    },
    {
      says: 'cv waiters',
      *act(k) {
        const m = k.mtx('m')
        const cv = k.cv('cv')
        yield* spawn(k, 'waiter', function* () {
          yield* k.mtx_lock(m)
          yield* k.cv_wait(cv, m)
        })
        yield* pause(k, 2)
        yield* k.cv_destroy(cv)
      },
    },
  ]

  it.each(misuses)('misuse ($says): INVARIANTS panics, else it is not defined', ({ says, act }) => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* act(k) as Steps
      })
    expect(panicOf(end(true))[0]).toContain(says)
    expect(undefinedOf(end(false))).toMatch(/^UB:(condvar|mutex|sx)$/)
  })
})
