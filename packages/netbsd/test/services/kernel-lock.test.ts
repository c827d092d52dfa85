import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { KernelCall, Steps } from '../../src/releases/10.1.js'
import { faultOf, MS, panicOf, releases, spawn, valueOf } from './releases.js'

describe.each(releases)('kernel_lock on NetBSD $release', ({ createKernel }) => {
  it('is recursive: n holds are given up one by one, or all at once with their number', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const counts: unknown[] = []
      yield* k.KERNEL_LOCK(2, null)
      yield* k.KERNEL_LOCK(3, null)
      counts.push(k.curlwp.l_blcnt)
      yield* k.KERNEL_UNLOCK_ONE(null)
      counts.push(k.curlwp.l_blcnt)
      const count = k.ref<number>()
      yield* k.KERNEL_UNLOCK_ALL(null, count)
      counts.push(count.value, k.curlwp.l_blcnt, k.locks().length)
      yield* k.KERNEL_UNLOCK_ALL(null, count)
      counts.push(count.value)
      yield* k.KERNEL_UNLOCK_ALL(null, null)
      yield* k.KERNEL_LOCK(1, null)
      yield* k.KERNEL_UNLOCK_LAST(null)
      counts.push(k.curlwp.l_blcnt)
      // Without a hold there is nothing to give up, and nobody minds.
      yield* k.KERNEL_UNLOCK_LAST(null)
      counts.push(k.curlwp.l_blcnt)
      return counts
    })
    expect(valueOf(outcome)).toEqual([5, 4, 4, 0, 0, 0, 0, 0])
  })

  it('another CPU spins, at its level, until the last hold is given up', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: unknown[] = []
      yield* spawn(
        k,
        'owner',
        function* () {
          yield* k.KERNEL_LOCK(2, null)
          yield* k.work(2 * MS)
          yield* k.KERNEL_UNLOCK_ONE(null)
          yield* k.work(2 * MS)
          const lock = k.locks().find(({ name }) => name === 'kernel_lock')
          log.push(lock?.spinners, spinner.l_stat === k.LSONPROC, k.cpus()[1]!.ipl)
          yield* k.KERNEL_UNLOCK_ONE(null)
        },
        { ci: k.cpu_lookup(0) },
      )
      const spinner = yield* spawn(
        k,
        'spinner',
        function* () {
          yield* k.work(MS)
          yield* k.KERNEL_LOCK(1, null)
          log.push((k.now - startNs) / MS)
          yield* k.KERNEL_UNLOCK_ONE(null)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 2, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([[1], true, 0, 4])
  })

  const sleeps: readonly (readonly [string, (k: NetbsdKernel) => Steps])[] = [
    ['tsleep', (k) => body(() => k.tsleep('c', 0, 'w', 2))],
    ['kpause', (k) => body(() => k.kpause('w', false, 2, null))],
    ['cv_timedwait', (k) => condvarWait(k)],
    ['mutex_enter', (k) => contended(k)],
    ['yield', (k) => body(() => k.yield())],
    ['preempt', (k) => body(() => k.preempt())],
  ]

  it.each(sleeps)('%s gives up all holds and has them again afterwards', (_name, sleep) => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'holder', function* () {
        yield* k.KERNEL_LOCK(3, null)
        yield* sleep(k)
        log.push(
          k.curlwp.l_blcnt,
          k
            .locks()
            .find(({ name }) => name === 'kernel_lock')
            ?.owner?.split(' ')[0],
        )
        yield* k.KERNEL_UNLOCK_ALL(null, null)
      })
      yield* spawn(k, 'other', function* () {
        log.push(k.locks().some(({ name }) => name === 'kernel_lock'))
      })
      yield* k.kpause('x', false, 10, null)
      return log
    })
    expect(valueOf(outcome)).toEqual([false, 3, 'holder'])
  })

  it('two threads that are not MP-safe never execute at once, whatever they do', () => {
    const k = createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      let inside = 0
      let worst = 0
      let turns = 0
      for (let n = 0; n < 4; n++) {
        yield* spawn(
          k,
          `giant${n}`,
          function* () {
            for (let turn = 0; turn < 5; turn++) {
              worst = Math.max(worst, ++inside)
              yield* k.work((n + 1) * MS)
              inside--
              turns++
              yield* k.kpause('x', false, 1, null)
            }
          },
          { flags: 0 },
        )
      }
      yield* k.kpause('x', false, 100, null)
      return [worst, turns]
    })
    expect(valueOf(outcome)).toEqual([1, 20])
  })

  it('misuse: unlocking without a hold, LAST with two, no holds at all', () => {
    const k = createKernel()
    const none = k.boot(function* () {
      yield* k.KERNEL_UNLOCK_ONE(null)
    })
    expect(panicOf(none)).toContain('not held')
    const two = createKernel()
    const last = two.boot(function* () {
      yield* two.KERNEL_LOCK(2, null)
      yield* two.KERNEL_UNLOCK_LAST(null)
    })
    expect(panicOf(last)).toContain('l_blcnt == 1')
    const zero = createKernel()
    const nothing = zero.boot(function* () {
      yield* zero.KERNEL_LOCK(0, null)
    })
    expect(faultOf(nothing)).toContain('n must be 1 or more')
  })

  it('levels that do not exist are errors of the scenario', () => {
    for (const call of ['splraiseipl', 'splx'] as const) {
      for (const level of [-1, 9, Number.NaN]) {
        const k = createKernel()
        const outcome = k.boot(function* () {
          yield* k[call](level)
        })
        expect(faultOf(outcome)).toContain(`${call}: there is no level`)
      }
    }
  })
})

function* body(call: () => KernelCall<unknown>): Steps<void> {
  yield* call()
}

function* condvarWait(k: NetbsdKernel): Steps<void> {
  const mtx = k.mutex('m')
  yield* k.mutex_enter(mtx)
  yield* k.cv_timedwait(k.condvar('cv'), mtx, 2)
  yield* k.mutex_exit(mtx)
}

/** Waits for an adaptive mutex whose owner sleeps. */
function* contended(k: NetbsdKernel): Steps<void> {
  const mtx = k.mutex('m')
  yield* spawn(
    k,
    'owner',
    function* () {
      yield* k.mutex_enter(mtx)
      yield* k.kpause('x', false, 2, null)
      yield* k.mutex_exit(mtx)
    },
    { pri: 130 },
  )
  // The owner comes when the big lock is given up for a moment.
  yield* k.KERNEL_UNLOCK_ALL(null, null)
  yield* k.KERNEL_LOCK(3, null)
  yield* k.mutex_enter(mtx)
  yield* k.mutex_exit(mtx)
}
