import { describe, expect, test } from 'vitest'
import { idle, spawn, statusOf, tell, TICK_NS } from '../src/contract/checks/tfork/story.js'
import { EINTR, ESRCH, EWOULDBLOCK } from '../src/errno.js'
import { createKernel, type Kernel, type OpenbsdOptions, type Steps } from '../src/releases/5.1.js'

// __thrsleep and __thrwakeup, on which the thread library builds its locks.

const CASES = (['page', 'kernel'] as const).flatMap((reading) => [1, 2].map((ncpu) => ({ reading, ncpu })))
const WHERE = 'reading $reading, $ncpu CPUs'

function make(options: OpenbsdOptions): Kernel {
  return createKernel({ trace: true, stepsMax: 1_000_000, ...options })
}

describe.each(CASES)(`__thrsleep and __thrwakeup, ${WHERE}`, ({ reading, ncpu }) => {
  /** Threads that sleep on 'here', one after another; what each is told goes into the list. */
  function* sleepers(k: Kernel, count: number, told: number[]): Steps<void> {
    for (let at = 0; at < count; at++) {
      yield* spawn(k, function* () {
        told.push(yield* k.__thrsleep('here', 0, null, null))
      })
      yield* k.nanosleep(2 * TICK_NS)
    }
  }

  test('wakes as many as it is told, 0 for all, and says when nobody is there', () => {
    const k = make({ reading, ncpu })
    const told: number[] = []
    const { value } = tell(k, function* () {
      const counts: number[] = []
      yield* sleepers(k, 5, told)
      for (const n of [1, 2, 0, 0]) {
        const result = yield* k.__thrwakeup('here', n)
        yield* k.nanosleep(2 * TICK_NS)
        counts.push(result, told.length)
      }
      return { counts, elsewhere: yield* k.__thrwakeup('elsewhere', 1), errno: k.errno }
    })
    expect(value).toEqual({ counts: [0, 1, 0, 3, 0, 5, ESRCH, 5], elsewhere: ESRCH, errno: 0 })
    expect(told).toEqual([0, 0, 0, 0, 0])
  })

  test('a value is another one in another process', () => {
    const k = make({ reading, ncpu })
    const told: number[] = []
    const { value } = tell(k, function* () {
      yield* sleepers(k, 1, told)
      const status = yield* statusOf(k, function* () {
        return yield* k.__thrwakeup('here', 0)
      })
      return [status >> 8, told.length]
    })
    expect(value).toEqual([ESRCH, 0])
  })

  test('a time that has passed ends it at once, one to come in due time, neither in errno', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const past = yield* k.__thrsleep('here', 0, { tv_sec: 0, tv_nsec: 0 }, null)
      yield* k.nanosleep(2 * TICK_NS)
      const beganNs = k.now
      const dueNs = beganNs + 5 * TICK_NS
      const later = yield* k.__thrsleep('here', 0, { tv_sec: Math.floor(dueNs / 1e9), tv_nsec: dueNs % 1e9 }, null)
      return { past, later, errno: k.errno, sleptTicks: (k.now - beganNs) / TICK_NS }
    })
    expect(value).toMatchObject({ past: EWOULDBLOCK, later: EWOULDBLOCK, errno: 0 })
    expect(value.sleptTicks).toBeGreaterThanOrEqual(5)
    expect(value.sleptTicks).toBeLessThan(8)
  })

  test('the lock word is 0 once the thread sleeps, and not before', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const lock = k.ref<number>()
      lock.value = 1
      const told: number[] = []
      yield* spawn(k, function* () {
        yield* k.nanosleep(3 * TICK_NS)
        told.push(yield* k.__thrsleep('here', 0, null, lock))
      })
      const before = lock.value
      // Who finds the lock free finds the sleeper on its channel.
      while (lock.value !== 0) yield* k.user(100_000)
      const result = yield* k.__thrwakeup('here', 1)
      yield* k.nanosleep(2 * TICK_NS)
      return { before, result, told }
    })
    expect(value).toEqual({ before: 1, result: 0, told: [0] })
  })

  test('a signal ends it, even one after whose handler calls are made again', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      yield* k.sigaction(k.SIGUSR1, { handler: idle, flags: k.SA_RESTART, mask: 0 }, null)
      const told: number[] = []
      const tid = yield* spawn(k, function* () {
        told.push(yield* k.__thrsleep('here', 0, null, null), k.errno)
      })
      yield* k.nanosleep(2 * TICK_NS)
      yield* k.kill(tid, k.SIGUSR1)
      yield* k.nanosleep(2 * TICK_NS)
      return told
    })
    expect(value).toEqual([EINTR, 0])
  })
})
