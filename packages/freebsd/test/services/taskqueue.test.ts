import { describe, expect, it } from 'vitest'
import {
  createKernel,
  type FreebsdOptions,
  type Kernel,
  type Out,
  type Steps,
  type Taskqueue,
} from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

function run<T>(main: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(createKernel({ daemons: 'none', ...options }).boot(main))
}

/** A queue without threads. */
function* queue(k: Kernel, name = 'own'): Steps<Out<Taskqueue>> {
  const tqp = k.ref<Taskqueue>()
  tqp.value = yield* k.taskqueue_create(name, 0, k.taskqueue_thread_enqueue, tqp)
  return tqp
}

/** A queue with one thread, called as the queue. */
function* served(k: Kernel, pri: number = k.PWAIT): Steps<Taskqueue> {
  const tqp = yield* queue(k)
  const error = yield* k.taskqueue_start_threads(tqp, 1, pri, 'own')
  if (error !== 0) throw new Error(`taskqueue_start_threads failed with ${error}`)
  return tqp.value!
}

describe('taskqueue(9)', () => {
  it('higher priorities come first, equals in order', () => {
    const seen = run(function* (k) {
      const log: string[] = []
      const tq = yield* served(k)
      for (const [name, priority] of [
        ['a', 0],
        ['b', 10],
        ['c', 0],
        ['d', 255],
        ['e', 10],
      ] as const) {
        const task = k.TASK_INIT(
          priority,
          function* (context: string) {
            log.push(context)
          },
          name,
        )
        yield* k.taskqueue_enqueue(tq, task)
      }
      yield* pause(k, 1)
      return log.join('')
    })
    expect(seen).toBe('dbeac')
  })

  it('a task that is queued is only counted; the count goes to its function', () => {
    const seen = run(function* (k) {
      const log: number[] = []
      const tq = yield* served(k)
      const task = k.TASK_INIT(
        0,
        function* (_context: null, pending: number) {
          log.push(pending)
        },
        null,
      )
      const results: number[] = []
      for (let n = 0; n < 3; n++) results.push(yield* k.taskqueue_enqueue(tq, task))
      const before = [task.ta_pending, tq.tasks.length]
      yield* pause(k, 1)
      yield* k.taskqueue_enqueue(tq, task)
      yield* pause(k, 1)
      return [results, before, log, task.ta_pending]
    })
    expect(seen).toEqual([[0, 0, 0], [3, 1], [3, 1], 0])
  })

  it('the count has sixteen bits', () => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      const task = k.TASK_INIT(0, function* () {}, null)
      yield* k.taskqueue_enqueue(tqp.value!, task)
      task.ta_pending = 0xfffe
      for (let n = 0; n < 3; n++) yield* k.taskqueue_enqueue(tqp.value!, task)
      return task.ta_pending
    })
    expect(seen).toBe(0xffff)
  })

  it('a task that runs can be queued again, by itself too', () => {
    const seen = run(function* (k) {
      const log: number[] = []
      const tq = yield* served(k)
      const task = k.TASK_INIT(
        0,
        function* (_context: null, pending: number): Steps<void> {
          log.push(pending)
          if (log.length < 3) yield* k.taskqueue_enqueue(tq, task)
        },
        null,
      )
      yield* k.taskqueue_enqueue(tq, task)
      yield* pause(k, 1)
      return log
    })
    expect(seen).toEqual([1, 1, 1])
  })

  it('its thread runs at the priority asked for, and waits with "-"', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tq = yield* served(k, k.PSWP)
      yield* pause(k, 1)
      const [td] = tq.threads
      log.push(td!.td_wmesg, td!.td_wchan === tq, td!.td_name, td!.td_proc.p_pid)
      const task = k.TASK_INIT(
        0,
        function* () {
          log.push(k.curthread === td, td!.td_priority, yield* k.mtx_owned(tq.mutex))
        },
        null,
      )
      yield* k.taskqueue_enqueue(tq, task)
      yield* pause(k, 1)
      return log
    })
    expect(seen).toEqual(['-', true, 'own', 0, true, 64, false])
  })

  it('taskqueue_run runs them on the caller', () => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      let by = 0
      const task = k.TASK_INIT(
        0,
        function* () {
          by = k.curthread.td_tid
        },
        null,
      )
      yield* k.taskqueue_enqueue(tqp.value!, task)
      yield* k.taskqueue_run(tqp.value!)
      return by === k.curthread.td_tid
    })
    expect(seen).toBe(true)
  })

  it('taskqueue_drain waits until a task is neither queued nor running', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tq = yield* served(k)
      const task = k.TASK_INIT(
        0,
        function* () {
          yield* pause(k, 5)
          log.push('task')
        },
        null,
      )
      yield* k.taskqueue_drain(tq, task)
      log.push(k.ticks)
      yield* k.taskqueue_enqueue(tq, task)
      const drains = yield* spawn(k, 'drains', function* () {
        yield* k.taskqueue_drain(tq, task)
        log.push('drained')
      })
      yield* pause(k, 2)
      log.push(drains.td_wmesg)
      yield* pause(k, 10)
      return log
    })
    expect(seen).toEqual([0, '-', 'task', 'drained'])
  })
})

describe('taskqueue_free', () => {
  it('runs what is queued, and waits for the word of every thread', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tqp = yield* queue(k)
      yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, 'own')
      yield* pause(k, 1)
      const tq = tqp.value!
      const slow = k.TASK_INIT(
        0,
        function* () {
          yield* pause(k, 10)
          log.push('slow')
        },
        null,
      )
      const quick = k.TASK_INIT(
        0,
        function* () {
          log.push('quick')
        },
        null,
      )
      yield* k.taskqueue_enqueue(tq, slow)
      yield* pause(k, 1)
      const { threads } = tq
      const frees = yield* spawn(k, 'frees', function* () {
        yield* k.taskqueue_enqueue(tq, quick)
        yield* k.taskqueue_free(tq)
        log.push('freed')
      })
      yield* pause(k, 3)
      log.push([frees.td_wmesg, tq.tcount])
      yield* pause(k, 20)
      return [log, tq.tcount, threads.map((td) => td.isExited)]
    })
    expect(seen).toEqual([['quick', ['taskqueue_destroy', 1], 'slow', 'freed'], 0, [true, true]])
  })

  it('of a queue without threads waits for nobody', () => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      yield* k.taskqueue_free(tqp.value!)
      return k.ticks
    })
    expect(seen).toBe(0)
  })
})

describe('stock queues', () => {
  it('are served by software interrupts, and one by a thread of process 0', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      for (const name of ['swi', 'swi_giant', 'fast', 'thread']) {
        const task = k.TASK_INIT(
          0,
          function* () {
            const td = k.curthread
            log.push([name, td.td_name, td.td_proc.p_comm, td.td_priority, yield* k.mtx_owned(k.Giant)])
          },
          null,
        )
        yield* k.taskqueue_enqueue(k.taskqueue(name)!, task)
        yield* k.work(MS)
        yield* pause(k, 1)
      }
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['swi', 'swi6: task queue', 'intr', 60, false],
      ['swi_giant', 'swi6: Giant taskq', 'intr', 60, true],
      ['fast', 'swi5: Fast taskq', 'intr', 56, false],
      ['thread', 'thread taskq', 'kernel', 92, false],
    ])
  })

  it('are not there on a machine without daemons', () => {
    const k = createKernel({ daemons: 'none' })
    valueOf(k.boot())
    expect(k.taskqueue('thread')).toBeNull()
  })
})
