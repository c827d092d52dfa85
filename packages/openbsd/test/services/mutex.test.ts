import { describe, expect, it } from 'vitest'
import { Mutex } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

describe.each(releases)('mutex(9) on OpenBSD $release', ({ release, createKernel }) => {
  it('mtx_enter raises to its level, mtx_leave goes back to the level before, mutex by mutex', () => {
    const k = createKernel()
    const low = k.MUTEX_INITIALIZER(k.IPL_BIO, 'low')
    const high = k.MUTEX_INITIALIZER(k.IPL_TTY, 'high')
    const none = k.MUTEX_INITIALIZER(k.IPL_NONE, 'none')
    const outcome = k.boot(function* () {
      const levels = [k.curcpu().ipl]
      for (const step of [
        () => k.mtx_enter(low),
        () => k.mtx_enter(high),
        () => k.mtx_leave(high),
        () => k.mtx_enter(none),
        () => k.mtx_leave(none),
        () => k.mtx_leave(low),
      ]) {
        yield* step()
        levels.push(k.curcpu().ipl)
      }
      return levels
    })
    expect(valueOf(outcome)).toEqual([0, k.IPL_BIO, k.IPL_TTY, k.IPL_BIO, k.IPL_BIO, k.IPL_BIO, 0])
  })

  it('a level that is higher already stays, under spl and under a mutex of a higher level', () => {
    const k = createKernel()
    const low = k.MUTEX_INITIALIZER(k.IPL_BIO)
    const outcome = k.boot(function* () {
      const levels: number[] = []
      const s = yield* k.splraise(k.IPL_CLOCK)
      yield* k.mtx_enter(low)
      levels.push(k.curcpu().ipl)
      yield* k.mtx_leave(low)
      levels.push(k.curcpu().ipl)
      yield* k.splx(s)
      levels.push(k.curcpu().ipl)
      return levels
    })
    expect(valueOf(outcome)).toEqual([k.IPL_CLOCK, k.IPL_CLOCK, k.IPL_NONE])
  })

  it('holds back interrupts of its level and below until it is left, and no others', () => {
    const k = createKernel()
    const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO)
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, ipl] of [
        ['net', k.IPL_NET],
        ['bio', k.IPL_BIO],
        ['softnet', k.IPL_SOFTNET],
      ] as const) {
        k.interrupt(
          function* () {
            log.push(`${name} at ${k.curcpu().ipl}`)
          },
          { name, ipl, afterNs: MS },
        )
      }
      yield* k.mtx_enter(mtx)
      yield* k.work(3 * MS)
      log.push('worked')
      yield* k.mtx_leave(mtx)
      log.push('left')
      return log
    })
    const { IPL_NET, IPL_BIO, IPL_SOFTNET } = k
    expect(valueOf(outcome)).toEqual([
      `net at ${IPL_NET}`,
      'worked',
      `bio at ${IPL_BIO}`,
      `softnet at ${IPL_SOFTNET}`,
      'left',
    ])
  })

  it('mtx_init sets the level of the next mtx_enter', () => {
    const k = createKernel()
    const mtx = k.MUTEX_INITIALIZER(k.IPL_NONE)
    const outcome = k.boot(function* () {
      yield* k.mtx_init(mtx, k.IPL_VM)
      yield* k.mtx_enter(mtx)
      const { ipl } = k.curcpu()
      yield* k.mtx_leave(mtx)
      return ipl
    })
    expect(valueOf(outcome)).toBe(k.IPL_VM)
  })

  it('is not recursive: entering it again panics, without DIAGNOSTIC the CPU spins for ever', () => {
    const again = (diagnostic: boolean) => {
      const k = createKernel({ diagnostic })
      const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO)
      return k.boot(function* () {
        yield* k.mtx_enter(mtx)
        yield* k.mtx_enter(mtx)
      })
    }
    expect(panicOf(again(true))[0]).toBe('mtx_enter: locking against myself')
    expect(again(false)).toMatchObject({ kind: 'undefined', id: 'UB:OB-MUTEX' })
  })

  it('its owner is the CPU: an interrupt handler that enters what it interrupted holds panics too', () => {
    const k = createKernel()
    const mtx = k.MUTEX_INITIALIZER(k.IPL_NONE)
    const outcome = k.boot(function* () {
      k.interrupt(
        function* () {
          yield* k.mtx_enter(mtx)
        },
        { afterNs: MS },
      )
      yield* k.mtx_enter(mtx)
      yield* k.work(2 * MS)
    })
    expect(panicOf(outcome)[0]).toBe('mtx_enter: locking against myself')
  })

  it('mtx_leave by anybody but the owner has no defined behaviour', () => {
    const k = createKernel()
    const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO)
    const outcome = k.boot(function* () {
      yield* k.mtx_leave(mtx)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-MUTEX' })
  })

  it('spins while another CPU holds it, at its own level: interrupts are taken meanwhile', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO, 'm')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const startNs = k.now
      const elapsed = () => (k.now - startNs) / MS
      yield* spawn(k, 'owner', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.mtx_enter(mtx)
        log.push(['owner', k.curcpu().index])
        yield* k.work(5 * MS)
        yield* k.mtx_leave(mtx)
        yield* k.KERNEL_LOCK()
      })
      yield* spawn(k, 'spinner', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.work(MS)
        k.interrupt(
          function* () {
            const lock = k.locks().find(({ name }) => name === 'm')
            log.push(['interrupt', elapsed(), lock?.owner?.split(' ')[0], k.cpus()[k.curcpu().index]?.running])
          },
          { ci: k.curcpu(), ipl: k.IPL_BIO, afterNs: MS },
        )
        yield* k.mtx_enter(mtx)
        log.push(['spinner', elapsed(), k.curcpu().ipl])
        yield* k.mtx_leave(mtx)
        yield* k.KERNEL_LOCK()
      })
      yield* pause(k, 3)
      return log
    })
    const log = valueOf(outcome)
    expect(log[0]).toEqual(['owner', expect.any(Number)])
    expect(log.slice(1)).toEqual([
      ['interrupt', 2, 'owner', 'intr'],
      ['spinner', 5, k.IPL_BIO],
    ])
  })

  it('shows who spins', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO, 'm')
    const outcome = k.boot(function* () {
      let seen: unknown = null
      yield* spawn(k, 'owner', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.mtx_enter(mtx)
        yield* k.work(2 * MS)
        const lock = k.locks().find(({ name }) => name === 'm')
        seen = [lock?.spinners.length, lock?.waiters, k.waiting().find(({ name }) => name === 'spinner')?.state]
        yield* k.mtx_leave(mtx)
        yield* k.KERNEL_LOCK()
      })
      yield* spawn(k, 'spinner', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.work(MS)
        yield* k.mtx_enter(mtx)
        yield* k.mtx_leave(mtx)
        yield* k.KERNEL_LOCK()
      })
      yield* pause(k, 2)
      return seen
    })
    expect(valueOf(outcome)).toEqual([1, [], 'spinning'])
  })

  it('nobody may sleep with one held: OB-D-14', () => {
    const sleeping = (reading: 'page' | 'kernel', diagnostic: boolean) => {
      const k = createKernel({ reading, diagnostic })
      const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO)
      return k.boot(function* () {
        yield* k.mtx_enter(mtx)
        yield* k.tsleep('x', k.PWAIT, 'x', 1)
      })
    }
    // Only 5.1 looks, at the switch.
    const asserted = ['assertwaitok: non-zero mutex count: 1', 'OB-D-14']
    const promised = ['tsleep: called with a mutex held', 'OB-D-14']
    const none = { kind: 'undefined', id: 'UB:OB-D-14' }
    expect(panicOf(sleeping('page', true))).toEqual(release === '5.1' ? asserted : promised)
    expect(panicOf(sleeping('page', false))).toEqual(promised)
    expect(sleeping('kernel', false)).toMatchObject(none)
    const looked = sleeping('kernel', true)
    if (release === '5.1') expect(panicOf(looked)).toEqual(asserted)
    else expect(looked).toMatchObject(none)
  })

  it('refuses what is no mutex, and a level there is not', () => {
    const k = createKernel()
    expect(() => k.MUTEX_INITIALIZER(99)).toThrow('MUTEX_INITIALIZER: there is no level 99')
    const notOne = k.boot(function* () {
      yield* k.mtx_enter({} as Mutex)
    })
    expect(notOne).toMatchObject({ kind: 'fault', error: { name: 'TypeError' } })
    const k2 = createKernel()
    const noLevel = k2.boot(function* () {
      yield* k2.mtx_init(k2.MUTEX_INITIALIZER(0), -1)
    })
    expect(noLevel).toMatchObject({ kind: 'fault', error: { name: 'RangeError' } })
  })

  it('mtx_enter_try came after 4.2', () => {
    expect('mtx_enter_try' in createKernel()).toBe(release === '5.1')
  })
})

describe('mtx_enter_try on OpenBSD 5.1', () => {
  it('takes a free mutex and its level; a held one is left alone, level and all', () => {
    const k = ob51.createKernel({ ncpu: 2 })
    const mtx = new Mutex(k.IPL_BIO, 'm')
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'owner', function* () {
        yield* k.KERNEL_UNLOCK()
        log.push(['owner', yield* k.mtx_enter_try(mtx), k.curcpu().ipl])
        yield* k.work(2 * MS)
        yield* k.mtx_leave(mtx)
        log.push(['left', k.curcpu().ipl])
        yield* k.KERNEL_LOCK()
      })
      yield* spawn(k, 'other', function* () {
        yield* k.KERNEL_UNLOCK()
        yield* k.work(MS)
        log.push(['held', yield* k.mtx_enter_try(mtx), k.curcpu().ipl])
        yield* k.work(2 * MS)
        log.push(['free', yield* k.mtx_enter_try(mtx), k.curcpu().ipl])
        yield* k.mtx_leave(mtx)
        yield* k.KERNEL_LOCK()
      })
      yield* pause(k, 2)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['owner', 1, k.IPL_BIO],
      ['held', 0, 0],
      ['left', 0],
      ['free', 1, k.IPL_BIO],
    ])
  })
})
