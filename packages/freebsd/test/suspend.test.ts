import { describe, expect, test } from 'vitest'
import type { Kernel, Steps } from '../src/releases/8.0.js'
import { addThread, endOf, quiet, valueOf } from './staging.js'
import { CPUS, deaf, isAsked, KINDS, leaves, loop } from './suspend-words.js'

/** kthread_suspend, kthread_resume and kthread_suspend_check: what is asked, what is answered, and what takes it back. */

/** Calls of another thread than main, each with the tick at which it was over. */
function* caller(k: Kernel, log: string[], name: string, call: () => Iterable<unknown>): Steps<never> {
  const start = k.ticks
  const value = yield* call() as Steps
  log.push(`${name}: ${String(value)} after ${k.ticks - start}`)
  return yield* k.kthread_exit()
}

describe.each(KINDS)('as the $reading has it, under $scheduler', (kind) => {
  describe.each(CPUS)('on %i CPUs', (ncpu) => {
    const options = { ...kind, ncpu }

    test.each([
      [-1000, 1],
      [-1, 1],
      [1, 1],
      [2, 2],
      [100, 100],
      [60_000, 60_000],
    ])('FB8-O-06 a timo of %i is a time-out after %i whole ticks', (timo, ticks) => {
      const k = quiet(options)
      const waited = k.boot(function* () {
        const td = yield* addThread(k, 'deaf', () => deaf(k))
        const start = k.ticks
        expect(yield* k.kthread_suspend(td, timo)).toBe(k.EWOULDBLOCK)
        return k.ticks - start
      })
      // The tick that runs comes on top (calloutSlackTicks).
      expect(valueOf(waited)).toBe(ticks + 1)
    })

    test('FB8-O-01 a timo of 0 waits as long as it takes, or for ever', () => {
      const k = quiet(options)
      const patient = k.boot(function* () {
        const td = yield* addThread(k, 'slow', () => loop(k, [], 100_000))
        yield* k.pause('wait', 5)
        return [yield* k.kthread_suspend(td, 0), td.td_wmesg, k.ticks >= 100_000]
      })
      expect(valueOf(patient)).toEqual([0, 'ktsusp', true])
      const hangs = k.run(function* () {
        const td = yield* addThread(k, 'left', () => leaves(k, 10))
        yield* k.kthread_suspend(td, 0)
      })
      expect(hangs.kind === 'deadlock' && hangs.stuck.find(({ name }) => name === 'main')).toMatchObject({
        call: 'kthread_suspend',
        wmesg: 'suspkt',
      })
    })

    test('FB8-O-04 a thread that is parked answers nobody else, and one resume undoes all requests', () => {
      const k = quiet(options)
      const rounds: number[] = []
      const seen = k.boot(function* () {
        const td = yield* addThread(k, 'looper', () => loop(k, rounds))
        yield* k.pause('wait', 1)
        const results = [yield* k.kthread_suspend(td, 100), yield* k.kthread_suspend(td, 100)]
        const before = rounds.length
        results.push(yield* k.kthread_resume(td))
        yield* k.pause('wait', 25)
        return [...results, rounds.length - before]
      })
      expect(valueOf(seen)).toEqual([0, k.EWOULDBLOCK, 0, 3])
    })

    test('FB8-O-04 two that wait for the same thread are both told', () => {
      const k = quiet(options)
      const log: string[] = []
      const boot = k.boot(function* () {
        const td = yield* addThread(k, 'slow', () => loop(k, [], 50))
        yield* k.pause('wait', 1)
        yield* addThread(k, 'one', () => caller(k, log, 'one', () => k.kthread_suspend(td, 1000)))
        yield* k.pause('wait', 9)
        yield* addThread(k, 'two', () => caller(k, log, 'two', () => k.kthread_suspend(td, 0)))
        yield* k.pause('wait', 100)
        return td.td_wmesg
      })
      expect(valueOf(boot)).toBe('ktsusp')
      const results = log.map((line) => line.replace(/ after.*/, ''))
      // Woken in order; on two CPUs they may go on in any.
      expect(ncpu === 1 ? results : results.toSorted()).toEqual(['one: 0', 'two: 0'])
    })

    test.each([0, 100])('FB8-O-02 a resume before the answer: nobody parks, nobody tells (timo %i)', (timo) => {
      const k = quiet(options)
      const log: string[] = []
      const rounds: number[] = []
      const outcome = k.boot(function* () {
        const td = yield* addThread(k, 'slow', () => loop(k, rounds, 50))
        yield* k.pause('wait', 1)
        const asks = yield* addThread(k, 'asks', () => caller(k, log, 'asks', () => k.kthread_suspend(td, timo)))
        yield* k.pause('wait', 5)
        const result = yield* k.kthread_resume(td)
        yield* k.pause('wait', 300)
        return [result, isAsked(k, td), rounds.length > 5, asks.td_wmesg]
      })
      expect(valueOf(outcome)).toEqual([0, false, true, timo === 0 ? 'suspkt' : null])
      expect(log).toEqual(timo === 0 ? [] : [`asks: ${k.EWOULDBLOCK} after 101`])
    })

    test('FB8-O-07 a resume of a thread that runs is not remembered', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const td = yield* addThread(k, 'looper', () => loop(k))
        yield* k.pause('wait', 5)
        const results = [yield* k.kthread_resume(td), yield* k.kthread_resume(td), yield* k.kthread_suspend(td, 100)]
        yield* k.pause('wait', 100)
        return [...results, td.td_wmesg]
      })
      expect(valueOf(seen)).toEqual([0, 0, 0, 'ktsusp'])
    })

    test('FB8-O-08 after the time-out the request stands, and a resume takes it back', () => {
      const k = quiet(options)
      const rounds: number[] = []
      const seen = k.boot(function* () {
        const td = yield* addThread(k, 'slow', () => loop(k, rounds, 50))
        yield* k.pause('wait', 1)
        const words = [yield* k.kthread_suspend(td, 5), td.td_wmesg]
        yield* k.pause('wait', 100)
        words.push(td.td_wmesg, rounds.length, yield* k.kthread_resume(td))
        yield* k.pause('wait', 1)
        return [...words, rounds.length]
      })
      expect(valueOf(seen)).toEqual([k.EWOULDBLOCK, 'round', 'ktsusp', 1, 0, 2])
    })

    test('FB8-O-05 who suspends itself waits for its own answer, and parks at its next check', () => {
      const k = quiet(options)
      const log: string[] = []
      const boot = k.boot(function* () {
        function* self(): Steps<never> {
          yield* k.pause('wait', 5)
          log.push(`kthread_suspend ${yield* k.kthread_suspend(k.curthread, 20)}`)
          yield* k.kthread_suspend_check(k.curthread)
          log.push('resumed')
          return yield* k.kthread_exit()
        }
        const td = yield* addThread(k, 'self', self)
        yield* k.pause('wait', 10)
        const during = td.td_wmesg
        yield* k.pause('wait', 50)
        const after = td.td_wmesg
        yield* k.kthread_resume(td)
        yield* k.pause('wait', 1)
        return [during, after]
      })
      expect(valueOf(boot)).toEqual(['suspkt', 'ktsusp'])
      expect(log).toEqual([`kthread_suspend ${k.EWOULDBLOCK}`, 'resumed'])
      const hangs = k.run(function* () {
        yield* k.kthread_suspend(k.curthread, 0)
      })
      expect(endOf(hangs)).toEqual(['deadlock', ['main: suspkt']])
    })
  })
})
