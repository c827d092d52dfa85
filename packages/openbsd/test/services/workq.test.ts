import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Steps, Workq } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { panicOf, pause, releases, threadsNamed, valueOf } from './runs.js'

const ENOMEM = 12

/** A task that notes its arguments, takes some ticks and notes that it is done. */
function noting(k: OpenbsdKernel, log: unknown[], ticks: number): (arg1: string, arg2: unknown) => Steps<void> {
  return function* (arg1, arg2) {
    log.push([arg1, arg2, k.curproc.p_comm])
    yield* pause(k, ticks)
    log.push(`${arg1} done`)
  }
}

describe.each(releases)('workq(9) on OpenBSD $release', ({ release, createKernel }) => {
  it('makes its threads when it is created (5.1), or one, and more when all are busy (4.2)', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const count = () => threadsNamed(k, 'mywq').length
      const wq = (yield* k.workq_create('mywq', 3))!
      const counts = [count()]
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        yield* k.workq_add_task(wq, 0, noting(k, log, 10), name, null)
        yield* pause(k, 1)
        counts.push(count())
      }
      return [counts, log.length]
    })
    // Five tasks, and never more than three at once.
    expect(valueOf(outcome)).toEqual([release === '5.1' ? [3, 3, 3, 3, 3, 3] : [1, 1, 2, 3, 3, 3], 3])
  })

  it('in 4.2 a bored thread is used before another is made', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('mywq', 3))!
      for (const name of ['a', 'b', 'c', 'd']) {
        yield* k.workq_add_task(wq, 0, noting(k, [], 1), name, null)
        yield* pause(k, 3)
      }
      return threadsNamed(k, 'mywq').length
    })
    expect(valueOf(outcome)).toBe(release === '5.1' ? 3 : 1)
  })

  it('its threads are bored at PWAIT, and take tasks first come, first served, with both arguments', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const wq = (yield* k.workq_create('mywq', 1))!
      yield* pause(k, 1)
      const worker = threadsNamed(k, 'mywq')[0]!
      log.push([worker.p_wmesg, worker.p_priority, worker.p_stat, worker.p_wchan === wq])
      for (const [at, name] of ['a', 'b', 'c'].entries())
        log.push(yield* k.workq_add_task(wq, 0, noting(k, log, 1), name, at))
      yield* pause(k, 6)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['bored', 32, k.SSLEEP, true],
      0,
      0,
      0,
      ['a', 0, 'mywq'],
      'a done',
      ['b', 1, 'mywq'],
      'b done',
      ['c', 2, 'mywq'],
      'c done',
    ])
  })

  it('workq_destroy runs what is queued and returns when the last thread is about to end', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const wq = (yield* k.workq_create('mywq', 2))!
      yield* pause(k, 1)
      const before = k.sysctl('kern.nprocs') as number
      for (const name of ['a', 'b', 'c']) yield* k.workq_add_task(wq, 0, noting(k, log, 3), name, null)
      const newpp = k.ref<ob51.Proc>()
      yield* k.kthread_create(
        function* () {
          yield* k.workq_destroy(wq)
          log.push(['destroyed', k.ticks])
          yield* k.kthread_exit(0)
        },
        null,
        newpp,
        'destroyer',
      )
      yield* pause(k, 1)
      log.push([newpp.value!.p_wmesg, newpp.value!.p_priority])
      yield* pause(k, 10)
      yield* k.settle()
      const gone = before - (k.sysctl('kern.nprocs') as number)
      return [log, threadsNamed(k, 'mywq').length, gone]
    })
    const [log, left, gone] = valueOf(outcome) as [unknown[], number, number]
    expect(log.slice(0, 3)).toEqual([
      ['a', null, 'mywq'],
      ['b', null, 'mywq'],
      ['wqdestroy', 32],
    ])
    expect(log.slice(3)).toEqual(['a done', ['c', null, 'mywq'], 'b done', 'c done', ['destroyed', 7]])
    expect(left).toBe(0)
    // 4.2 had one of its two threads when this was counted.
    expect(gone).toBe(release === '5.1' ? 2 : 1)
  })

  it('a destroyed one with nothing to do ends at once', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('mywq', 2))!
      yield* pause(k, 1)
      const start = k.ticks
      yield* k.workq_destroy(wq)
      return [k.ticks - start, threadsNamed(k, 'mywq').length]
    })
    expect(valueOf(outcome)).toEqual([0, 0])
  })

  it('ENOMEM only without WQ_WAITOK, and then nothing is queued; WQ_MPSAFE has no effect', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const wq = (yield* k.workq_create('mywq', 1))!
      k.inject({ at: 'workq_task' })
      const errors = [
        yield* k.workq_add_task(wq, k.WQ_WAITOK, noting(k, log, 1), 'waited', null),
        yield* k.workq_add_task(wq, k.WQ_MPSAFE, noting(k, log, 1), 'failed', null),
        yield* k.workq_add_task(wq, k.WQ_MPSAFE, noting(k, log, 1), 'again', null),
      ]
      yield* pause(k, 8)
      return [errors, log.filter((line) => typeof line === 'string')]
    })
    expect(valueOf(outcome)).toEqual([
      [0, ENOMEM, 0],
      ['waited done', 'again done'],
    ])
  })

  it('workq_create gives null without memory, and makes no thread', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      k.inject({ at: 'workq' })
      const none = yield* k.workq_create('mywq', 2)
      return [none, threadsNamed(k, 'mywq').length]
    })
    expect(valueOf(outcome)).toEqual([null, 0])
  })

  it('null is syswq: one thread for all, so that one task waits for the other', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.workq_add_task(null, 0, noting(k, log, 2), 'a', 1)
      yield* k.workq_add_task(null, 0, noting(k, log, 2), 'b', 2)
      yield* pause(k, 8)
      return [log, threadsNamed(k, 'syswq').length]
    })
    expect(valueOf(outcome)).toEqual([[['a', 1, 'syswq'], 'a done', ['b', 2, 'syswq'], 'b done'], 1])
  })

  it('a task may be added in an interrupt, where no thread need be made', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      k.interrupt(
        function* () {
          log.push(yield* k.workq_add_task(null, 0, noting(k, log, 1), 'late', null))
        },
        { afterNs: 5_000_000 },
      )
      yield* pause(k, 4)
      return log
    })
    expect(valueOf(outcome)).toEqual([0, ['late', null, 'syswq'], 'late done'])
  })

  it('in 4.2 a task added in an interrupt when all are busy makes a thread there: OB-D-14', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('mywq', 2))!
      yield* k.workq_add_task(wq, 0, noting(k, [], 5), 'a', null)
      yield* pause(k, 1)
      k.interrupt(function* () {
        yield* k.workq_add_task(wq, 0, noting(k, [], 5), 'b', null)
      })
      yield* pause(k, 1)
      return 'went well'
    })
    if (release === '5.1') expect(valueOf(outcome)).toBe('went well')
    else expect(panicOf(outcome)).toEqual(['kthread_create: called in an interrupt', 'OB-D-14'])
  })

  it('made while cold: its threads come when threads can be created', () => {
    const k = createKernel()
    const log: unknown[] = []
    let wq: Workq | null = null
    k.attach(function* () {
      wq = yield* k.workq_create('early', 1)
      log.push(threadsNamed(k, 'early').length)
      yield* k.workq_add_task(wq, 0, noting(k, log, 1), 'task', null)
    })
    valueOf(
      k.boot(function* () {
        yield* pause(k, 3)
      }),
    )
    expect(log).toEqual([0, ['task', null, 'early'], 'task done'])
  })

  it('workq_queue_task came after 4.2', () => {
    expect('workq_queue_task' in createKernel()).toBe(release === '5.1')
  })
})

describe('workq_queue_task on OpenBSD 5.1', () => {
  it('queues in the caller’s memory, in order with the others, and cannot fail', () => {
    const k = ob51.createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const task = noting(k, log, 1)
      k.inject({ at: 'workq_task', when: { from: 1 } })
      const error = yield* k.workq_add_task(null, 0, task, 'failed', null)
      const result: unknown = yield* k.workq_queue_task(null, {}, 0, task, 'a', null)
      yield* k.workq_queue_task(null, {}, 0, task, 'b', null)
      yield* pause(k, 5)
      return [error, result, log.filter((line) => typeof line === 'string')]
    })
    expect(valueOf(outcome)).toEqual([ENOMEM, undefined, ['a done', 'b done']])
  })
})
