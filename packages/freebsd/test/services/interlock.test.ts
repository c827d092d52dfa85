import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { allSchedules, EWOULDBLOCK, flavours, panicOf, pause, quiet, spawn, undefinedOf, valueOf } from './runs.js'

/** A lock of some class held some way, as an interlock of a sleep. */
interface Way {
  readonly way: string
  readonly make: (k: Kernel) => {
    readonly take: () => Iterable<unknown>
    readonly give: () => Iterable<unknown>
    readonly sleep: (flags: number, timo: number) => Iterable<number>
    /** What the lock says of its holds. */
    readonly holds: () => readonly [mine: boolean, sharers: number]
  }
}

const ways: readonly Way[] = [
  {
    way: 'msleep, mutex',
    make(k) {
      const m = k.mtx('lock')
      return {
        take: () => k.mtx_lock(m),
        give: () => k.mtx_unlock(m),
        sleep: (flags, timo) => k.msleep('channel', m, flags, 'wait', timo) as Iterable<unknown> as Iterable<number>,
        holds: () => [m.owner === k.curthread, 0],
      }
    },
  },
  ...(['w', 'r'] as const).map((how): Way => ({
    way: how === 'w' ? 'rw_sleep, writer' : 'rw_sleep, reader',
    make(k) {
      const rw = k.rwlock('lock')
      return {
        take: () => (how === 'w' ? k.rw_wlock(rw) : k.rw_rlock(rw)),
        give: () => (how === 'w' ? k.rw_wunlock(rw) : k.rw_runlock(rw)),
        sleep: (flags, timo) => k.rw_sleep('channel', rw, flags, 'wait', timo) as Iterable<unknown> as Iterable<number>,
        holds: () => [rw.owner === k.curthread, rw.readers],
      }
    },
  })),
  ...(['x', 's'] as const).map((how): Way => ({
    way: how === 'x' ? 'sx_sleep, exclusive' : 'sx_sleep, shared',
    make(k) {
      const sx = k.sx('lock')
      return {
        take: () => (how === 'x' ? k.sx_xlock(sx) : k.sx_slock(sx)),
        give: () => (how === 'x' ? k.sx_xunlock(sx) : k.sx_sunlock(sx)),
        sleep: (flags, timo) => k.sx_sleep('channel', sx, flags, 'wait', timo) as Iterable<unknown> as Iterable<number>,
        holds: () => [sx.owner === k.curthread, sx.sharers],
      }
    },
  })),
]

function isShared(way: string): boolean {
  return way.endsWith('reader') || way.endsWith('shared')
}

describe.each(ways)('$way', ({ way, make }) => {
  it.each(flavours)('is given up for the sleep and held the same way afterwards, not with PDROP: $machine', (run) => {
    const outcome = createKernel(run.options()).boot(function* (k) {
      const { take, give, sleep, holds } = make(k)
      const seen: unknown[] = []
      yield* spawn(k, 'sleeper', function* () {
        yield* take() as Steps
        seen.push(holds())
        seen.push(yield* sleep(0, 10) as Steps<number>, holds())
        seen.push(yield* sleep(0, 2) as Steps<number>, holds())
        seen.push(yield* sleep(k.PDROP, 2) as Steps<number>, holds())
        yield* take() as Steps
        yield* give() as Steps
      })
      yield* pause(k, 2)
      seen.push(holds())
      yield* k.wakeup('channel')
      yield* pause(k, 20)
      return seen
    })
    const held = isShared(way) ? [false, 1] : [true, 0]
    const free = [false, 0]
    expect(valueOf(outcome)).toEqual([held, free, 0, held, EWOULDBLOCK, held, EWOULDBLOCK, free])
  })
})

// Sharers do not keep each other out, so that what one of them says can be missed by another.
describe.each(ways.filter(({ way }) => !isShared(way)))('$way', ({ make }) => {
  it.each(allSchedules)('loses no wakeup: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const { take, give, sleep } = make(k)
      let posted = 0
      let seen = 0
      yield* spawn(k, 'watcher', function* () {
        yield* take() as Steps
        while (seen < 15) {
          while (posted === seen) yield* sleep(0, 0) as Steps<number>
          seen = posted
        }
        yield* give() as Steps
        yield* k.wakeup('over')
      })
      for (let n = 0; n < 15; n++) {
        yield* take() as Steps
        posted++
        yield* k.wakeup('channel')
        yield* give() as Steps
        if (n % 3 === 0) yield* pause(k, 1)
      }
      yield* pause(k, 5)
      return seen
    })
    expect(valueOf(outcome)).toBe(15)
  })
})

describe('a lock as an interlock', () => {
  const misuses: readonly { readonly says: string; readonly act: (k: Kernel) => Iterable<unknown> }[] = [
    { says: 'mutex m not owned', act: (k) => k.msleep('channel', k.mtx('m'), 0, 'wait', 1) },
    { says: 'Lock rw not locked', act: (k) => k.rw_sleep('channel', k.rwlock('rw'), 0, 'wait', 1) },
    { says: 'Lock sx not locked', act: (k) => k.sx_sleep('channel', k.sx('sx'), 0, 'wait', 1) },
    {
      says: 'mutex m recursed',
      *act(k) {
        const m = k.mtx('m', k.MTX_RECURSE)
        yield* k.mtx_lock(m)
        yield* k.mtx_lock(m)
        yield* k.msleep('channel', m, 0, 'wait', 1)
      },
    },
    {
      says: 'Lock rw recursed',
      *act(k) {
        const rw = k.rwlock('rw', k.RW_RECURSE)
        yield* k.rw_wlock(rw)
        yield* k.rw_wlock(rw)
        yield* k.rw_sleep('channel', rw, 0, 'wait', 1)
      },
    },
    {
      says: 'Lock sx recursed',
      *act(k) {
        const sx = k.sx('sx', k.SX_RECURSE)
        yield* k.sx_xlock(sx)
        yield* k.sx_xlock(sx)
        yield* k.sx_sleep('channel', sx, 0, 'wait', 1)
      },
    },
  ]

  it.each(misuses)('misuse ($says): INVARIANTS panics, else it is not defined', ({ says, act }) => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* act(k) as Steps
      })
    expect(panicOf(end(true))[0]).toBe(says)
    expect(undefinedOf(end(false))).toMatch(/^UB:(mutex|rwlock|sx|recursed-interlock)$/)
  })

  it('what is no lock is the scenario’s mistake', () => {
    for (const call of ['rw_sleep', 'sx_sleep'] as const) {
      const outcome = createKernel(quiet).boot(function* (k) {
        yield* k[call]('channel', null as never, 0, 'wait', 1)
      })
      expect(outcome.kind === 'fault' && outcome.error).toBeInstanceOf(TypeError)
    }
  })
})
