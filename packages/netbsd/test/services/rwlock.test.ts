import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { Steps } from '../../src/releases/10.1.js'
import { krwlock_t } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

/** Starts threads that take the lock one after the other, each for two ticks, and logs who gets it when. */
function* contenders(
  k: NetbsdKernel,
  rw: krwlock_t,
  log: string[],
  list: readonly (readonly [name: string, kind: 'r' | 'w', pri: number])[],
) {
  for (const [name, kind, pri] of list) {
    yield* spawn(
      k,
      name,
      function* () {
        yield* k.rw_enter(rw, kind === 'r' ? k.RW_READER : k.RW_WRITER)
        log.push(`${name}@${k.ticks}`)
        yield* k.kpause('x', false, 2, null)
        yield* k.rw_exit(rw)
      },
      { pri },
    )
  }
}

describe.each(releases)('rwlock(9) on NetBSD $release', ({ createKernel }) => {
  it('readers share; a writer waits for all; a reader that comes after a waiting writer waits behind it', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* contenders(k, rw, log, [
        ['r1', 'r', 96],
        ['r2', 'r', 96],
        ['w', 'w', 96],
        ['r3', 'r', 127],
      ])
      yield* k.kpause('x', false, 20, null)
      return log.join(' ')
    })
    // r3 is the most urgent and runs first, when nobody waits yet.
    expect(valueOf(outcome)).toBe('r3@0 r1@0 r2@0 w@2')
    const other = createKernel()
    const lock = other.rwlock('rw')
    const second = other.boot(function* () {
      const log: string[] = []
      yield* contenders(other, lock, log, [
        ['r1', 'r', 96],
        ['w', 'w', 96],
      ])
      yield* other.kpause('x', false, 1, null)
      yield* contenders(other, lock, log, [['r2', 'r', 127]])
      yield* other.yield()
      log.push(`readers ${lock.readers}, waiters ${lock.waiters?.length}`)
      yield* other.kpause('x', false, 20, null)
      return log.join(' ')
    })
    expect(valueOf(second)).toBe('r1@0 readers 1, waiters 2 w@2 r2@4')
  })

  it('a writer’s release with readers waiting hands the lock to all of them; writers stay queued', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.rw_enter(rw, k.RW_WRITER)
      yield* contenders(k, rw, log, [
        ['w1', 'w', 127],
        ['r1', 'r', 96],
        ['w2', 'w', 110],
        ['r2', 'r', 100],
      ])
      yield* k.kpause('x', false, 1, null)
      yield* k.rw_exit(rw)
      // Nobody has run since: both readers have it by hand-over.
      log.push(`readers ${rw.readers}, waiters ${rw.waiters?.length}`)
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['readers 2, waiters 2', 'r2@1', 'r1@1', 'w1@3', 'w2@5'])
  })

  it('a writer’s release with writers only wakes them all to compete', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.rw_enter(rw, k.RW_WRITER)
      yield* contenders(k, rw, log, [
        ['w1', 'w', 97],
        ['w2', 'w', 110],
      ])
      yield* k.kpause('x', false, 1, null)
      yield* k.rw_exit(rw)
      log.push(`owner ${rw.owner === null ? 'none' : 'some'}, waiters ${rw.waiters?.length}`)
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['owner none, waiters 0', 'w2@1', 'w1@3'])
  })

  it('the last reader’s release with both kinds waiting hands the lock to the most urgent writer', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.rw_enter(rw, k.RW_READER)
      yield* contenders(k, rw, log, [
        ['w1', 'w', 100],
        ['w2', 'w', 110],
        ['w3', 'w', 110],
      ])
      yield* k.kpause('x', false, 1, null)
      yield* contenders(k, rw, log, [['r', 'r', 127]])
      yield* k.kpause('x', false, 1, null)
      yield* k.rw_exit(rw)
      log.push(`owner ${rw.owner?.name}, waiters ${rw.waiters?.length}`)
      yield* k.kpause('x', false, 20, null)
      return log
    })
    // w2 is handed the lock; its own release finds a reader, which goes before the other writers.
    expect(valueOf(outcome)).toEqual(['owner w2, waiters 3', 'w2@2', 'r@4', 'w3@6', 'w1@8'])
  })

  it('the last reader’s release with writers only wakes them all to compete', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.rw_enter(rw, k.RW_READER)
      yield* contenders(k, rw, log, [
        ['w1', 'w', 97],
        ['w2', 'w', 110],
      ])
      yield* k.kpause('x', false, 1, null)
      yield* k.rw_exit(rw)
      log.push(`owner ${rw.owner === null ? 'none' : 'some'}, waiters ${rw.waiters?.length}`)
      yield* k.kpause('x', false, 20, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['owner none, waiters 0', 'w2@1', 'w1@3'])
  })

  it('waits with tstile, and spins while a writer is on another CPU', () => {
    const k = createKernel({ ncpu: 2 })
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const startNs = k.now
      const log: unknown[] = []
      yield* spawn(
        k,
        'writer',
        function* () {
          yield* k.rw_enter(rw, k.RW_WRITER)
          yield* k.work(5 * MS)
          yield* k.rw_exit(rw)
          yield* k.rw_enter(rw, k.RW_READER)
          yield* k.kpause('x', false, 3, null)
          yield* k.rw_exit(rw)
        },
        { ci: k.cpu_lookup(0) },
      )
      const other = yield* spawn(
        k,
        'other',
        function* () {
          yield* k.work(MS)
          yield* k.rw_enter(rw, k.RW_READER)
          log.push('read', (k.now - startNs) / MS)
          yield* k.rw_exit(rw)
          yield* k.rw_enter(rw, k.RW_WRITER)
          log.push('wrote')
          yield* k.rw_exit(rw)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 2, null)
      log.push(other.l_stat === k.LSSLEEP, other.l_wmesg)
      yield* k.kpause('x', false, 5, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['read', 5, true, 'tstile', 'wrote'])
  })

  it('rw_tryenter never waits', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      const log: number[] = []
      log.push(yield* k.rw_tryenter(rw, k.RW_READER), yield* k.rw_tryenter(rw, k.RW_READER))
      log.push(yield* k.rw_tryenter(rw, k.RW_WRITER))
      yield* k.rw_exit(rw)
      yield* k.rw_exit(rw)
      log.push(yield* k.rw_tryenter(rw, k.RW_WRITER), yield* k.rw_tryenter(rw, k.RW_READER))
      yield* k.rw_exit(rw)
      yield* k.rw_destroy(rw)
      return log
    })
    expect(valueOf(outcome)).toEqual([1, 1, 0, 1, 0])
  })

  it('a waiter lends its priority to the writer that holds the lock', () => {
    const k = createKernel()
    const rw = k.rwlock('rw')
    const outcome = k.boot(function* () {
      yield* k.rw_enter(rw, k.RW_WRITER)
      yield* spawn(
        k,
        'w',
        function* () {
          yield* k.rw_enter(rw, k.RW_READER)
          yield* k.rw_exit(rw)
        },
        { pri: 120 },
      )
      yield* k.kpause('x', false, 1, null)
      const lent = k.curlwp.l_priority
      yield* k.rw_exit(rw)
      return [lent, k.curlwp.l_priority]
    })
    expect(valueOf(outcome)).toEqual([120, 96])
  })

  it('misuse panics', () => {
    const misuses: [string, (k: NetbsdKernel) => Steps<void>][] = [
      [
        'locking against myself',
        function* (k) {
          const rw = k.rwlock('rw')
          yield* k.rw_enter(rw, k.RW_WRITER)
          yield* k.rw_enter(rw, k.RW_READER)
        },
      ],
      [
        'is held by the caller',
        function* (k) {
          yield* k.rw_exit(k.rwlock('rw'))
        },
      ],
      [
        'is not held',
        function* (k) {
          const rw = k.rwlock('rw')
          yield* k.rw_enter(rw, k.RW_READER)
          yield* k.rw_destroy(rw)
        },
      ],
      [
        'is not initialized',
        function* (k) {
          yield* k.rw_enter(new krwlock_t('rw'), k.RW_READER)
        },
      ],
      [
        'in interrupt context',
        function* (k) {
          const rw = k.rwlock('rw')
          k.interrupt(function* () {
            yield* k.rw_enter(rw, k.RW_READER)
          })
          yield* k.work(MS)
        },
      ],
    ]
    for (const [message, misuse] of misuses) {
      const k = createKernel()
      expect(panicOf(k.boot(() => misuse(k)))).toContain(message)
    }
  })
})
