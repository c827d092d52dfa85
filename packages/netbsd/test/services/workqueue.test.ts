import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { Steps, Work, Workqueue } from '../../src/releases/10.1.js'
import { createKernel as createKernel10 } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

const ENOMEM = 12
const EAGAIN = 35

interface Item extends Work {
  readonly data: string
}

interface Wanted {
  readonly name?: string
  readonly pri?: number
  readonly ipl?: number
  readonly flags?: number
}

function* create(k: NetbsdKernel, func: (item: Item) => Steps, wanted: Wanted = {}): Steps<Workqueue> {
  const { name = 'wq', pri = 100, ipl = k.IPL_NONE, flags = k.WQ_MPSAFE } = wanted
  const wqp = k.ref<Workqueue>()
  const error = yield* k.workqueue_create(wqp, name, func as (work: Work) => Steps, 'arg', pri, ipl, flags)
  if (error !== 0) throw new Error(`workqueue_create failed with ${error}`)
  return wqp.value!
}

function workers(k: NetbsdKernel, name = 'wq'): string[] {
  return k.proc0.lwps.map((lwp) => lwp.l_name).filter((lname) => lname.startsWith(name))
}

describe.each(releases)('workqueue(9) on NetBSD $release', (driver) => {
  const { createKernel } = driver

  it('hands over the whole list, runs it in order outside the lock, and then what came meanwhile', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const wq: Workqueue = yield* create(k, function* (item) {
        log.push(item.data)
        if (item.data === 'a') yield* k.workqueue_enqueue(wq, { data: 'late' }, null)
        yield* k.kpause('busy', false, 1, null)
      })
      for (const data of ['a', 'b', 'c']) yield* k.workqueue_enqueue(wq, { data }, null)
      log.push('queued')
      yield* k.kpause('x', false, 2, null)
      yield* k.workqueue_enqueue(wq, { data: 'later' }, null)
      yield* k.kpause('x', false, 20, null)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('queued a b c late later')
  })

  it('an item may be queued again as soon as its function has begun', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      let runs = 0
      const wq: Workqueue = yield* create(k, function* (item) {
        if (++runs < 3) yield* k.workqueue_enqueue(wq, item, null)
      })
      yield* k.workqueue_enqueue(wq, { data: 'again' }, null)
      yield* k.kpause('x', false, 1, null)
      return runs
    })
    expect(valueOf(outcome)).toBe(3)
  })

  it('one worker with the name, priority and class asked for; below 64 it is time-shared', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const seen: unknown[] = []
      for (const [name, pri, flags] of [
        ['high', 123, k.WQ_MPSAFE],
        ['sixtyfour', 64, k.WQ_MPSAFE],
        ['low', 63, k.WQ_MPSAFE],
        ['giant', 100, 0],
      ] as const) {
        yield* create(k, function* () {}, { name, pri, flags })
        const lwp = k.proc0.lwps[0]!
        seen.push([lwp.l_name, lwp.l_class, lwp.l_priority_base, (lwp.l_pflag & k.LP_MPSAFE) !== 0, lwp.isBound])
      }
      yield* k.kpause('x', false, 1, null)
      seen.push(k.proc0.lwps.find((lwp) => lwp.l_name === 'high')?.l_wmesg)
      return seen
    })
    expect(valueOf(outcome)).toEqual([
      ['high', k.SCHED_RR, 123, true, false],
      ['sixtyfour', k.SCHED_RR, 64, true, false],
      ['low', k.SCHED_OTHER, 63, true, false],
      ['giant', k.SCHED_RR, 100, false, false],
      'high',
    ])
  })

  it('without WQ_MPSAFE the function runs with the big lock', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const holds: number[] = []
      for (const flags of [0, k.WQ_MPSAFE]) {
        const wq: Workqueue = yield* create(
          k,

          function* () {
            holds.push(k.curlwp.l_blcnt)
          },
          { flags, name: `wq${flags}` },
        )
        yield* k.workqueue_enqueue(wq, {}, null)
      }
      yield* k.kpause('x', false, 1, null)
      return holds
    })
    expect(valueOf(outcome)).toEqual([1, 0])
  })

  it('WQ_PERCPU: a bound worker for each CPU; null means the CPU of the caller', () => {
    const k = createKernel({ ncpu: 3 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: string[] = []
      const wq: Workqueue = yield* create(
        k,
        function* (item) {
          log.push(`${item.data} on ${k.curlwp.l_name} cpu${k.curcpu().index} bound ${k.curlwp.isBound}`)
          yield* k.kpause('migrate me', false, 1, null)
          log.push(`cpu${k.curcpu().index}`)
        },
        { flags: k.WQ_MPSAFE | k.WQ_PERCPU },
      )
      yield* k.workqueue_enqueue(wq, { data: 'two' }, k.cpu_lookup(2))
      yield* k.kpause('x', false, 3, null)
      yield* spawn(
        k,
        'asker',
        function* () {
          yield* k.workqueue_enqueue(wq, { data: 'here' }, null)
        },
        { ci: k.cpu_lookup(1) },
      )
      yield* k.kpause('x', false, 3, null)
      return [...log, ...workers(k).sort()]
    })
    expect(valueOf(outcome)).toEqual([
      'two on wq/2 cpu2 bound true',
      'cpu2',
      'here on wq/1 cpu1 bound true',
      'cpu1',
      'wq/0',
      'wq/1',
      'wq/2',
    ])
  })

  it('a CPU without WQ_PERCPU panics, as an item queued twice does', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq: Workqueue = yield* create(k, function* () {})
      yield* k.workqueue_enqueue(wq, {}, k.cpu_lookup(0))
    })
    expect(panicOf(outcome)).toContain('WQ_PERCPU')
    if (driver.release === '6') return
    const other = createKernel()
    const twice = other.boot(function* () {
      const wq: Workqueue = yield* create(other, function* () {})
      const work = {}
      yield* other.workqueue_enqueue(wq, work, null)
      yield* other.workqueue_enqueue(wq, work, null)
    })
    expect(panicOf(twice)).toContain('queued already')
  })

  it('work can be queued from an interrupt up to the level that was given, and from no higher kind', () => {
    const k = createKernel()
    const log: string[] = []
    const outcome = k.boot(function* () {
      const wq: Workqueue = yield* create(
        k,

        function* (item) {
          log.push(item.data)
        },
        { ipl: k.IPL_VM },
      )
      k.interrupt(function* () {
        yield* k.workqueue_enqueue(wq, { data: 'from an interrupt' }, null)
      })
      yield* k.kpause('x', false, 1, null)
      return log
    })
    expect(valueOf(outcome)).toEqual(['from an interrupt'])
    const other = createKernel()
    const adaptive = other.boot(function* () {
      const wq: Workqueue = yield* create(other, function* () {})
      other.interrupt(function* () {
        yield* other.workqueue_enqueue(wq, {}, null)
      })
      yield* other.work(MS)
    })
    expect(panicOf(adaptive)).toContain('in interrupt context')
  })

  it('destroy returns when every worker has given its word to end, and they end', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const wq: Workqueue = yield* create(k, function* () {}, { flags: k.WQ_MPSAFE | k.WQ_PERCPU })
      yield* k.workqueue_enqueue(wq, {}, k.cpu_lookup(1))
      yield* k.kpause('x', false, 1, null)
      const before = workers(k).length
      yield* k.workqueue_destroy(wq)
      yield* k.kpause('x', false, 1, null)
      return [before, workers(k).length, k.remarks.length]
    })
    expect(valueOf(outcome)).toEqual([2, 0, 0])
  })

  it('destroy waits for a batch that runs', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const wq: Workqueue = yield* create(k, function* () {
        yield* k.kpause('busy', false, 5, null)
        log.push('done')
      })
      yield* k.workqueue_enqueue(wq, {}, null)
      yield* k.kpause('x', false, 1, null)
      yield* k.workqueue_destroy(wq)
      log.push('destroyed')
      return log
    })
    expect(valueOf(outcome)).toEqual(['done', 'destroyed'])
  })

  it.each([1, 2, 3])('a creation that fails at worker %d returns the error and leaves nothing behind', (nth) => {
    const k = createKernel({ ncpu: 3 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const wqp = k.ref<Workqueue>()
      k.inject({ at: 'uarea', when: { from: nth } })
      const flags = k.WQ_MPSAFE | k.WQ_PERCPU
      const error = yield* k.workqueue_create(wqp, 'wq', function* () {}, null, 100, k.IPL_NONE, flags)
      yield* k.kpause('x', false, 2, null)
      return [error, wqp.value, workers(k).length]
    })
    expect(valueOf(outcome)).toEqual([ENOMEM, null, 0])
  })

  it('the process limit is passed on as the page gives it', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      k.sysctl('kern.maxproc', 1)
      return yield* k.workqueue_create(k.ref<Workqueue>(), 'wq', function* () {}, null, 100, k.IPL_NONE, 0)
    })
    expect(valueOf(outcome)).toBe(EAGAIN)
  })

  it('a name of more than 15 characters is asserted against in 10, and cut in 6', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* create(k, function* () {}, { name: 'sixteen_letters_' })
      return k.proc0.lwps[0]!.l_name
    })
    if (driver.release === '6') expect(valueOf(outcome)).toBe('sixteen_letters')
    else expect(panicOf(outcome)).toContain('MAXCOMLEN')
  })
})

describe('workqueue of NetBSD 10.1', () => {
  it('workqueue_wait waits for a pending item until its batch is complete, and not at all in the worker', () => {
    const k = createKernel10()
    const outcome = k.boot(function* () {
      const log: string[] = []
      const first: Item = { data: 'first' }
      const wq: Workqueue = yield* create(k, function* (item) {
        yield* k.workqueue_wait(wq, item)
        yield* k.kpause('busy', false, 2, null)
        log.push(item.data)
      })
      yield* k.workqueue_enqueue(wq, first, null)
      yield* k.workqueue_enqueue(wq, { data: 'second' }, null)
      yield* k.workqueue_wait(wq, first)
      log.push('waited')
      yield* k.workqueue_wait(wq, first)
      log.push('nothing to wait for')
      return [...log, k.ticks]
    })
    expect(valueOf(outcome)).toEqual(['first', 'second', 'waited', 'nothing to wait for', 4])
  })

  it('a WQ_FPU worker opens its window once and keeps it', () => {
    const k = createKernel10({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: number[] = []
      const flags = k.WQ_FPU | k.WQ_MPSAFE | k.WQ_PERCPU
      const wq: Workqueue = yield* create(
        k,
        function* () {
          log.push(yield* k.fpuLoad(0))
          yield* k.fpuStore(0, log.length)
          log.push(yield* k.kthread_fpu_enter())
          yield* k.kthread_fpu_exit(k.LW_SYSTEM_FPU)
        },
        { flags },
      )
      for (let n = 0; n < 2; n++) {
        yield* k.workqueue_enqueue(wq, {}, k.cpu_lookup(1))
        yield* k.kpause('x', false, 1, null)
      }
      return log
    })
    expect(valueOf(outcome)).toEqual([0, 0x400, 1, 0x400])
  })
})
