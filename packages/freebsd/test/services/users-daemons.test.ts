import { describe, expect, it } from 'vitest'
import { createKernel, ref, type Kernel, type Proc, type Steps } from '../../src/releases/8.0.js'
import { addProcess, addThread, endOf, MS, quiet, SCHEDULERS, SCHEDULES, SECOND, valueOf } from '../staging.js'

/** The kernel's own daemons, as processes, told over the calls that everybody has. */

/** A daemon that registers to be suspended, flushes what is dirty, and looks again within a second. */
function bufdaemon(k: Kernel, system: { dirty: number; low: number }, log: string[]): void {
  const bdprocp = ref<Proc>()
  const lock = k.mtx('bdlock')
  const request = { name: 'bd_request' }
  function* func(): Steps<void> {
    const td = k.curthread
    const p = bdprocp.value!
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, p, k.SHUTDOWN_PRI_LAST)
    yield* k.mtx_lock(lock)
    for (;;) {
      yield* k.mtx_unlock(lock)
      yield* k.kproc_suspend_check(p)
      while (system.dirty > system.low) {
        system.dirty--
        yield* k.uio_yield()
        log.push(`flushed at ${td.td_priority}`)
      }
      yield* k.mtx_lock(lock)
      yield* k.msleep(request, lock, k.PVM, 'psleep', k.hz)
      if (log.length > 0) log.push(`woken at ${td.td_priority}`)
    }
  }
  const udata = { arg0: 'bufdaemon', func, global_procpp: bdprocp }
  k.SYSINIT('bufdaemon', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kproc_start, udata)
}

describe('U-01 bufdaemon', () => {
  it.each(SCHEDULES)('notices within a second that it is to stop: $schedule', ({ options }) => {
    const k = quiet(options())
    bufdaemon(k, { dirty: 0, low: 0 }, [])
    let took = 0
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 300)
      const since = k.ticks
      const measure = function* () {
        took = k.ticks - since
        yield* []
      }
      yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', measure, null, 0)
      yield* k.reboot(k.RB_NOSYNC)
    })
    expect(endOf(outcome)).toEqual(['shutdown', k.RB_NOSYNC])
    expect(k.console).toEqual([
      "Waiting (max 60 seconds) for system process `bufdaemon' to stop...done",
      'Uptime: 2s',
      'Rebooting...',
    ])
    expect(took).toBeGreaterThan(600)
    expect(took).toBeLessThanOrEqual(k.hz + 1)
  })

  it.each([
    ['ule', 160],
    ['4bsd', 68],
  ] as const)('flushes at its user priority, to which uio_yield drops it, under %s', (scheduler, woken) => {
    const k = quiet({ scheduler })
    const log: string[] = []
    bufdaemon(k, { dirty: 4, low: 2 }, log)
    valueOf(
      k.boot(function* () {
        yield* k.pause('rest', 1100)
      }),
    )
    expect(log).toEqual(['flushed at 180', 'flushed at 180', `woken at ${woken}`])
  })
})

describe('U-02 syncer', () => {
  /** Its handler has it hurry, and only then asks it to stop; it looks for that when it is done, after a last delay. */
  function syncer(k: Kernel, worklist: { length: number }): Kernel {
    const updateproc = ref<Proc>()
    const lock = k.mtx('sync_mtx')
    const wakeup = k.cv('syncer')
    let state: 'running' | 'shutting down' | 'final delay' = 'running'
    let finalIter = 0
    const is = (asked: typeof state) => state === asked

    function* shutdown(_arg: null, howto: number): Steps<void> {
      if ((howto & k.RB_NOSYNC) !== 0) return
      yield* k.mtx_lock(lock)
      state = 'shutting down'
      yield* k.mtx_unlock(lock)
      yield* k.cv_broadcast(wakeup)
      yield* k.kproc_shutdown(updateproc.value!, howto)
    }

    function* func(): Steps<void> {
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', shutdown, null, k.SHUTDOWN_PRI_LAST)
      let isFirst = true
      yield* k.mtx_lock(lock)
      for (;;) {
        if (is('final delay') && finalIter === 0) {
          yield* k.mtx_unlock(lock)
          yield* k.kproc_suspend_check(updateproc.value!)
          yield* k.mtx_lock(lock)
        }
        if (!is('running')) {
          if (isFirst) yield* k.printf('\nSyncing disks, vnodes remaining...')
          isFirst = false
          yield* k.printf('%d ', worklist.length)
        }
        if (is('shutting down') && worklist.length === 0) {
          state = 'final delay'
          finalIter = 4
        }
        if (worklist.length > 0) worklist.length--
        if (is('final delay') && finalIter > 0) finalIter--
        yield* k.cv_timedwait(wakeup, lock, is('running') ? k.hz : k.hz / 4)
      }
    }
    const udata = { arg0: 'syncer', func, global_procpp: updateproc }
    k.SYSINIT('syncer', k.SI_SUB_KTHREAD_UPDATE, k.SI_ORDER_FIRST, k.kproc_start, udata)
    return k
  }

  it.each(SCHEDULES)('is done when it has nothing left, and says so later: $schedule', ({ options }) => {
    const worklist = { length: 6 }
    const k = syncer(quiet(options()), worklist)
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 500)
      yield* k.reboot(0)
    })
    expect(endOf(outcome)).toEqual(['shutdown', 0])
    // The handler has woken it before it says that it waits: on several CPUs both may speak at once.
    const said = k.console.join('\n')
    const waiting = "Waiting (max 60 seconds) for system process `syncer' to stop..."
    expect(said.split(waiting).length).toBe(2)
    expect(said.replace(waiting, '').split('\n')).toEqual([
      '',
      'Syncing disks, vnodes remaining...5 4 3 2 1 0 0 0 0 done',
      'All buffers synced.',
      'Uptime: 3s',
      'Rebooting...',
    ])
    // Half a second, and nine rounds of a quarter.
    expect(Math.round((k.now / SECOND - 1.1) * 10)).toBe(28)
  })

  it('is left alone with RB_NOSYNC', () => {
    const k = syncer(quiet(), { length: 6 })
    const outcome = k.boot(function* () {
      yield* k.reboot(k.RB_NOSYNC)
    })
    expect(endOf(outcome)).toEqual(['shutdown', k.RB_NOSYNC])
    expect(k.console).toEqual(['Uptime: 1s', 'Rebooting...'])
  })
})

describe('U-03 vnlru', () => {
  it.each(SCHEDULES)(
    'sleeps on its own process, so that a request to stop is heard at once: $schedule',
    ({ options }) => {
      const k = quiet(options())
      const outcome = k.boot(function* () {
        const lock = k.mtx('vnode_free_list')
        let rounds = 0
        const p = yield* addProcess(k, 'vnlru', function* () {
          const self = k.curproc
          for (;;) {
            yield* k.kproc_suspend_check(self)
            rounds++
            yield* k.mtx_lock(lock)
            yield* k.msleep(self, lock, k.PVFS | k.PDROP, 'vlruwt', k.hz)
          }
        })
        yield* k.pause('rest', 200)
        const start = k.ticks
        const error = yield* k.kproc_suspend(p, 60 * k.hz)
        const took = k.ticks - start
        yield* k.pause('rest', 3 * k.hz)
        const parked = [rounds, p.newest!.td_wmesg, lock.owner]
        const resumed = yield* k.kproc_resume(p)
        yield* k.pause('rest', 1)
        return [error, took, parked, resumed, rounds, p.newest!.td_wmesg]
      })
      expect(valueOf(outcome)).toEqual([0, 0, [1, 'kpsusp', null], 0, 2, 'vlruwt'])
    },
  )
})

describe('U-04 pagedaemon and vmdaemon', () => {
  it.each(SCHEDULES)('do not take part: $schedule', ({ options }) => {
    const k = createKernel(options())
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 10)
      const find = (name: string) => k.allproc.find((p) => p.p_comm === name)!
      const seen: unknown[] = []
      for (const name of ['pagedaemon', 'vmdaemon']) {
        const p = find(name)
        seen.push([yield* k.kproc_suspend(p, 50), p.newest!.td_wmesg])
        yield* k.kproc_resume(p)
      }
      seen.push(k.eventhandlers('shutdown_pre_sync').map(({ priority }) => priority))
      return seen
    })
    const deaf = [k.EWOULDBLOCK, 'psleep']
    // vnlru, bufdaemon and syncer do.
    expect(valueOf(outcome)).toEqual([deaf, deaf, [0, 20_000, 20_000]])
  })
})

describe('U-05 GEOM', () => {
  /** Made on the spot, not by way of SYSINIT: each thread finds its process in the pointer that it was started with. */
  function geom(
    k: Kernel,
    handle: (name: string) => Steps<void>,
    log: unknown[],
  ): { bio: string[]; start: () => Steps } {
    const bio: string[] = []
    const lock = k.mtx('bio queue')
    const down = ref<Proc>()
    const work = { name: 'g_wait_down' }
    function* func(): Steps<void> {
      const td = down.value!.newest!
      yield* k.thread_lock(td)
      yield* k.sched_prio(td, k.PRIBIO)
      yield* k.thread_unlock(td)
      log.push(['runs', td === k.curthread, td.td_priority, k.cold])
      for (;;) {
        yield* k.mtx_lock(lock)
        const request = bio.shift()
        if (request === undefined) {
          yield* k.msleep(work, lock, k.PRIBIO | k.PDROP, '-', k.hz / 10)
          continue
        }
        yield* k.mtx_unlock(lock)
        td.td_pflags |= k.TDP_NOSLEEPING
        yield* handle(request)
        td.td_pflags &= ~k.TDP_NOSLEEPING
      }
    }
    function* start(): Steps<void> {
      log.push(['started with Giant', k.Giant.owner === k.curthread])
      yield* k.kproc_start({ arg0: 'g_down', func, global_procpp: down })
    }
    k.SYSINIT('geom', k.SI_SUB_DRIVERS, k.SI_ORDER_FIRST, start, null)
    return { bio, start }
  }

  it.each(SCHEDULES)('a thread works off requests at a priority it gave itself: $schedule', ({ options }) => {
    const k = quiet(options())
    const log: unknown[] = []
    const { bio } = geom(
      k,
      function* (request) {
        yield* k.work(2 * MS)
        log.push(request)
      },
      log,
    )
    const outcome = k.boot(function* () {
      bio.push('read', 'write')
      yield* k.pause('rest', k.hz / 5)
      bio.push('flush')
      yield* k.pause('rest', k.hz / 5)
    })
    valueOf(outcome)
    const begun = [
      ['started with Giant', true],
      ['runs', true, k.PRIBIO, false],
    ]
    expect(log).toEqual([...begun, 'read', 'write', 'flush'])
  })

  it.each([true, false])('a request that sleeps is a mistake, INVARIANTS: %s', (invariants) => {
    const k = quiet({ invariants })
    const { bio } = geom(
      k,
      function* () {
        yield* k.pause('never', 1)
      },
      [],
    )
    const outcome = k.boot(function* () {
      bio.push('read')
      yield* k.pause('rest', k.hz)
    })
    expect(endOf(outcome)).toEqual(
      invariants
        ? ['panic', 'Trying sleep, but thread marked as sleeping prohibited']
        : ['undefined', 'UB:sleep-not-allowed'],
    )
  })
})

describe('U-10 schedcpu', () => {
  it.each(SCHEDULES)('goes round once a second: $schedule', ({ options }) => {
    const k = quiet(options())
    let rounds = 0
    const func = function* () {
      for (;;) {
        rounds++
        yield* k.pause('-', k.hz)
      }
    }
    const udata = { arg0: 'counter', func, global_procpp: null }
    k.SYSINIT('counter', k.SI_SUB_RUN_SCHEDULER, k.SI_ORDER_FIRST, k.kproc_start, udata)
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 10 * k.hz + 500)
    })
    valueOf(outcome)
    expect(rounds).toBe(11)
  })

  it('SCHED_4BSD: it forgets what threads have used', () => {
    const k = quiet({ scheduler: '4bsd' })
    const outcome = k.boot(function* () {
      const seen: number[] = []
      const td = yield* addThread(k, 'busy', function* () {
        yield* k.work(2 * SECOND)
        seen.push(k.curthread.td_user_pri)
        yield* k.tsleep('nobody comes', 0, 'ever', 0)
      })
      yield* k.pause('rest', 3 * k.hz + 10)
      for (let n = 0; n < 3; n++) {
        yield* k.pause('rest', k.hz)
        seen.push(td.td_user_pri)
      }
      return [k.allproc.find((p) => p.p_comm === 'schedcpu')!.newest!.td_wmesg, seen]
    })
    const [wmesg, seen] = valueOf(outcome) as [string, number[]]
    expect(wmesg).toBe('-')
    // 180 is that of a thread without a past.
    expect(seen[0]).toBeGreaterThan(200)
    expect(seen.at(-1)).toBeLessThan(seen[0]!)
  })
})

describe('U-13 pagezero', () => {
  const CASES = SCHEDULERS.flatMap((scheduler) => SCHEDULES.map((schedule) => ({ scheduler, ...schedule })))

  it.each(CASES)('works only where nobody else does, $scheduler, $schedule', ({ scheduler, options }) => {
    const k = quiet({ ...options(), scheduler })
    const outcome = k.boot(function* () {
      let zeroed = 0
      let isOver = false
      const newpp = ref<Proc>()
      const func = function* () {
        while (!isOver) {
          yield* k.work(MS / 10)
          zeroed++
          // Another CPU's newcomer does not displace it everywhere, so it gives way by itself.
          yield* k.sched_relinquish()
        }
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(func, null, newpp, k.RFSTOPPED, 0, 'pagezero')
      const p = newpp.value!
      const td = p.newest!
      p.p_flag |= k.P_NOLOAD
      yield* k.thread_lock(td)
      yield* k.sched_class(td, k.PRI_IDLE)
      yield* k.sched_prio(td, k.PRI_MAX_IDLE)
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* k.thread_unlock(td)
      yield* k.pause('rest', 10)
      const idle = zeroed
      // Where each CPU has something else to do, there is no room for it.
      const starts: number[] = []
      const ends: number[] = []
      for (let n = 0; n < k.ncpu; n++)
        yield* addThread(k, `busy ${n}`, function* () {
          yield* k.sched_bind(k.curthread, n)
          starts.push(zeroed)
          yield* k.work(20 * MS)
          ends.push(zeroed)
          yield* k.kthread_exit()
        })
      yield* k.pause('rest', 60)
      const again = zeroed - ends.at(-1)!
      isOver = true
      return [idle, ends[0]! - starts.at(-1)!, again]
    })
    const [idle, busy, again] = valueOf(outcome) as [number, number, number]
    expect(idle).toBeGreaterThan(80)
    expect(busy).toBe(0)
    expect(again).toBeGreaterThan(200)
  })
})
