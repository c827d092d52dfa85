import { describe, expect, test } from 'vitest'
import { createKernel, type FreebsdOptions, type Kernel, type Steps } from '../src/releases/8.0.js'
import { EVENTS } from './shutdown-words.js'
import { addThread, endOf, quiet, SECOND, valueOf } from './staging.js'

/** What is left of the system when it panics. */

describe('panic', () => {
  const DUMPS = 0x100
  const NOSYNC = 4

  /** Panics in a thread, on a CPU, with handlers that tell what they are called for. */
  function panics(options: FreebsdOptions, cpu = 0, prepare?: (k: Kernel) => Steps<void>) {
    const k = quiet(options)
    const howtos: number[] = []
    const outcome = k.boot(function* () {
      for (const event of EVENTS)
        yield* k.EVENTHANDLER_REGISTER(
          event,
          function* (_arg: null, howto: number) {
            howtos.push(howto)
            yield* []
          },
          null,
          0,
        )
      if (prepare !== undefined) yield* prepare(k)
      const td = yield* addThread(k, 'victim', function* () {
        yield* k.sched_bind(k.curthread, cpu)
        yield* k.panic('bad %s', 'thing')
      })
      yield* k.tsleep(td, k.PWAIT, 'victim', 0)
    })
    return { k, outcome, howtos, console: k.console }
  }

  test('on one CPU: the message, no CPU number, no sync, and then the way down', () => {
    const { k, outcome, howtos, console } = panics({})
    expect(outcome).toMatchObject({ kind: 'panic', message: 'bad thing', clause: null, thread: { name: 'victim' } })
    expect(howtos).toEqual([DUMPS | NOSYNC, DUMPS | NOSYNC, DUMPS | NOSYNC])
    expect(console.slice(0, 2)).toEqual(['panic: bad thing', 'Uptime: 1s'])
    expect(console.at(-1)).toBe('Rebooting...')
    expect(console.some((line) => /cpuid|sync/i.test(line))).toBe(false)
    expect(k.panicstr).toBe('bad thing')
  })

  test.each([0, 1, 2])('on three CPUs it says which: %d', (cpu) => {
    const { console } = panics({ ncpu: 3 }, cpu)
    expect(console.slice(0, 2)).toEqual(['panic: bad thing', `cpuid = ${cpu}`])
  })

  test('kern.sync_on_panic has it sync', () => {
    const { howtos, console } = panics({}, 0, function* (k) {
      k.sysctl('kern.sync_on_panic', 1)
      yield* []
    })
    expect(howtos).toEqual([DUMPS, DUMPS, DUMPS])
    expect(console.slice(0, 3)).toEqual(['panic: bad thing', 'All buffers synced.', 'Uptime: 1s'])
  })

  test('while it goes down, waits on a condition variable return at once, and a sleep still sleeps', () => {
    const log: unknown[] = []
    panics({}, 0, function* (k) {
      const cv = k.cv('cv')
      const m = k.mtx('m')
      const handler = function* () {
        const start = k.ticks
        yield* k.mtx_lock(m)
        yield* k.cv_wait(cv, m)
        log.push(yield* k.cv_timedwait(cv, m, 50), k.ticks - start)
        yield* k.mtx_unlock(m)
        log.push(yield* k.tsleep('x', 0, 'x', 20), k.ticks - start)
      }
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, 1)
    })
    expect(log).toEqual([0, 0, 35, 21])
  })

  test('only the system’s own threads run on the way', () => {
    const log: string[] = []
    panics({}, 0, function* (k) {
      k.process({ name: 'prog' }, function* () {
        yield* k.pause('rest', 20)
        log.push('prog')
      })
      yield* addThread(k, 'daemon', function* () {
        yield* k.pause('rest', 20)
        log.push('daemon')
        yield* k.kthread_exit()
      })
      yield* k.pause('rest', 5)
      const handler = function* () {
        yield* k.tsleep('x', 0, 'x', 50)
      }
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, 1)
    })
    expect(log).toEqual(['daemon'])
  })

  test('a second one is said too, and the first is what the system ended with', () => {
    const { k, outcome, console } = panics({}, 0, function* (kernel) {
      let isFirst = true
      const handler = function* () {
        if (!isFirst) return
        isFirst = false
        yield* kernel.panic('worse')
      }
      yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, 1)
    })
    expect(endOf(outcome)).toEqual(['panic', 'bad thing'])
    expect(k.panicstr).toBe('bad thing')
    expect(console.slice(0, 2)).toEqual(['panic: bad thing', 'panic: worse'])
  })

  test('a second one does not sync, whatever kern.sync_on_panic says', () => {
    const { howtos, console } = panics({}, 0, function* (kernel) {
      kernel.sysctl('kern.sync_on_panic', 1)
      let isFirst = true
      const handler = function* () {
        if (!isFirst) return
        isFirst = false
        yield* kernel.panic('worse')
      }
      yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, 1)
    })
    // The first goes down with, the second without it.
    expect(howtos).toEqual([DUMPS, ...Array<number>(3).fill(DUMPS | NOSYNC)])
    expect(console.slice(0, 3)).toEqual(['panic: bad thing', 'panic: worse', 'Uptime: 1s'])
  })

  test('while cold it goes down without a dump', () => {
    const k = createKernel()
    k.SYSINIT('no', k.SI_SUB_DRIVERS, k.SI_ORDER_ANY, () => k.panic('too early'), null)
    expect(endOf(k.boot())).toEqual(['panic', 'too early'])
    expect(k.console.slice(0, 2)).toEqual(['panic: too early', 'Uptime: 1s'])
    expect(k.console.some((line) => line.includes('dump'))).toBe(false)
  })

  test('nothing can be run on what is left', () => {
    const { k } = panics({})
    expect(() =>
      k.run(function* () {
        yield* []
      }),
    ).toThrow(TypeError)
    valueOf(quiet().boot())
    expect(k.now).toBeGreaterThan(SECOND)
  })
})
