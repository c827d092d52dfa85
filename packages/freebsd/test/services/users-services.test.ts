import { describe, expect, it } from 'vitest'
import {
  createKernel,
  ref,
  seededOracle,
  type Kernel,
  type Out,
  type Proc,
  type Steps,
  type Taskqueue,
  type Td,
} from '../../src/releases/8.0.js'
import { quiet, READINGS, SCHEDULES, valueOf } from '../staging.js'

/** Services whose threads are made and ended while the system runs, told over the calls that everybody has. */

const PAGE_SIZE = 4096

describe('U-08 aio daemons', () => {
  it.each(SCHEDULES)(
    'say that they are up, are init’s children, and those too many retire: $schedule',
    ({ options }) => {
      const k = quiet(options())
      const LIFETIME = 300
      const TARGET = 2
      const outcome = k.boot(function* () {
        const job = k.mtx('aio_job')
        const up = k.cv('aio_newproc')
        const names: string[] = []
        let started = 0
        let running = 0

        function* daemon(id: number): Steps<void> {
          const self = k.curthread
          names.push(`${id} ${self.td_name}`)
          yield* k.mtx_lock(job)
          started++
          running++
          yield* k.cv_signal(up)
          for (;;) {
            const error = yield* k.msleep(self, job, k.PRIBIO, 'aiordy', LIFETIME)
            if (error === k.EWOULDBLOCK && running > TARGET) break
          }
          running--
          yield* k.mtx_unlock(job)
          yield* k.kproc_exit(0)
        }

        const procs: Proc[] = []
        for (let id = 1; id <= 5; id++) {
          const p = ref<Proc>()
          const error = yield* k.kproc_create(daemon, id, p, k.RFNOWAIT, 0, 'aiod%d', id)
          if (error !== 0) return error
          yield* k.mtx_lock(job)
          while (started < id) yield* k.cv_wait(up, job)
          yield* k.mtx_unlock(job)
          procs.push(p.value!)
        }
        const parents = new Set(procs.map((p) => p.p_pptr === k.initproc))
        const before = running
        yield* k.pause('rest', 2 * LIFETIME)
        return [names, [...parents], before, running, procs.filter((p) => k.pfind(p.p_pid) === p).length]
      })
      const names = [1, 2, 3, 4, 5].map((id) => `${id} aiod${id}`)
      expect(valueOf(outcome)).toEqual([names, [true], 5, 2, 2])
    },
  )
})

describe('U-09 crypto', () => {
  /** Two threads, and the way to be rid of each without a wakeup that comes too early. */
  function* crypto(k: Kernel, failing: boolean, log: string[]): Steps<number> {
    const q = k.mtx('crypto op queues')
    const retq = k.mtx('crypto return queues')
    const drivers = k.mtx('crypto driver table')
    const procs = { crypto: ref<Proc>(), returns: ref<Proc>() }

    function* loop(pp: Out<Proc>, lock: typeof q, name: string): Steps<void> {
      yield* k.mtx_lock(lock)
      while (pp.value !== null) yield* k.msleep(pp, lock, k.PWAIT, 'crypto_wait', 0)
      yield* k.mtx_unlock(lock)
      yield* k.mtx_lock(drivers)
      yield* k.wakeup_one(pp)
      yield* k.mtx_unlock(drivers)
      log.push(`${name} leaves`)
      yield* k.kproc_exit(0)
    }

    function* terminate(pp: Out<Proc>, lock: typeof q, name: string): Steps<void> {
      const p = pp.value
      if (p === null) return
      yield* k.mtx_lock(lock)
      pp.value = null
      yield* k.wakeup_one(pp)
      // With the lock of the process held, its last wakeup cannot come before the sleep.
      yield* k.PROC_LOCK(p)
      yield* k.mtx_unlock(lock)
      yield* k.msleep(p, p.p_mtx, k.PWAIT, 'crypto_destroy', 0)
      yield* k.PROC_UNLOCK(p)
      log.push(`${name} is gone`)
    }

    function* destroy(): Steps<void> {
      yield* terminate(procs.crypto, q, 'crypto')
      yield* terminate(procs.returns, retq, 'crypto returns')
    }

    const { kproc_create } = k
    let error = yield* kproc_create(() => loop(procs.crypto, q, 'crypto'), null, procs.crypto, 0, 0, 'crypto')
    if (error !== 0) return error
    if (failing) k.inject({ at: 'kstack' })
    // Not the default size, so that no used stack serves.
    const body = () => loop(procs.returns, retq, 'crypto returns')
    error = yield* kproc_create(body, null, procs.returns, 0, failing ? 8 : 0, 'crypto returns')
    if (error !== 0) {
      yield* destroy()
      return error
    }
    yield* k.pause('rest', 5)
    yield* destroy()
    return 0
  }

  it('is gone when terminate says so, in a hundred orders', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const k = quiet({ ncpu: 2, oracle: seededOracle(seed) })
      const log: string[] = []
      const error = valueOf(
        k.boot(function* () {
          return yield* crypto(k, false, log)
        }),
      )
      expect([error, log]).toEqual([
        0,
        ['crypto leaves', 'crypto is gone', 'crypto returns leaves', 'crypto returns is gone'],
      ])
    }
  })

  it.each(SCHEDULES)('when the second thread cannot be had, the first is destroyed: $schedule', ({ options }) => {
    const k = quiet(options())
    const log: string[] = []
    const outcome = k.boot(function* () {
      const error = yield* crypto(k, true, log)
      yield* k.pause('rest', 1)
      return [error, k.allproc.some((p) => p.p_comm.startsWith('crypto'))]
    })
    expect(valueOf(outcome)).toEqual([k.ENOMEM, false])
    expect(log).toEqual(['crypto leaves', 'crypto is gone'])
    expect(k.console).toEqual(['vm_thread_new: kstack allocation failed'])
  })
})

describe('U-11 taskqueue', () => {
  it.each(SCHEDULES)(
    'threads are made stopped, and a queue is freed when the last has left: $schedule',
    ({ options }) => {
      const k = quiet(options())
      const outcome = k.boot(function* () {
        const tqp = ref<Taskqueue>()
        const log: unknown[] = []
        const before = k.proc0.p_numthreads
        tqp.value = yield* k.taskqueue_create('jobs', 0, k.taskqueue_thread_enqueue, tqp)
        // The second of three cannot be had, and is missed by nobody.
        k.inject({ at: 'kstack', when: { from: 2 } })
        log.push(yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, '%s taskq', 'jobs'))
        const threads = k.proc0.p_threads.filter(({ td_name }) => td_name.startsWith('jobs'))
        log.push(threads.map(({ td_name, td_priority }) => `${td_name} ${td_priority}`))
        const done: string[] = []
        function* job(name: string, pending: number): Steps<void> {
          yield* k.pause('job', 2)
          done.push(`${name} ${pending}`)
        }
        const slow = k.TASK_INIT(0, job, 'slow')
        const urgent = k.TASK_INIT(10, job, 'urgent')
        yield* k.taskqueue_enqueue(tqp.value, k.TASK_INIT(0, job, 'first'))
        yield* k.pause('rest', 1)
        for (const task of [slow, urgent, slow]) yield* k.taskqueue_enqueue(tqp.value, task)
        yield* k.taskqueue_drain(tqp.value, slow)
        log.push(done)
        yield* k.taskqueue_free(tqp.value)
        yield* k.pause('rest', 1)
        return [...log, k.proc0.p_numthreads - before]
      })
      expect(valueOf(outcome)).toEqual([0, ['jobs taskq_0 92'], ['first 1', 'urgent 1', 'slow 2'], 0])
      expect(k.console).toEqual([
        'vm_thread_new: kstack allocation failed',
        'taskqueue_start_threads: kthread_add(jobs taskq): error 12',
      ])
    },
  )
})

describe('U-12 kernel RPC pool', () => {
  it.each(SCHEDULES)(
    'adds threads to the process that asked for it, and waits for the last: $schedule',
    ({ options }) => {
      const k = quiet(options())
      const outcome = k.boot(function* () {
        const log: unknown[] = []
        const asked: Out<Proc> = { value: null }
        asked.value = k.process({ name: 'nfsd', uid: 0 }, function* () {
          const p = k.curproc
          const lock = k.mtx('sp_lock')
          const master = k.curthread
          let count = 0
          let isClosing = false
          function* worker(): Steps<void> {
            yield* k.mtx_lock(lock)
            count++
            while (!isClosing) yield* k.msleep(p, lock, 0, 'rpcsvc', 0)
            count--
            yield* k.wakeup(worker)
            yield* k.mtx_unlock(lock)
            yield* k.kthread_exit()
          }
          master.name = 'nfsd: master'
          for (let n = 0; n < 3; n++) {
            const error = yield* k.kthread_add(worker, null, p, null, 0, 0, '%s: %s', 'nfsd', 'service')
            if (error !== 0) return
          }
          yield* k.pause('svc', 10)
          log.push([count, p.p_numthreads, p.p_threads.map(({ td_name }) => td_name)])
          // A user process, with threads of the kernel in it.
          const isKernels = (p.p_flag & (k.P_SYSTEM | k.P_KTHREAD)) !== 0
          log.push([isKernels, new Set(p.p_threads.map((td) => (td.td_pflags & k.TDP_KTHREAD) !== 0)).size])
          yield* k.mtx_lock(lock)
          isClosing = true
          yield* k.wakeup(p)
          while (count > 0) yield* k.msleep(worker, lock, 0, 'svcexit', 0)
          yield* k.mtx_unlock(lock)
          yield* k.pause('svc', 1)
          log.push([count, p.p_numthreads])
        })
        yield* k.pause('rest', 50)
        const p = asked.value!
        return [...log, k.pfind(p.p_pid), p.p_xstat, p.p_pptr === k.initproc]
      })
      const service = 'nfsd: service'
      const threads = [service, service, service, 'nfsd: master']
      expect(valueOf(outcome)).toEqual([[3, 4, threads], [false, 2], [0, 1], null, 0, true])
      expect(k.console).toEqual([])
    },
  )
})

describe('U-14 the thread_create of ZFS', () => {
  const CASES = READINGS.flatMap((reading) => SCHEDULES.map((schedule) => ({ reading, ...schedule })))

  it.each(CASES)('stack size, priority and process, as the $reading has it: $schedule', ({ reading, options }) => {
    const k = quiet({ ...options(), reading })
    const outcome = k.boot(function* () {
      const zfsproc = ref<Proc>()
      const ran: unknown[] = []
      function* proc(name: string): Steps<void> {
        ran.push([name, k.curthread.td_priority])
        // The process would end with its only thread, and the next could not be added.
        yield* k.tsleep(zfsproc, 0, 'zfs', 0)
        yield* k.kthread_exit()
      }
      function* thread_create(stksize: number, pri: number, name: string): Steps<Td> {
        const td = ref<Td>()
        const pages = stksize / PAGE_SIZE
        const error = yield* k.kproc_kthread_add(
          proc,
          name,
          zfsproc,
          td,
          k.RFSTOPPED,
          pages,
          'zfskern',
          'solthread %p',
          td,
        )
        if (error !== 0) throw new Error(`thread_create: ${error}`)
        const created = td.value!
        yield* k.thread_lock(created)
        yield* k.sched_prio(created, pri)
        yield* k.sched_add(created, k.SRQ_BORING)
        yield* k.thread_unlock(created)
        return created
      }
      const threads: Td[] = []
      for (const [stksize, pri, name] of [
        [0, k.PVM, 'default'],
        [16 * PAGE_SIZE, k.PVFS, 'big'],
        [2 * PAGE_SIZE, k.PZERO, 'small'],
        [PAGE_SIZE, k.PWAIT, 'tiny'],
        [64 * PAGE_SIZE, k.PVM, 'huge'],
      ] as const) {
        threads.push(yield* thread_create(stksize, pri, name))
      }
      const pages = threads.map((td) => td.td_kstack_pages)
      const isNamed = threads.every((td) => /^solthread 0x[0-9a-f]+$/.test(td.td_name) && td.td_name.length <= 19)
      const p = zfsproc.value!
      const comm = p.p_comm
      yield* k.pause('rest', 1)
      // One after the other: as the kernel has it, two that leave together may be one too many (FB8-D-24).
      for (let left = threads.length; left > 0; left--) {
        yield* k.wakeup_one(zfsproc)
        yield* k.pause('rest', 1)
      }
      return [comm, pages, isNamed, new Map(ran as [string, number][]), k.pfind(p.p_pid)]
    })
    const priorities = new Map(Object.entries({ default: 68, big: 80, small: 84, tiny: 92, huge: 68 }))
    const pages = reading === 'page' ? [4, 16, 2, 1, 64] : [4, 16, 2, 4, 32]
    expect(valueOf(outcome)).toEqual(['zfskern', pages, true, priorities, null])
  })
})

describe('U-16 audit', () => {
  it.each(SCHEDULES)('asks for a high number, so that init gets its own: $schedule', ({ options }) => {
    const k = quiet(options())
    const newpp = ref<Proc>()
    const lock = k.mtx('audit')
    const records: string[] = []
    const log: string[] = []
    const work = k.cv('audit_worker_cv')
    function* worker(): Steps<void> {
      yield* k.mtx_lock(lock)
      for (;;) {
        while (records.length === 0) yield* k.cv_wait(work, lock)
        log.push(records.shift()!)
      }
    }
    function* init(): Steps<void> {
      const error = yield* k.kproc_create(worker, null, newpp, k.RFHIGHPID, 0, 'audit')
      if (error !== 0) yield* k.panic('audit_worker_init: kproc_create returned %d', error)
    }
    k.SYSINIT('audit', k.SI_SUB_AUDIT, k.SI_ORDER_FIRST, init, null)
    const outcome = k.boot(function* () {
      yield* k.mtx_lock(lock)
      records.push('login', 'logout')
      yield* k.cv_signal(work)
      yield* k.mtx_unlock(lock)
      yield* k.pause('rest', 1)
      return k.allproc.map((p) => `${p.p_pid} ${p.p_comm}`)
    })
    expect(valueOf(outcome).slice(0, 5)).toEqual(['0 kernel', '10 audit', '1 init', '11 idle', '12 intr'])
    expect(log).toEqual(['login', 'logout'])
  })

  it('a child of init cannot be made that early', () => {
    const k = createKernel()
    function* worker(): Steps<void> {
      yield* k.pause('x', 1)
    }
    function* init(): Steps<void> {
      yield* k.kproc_create(worker, null, null, k.RFNOWAIT, 0, 'audit')
    }
    k.SYSINIT('audit', k.SI_SUB_AUDIT, k.SI_ORDER_FIRST, init, null)
    expect(k.boot()).toMatchObject({ kind: 'undefined', id: 'UB:no-init' })
  })
})
