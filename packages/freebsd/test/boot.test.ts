import { describe, expect, test } from 'vitest'
import {
  createKernel,
  seededOracle,
  type FreebsdOptions,
  type Kernel,
  type Proc,
  type Steps,
} from '../src/releases/8.0.js'
import { addThread, endOf, notes, quiet, SCHEDULERS, valueOf } from './staging.js'

/** How early threads can be made, and what boot makes itself. */

describe('how early a thread can be made', () => {
  const CALLS = ['kthread_start', 'kproc_start', 'kthread_add', 'kproc_create'] as const
  const MESSAGES = {
    kthread_start: 'kthread_add called too soon',
    kproc_start: 'kproc_create called too soon',
    kthread_add: 'kthread_add called too soon',
    kproc_create: 'kproc_create called too soon',
  }

  function* create(k: Kernel, call: (typeof CALLS)[number], log: string[]): Steps<void> {
    function* func(): Steps<void> {
      log.push(`runs, cold: ${k.cold}`)
      if (call.startsWith('kproc')) yield* k.kproc_exit(0)
      else yield* k.kthread_exit()
    }
    if (call === 'kthread_start') yield* k.kthread_start({ arg0: 'early', func, global_threadpp: null })
    if (call === 'kproc_start') yield* k.kproc_start({ arg0: 'early', func, global_procpp: null })
    if (call === 'kthread_add') yield* k.kthread_add(func, null, null, null, 0, 0, 'early')
    if (call === 'kproc_create') yield* k.kproc_create(func, null, null, 0, 0, 'early')
    log.push('made')
  }

  test.each(CALLS)('FB8-D-15 %s panics before process 0 is there', (call) => {
    const k = createKernel()
    const log: string[] = []
    k.SYSINIT('early', k.SI_SUB_VNET, k.SI_ORDER_ANY, () => create(k, call, log), null)
    const outcome = k.boot()
    expect(endOf(outcome)).toEqual(['panic', MESSAGES[call]])
    expect(outcome).toMatchObject({ clause: 'FB8-D-15', thread: { name: 'swapper' } })
    expect(log).toEqual([])
  })

  test.each(CALLS)('FB8-D-15 %s works from then on, and the thread runs when boot lets it', (call) => {
    const k = createKernel()
    const log: string[] = []
    k.SYSINIT('early', k.SI_SUB_INTRINSIC, k.SI_ORDER_SECOND, () => create(k, call, log), null)
    k.SYSINIT('warm', k.SI_SUB_CONFIGURE, k.SI_ORDER_ANY, notes(log, 'warm'), null)
    valueOf(
      k.boot(function* () {
        yield* k.pause('rest', 1)
      }),
    )
    expect(log).toEqual(['made', 'warm', 'runs, cold: false'])
  })

  test('cold ends at SI_SUB_CONFIGURE, SI_ORDER_ANY', () => {
    const k = createKernel()
    const log: boolean[] = []
    const look = function* () {
      log.push(k.cold)
      yield* []
    }
    k.SYSINIT('before', k.SI_SUB_CONFIGURE, k.SI_ORDER_MIDDLE, look, null)
    k.SYSINIT('after', k.SI_SUB_VFS, k.SI_ORDER_FIRST, look, null)
    expect(k.cold).toBe(true)
    valueOf(k.boot())
    expect(log).toEqual([true, false])
  })
})

describe('processes of a boot', () => {
  const EARLY = ['0 kernel', '10 audit', '1 init', '11 idle', '12 intr', '2 g_event', '3 g_up', '4 g_down']
  const LISTS: Readonly<Record<string, readonly string[]>> = {
    stock: [
      ...EARLY,
      '5 pagedaemon',
      '6 vmdaemon',
      '7 pagezero',
      '8 bufdaemon',
      '9 syncer',
      '13 vnlru',
      '14 softdepflush',
      '15 flowcleaner',
    ],
    page: [...EARLY, '5 pagezero', '6 vnlru', '7 softdepflush', '8 flowcleaner'],
    none: ['0 kernel', '1 init', '10 idle', '11 intr'],
  }
  const LAST: Readonly<Record<string, string>> = { stock: '16 schedcpu', page: '9 schedcpu', none: '2 schedcpu' }
  const CASES = (['stock', 'page', 'none'] as const).flatMap((daemons) =>
    SCHEDULERS.flatMap((scheduler) => [1, 2, 3, 4].map((ncpu) => ({ daemons, scheduler, ncpu }))),
  )

  test.each(CASES)('$daemons, $scheduler, $ncpu CPUs', (options) => {
    const k = createKernel(options)
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 1)
    })
    valueOf(outcome)
    const expected = [...LISTS[options.daemons]!, ...(options.scheduler === '4bsd' ? [LAST[options.daemons]!] : [])]
    expect(k.allproc.map((p) => `${p.p_pid} ${p.p_comm}`)).toEqual(expected)
    // Children of process 0, all of them.
    expect(new Set(k.allproc.slice(1).map((p) => p.p_pptr))).toEqual(new Set([k.proc0]))
    expect(k.console).toEqual([])
  })

  test.each(CASES.filter(({ daemons }) => daemons !== 'none'))(
    'threads of $daemons, $scheduler, $ncpu CPUs',
    (options) => {
      const k = createKernel(options)
      valueOf(k.boot())
      const named = (p: Proc) => p.p_threads.map(({ td_name }) => td_name).toReversed()
      const of = (name: string) => named(k.allproc.find((p) => p.p_comm === name)!)
      const each = (name: (n: number) => string) => Array.from({ length: options.ncpu }, (_, n) => name(n))
      expect(of('idle')).toEqual(each((n) => `idle: cpu${n}`))
      const taskqueues = ['swi6: task queue', 'swi6: Giant taskq', 'swi5: Fast taskq']
      expect(of('intr')).toEqual([...each(() => 'swi4: clock'), 'swi1: netisr 0', ...taskqueues])
      const daemons = options.daemons === 'page' ? ['pagedaemon', 'vmdaemon', 'bufdaemon', 'syncer'] : []
      expect(of('kernel')).toEqual(['swapper', 'thread taskq', ...daemons])
    },
  )

  test('what they wait for, and at what priority, once boot is over', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        yield* k.pause('rest', 1)
      }),
    )
    const seen = k.kinfo_proc().map((e) => `${e.ki_ocomm} ${e.ki_wmesg} ${e.ki_pri.pri_level}`)
    expect(seen).toEqual([
      'thread taskq - 92',
      'swapper sched 68',
      'audit audit_wo 68',
      'init wait 68',
      'idle: cpu0  255',
      'swi5: Fast taskq  56',
      'swi6: Giant task  60',
      'swi6: task queue  60',
      'swi1: netisr 0  40',
      'swi4: clock  52',
      'g_event - 76',
      'g_up - 76',
      'g_down - 76',
      'pagedaemon psleep 68',
      'vmdaemon psleep 68',
      'pagezero pgzero 255',
      'bufdaemon psleep 68',
      'syncer syncer 68',
      'vnlru vlruwt 68',
      'softdepflush sdflush 68',
      'flowcleaner flowclea 68',
    ])
  })

  test('the swapper looks every ten seconds', () => {
    const k = quiet()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const since = () => k.ticks - k.thread0.td_slptick
      yield* k.pause('rest', 5000)
      log.push(since())
      yield* k.pause('rest', 10_000)
      log.push(since())
      return [...log, k.thread0.td_wmesg]
    })
    expect(valueOf(outcome)).toEqual([5001, 5001, 'sched'])
  })

  test('init is queued at SI_SUB_KTHREAD_INIT, and not before', () => {
    const k = createKernel()
    const log: unknown[] = []
    const look = function* () {
      const td = k.initproc!.newest!
      log.push(td.td_state)
      yield* []
    }
    k.SYSINIT('made', k.SI_SUB_SCHED_IDLE, k.SI_ORDER_FIRST, look, null)
    k.SYSINIT('before', k.SI_SUB_VNET_DONE, k.SI_ORDER_ANY, look, null)
    k.SYSINIT('after', k.SI_SUB_KTHREAD_INIT, k.SI_ORDER_SECOND, look, null)
    valueOf(k.boot())
    expect(log).toEqual([k.TDS_CAN_RUN, k.TDS_CAN_RUN, k.TDS_RUNQ])
  })
})

describe('other CPUs', () => {
  const CASES = SCHEDULERS.flatMap((scheduler) =>
    [2, 3, 4].flatMap((ncpu) =>
      [null, 1, 2, 3].map((seed) => ({ scheduler, ncpu, seed, order: seed === null ? 'usual' : `seed ${seed}` })),
    ),
  )

  test.each(CASES)('are released at SI_SUB_SMP: $scheduler, $ncpu CPUs, $order', ({ scheduler, ncpu, seed }) => {
    const options: FreebsdOptions = { scheduler, ncpu, ...(seed === null ? {} : { oracle: seededOracle(seed) }) }
    const k = createKernel(options)
    const cpus = { before: new Set<number>(), after: new Set<number>() }
    /** As many threads as there are CPUs, each busy for a time. */
    function* crowd(into: Set<number>): Steps<void> {
      for (let n = 0; n < ncpu; n++)
        yield* addThread(k, `busy ${n}`, function* () {
          for (let round = 0; round < 5; round++) {
            into.add(k.curcpu().pc_cpuid)
            yield* k.work(400_000)
          }
          yield* k.kthread_exit()
        })
      yield* k.pause('crowd', 30)
    }
    const start = (subsystem: number, into: Set<number>) => {
      k.SYSINIT('crowd', subsystem, k.SI_ORDER_ANY, () => crowd(into), null)
    }
    start(k.SI_SUB_KTHREAD_IDLE, cpus.before)
    start(k.SI_SUB_SMP, cpus.after)
    valueOf(k.boot())
    expect([...cpus.before]).toEqual([0])
    expect([...cpus.after].toSorted()).toEqual(Array.from({ length: ncpu }, (_, n) => n))
  })
})

test('boot happens once, and run() only after it', () => {
  const k = createKernel()
  function* nothing(): Steps<void> {
    yield* []
  }
  expect(() => k.run(nothing)).toThrow(TypeError)
  valueOf(k.boot(nothing))
  expect(() => k.boot(nothing)).toThrow(TypeError)
  valueOf(k.run(nothing))
})
