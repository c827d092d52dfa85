import { describe, expect, test } from 'vitest'
import type { Kernel, Steps, Td } from '../src/releases/8.0.js'
import { addThread, endOf, quiet, valueOf } from './staging.js'
import { CPUS, deaf, isAsked, KINDS, leaves, loop } from './suspend-words.js'

/** Of which threads a suspension can be asked, and whom the question wakes. */

describe.each(KINDS)('as the $reading has it, under $scheduler', (kind) => {
  describe.each(CPUS)('on %i CPUs', (ncpu) => {
    const options = { ...kind, ncpu }

    test('FB8-O-12 a target that leaves answers nobody', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const td = yield* addThread(k, 'leaves', () => leaves(k, 20))
        yield* k.pause('wait', 1)
        const start = k.ticks
        return [yield* k.kthread_suspend(td, 100), k.ticks - start, k.tdfind(td.td_tid)]
      })
      expect(valueOf(seen)).toEqual([k.EWOULDBLOCK, 101, null])
    })

    test('FB8-O-03 FB8-D-25 a thread that has left, and its structure once it is another one', () => {
      const left = function* (k: Kernel): Steps<Td> {
        const td = yield* addThread(k, 'left', () => leaves(k, 1))
        yield* k.pause('wait', 10)
        return td
      }
      const k = quiet(options)
      const gone = k.boot(function* () {
        const td = yield* left(k)
        return [yield* k.kthread_suspend(td, 10), yield* k.kthread_resume(td), td.isExited, td.isRecycled]
      })
      const isPage = kind.reading === 'page'
      const results = isPage ? [k.EINVAL, k.EINVAL] : [k.EWOULDBLOCK, 0]
      expect(valueOf(gone)).toEqual([...results, true, false])

      const calls: readonly ((k: Kernel, td: Td) => Iterable<unknown>)[] = [
        (on, td) => on.kthread_suspend(td, 10),
        (on, td) => on.kthread_resume(td),
        (on, td) => on.kthread_shutdown(td, 0),
      ]
      for (const [at, call] of calls.entries()) {
        const other = quiet(options)
        const outcome = other.boot(function* () {
          const td = yield* left(other)
          const heir = yield* addThread(other, 'heir', () => loop(other))
          expect(heir.td_tid).toBe(td.td_tid)
          expect(td.isRecycled).toBe(true)
          return [yield* call(other, td) as Steps, isAsked(other, heir)]
        })
        const value = at < 2 ? k.EINVAL : undefined
        expect(endOf(outcome)).toEqual(isPage ? ['done', [value, false]] : ['undefined', 'UB:stale-thread'])
      }
    })

    test('FB8-O-09 a sleep on its own address is cut short, and no other', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const waited: number[] = []
        for (const isOwn of [true, false]) {
          const td = yield* addThread(k, 'sleeper', function* (): Steps<never> {
            for (;;) {
              yield* k.kthread_suspend_check(k.curthread)
              yield* k.tsleep(isOwn ? k.curthread : waited, k.PVM, 'sleeps', 500)
            }
          })
          yield* k.pause('wait', 5)
          const start = k.ticks
          expect(yield* k.kthread_suspend(td, 1000)).toBe(0)
          waited.push(k.ticks - start)
        }
        return waited
      })
      const [own, other] = valueOf(seen) as [number, number]
      expect(own).toBe(0)
      expect(other).toBeGreaterThan(490)
    })

    test('FB8-D-18 who sleeps on the address of the target', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const woken: number[] = []
        const td = yield* addThread(k, 'deaf', () => deaf(k))
        yield* addThread(k, 'bystander', function* (): Steps<never> {
          woken.push(yield* k.tsleep(td, k.PVM, 'exit', 0))
          return yield* k.kthread_exit()
        })
        yield* k.pause('wait', 5)
        yield* k.kthread_suspend(td, 10)
        return woken
      })
      expect(valueOf(seen)).toEqual(kind.reading === 'page' ? [] : [0])
    })

    test('FB8-D-02 thread0', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const { thread0 } = k
        const words = [yield* k.kthread_suspend(thread0, 10), isAsked(k, thread0), yield* k.kthread_resume(thread0)]
        return [...words, isAsked(k, thread0)]
      })
      const answers = { page: [k.EWOULDBLOCK, true, 0, false], kernel: [k.EINVAL, false, k.EINVAL, false] }
      expect(valueOf(seen)).toEqual(answers[kind.reading])
    })

    test('FB8-D-07 a check on behalf of another thread', () => {
      const k = quiet(options)
      const outcome = k.boot(function* () {
        const other = yield* addThread(k, 'other', () => deaf(k))
        const passer = yield* addThread(k, 'passer', function* (): Steps<never> {
          for (;;) {
            yield* k.pause('round', 10)
            yield* k.kthread_suspend_check(other)
          }
        })
        yield* k.pause('wait', 5)
        const error = yield* k.kthread_suspend(other, 100)
        return [error, other.td_wmesg, passer.td_wmesg, passer.td_wchan === other.td_name_address]
      })
      const panics = ['panic', 'kthread_suspend_check: td is not curthread']
      expect(endOf(outcome)).toEqual(kind.reading === 'page' ? panics : ['done', [0, 'deaf', 'ktsusp', true]])
    })
  })
})
