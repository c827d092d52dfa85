import { describe, expect, it } from 'vitest'
import { createKernel } from '../../src/releases/8.0.js'
import { EWOULDBLOCK, flavours, MS, onOneCpu, panicOf, pause, quiet, spawn, valueOf } from './runs.js'

describe('time-outs', () => {
  it.each(flavours.flatMap((flavour) => [0, 1, MS / 2, MS - 1].map((offsetNs) => ({ ...flavour, offsetNs }))))(
    'a sleep of n ticks ends at tick n + 1 from where it began, $offsetNs ns into a tick: $machine',
    (run) => {
      const outcome = createKernel(run.options()).boot(function* (k) {
        yield* pause(k, 1)
        const lengths: number[] = []
        for (const ticks of [1, 2, 7, -1, -300]) {
          if (run.offsetNs > 0) yield* k.work(run.offsetNs)
          const startNs = k.now
          if ((yield* k.tsleep({}, 0, 'wait', ticks)) !== EWOULDBLOCK) throw new Error('not timed out')
          lengths.push(k.now - startNs)
        }
        return lengths
      })
      // Less than nothing is one tick.
      expect(valueOf(outcome)).toEqual([1, 2, 7, 1, 1].map((ticks) => (ticks + 1) * MS - run.offsetNs))
    },
  )

  it('at 100 Hz a tick is 10 ms', () => {
    const outcome = createKernel({ ...quiet, hz: 100 }).boot(function* (k) {
      const startNs = k.now
      yield* pause(k, 5)
      return k.now - startNs
    })
    expect(valueOf(outcome)).toBe(60 * MS)
  })

  it('0 is no time-out', () => {
    const k = createKernel(quiet)
    const outcome = k.boot(function* (k) {
      yield* k.tsleep('channel', 0, 'forever', 0)
    })
    if (outcome.kind !== 'deadlock') throw new Error(outcome.kind)
    expect(outcome.stuck.map(({ call, name, wmesg }) => [name, call, wmesg])).toEqual([['main', 'tsleep', 'forever']])
  })

  it.each(onOneCpu)(
    'a wakeup in time counts, even if the sleeper runs when the time is over: $machine',
    ({ options }) => {
      const outcome = createKernel(options()).boot(function* (k) {
        const results: number[] = []
        yield* spawn(k, 'sleeper', function* () {
          results.push(yield* k.tsleep('channel', 0, 'wait', 5))
        })
        yield* pause(k, 1)
        yield* k.wakeup('channel')
        yield* k.work(20 * MS)
        yield* pause(k, 1)
        return results
      })
      expect(valueOf(outcome)).toEqual([0])
    },
  )

  it.each(onOneCpu)('a wakeup after the time-out finds nobody, though the sleeper did not run yet: $machine', (run) => {
    const outcome = createKernel(run.options()).boot(function* (k) {
      const results: number[] = []
      yield* spawn(k, 'sleeper', function* () {
        results.push(yield* k.tsleep('channel', 0, 'wait', 5))
      })
      yield* pause(k, 1)
      yield* k.work(20 * MS)
      yield* k.wakeup('channel')
      yield* pause(k, 1)
      return results
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK])
  })

  it('a woken sleeper’s time-out does not end its next sleep', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const log: string[] = []
      yield* spawn(k, 'sleeper', function* () {
        log.push(`first ${yield* k.tsleep('channel', 0, 'wait', 10)}`)
        const start = k.ticks
        log.push(`second ${yield* k.tsleep('channel', 0, 'wait', 30)} after ${k.ticks - start}`)
      })
      yield* pause(k, 5)
      yield* k.wakeup('channel')
      yield* pause(k, 100)
      return log
    })
    expect(valueOf(outcome)).toEqual(['first 0', `second ${EWOULDBLOCK} after 31`])
  })
})

describe('pause', () => {
  it.each(flavours)('is over when its time is: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const start = k.ticks
      const result = yield* k.pause('nap', 10)
      return [result, k.ticks - start]
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, 11])
  })

  it('shows its word and no priority of its own', () => {
    const outcome = createKernel({ ...quiet, scheduler: '4bsd' }).boot(function* (k) {
      const td = yield* spawn(k, 'napper', () => k.pause('nap', 10), 96)
      yield* pause(k, 1)
      return [td.td_wmesg, td.td_priority, td.td_base_pri]
    })
    expect(valueOf(outcome)).toEqual(['nap', 96, 96])
  })

  it('needs a time: INVARIANTS says so, else it never ends', () => {
    const forever = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* k.pause('nap', 0)
      })
    expect(panicOf(forever(true))[0]).toBe('pause: timeout required')
    expect(forever(false)).toMatchObject({ kind: 'deadlock', stuck: [{ call: 'pause', wmesg: 'nap' }] })
  })
})
