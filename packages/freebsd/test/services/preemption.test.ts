import { describe, expect, it } from 'vitest'
import { createKernel, type FreebsdOptions } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

/** Somebody at a priority is queued while somebody at another works in the kernel: who comes first. */
function first(options: FreebsdOptions, running: number, queued: number): string {
  const k = createKernel({ daemons: 'none', ...options })
  const outcome = k.boot(function* () {
    const log: string[] = []
    yield* spawn(
      k,
      'queued',
      function* () {
        yield* k.tsleep('go', 0, 'go', 0)
        log.push('queued')
      },
      queued,
    )
    yield* spawn(
      k,
      'running',
      function* () {
        yield* k.wakeup('go')
        yield* k.work(MS)
        log.push('running')
      },
      running,
    )
    yield* k.sched_prio(k.curthread, 0)
    yield* pause(k, 10)
    return log.join(', ')
  })
  return valueOf(outcome)
}

const PREEMPTED = 'queued, running'
const NOT = 'running, queued'

describe('preemption by SCHED_ULE on the own CPU', () => {
  const at = (preemption: boolean | 'full') => (running: number, queued: number) =>
    first({ preemption }, running, queued)

  it('needs a priority of 64 or better', () => {
    const order = at(true)
    expect(order(68, 64)).toBe(PREEMPTED)
    expect(order(68, 52)).toBe(PREEMPTED)
    expect(order(180, 64)).toBe(PREEMPTED)
    expect(order(180, 65)).toBe(NOT)
    expect(order(180, 68)).toBe(NOT)
    expect(order(104, 68)).toBe(NOT)
  })

  it('and a strictly better one', () => {
    const order = at(true)
    expect(order(52, 52)).toBe(NOT)
    expect(order(56, 55)).toBe(PREEMPTED)
    expect(order(52, 53)).toBe(NOT)
    // It is preempted and, at the head of the place that both share, the first to be taken again.
    expect(order(55, 52)).toBe(NOT)
  })

  it('but whoever runs in the idle band gives way to anybody better', () => {
    const order = at(true)
    expect(order(224, 223)).toBe(PREEMPTED)
    expect(order(255, 254)).toBe(PREEMPTED)
    expect(order(223, 222)).toBe(NOT)
  })

  it('FULL_PREEMPTION: to anybody better, at all times', () => {
    const order = at('full')
    expect(order(180, 68)).toBe(PREEMPTED)
    expect(order(104, 103)).toBe(PREEMPTED)
    expect(order(104, 104)).toBe(NOT)
  })

  it('without PREEMPTION only the idle band gives way', () => {
    const order = at(false)
    expect(order(180, 0)).toBe(NOT)
    expect(order(223, 0)).toBe(NOT)
    expect(order(224, 223)).toBe(PREEMPTED)
  })

  it('kern.sched.preempt_thresh moves the threshold', () => {
    const k = createKernel({ daemons: 'none' })
    k.sysctl('kern.sched.preempt_thresh', 100)
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.sched_prio(k.curthread, 104)
      yield* spawn(
        k,
        'at 100',
        function* () {
          log.push('at 100')
        },
        100,
      )
      log.push('main')
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['at 100', 'main'])
  })
})

describe('preemption by SCHED_4BSD', () => {
  const at = (preemption: boolean | 'full') => (running: number, queued: number) =>
    first({ scheduler: '4bsd', preemption }, running, queued)

  it('needs an interrupt thread, or an idle one that gives way', () => {
    const order = at(true)
    expect(order(68, 63)).toBe(PREEMPTED)
    expect(order(68, 64)).toBe(NOT)
    expect(order(180, 68)).toBe(NOT)
    expect(order(63, 63)).toBe(NOT)
    expect(order(224, 223)).toBe(PREEMPTED)
    expect(order(223, 64)).toBe(NOT)
  })

  it('without PREEMPTION there is none', () => {
    expect(at(false)(255, 0)).toBe(NOT)
  })

  it('FULL_PREEMPTION: by anybody better', () => {
    expect(at('full')(180, 68)).toBe(PREEMPTED)
    expect(at('full')(68, 68)).toBe(NOT)
  })
})

/** What the trace tells of the order in which two threads had the only CPU. */
describe('preemption of another CPU by SCHED_ULE', () => {
  /** Main on CPU 0 wakes a thread of CPU 1, where another works for 10 ms: when it runs, in ms from then. */
  function remote(running: number, queued: number): number {
    const k = createKernel({ daemons: 'none', ncpu: 2 })
    const outcome = k.boot(function* () {
      let ranNs = -1
      yield* k.sched_bind(k.curthread, 0)
      yield* spawn(
        k,
        'queued',
        function* () {
          yield* k.sched_bind(k.curthread, 1)
          yield* k.tsleep('go', 0, 'go', 0)
          ranNs = k.now
        },
        queued,
      )
      yield* pause(k, 1)
      yield* spawn(
        k,
        'running',
        function* () {
          yield* k.sched_bind(k.curthread, 1)
          yield* k.tsleep('begin', 0, 'begin', 0)
          yield* k.work(10 * MS)
        },
        running,
      )
      yield* pause(k, 1)
      yield* k.wakeup('begin')
      yield* k.work(2 * MS)
      const wokenNs = k.now
      yield* k.wakeup('go')
      yield* k.work(20 * MS)
      return (ranNs - wokenNs) / MS
    })
    return valueOf(outcome)
  }

  it('by 64 and better, as on the own', () => {
    expect(remote(68, 64)).toBe(0)
    expect(remote(104, 68)).toBe(8)
  })

  it('and by all below 160 of a thread at 160 and above', () => {
    expect(remote(160, 159)).toBe(0)
    expect(remote(180, 68)).toBe(0)
    expect(remote(159, 128)).toBe(8)
    expect(remote(180, 160)).toBe(8)
  })
})
