import { describe, expect, it } from 'vitest'
import { createKernel, type FreebsdOptions, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

const S = 1000 * MS

/** Works, and lets those who have waited meanwhile go first: thread0 wants to look around at times. */
function* workPolitely(k: Kernel, ns: number): Steps<void> {
  yield* k.work(ns)
  yield* k.pause('politely', 1)
}

function averages(k: Kernel): number[] {
  return String(k.sysctl('vm.loadavg')).split(' ').map(Number)
}

/** Main works alone: the ticks at which the first average changed. */
function samples(options: FreebsdOptions, count: number): number[] {
  const k = createKernel({ daemons: 'none', ...options })
  const outcome = k.boot(function* () {
    const at: number[] = []
    let last = averages(k)[0]
    while (at.length < count) {
      yield* k.work(S / k.hz)
      const [now] = averages(k)
      if (now !== last) at.push(k.ticks)
      last = now
    }
    return at
  })
  return valueOf(outcome)
}

function gaps(at: readonly number[]): number[] {
  return at.map((tick, n) => tick - (at[n - 1] ?? 0))
}

describe('the load average', () => {
  it('is sampled every four to six seconds', () => {
    const between = gaps(samples({ hz: 100 }, 12))
    expect(between.every((ticks) => ticks >= 400 && ticks <= 601)).toBe(true)
    expect(Math.max(...between) - Math.min(...between)).toBeGreaterThan(100)
  })

  it('when, is the seed’s to say', () => {
    const [one, again, other] = [1, 1, 2].map((seed) => samples({ hz: 100, seed }, 3))
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('forgets over one, five and fifteen minutes', () => {
    const k = createKernel({ daemons: 'none', hz: 100 })
    const outcome = k.boot(function* () {
      while (averages(k)[0] === 0) yield* k.work(10 * MS)
      const first = averages(k)
      for (let n = 0; n < 600; n++) yield* workPolitely(k, S / 10)
      return [first, averages(k)]
    })
    const [first, later] = valueOf(outcome) as [number[], number[]]
    const grown = (seconds: number) => 1 - Math.exp(-5 / seconds)
    expect(first).toEqual([60, 300, 900].map((seconds) => Number(grown(seconds).toFixed(2))))
    // A minute of a load of one: 1 - 1/e, and less of the others. Eleven to fifteen samples were taken.
    expect(later[0]).toBeGreaterThan(0.59)
    expect(later[0]).toBeLessThan(0.75)
    expect(later[0]! > later[1]! && later[1]! > later[2]! && later[2]! > 0).toBe(true)
  })

  it('counts who runs and who is queued, and nobody else', () => {
    const k = createKernel({ daemons: 'none', hz: 100 })
    const outcome = k.boot(function* () {
      for (let n = 0; n < 3; n++) yield* spawn(k, 'worker', () => k.work(2000 * S), 100)
      for (let n = 0; n < 5; n++) yield* spawn(k, 'sleeper', () => k.pause('sleeps', 200_000))
      yield* k.kthread_add(function* () {}, null, null, null, k.RFSTOPPED, 0, 'never started')
      yield* k.sched_prio(k.curthread, k.PSWP)
      for (let n = 0; n < 300; n++) yield* workPolitely(k, S)
      return averages(k)[0]
    })
    const average = valueOf(outcome)
    expect(average).toBeGreaterThan(3.9)
    expect(average).toBeLessThan(4.01)
  })

  it('leaves processes out that say so: idle, and the interrupts’', () => {
    const k = createKernel({ hz: 100 })
    valueOf(k.boot((k) => pause(k, 1000)))
    const quiet = k.allproc.filter((p) => (p.p_flag & k.P_NOLOAD) !== 0).map((p) => p.p_comm)
    expect(quiet).toEqual(['idle', 'intr', 'pagezero'])
  })

  it('is 0 on an idle machine', () => {
    const k = createKernel({ hz: 100 })
    const outcome = k.boot(function* () {
      yield* pause(k, 6000)
      return averages(k)
    })
    expect(valueOf(outcome)).toEqual([0, 0, 0])
  })
})
