import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { panicOf, quiet, spawn, undefinedOf } from './runs.js'

describe('mtx(9): misuse', () => {
  interface Misuse {
    readonly says: string
    readonly act: (k: Kernel) => Iterable<unknown>
  }
  const misuses: readonly Misuse[] = [
    {
      says: 'mtx_lock() of destroyed mutex',
      *act(k) {
        const m = k.mtx('m')
        yield* k.mtx_destroy(m)
        yield* k.mtx_lock(m)
      },
    },
    { says: 'mtx_lock() of spin mutex s', act: (k) => k.mtx_lock(k.mtx('s', k.MTX_SPIN)) },
    { says: 'mtx_lock_spin() of sleep mutex m', act: (k) => k.mtx_lock_spin(k.mtx('m')) },
    { says: 'mutex m not owned', act: (k) => k.mtx_unlock(k.mtx('m')) },
    { says: 'mutex s not owned', act: (k) => k.mtx_unlock_spin(k.mtx('s', k.MTX_SPIN)) },
    {
      says: 'mutex m not owned',
      *act(k) {
        const m = k.mtx('m')
        yield* k.mtx_lock(m)
        yield* spawn(k, 'thief', function* () {
          yield* k.mtx_unlock(m)
        })
        yield* k.sched_relinquish()
      },
    },
    { says: 'mutex m not owned', act: (k) => k.msleep('channel', k.mtx('m'), 0, 'wait', 1) },
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
      says: 'mutex s recursed',
      *act(k) {
        const m = k.mtx('s', k.MTX_SPIN | k.MTX_RECURSE)
        yield* k.mtx_lock_spin(m)
        yield* k.mtx_lock_spin(m)
        yield* k.msleep_spin('channel', m, 'wait', 1)
      },
    },
  ]

  it.each(misuses)('$says: INVARIANTS panics, else it is not defined', ({ says, act }) => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* act(k) as Steps
      })
    expect(panicOf(end(true))[0]).toBe(says)
    expect(undefinedOf(end(false))).toMatch(/^UB:(mutex|recursed-interlock)$/)
  })

  it('recursion without MTX_RECURSE: INVARIANTS panics, also for a spin mutex', () => {
    const twice = (opts: number) =>
      createKernel({ ...quiet, invariants: true }).boot(function* (k) {
        const m = k.mtx('m', opts)
        const lock = () => (opts === k.MTX_SPIN ? k.mtx_lock_spin(m) : k.mtx_lock(m))
        yield* lock()
        yield* lock()
      })
    const { MTX_DEF, MTX_SPIN } = createKernel()
    expect(panicOf(twice(MTX_DEF))[0]).toBe('_mtx_lock_sleep: recursed on non-recursive mutex m')
    expect(panicOf(twice(MTX_SPIN))[0]).toContain('recursed on non-recursive mutex m')
  })

  it('what is no mutex is the scenario’s mistake', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      yield* k.mtx_lock({} as never)
    })
    expect(outcome.kind === 'fault' && outcome.error).toBeInstanceOf(TypeError)
  })
})

/** Somebody else has a mutex, and main wants it where it may not give up its CPU. */
function blocksWith(k: Kernel, enter: (k: Kernel) => Iterable<unknown>) {
  const m = k.mtx('m')
  return k.boot(function* () {
    yield* spawn(k, 'owner', function* () {
      yield* k.mtx_lock(m)
      yield* k.sched_relinquish()
    })
    yield* k.sched_relinquish()
    yield* enter(k) as Steps
    yield* k.mtx_lock(m)
  })
}

describe.each([
  ['in a critical section', (k: Kernel) => k.critical_enter()],
  ['with a spin mutex', (k: Kernel) => k.mtx_lock_spin(k.mtx('s', k.MTX_SPIN))],
] as const)('a thread that would block on a mutex %s', (_where, enter) => {
  it('is not defined, and with INVARIANTS a panic that goes all its way', () => {
    expect(blocksWith(createKernel(quiet), enter)).toMatchObject({
      kind: 'undefined',
      id: 'UB:sleep-not-allowed',
    })
    const k = createKernel({ ...quiet, invariants: true })
    expect(blocksWith(k, enter)).toMatchObject({ kind: 'panic', clause: 'FB8-O-16' })
    expect(k.console.at(-1)).toBe('Rebooting...')
  })
})

describe('mtx_assert', () => {
  const outcomeOf = (invariants: boolean, isOwned: boolean, what: (k: Kernel) => number) => {
    const k = createKernel({ ...quiet, invariants })
    const m = k.mtx('m', k.MTX_DEF | k.MTX_RECURSE)
    return k.boot(function* () {
      if (isOwned) yield* k.mtx_lock(m)
      yield* k.mtx_assert(m, what(k))
      if (isOwned) yield* k.mtx_unlock(m)
    })
  }

  it.each<[message: string, isOwned: boolean, what: (k: Kernel) => number]>([
    ['mutex m owned', true, (k) => k.MA_NOTOWNED],
    ['mutex m not owned', false, (k) => k.MA_OWNED],
    ['mutex m unrecursed', true, (k) => k.MA_OWNED | k.MA_RECURSED],
  ])('panics with %s under INVARIANTS, and else says nothing', (message, isOwned, what) => {
    expect(outcomeOf(true, isOwned, what)).toMatchObject({ kind: 'panic', message })
    expect(outcomeOf(false, isOwned, what).kind).toBe('done')
  })

  it('is content with what is so', () => {
    expect(outcomeOf(true, true, (k) => k.MA_OWNED | k.MA_NOTRECURSED).kind).toBe('done')
    expect(outcomeOf(true, false, (k) => k.MA_NOTOWNED).kind).toBe('done')
  })
})
