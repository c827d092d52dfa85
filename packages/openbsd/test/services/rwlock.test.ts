import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Rwlock, Steps } from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

const [EBUSY, EAGAIN, EINTR, ERESTART] = [16, 35, 4, -1]

/** Holds the lock for writing for some ticks, in a thread that has it when this returns. */
function* held(k: OpenbsdKernel, rwl: Rwlock, flags: number, ticks: number): Steps<void> {
  yield* spawn(k, 'holder', function* () {
    yield* k.rw_enter(rwl, flags)
    yield* pause(k, ticks)
    yield* k.rw_exit(rwl)
  })
  yield* pause(k, 1)
}

describe.each(releases)('rwlock(9) on OpenBSD $release', ({ release, createKernel }) => {
  it('RW_NOSLEEP: EBUSY where it would wait, 0 where it would not', () => {
    const k = createKernel()
    const { RW_READ, RW_WRITE, RW_NOSLEEP } = k
    const outcome = k.boot(function* () {
      const seen: number[] = []
      for (const holder of [RW_READ, RW_WRITE]) {
        for (const wanted of [RW_READ, RW_WRITE]) {
          const rwl = k.RWLOCK_INITIALIZER('lock')
          yield* held(k, rwl, holder, 3)
          const error = yield* k.rw_enter(rwl, wanted | RW_NOSLEEP)
          seen.push(error)
          if (error === 0) yield* k.rw_exit(rwl)
        }
      }
      const free = k.RWLOCK_INITIALIZER('free')
      seen.push(yield* k.rw_enter(free, RW_WRITE | RW_NOSLEEP))
      return seen
    })
    expect(valueOf(outcome)).toEqual([0, EBUSY, EBUSY, EBUSY, 0])
  })

  it('writers sleep at PLOCK − 4, readers at PLOCK, uninterruptibly, under the name of the lock', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('mylock')
    const outcome = k.boot(function* () {
      yield* held(k, rwl, k.RW_WRITE, 5)
      const reader = yield* spawn(k, 'reader', function* () {
        yield* k.rw_enter_read(rwl)
      })
      const writer = yield* spawn(k, 'writer', function* () {
        yield* k.rw_enter_write(rwl)
      })
      yield* pause(k, 1)
      const stats = k.ps().filter(({ comm }) => comm === 'reader' || comm === 'writer')
      return [
        [reader.p_priority, reader.p_wmesg, reader.p_stat],
        [writer.p_priority, writer.p_wmesg, writer.p_stat],
        stats.map(({ stat, wchan }) => `${stat} ${wchan}`),
      ]
    })
    expect(valueOf(outcome)).toEqual([
      [36, 'mylock', k.SSLEEP],
      [32, 'mylock', k.SSLEEP],
      ['DK mylock', 'DK mylock'],
    ])
  })

  it('the exit wakes all who wait; they compete by priority, so a writer is before readers that came first', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* held(k, rwl, k.RW_WRITE, 4)
      const taking = (name: string, flags: number) =>
        spawn(k, name, function* () {
          yield* k.rw_enter(rwl, flags)
          log.push(`${name} in`)
          yield* pause(k, 1)
          log.push(`${name} out`)
          yield* k.rw_exit(rwl)
        })
      yield* taking('r1', k.RW_READ)
      yield* taking('w1', k.RW_WRITE)
      yield* taking('r2', k.RW_READ)
      yield* taking('w2', k.RW_WRITE)
      yield* pause(k, 10)
      return log
    })
    // All four are woken: w1 has it, the others sleep again, in the order in which they ran: w2, r1, r2.
    expect(valueOf(outcome)).toEqual(['w1 in', 'w1 out', 'w2 in', 'w2 out', 'r1 in', 'r2 in', 'r1 out', 'r2 out'])
  })

  it('counts wakeups: each sleeper is woken by each exit', () => {
    const k = createKernel({ trace: true })
    const rwl = k.RWLOCK_INITIALIZER('lock')
    valueOf(
      k.boot(function* () {
        yield* held(k, rwl, k.RW_WRITE, 3)
        for (const name of ['w1', 'w2', 'w3']) {
          yield* spawn(k, name, function* () {
            yield* k.rw_enter_write(rwl)
            yield* pause(k, 1)
            yield* k.rw_exit_write(rwl)
          })
        }
        yield* pause(k, 10)
      }),
    )
    const slept = [...k.trace!.events()].filter((event) => event.kind === 'sleep' && event.detail === 'rwlock lock')
    expect(slept.map(({ name }) => name)).toEqual(['w1', 'w2', 'w3', 'w2', 'w3', 'w3'])
  })

  it('a writer that waits keeps no reader out', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      yield* held(k, rwl, k.RW_READ, 5)
      const writer = yield* spawn(k, 'writer', function* () {
        yield* k.rw_enter_write(rwl)
      })
      yield* pause(k, 1)
      const before = k.ticks
      yield* k.rw_enter_read(rwl)
      return [writer.p_wmesg, k.ticks - before]
    })
    expect(valueOf(outcome)).toEqual(['lock', 0])
  })

  it('RW_SLEEPFAIL: EAGAIN after having slept, without the lock, though it is free; 0 where it need not sleep', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      const atOnce = yield* k.rw_enter(rwl, k.RW_READ | k.RW_SLEEPFAIL)
      yield* k.rw_exit(rwl)
      yield* held(k, rwl, k.RW_WRITE, 3)
      const before = k.ticks
      const slept = yield* k.rw_enter(rwl, k.RW_WRITE | k.RW_SLEEPFAIL)
      const free = yield* k.rw_enter(rwl, k.RW_WRITE | k.RW_NOSLEEP)
      return [atOnce, slept, k.ticks - before, free]
    })
    expect(valueOf(outcome)).toEqual([0, EAGAIN, 2, 0])
  })

  it('RW_INTR: a signal ends the wait of a kernel thread with ERESTART, before and during it', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* held(k, rwl, k.RW_WRITE, 20)
      const waiter = yield* spawn(k, 'waiter', function* () {
        for (const flags of [k.RW_READ, k.RW_WRITE, k.RW_WRITE | k.RW_SLEEPFAIL]) {
          const before = k.ticks
          const error = yield* k.rw_enter(rwl, flags | k.RW_INTR)
          log.push([error, k.ticks - before])
        }
      })
      yield* pause(k, 2)
      log.push(k.ps().find(({ comm }) => comm === 'waiter')?.stat)
      yield* k.psignal(waiter, k.SIGTERM)
      yield* pause(k, 2)
      return log
    })
    // Nothing consumes the signal, so that the next two do not even begin to wait.
    expect(valueOf(outcome)).toEqual(['SK', [ERESTART, 2], [ERESTART, 0], [ERESTART, 0]])
  })

  it('without RW_INTR a signal changes nothing', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      yield* held(k, rwl, k.RW_WRITE, 5)
      let error = -99
      const waiter = yield* spawn(k, 'waiter', function* () {
        error = yield* k.rw_enter(rwl, k.RW_WRITE)
      })
      yield* pause(k, 1)
      yield* k.psignal(waiter, k.SIGKILL)
      yield* pause(k, 1)
      const during = waiter.p_stat
      yield* pause(k, 5)
      return [during, error]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, 0])
  })

  it.each([
    ['EINTR', 0, EINTR],
    ['ERESTART', 0x2, ERESTART],
  ])('RW_INTR in a system call of a process with a handler: %s', (_name, flags, expected) => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const seen: number[] = []
    const body = function* (): Steps<void> {
      yield* k.sigaction(k.SIGUSR1, { handler: function* () {}, flags, mask: 0 }, null)
      yield* k.syscall('ioctl', function* () {
        seen.push(yield* k.rw_enter(rwl, k.RW_READ | k.RW_INTR))
      })
    }
    const outcome = k.boot(function* () {
      yield* held(k, rwl, k.RW_WRITE, 8)
      const process = k.process({ name: 'prog' }, body)!
      yield* pause(k, 2)
      yield* k.psignal(process.ps_mainproc!, k.SIGUSR1)
      yield* pause(k, 2)
      return seen
    })
    expect(valueOf(outcome)).toEqual([expected])
  })

  it('RW_DOWNGRADE lets waiting readers in, and keeps writers out', () => {
    const k = createKernel()
    const rwl = k.RWLOCK_INITIALIZER('lock')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.rw_enter_write(rwl)
      yield* spawn(k, 'reader', function* () {
        yield* k.rw_enter_read(rwl)
        log.push('reader in')
      })
      yield* spawn(k, 'writer', function* () {
        yield* k.rw_enter_write(rwl)
        log.push('writer in')
      })
      yield* pause(k, 1)
      log.push(yield* k.rw_enter(rwl, k.RW_DOWNGRADE))
      yield* pause(k, 2)
      log.push(yield* k.rw_enter(rwl, k.RW_READ | k.RW_NOSLEEP), yield* k.rw_enter(rwl, k.RW_WRITE | k.RW_NOSLEEP))
      return log
    })
    expect(valueOf(outcome)).toEqual([0, 'reader in', 0, EBUSY])
  })

  it('panics (DIAGNOSTIC): locking against itself, downgrade without a write lock or by another', () => {
    const ends = (body: (k: OpenbsdKernel, rwl: Rwlock) => Steps) => {
      const k = createKernel()
      return panicOf(k.boot(() => body(k, k.RWLOCK_INITIALIZER('vfs'))))[0]
    }
    for (const flags of [0, 1]) {
      expect(
        ends(function* (k, rwl) {
          yield* k.rw_enter_write(rwl)
          yield* k.rw_enter(rwl, flags)
        }),
      ).toBe('rw_enter: vfs locking against myself')
    }
    expect(
      ends(function* (k, rwl) {
        yield* k.rw_enter_read(rwl)
        yield* k.rw_enter(rwl, k.RW_DOWNGRADE)
      }),
    ).toBe('rw_enter: vfs downgrade of non-write lock')
    expect(
      ends(function* (k, rwl) {
        yield* held(k, rwl, k.RW_WRITE, 5)
        yield* k.rw_enter(rwl, k.RW_DOWNGRADE)
      }),
    ).toBe('rw_enter: vfs downgrade, not holder')
  })

  it('5.1 looks who releases it; in 4.2, and without DIAGNOSTIC, a wrong release is not defined', () => {
    const wrong: readonly (readonly [string, (k: OpenbsdKernel, rwl: Rwlock) => Steps])[] = [
      [
        'vfs: lock not held',
        function* (k, rwl) {
          yield* k.rw_exit(rwl)
        },
      ],
      [
        'vfs: lock not held',
        function* (k, rwl) {
          yield* k.rw_exit_write(rwl)
        },
      ],
      [
        'vfs: lock not held by this process',
        function* (k, rwl) {
          yield* held(k, rwl, k.RW_WRITE, 5)
          yield* k.rw_exit_write(rwl)
        },
      ],
      [
        'vfs: lock not held by this process',
        function* (k, rwl) {
          yield* k.rw_enter_read(rwl)
          yield* k.rw_exit_write(rwl)
        },
      ],
      [
        'vfs: lock not shared',
        function* (k, rwl) {
          yield* k.rw_enter_write(rwl)
          yield* k.rw_exit_read(rwl)
        },
      ],
    ]
    for (const [message, body] of wrong) {
      for (const diagnostic of [true, false]) {
        const k = createKernel({ diagnostic })
        const outcome = k.boot(function* () {
          yield* body(k, k.RWLOCK_INITIALIZER('vfs'))
        })
        if (release === '5.1' && diagnostic) expect(panicOf(outcome)[0]).toBe(message)
        else expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-RWLOCK' })
      }
    }
  })

  it('rw_init gives it its name; it is held across a sleep of its owner', () => {
    const k = createKernel({ ncpu: 2 })
    const rwl = k.RWLOCK_INITIALIZER('old')
    const outcome = k.boot(function* () {
      yield* k.rw_init(rwl, 'new')
      yield* k.rw_enter_write(rwl)
      const waiter = yield* spawn(k, 'waiter', function* () {
        yield* k.rw_enter_read(rwl)
      })
      yield* pause(k, 2)
      yield* k.work(2 * MS)
      const names = [
        waiter.p_wmesg,
        k
          .locks()
          .find(({ name }) => name === 'new')
          ?.owner?.split(' ')[0],
      ]
      yield* k.rw_exit_write(rwl)
      yield* pause(k, 1)
      return [...names, waiter.p_stat]
    })
    expect(valueOf(outcome)).toEqual(['new', 'main', k.SDEAD])
  })
})
