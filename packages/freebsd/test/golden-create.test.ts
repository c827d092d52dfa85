import { describe, expect, test } from 'vitest'
import { ref, type Proc, type Steps, type Td } from '../src/releases/8.0.js'
import { addThread, quiet, READINGS, SCHEDULERS, SECOND, valueOf } from './staging.js'

/** What a new thread has, and when it runs. */

const CASES = READINGS.flatMap((reading) => SCHEDULERS.map((scheduler) => ({ reading, scheduler })))
const SRUN = 2
/** Base priority of thread0, which sleeps at PVM: SCHED_4BSD takes that for its own. */
const BASE = { ule: 160, '4bsd': 68 }

describe.each(CASES)('as the $reading has it, with $scheduler', (options) => {
  test('FB8-G-10 kthread_add with RFSTOPPED: listed as runnable, and never runs until it is queued', () => {
    const k = quiet(options)
    const outcome = k.boot(function* () {
      const newtdpp = ref<Td>()
      const log: unknown[] = []
      function* func(): Steps<void> {
        log.push(`runs at ${k.curthread.td_priority}`)
        yield* k.kthread_exit()
      }
      const error = yield* k.kthread_add(func, null, null, newtdpp, k.RFSTOPPED, 0, 'stopped')
      const td = newtdpp.value!
      yield* k.pause('rest', 1000)
      const entry = k.kinfo_proc().find(({ ki_tid }) => ki_tid === td.td_tid)!
      log.push(error, entry.ki_stat, td.td_state === k.TDS_CAN_RUN)
      log.push(/^ *(\d+) +CanRun .*\[stopped\]$/m.exec(k.ddbPs())?.[1] === String(td.td_tid))
      yield* k.thread_lock(td)
      yield* k.sched_prio(td, 92)
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* k.thread_unlock(td)
      yield* k.pause('rest', 1)
      return log
    })
    expect(valueOf(outcome)).toEqual([0, SRUN, true, true, 'runs at 92'])
  })

  test('FB8-G-12 kthread_add takes the newest thread of the process for a template', () => {
    const k = quiet({ ...options, ncpu: 2 })
    const outcome = k.boot(function* () {
      const procptr = ref<Proc>()
      const a = ref<Td>()
      const b = ref<Td>()
      function* sleeper(): Steps<void> {
        yield* k.tsleep('nobody comes', 0, 'ever', 0)
      }
      const add = (tdptr: typeof a, name: string) =>
        k.kproc_kthread_add(sleeper, null, procptr, tdptr, k.RFSTOPPED, 0, 'P', '%s', name)
      yield* add(a, 'A')
      yield* add(b, 'B')
      yield* k.thread_lock(b.value!)
      yield* k.sched_prio(b.value!, 200)
      yield* k.thread_unlock(b.value!)
      const error = yield* k.cpuset_setthread(b.value!.td_tid, 0b10)
      const c = ref<Td>()
      yield* k.kthread_add(sleeper, null, procptr.value, c, k.RFSTOPPED, 0, 'C')
      const of = ({ td_priority, td_base_pri, td_cpuset }: Td) => [td_priority, td_base_pri, td_cpuset.cs_mask]
      return [error, of(a.value!), of(b.value!), of(c.value!), c.value!.td_cpuset === b.value!.td_cpuset]
    })
    expect(valueOf(outcome)).toEqual([0, [68, BASE[options.scheduler], 0b11], [200, 200, 0b10], [200, 200, 0b10], true])
  })

  test('FB8-G-14 a kernel thread that neither sleeps nor yields is not interrupted by its equal', () => {
    const k = quiet(options)
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const start = k.now
      const say = (text: string) => log.push(`${Math.floor((k.now - start) / SECOND)} s: ${text}`)
      const body = (name: string, ns: number) =>
        function* () {
          say(`${name} at ${k.curthread.td_priority}`)
          yield* k.work(ns)
          say(`${name} ends`)
          yield* k.kthread_exit()
        }
      yield* addThread(k, 'spinner', body('spinner', 10 * SECOND))
      yield* addThread(k, 'other', body('other', 0))
      yield* k.pause('rest', 1)
      say('main')
      return log
    })
    const spinner = ['0 s: spinner at 68', '10 s: spinner ends']
    expect(valueOf(outcome)).toEqual([...spinner, '10 s: other at 68', '10 s: other ends', '10 s: main'])
  })

  test('FB8-G-19 uio_yield leaves a kernel thread at its user priority, behind all others', () => {
    const k = quiet(options)
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const newpp = ref<Proc>()
      const say = (td: Td) => log.push([td.td_priority, td.td_base_pri])
      function* func(): Steps<void> {
        const td = k.curthread
        say(td)
        yield* k.uio_yield()
        say(td)
        log.push('yielder goes on')
        yield* k.tsleep('elsewhere', k.PVM, 'else', 2)
        say(td)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(func, null, newpp, 0, 0, 'yielder')
      yield* addThread(k, 'other', function* () {
        // Both are at 68 by birth; after the yield this one comes first each time.
        for (let n = 0; n < 3; n++) {
          log.push(`other ${n}`)
          yield* k.sched_relinquish()
        }
        yield* k.kthread_exit()
      })
      yield* k.pause('rest', 10)
      return log
    })
    const others = ['other 0', 'other 1', 'other 2']
    const slept = options.scheduler === 'ule' ? [160, 160] : [68, 68]
    const born = [68, BASE[options.scheduler]]
    expect(valueOf(outcome)).toEqual([born, ...others, [180, 180], 'yielder goes on', slept])
  })
})

describe.each(READINGS)('FB8-G-11 limits, as the %s has it', (reading) => {
  /** kernel, init, idle, intr. */
  const PROCESSES = 4
  function* func(): Steps<void> {
    yield* []
  }

  test('kproc_create with as many processes as there can be: EAGAIN after half a second, and one line', () => {
    const k = quiet({ reading, maxproc: PROCESSES })
    const outcome = k.boot(function* () {
      const newpp = ref<Proc>()
      const start = k.ticks
      const errors = [yield* k.kproc_create(func, null, newpp, 0, 0, 'one')]
      const took = k.ticks - start
      errors.push(yield* k.kproc_create(func, null, newpp, 0, 0, 'two'))
      return [k.allproc.length, errors, took, newpp.value]
    })
    expect(valueOf(outcome)).toEqual([PROCESSES, [k.EAGAIN, k.EAGAIN], 501, null])
    expect(k.console).toEqual(['maxproc limit exceeded by uid 0, please see tuning(7) and login.conf(5).'])
  })

  test('kproc_create with RFCFDG: EINVAL at once', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const newpp = ref<Proc>()
      const start = k.ticks
      return [yield* k.kproc_create(func, null, newpp, k.RFCFDG, 0, 'one'), k.ticks - start, newpp.value]
    })
    expect(valueOf(outcome)).toEqual([k.EINVAL, 0, null])
    expect(k.console).toEqual([])
  })

  test('kthread_add without a stack: ENOMEM, and the pointer is untouched', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const newtdpp = ref<Td>()
      const threads = k.proc0.p_numthreads
      const start = k.ticks
      k.inject({ at: 'kstack' })
      const error = yield* k.kthread_add(func, null, null, newtdpp, 0, 0, 'one')
      return [error, k.ticks - start, newtdpp.value, k.proc0.p_numthreads - threads]
    })
    expect(valueOf(outcome)).toEqual([k.ENOMEM, 0, null, 0])
    expect(k.console).toEqual(['vm_thread_new: kstack allocation failed'])
  })
})
