import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps, type Td } from '../../src/releases/8.0.js'
import { EINTR, EWOULDBLOCK, flavours, MS, onOneCpu, pause, valueOf } from './runs.js'

describe('PCATCH', () => {
  /** A process whose first thread ends it after ten ticks, and another thread of it that does a body. */
  function ended(k: Kernel, body: (log: unknown[]) => Steps): unknown[] {
    const log: unknown[] = []
    const outcome = k.boot(function* (k) {
      const proc = k.ref<Td['td_proc']>()
      function* first(): Steps<void> {
        yield* pause(k, 10)
        log.push('exit')
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(first, null, proc, k.RFSTOPPED, 0, 'proc')
      const td = proc.value!.p_threads[0]!
      function* second(): Steps<void> {
        yield* body(log)
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(second, null, proc.value, null, 0, 0, 'second')
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* pause(k, 200)
      log.push(k.pfind(proc.value!.pid) === null ? 'gone' : 'there')
    })
    valueOf(outcome)
    return log
  }

  it.each(flavours)(
    'the end of the process ends the sleep with EINTR, and every later one: $machine',
    ({ options }) => {
      const k = createKernel(options())
      const log = ended(k, function* (log) {
        log.push(yield* k.tsleep('channel', k.PCATCH, 'wait', 100))
        const start = k.ticks
        log.push(yield* k.tsleep('channel', k.PCATCH, 'wait', 100), k.ticks - start)
      })
      expect(log).toEqual(['exit', EINTR, EINTR, 0, 'gone'])
    },
  )

  it.each(flavours)('without it the process waits for the sleep to end: $machine', ({ options }) => {
    const k = createKernel(options())
    const log = ended(k, function* (log) {
      const start = k.ticks
      log.push(yield* k.tsleep('channel', 0, 'wait', 100), k.ticks - start)
    })
    expect(log).toEqual(['exit', EWOULDBLOCK, 101, 'gone'])
  })

  it.each(flavours)('the lock is had again, or not with PDROP: $machine', ({ options }) => {
    const k = createKernel(options())
    const m = k.mtx('m')
    const log = ended(k, function* (log) {
      yield* k.mtx_lock(m)
      log.push(yield* k.msleep('channel', m, k.PCATCH, 'wait', 100), yield* k.mtx_owned(m))
      // Caught before it sleeps.
      log.push(yield* k.msleep('channel', m, k.PCATCH, 'wait', 100), yield* k.mtx_owned(m))
      log.push(yield* k.msleep('channel', m, k.PCATCH | k.PDROP, 'wait', 100), yield* k.mtx_owned(m))
    })
    expect(log).toEqual(['exit', EINTR, true, EINTR, true, EINTR, false, 'gone'])
  })

  it.each(onOneCpu)('a wakeup that came first counts: $machine', ({ options }) => {
    const k = createKernel(options())
    const log: unknown[] = []
    const outcome = k.boot(function* (k) {
      const proc = k.ref<Td['td_proc']>()
      function* first(): Steps<void> {
        yield* pause(k, 10)
        yield* k.wakeup('channel')
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(first, null, proc, 0, 0, 'proc')
      function* second(): Steps<void> {
        log.push(yield* k.tsleep('channel', k.PCATCH, 'wait', 100))
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(second, null, proc.value, null, 0, 0, 'second')
      yield* pause(k, 50)
    })
    valueOf(outcome)
    expect(log).toEqual([0])
  })

  it.each(onOneCpu)('a time-out that came first counts: $machine', ({ options }) => {
    const k = createKernel(options())
    const log: unknown[] = []
    const outcome = k.boot(function* (k) {
      const proc = k.ref<Td['td_proc']>()
      function* first(): Steps<void> {
        yield* pause(k, 10)
        // The sleeper's time is over meanwhile, and it has not run.
        yield* k.work(20 * MS)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(first, null, proc, 0, 0, 'proc')
      function* second(): Steps<void> {
        log.push(yield* k.tsleep('channel', k.PCATCH, 'wait', 20))
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(second, null, proc.value, null, 0, 0, 'second')
      yield* pause(k, 100)
    })
    valueOf(outcome)
    expect(log).toEqual([EWOULDBLOCK])
  })
})
