import { describe, expect, it } from 'vitest'
import { createKernel, PPAUSE, type Steps } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

describe('a sleep’s priority under SCHED_ULE', () => {
  /** Priority and base priority after a sleep. */
  function afterSleep(boost: number, before: number, argument: number): readonly number[] {
    const k = createKernel({ daemons: 'none' })
    k.sysctl('kern.sched.static_boost', boost)
    const outcome = k.boot(function* () {
      const td = k.curthread
      yield* k.sched_prio(td, before)
      yield* k.tsleep('x', argument, 'x', 1)
      return [td.td_priority, td.td_base_pri]
    })
    return valueOf(outcome)
  }

  it('is ignored', () => {
    expect(afterSleep(160, 68, PPAUSE)).toEqual([68, 68])
    expect(afterSleep(160, 104, 68)).toEqual([104, 104])
  })

  it('but who sleeps worse than 160 is raised to that', () => {
    expect(afterSleep(160, 180, 68)[0]).toBe(160)
    expect(afterSleep(160, 160, 68)[0]).toBe(160)
    expect(afterSleep(160, 159, 68)[0]).toBe(159)
    expect(afterSleep(160, 180, 0)[0]).toBe(160)
  })

  it('with kern.sched.static_boost 1 it is assigned, with 0 nothing is', () => {
    expect(afterSleep(1, 68, PPAUSE)[0]).toBe(104)
    expect(afterSleep(1, 180, 68)[0]).toBe(68)
    expect(afterSleep(0, 180, 68)[0]).toBe(180)
  })

  it('88 and better marks the sleeper as one that may be swapped out', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const seen: boolean[] = []
      for (const pri of [k.PVM, k.PSOCK, k.PWAIT]) {
        const td = yield* spawn(k, 'sleeper', function* () {
          yield* k.tsleep('x', pri, 'x', 5)
        })
        yield* pause(k, 1)
        seen.push((td.td_flags & k.TDF_CANSWAP) !== 0)
        yield* pause(k, 10)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([true, true, false])
  })
})

describe('placement by SCHED_ULE', () => {
  it('before the other CPUs are started everything is on the first', () => {
    const k = createKernel({ daemons: 'none', ncpu: 4 })
    const seen: number[] = []
    k.SYSINIT('before', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_ANY, three, null)
    function* three(): Steps<void> {
      for (const name of ['a', 'b', 'c']) seen.push((yield* spawn(k, name, () => k.pause('x', 1))).td_lastcpu)
    }
    valueOf(k.boot())
    expect(seen).toEqual([0, 0, 0])
  })

  it('then new threads go to CPUs that have less to do', () => {
    const k = createKernel({ daemons: 'none', ncpu: 4 })
    const outcome = k.boot(function* () {
      const cpus = new Set<number>([k.curcpu().pc_cpuid])
      for (const name of ['a', 'b', 'c']) {
        yield* spawn(k, name, function* () {
          cpus.add(k.curcpu().pc_cpuid)
          yield* k.work(10 * MS)
        })
      }
      yield* k.work(5 * MS)
      return cpus.size
    })
    expect(valueOf(outcome)).toBe(4)
  })

  it('a sleeper that is woken runs where it did before, if that idles', () => {
    const k = createKernel({ daemons: 'none', ncpu: 3 })
    const outcome = k.boot(function* () {
      const seen: number[] = []
      yield* spawn(k, 'sleeper', function* () {
        yield* k.work(MS)
        for (let n = 0; n < 5; n++) {
          seen.push(k.curcpu().pc_cpuid)
          yield* pause(k, 3)
        }
      })
      yield* pause(k, 50)
      return new Set(seen).size
    })
    expect(valueOf(outcome)).toBe(1)
  })

  it('an idle CPU takes a thread from one that has too many', () => {
    const k = createKernel({ daemons: 'none', ncpu: 2 })
    const outcome = k.boot(function* () {
      const ran: number[] = []
      yield* k.sched_bind(k.curthread, 0)
      const busy = yield* spawn(k, 'busy', function* () {
        yield* k.work(2 * MS)
      })
      const waits = yield* spawn(k, 'waits', function* () {
        ran.push(k.curcpu().pc_cpuid, k.now / MS)
      })
      yield* k.work(10 * MS)
      const end = k.now / MS
      return [busy.isExited, waits.isExited, ran[0], end - ran[1]! > 7]
    })
    expect(valueOf(outcome)).toEqual([true, true, 1, true])
  })
})
