import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

/** Who has the big lock, by name, and how many CPUs spin for it. */
function bigLock(k: OpenbsdKernel): readonly [owner: string | undefined, spinners: number] | null {
  const lock = k.locks().find(({ name }) => name === 'kernel_lock')
  return lock === undefined ? null : [lock.owner?.split(' ')[0], lock.spinners.length]
}

describe.each(releases)('the big lock on OpenBSD $release', ({ createKernel }) => {
  it('is recursive: free for others only when the last hold is given up', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const startNs = k.now
      yield* spawn(k, 'other', function* () {
        log.push(['other', (k.now - startNs) / MS])
      })
      yield* k.KERNEL_LOCK()
      yield* k.KERNEL_LOCK()
      yield* k.work(MS)
      yield* k.KERNEL_UNLOCK()
      yield* k.work(MS)
      yield* k.KERNEL_UNLOCK()
      yield* k.work(MS)
      log.push(bigLock(k))
      yield* k.KERNEL_UNLOCK()
      yield* k.work(MS)
      yield* k.KERNEL_LOCK()
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['main', 1],
      ['other', 3],
    ])
  })

  it('sleep and yield give up all holds, and come back with as many', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.KERNEL_LOCK()
      yield* k.KERNEL_LOCK()
      yield* spawn(k, 'other', function* () {
        log.push(['other', bigLock(k)])
        yield* k.work(MS)
      })
      yield* pause(k, 1)
      log.push(bigLock(k))
      for (let hold = 3; hold > 0; hold--) {
        log.push(bigLock(k) !== null)
        yield* k.KERNEL_UNLOCK()
      }
      log.push(bigLock(k) !== null)
      yield* k.KERNEL_LOCK()
      return log
    })
    expect(valueOf(outcome)).toEqual([['other', ['other', 0]], ['main', 0], true, true, true, false])
  })

  it('one too many KERNEL_UNLOCK panics, without DIAGNOSTIC it is not defined', () => {
    const once = (diagnostic: boolean) => {
      const k = createKernel({ ncpu: 2, diagnostic })
      return k.boot(function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.KERNEL_UNLOCK()
      })
    }
    expect(panicOf(once(true))[0]).toBe('__mp_unlock: not owned')
    expect(once(false)).toMatchObject({ kind: 'undefined', id: 'UB:OB-BIGLOCK' })
  })

  it('there is none on one CPU: giving up what nobody took does nothing', () => {
    const k = createKernel({ trace: true })
    const outcome = k.boot(function* () {
      yield* k.KERNEL_UNLOCK()
      yield* k.KERNEL_UNLOCK()
      yield* k.KERNEL_LOCK()
      yield* pause(k, 1)
      return bigLock(k)
    })
    expect(valueOf(outcome)).toBeNull()
    expect([...k.trace!.events()].filter(({ kind }) => kind === 'lock' || kind === 'spin')).toEqual([])
  })

  it('a new kernel thread begins with it: on another CPU it spins until its creator sleeps', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      const log: unknown[] = []
      const startNs = k.now
      yield* spawn(k, 'new', function* () {
        log.push(['new', (k.now - startNs) / MS, bigLock(k), k.curcpu().index])
      })
      yield* k.work(3 * MS)
      log.push(['creator', bigLock(k), k.curcpu().index])
      yield* pause(k, 1)
      return log
    })
    const log = valueOf(outcome) as [[string, unknown, number], [string, number, unknown, number]]
    const other = 1 - log[0][2]
    expect(log).toEqual([
      ['creator', ['main', 1], log[0][2]],
      ['new', 3, ['new', 0], other],
    ])
  })

  it('kernel threads that give it up run at the same time', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const ends: number[] = []
      const startNs = k.now
      for (const name of ['a', 'b']) {
        yield* spawn(k, name, function* () {
          yield* k.KERNEL_UNLOCK()
          yield* k.work(4 * MS)
          yield* k.KERNEL_LOCK()
          ends.push((k.now - startNs) / MS)
        })
      }
      for (const name of ['c', 'd']) {
        yield* spawn(k, name, function* () {
          yield* pause(k, 1)
          yield* k.work(4 * MS)
          ends.push((k.now - startNs) / MS)
        })
      }
      yield* pause(k, 5)
      return ends
    })
    // With it they take turns.
    expect(valueOf(outcome)).toEqual([4, 4, 14, 18])
  })

  it('user mode needs none: a process runs beside a kernel thread, and its system call waits for the lock', () => {
    const k = createKernel({ ncpu: 2 })
    const log: unknown[] = []
    const outcome = k.boot(function* () {
      const startNs = k.now
      const ms = () => (k.now - startNs) / MS
      k.process({ name: 'prog' }, function* () {
        yield* k.user(2 * MS)
        log.push(['user mode', ms(), bigLock(k)])
        yield* k.getpid()
        log.push(['system call', ms()])
      })
      // It comes out of the kernel when it gets the lock.
      yield* pause(k, 1)
      yield* k.work(30 * MS)
      log.push(['kernel thread', ms()])
      yield* pause(k, 1)
      return bigLock(k)
    })
    expect(valueOf(outcome)).toEqual(['main', 0])
    expect(log).toEqual([
      ['user mode', 2, null],
      ['system call', 2],
      ['kernel thread', 40],
    ])
  })

  it('a system call spins while a kernel thread works with the lock', () => {
    const k = createKernel({ ncpu: 2 })
    const log: unknown[] = []
    const outcome = k.boot(function* () {
      k.process({ name: 'prog' }, function* () {
        yield* k.user(12 * MS)
        log.push(['user mode', k.now / MS, bigLock(k)])
        yield* k.getpid()
        log.push(['system call', k.now / MS])
      })
      yield* pause(k, 1)
      yield* k.work(4 * MS)
      log.push(['worked', k.now / MS, bigLock(k)])
      yield* pause(k, 1)
    })
    valueOf(outcome)
    expect(log).toEqual([
      ['user mode', 12, ['main', 0]],
      ['worked', 14, ['main', 1]],
      ['system call', 14],
    ])
  })

  it('a process goes back to user mode without it, however it got on', () => {
    const k = createKernel({ ncpu: 2 })
    const seen: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.KERNEL_LOCK()
            seen.push(bigLock(k))
            yield* pause(k, 1)
            seen.push(bigLock(k))
            yield* k.KERNEL_UNLOCK()
          })
          yield* k.user(MS)
          seen.push(bigLock(k))
        })
        yield* pause(k, 5)
      }),
    )
    expect(seen).toEqual([['prog', 0], ['prog', 0], null])
  })

  it('an interrupt on the CPU that has it has it too', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      let held: unknown = null
      const startNs = k.now
      k.interrupt(
        function* () {
          yield* k.KERNEL_LOCK()
          held = [(k.now - startNs) / MS, bigLock(k)]
          yield* k.KERNEL_UNLOCK()
        },
        { ci: k.curcpu(), afterNs: MS },
      )
      yield* k.work(3 * MS)
      return [held, bigLock(k)]
    })
    expect(valueOf(outcome)).toEqual([
      [1, ['intr', 0]],
      ['main', 0],
    ])
  })

  it('spl: levels nest, and a sleeper takes its level along', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const levels: number[] = []
      const none = yield* k.splraise(k.IPL_BIO)
      const bio = yield* k.splraise(k.IPL_SOFTNET)
      levels.push(none, bio, k.curcpu().ipl)
      yield* spawn(k, 'other', function* () {
        levels.push(k.curcpu().ipl)
      })
      yield* pause(k, 1)
      levels.push(k.curcpu().ipl)
      yield* k.splx(none)
      levels.push(k.curcpu().ipl)
      return levels
    })
    const { IPL_BIO } = k
    expect(valueOf(outcome)).toEqual([0, IPL_BIO, IPL_BIO, 0, IPL_BIO, 0])
  })
})

describe('system calls without the big lock on OpenBSD 5.1', () => {
  it('getthrid, __set_tcb and __get_tcb do not wait for a kernel thread that works; getpid does', () => {
    const k = ob51.createKernel({ ncpu: 2 })
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.sysctl('kern.rthreads', 1)
        k.process({ name: 'prog' }, function* () {
          yield* k.user(12 * MS)
          yield* k.getthrid()
          log.push(['getthrid', k.now / MS])
          yield* k.__set_tcb(null)
          log.push(['__set_tcb', k.now / MS])
          yield* k.__get_tcb()
          log.push(['__get_tcb', k.now / MS])
          yield* k.getpid()
          log.push(['getpid', k.now / MS])
        })
        yield* pause(k, 1)
        yield* k.work(5 * MS)
        yield* pause(k, 1)
      }),
    )
    expect(log).toEqual([
      ['getthrid', 12],
      ['__set_tcb', 12],
      ['__get_tcb', 12],
      ['getpid', 15],
    ])
  })
})
