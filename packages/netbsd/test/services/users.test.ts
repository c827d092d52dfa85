import { describe, expect, it } from 'vitest'
import type { Lwp, Steps, Work, Workqueue } from '../../src/releases/10.1.js'
import { createKernel as createKernel10 } from '../../src/releases/10.1.js'
import { MS, releases, spawn, valueOf } from './releases.js'

const EWOULDBLOCK = 35
const EBUSY = 16

describe.each(releases)('in-tree users on NetBSD $release', ({ release, createKernel }) => {
  it('1 pgdaemon: a null argument is its own LWP; mtsleep without relock around a spin mutex; wakes those who wait', () => {
    const k = createKernel({ ncpu: 2 })
    const lock = k.mutex('uvm_fpageqlock', k.IPL_VM)
    let free = 2
    let daemon: Lwp | null = null
    function* pagedaemon(self: Lwp): Steps<void> {
      daemon = self
      if (self !== k.curlwp) throw new Error('not its own LWP')
      for (;;) {
        yield* k.mutex_enter(lock)
        if (free > 0) yield* k.mtsleep('pgdaemon', k.PRI_VM | k.PNORELOCK, 'pgdaemon', 0, lock)
        else yield* k.mutex_exit(lock)
        yield* k.work(2 * MS)
        yield* k.mutex_enter(lock)
        free += 2
        yield* k.wakeup('uvmexp.free')
        yield* k.mutex_exit(lock)
      }
    }
    const outcome = k.boot(function* () {
      const error = yield* k.kthread_create(
        k.PRI_PGDAEMON,
        k.KTHREAD_MPSAFE,
        null,
        pagedaemon,
        null,
        null,
        'pagedaemon',
      )
      if (error !== 0) throw new Error('fork pagedaemon')
      let got = 0
      for (let n = 0; n < 3; n++) {
        yield* spawn(k, `user${n}`, function* () {
          for (let page = 0; page < 3; page++) {
            yield* k.mutex_enter(lock)
            while (free === 0) {
              yield* k.wakeup('pgdaemon')
              yield* k.mtsleep('uvmexp.free', k.PRI_VM, 'pgwait', 0, lock)
            }
            free--
            got++
            yield* k.mutex_exit(lock)
            yield* k.work(MS)
          }
        })
      }
      yield* k.kpause('x', false, 50, null)
      return [got, daemon?.l_wmesg, daemon?.l_priority, k.locks().length]
    })
    expect(valueOf(outcome)).toEqual([9, 'pgdaemon', 126, 0])
  })

  it('2 ioflush: one slot a pass, and a second’s pause that keeps its mutex only while it works', () => {
    const k = createKernel()
    const mtx = k.mutex('syncer_data_lock')
    const outcome = k.boot(function* () {
      const passes: number[] = []
      yield* spawn(
        k,
        'syncer',
        function* () {
          yield* k.mutex_enter(mtx)
          for (let slot = 0; slot < 4; slot++) {
            const second = Math.floor(k.now / 1e9)
            passes.push(second)
            yield* k.work(slot === 1 ? 1500 * MS : MS)
            if (Math.floor(k.now / 1e9) === second) yield* k.kpause('syncer', false, k.hz, mtx)
          }
          yield* k.mutex_exit(mtx)
        },
        { pri: k.PRI_IOFLUSH },
      )
      yield* k.kpause('x', false, 10, null)
      // While the syncer pauses its mutex can be had.
      const isFree = (yield* k.mutex_tryenter(mtx)) !== 0
      yield* k.mutex_exit(mtx)
      yield* k.kpause('x', false, 1000, null)
      return [isFree, ...passes]
    })
    expect(valueOf(outcome)).toEqual([true, 0, 1, 2, 3])
  })

  it('3 workqueue: destroy is a join without MUSTJOIN; the callback never sees the end', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const done: string[] = []
      const wqp = k.ref<Workqueue>()
      const func = function* (work: Work) {
        yield* k.kpause('io', false, 1, null)
        done.push(String(work.data))
      }
      yield* k.workqueue_create(wqp, 'physiod', func, null, k.PRI_BIO, k.IPL_VM, k.WQ_MPSAFE)
      for (const data of ['a', 'b']) yield* k.workqueue_enqueue(wqp.value!, { data }, null)
      yield* k.kpause('x', false, 5, null)
      yield* k.workqueue_destroy(wqp.value!)
      done.push('destroyed')
      yield* k.kpause('x', false, 1, null)
      return [...done, k.proc0.lwps.some((lwp) => lwp.l_name === 'physiod')]
    })
    expect(valueOf(outcome)).toEqual(['a', 'b', 'destroyed', false])
  })

  it('6 xcall: a function runs in the thread of each CPU, which is still there after every sleep', () => {
    const k = createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const mtx = k.mutex('xc')
      const done = k.condvar('xcdone')
      const cvs = [0, 1, 2, 3].map(() => k.condvar('xcall'))
      let request = 0
      let finished = 0
      const ran: string[] = []
      for (let n = 0; n < 4; n++) {
        yield* spawn(
          k,
          `xc/${n}`,
          function* () {
            let seen = 0
            yield* k.mutex_enter(mtx)
            while (seen < 2) {
              while (seen === request) yield* k.cv_wait(cvs[n]!, mtx)
              seen = request
              yield* k.mutex_exit(mtx)
              if (k.curcpu().index !== n) throw new Error(`xc/${n} ran on ${k.curcpu().name}`)
              yield* k.work(n * MS)
              ran.push(`${seen}:${k.curcpu().index}`)
              yield* k.mutex_enter(mtx)
              if (++finished === 4 * request) yield* k.cv_broadcast(done)
            }
            yield* k.mutex_exit(mtx)
          },
          { pri: k.PRI_XCALL, ci: k.cpu_lookup(n) },
        )
      }
      // Load that moves about.
      for (let n = 0; n < 6; n++) {
        yield* spawn(k, `load${n}`, function* () {
          for (let turn = 0; turn < 5; turn++) {
            yield* k.work(3 * MS)
            yield* k.kpause('x', false, 1, null)
          }
        })
      }
      for (let turn = 1; turn <= 2; turn++) {
        yield* k.mutex_enter(mtx)
        request = turn
        for (const cv of cvs) yield* k.cv_broadcast(cv)
        while (finished < 4 * turn) yield* k.cv_wait(done, mtx)
        yield* k.mutex_exit(mtx)
      }
      return [...ran].sort()
    })
    expect(valueOf(outcome)).toEqual(['1:0', '1:1', '1:2', '1:3', '2:0', '2:1', '2:2', '2:3'])
  })

  it('7 USB: the event thread explores and lets configuration end; tasks have the big lock unless they are MP-safe', () => {
    const k = createKernel()
    const log: string[] = []
    const lock = k.mutex('usbtask', k.IPL_SCHED)
    const cv = k.condvar('usbtsk')
    const tasks: { readonly name: string; readonly isMpsafe: boolean }[] = []
    let isDying = false
    k.attach(function* (dev) {
      yield* k.config_pending_incr(dev)
      yield* spawn(k, 'usb0', function* () {
        yield* k.kpause('usbdly', false, 10, null)
        log.push('explored')
        yield* k.config_pending_decr(dev)
        while (!isDying) yield* k.tsleep('usbevt', 0, 'usbevt', 6000)
        log.push('usb0 ends')
      })
      yield* k.config_finalize_register(
        dev,

        function* () {
          log.push('configuration ends')
          return 0
        },
      )
    })
    const outcome = k.boot(function* () {
      yield* spawn(k, 'usbtask-hc', function* () {
        yield* k.mutex_enter(lock)
        while (!isDying) {
          const task = tasks.shift()
          if (task === undefined) {
            yield* k.cv_wait(cv, lock)
            continue
          }
          yield* k.mutex_exit(lock)
          if (!task.isMpsafe) yield* k.KERNEL_LOCK(1, null)
          log.push(`${task.name} ${k.curlwp.l_blcnt}`)
          if (!task.isMpsafe) yield* k.KERNEL_UNLOCK_ONE(null)
          yield* k.mutex_enter(lock)
        }
        yield* k.mutex_exit(lock)
      })
      yield* k.kpause('x', false, 1, null)
      // A task is asked for by an interrupt.
      k.interrupt(function* () {
        yield* k.mutex_enter(lock)
        tasks.push({ name: 'giant', isMpsafe: false }, { name: 'free', isMpsafe: true })
        yield* k.cv_signal(cv)
        yield* k.mutex_exit(lock)
      })
      yield* k.kpause('x', false, 1, null)
      isDying = true
      yield* k.wakeup('usbevt')
      yield* k.mutex_enter(lock)
      yield* k.cv_signal(cv)
      yield* k.mutex_exit(lock)
      yield* k.kpause('x', false, 1, null)
      return k.proc0.lwps.some((lwp) => lwp.l_name.startsWith('usb'))
    })
    expect(valueOf(outcome)).toBe(false)
    expect(log).toEqual(['explored', 'configuration ends', 'giant 1', 'free 0', 'usb0 ends'])
  })

  it('8 atabus: a driver under the big lock sleeps at a raised level and is woken by its interrupt; shutdown', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      const chan: { thread: Lwp | null; hasWork: boolean; isDying: boolean } = {
        thread: null,
        hasWork: false,
        isDying: false,
      }
      chan.thread = yield* spawn(
        k,
        'atabus0',
        function* () {
          const s = yield* k.splraiseipl(k.IPL_SOFTBIO)
          for (;;) {
            if (chan.isDying) break
            if (!chan.hasWork) {
              yield* k.tsleep(chan, 0, 'atath', 0)
              log.push(['woken', k.cpus()[k.curcpu().index]!.ipl, k.curlwp.l_blcnt])
              continue
            }
            chan.hasWork = false
            log.push('reset')
          }
          yield* k.splx(s)
          chan.thread = null
          yield* k.wakeup('atabus drain')
        },
        { flags: 0 },
      )
      // Asked while busy or not started: an errno, nothing else.
      const callback = () => (chan.thread === null ? 3 : chan.hasWork ? EBUSY : 0)
      yield* k.kpause('x', false, 1, null)
      log.push(chan.thread.l_wmesg, callback())
      k.interrupt(function* () {
        chan.hasWork = true
        yield* k.wakeup(chan)
      })
      yield* k.kpause('x', false, 1, null)
      chan.isDying = true
      yield* k.wakeup(chan)
      const isAttached = () => chan.thread !== null
      while (isAttached()) yield* k.tsleep('atabus drain', 0, 'atadrn', 0)
      log.push(
        callback(),
        k.cpus().map((cpu) => cpu.ipl),
      )
      return log
    })
    expect(valueOf(outcome)).toEqual(['atath', 0, ['woken', 3, 1], 'reset', ['woken', 3, 1], 3, [0, 0]])
  })

  it('9 npfgc: a MUSTJOIN worker with a timed wait, a handle filled in beforehand, stopped and joined', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: unknown[] = []
      const mtx = k.mutex('npf')
      const cv = k.condvar('npfgccv')
      const dummy = k.lwp0
      const worker = k.ref<Lwp>(dummy)
      function* npf(): Steps<void> {
        yield* k.mutex_enter(mtx)
        // The handle is never null here, though it may not be the real one yet.
        while (worker.value !== null) log.push(yield* k.cv_timedwait(cv, mtx, 5 * k.hz))
        yield* k.mutex_exit(mtx)
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      yield* k.kthread_create(k.PRI_NONE, flags, null, npf, 'arg', worker, 'npfgc')
      yield* k.kpause('x', false, 12 * k.hz, null)
      const lwp = worker.value!
      yield* k.mutex_enter(mtx)
      worker.value = null
      yield* k.cv_signal(cv)
      yield* k.mutex_exit(mtx)
      log.push(lwp !== dummy, yield* k.kthread_join(lwp))
      yield* k.cv_destroy(cv)
      yield* k.mutex_destroy(mtx)
      return [...log, k.remarks.length]
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, EWOULDBLOCK, 0, true, 0, 0])
  })

  it('11 entbutler: a time-shared worker that is fed from interrupts and sinks below what is urgent', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const mtx = k.mutex('rnd', k.IPL_VM)
      const cv = k.condvar('rndsamp')
      let samples = 0
      let mixed = 0
      const priorities: number[] = []
      const lwp = yield* spawn(
        k,
        'entbutler',
        function* () {
          while (mixed < 30) {
            yield* k.mutex_enter(mtx)
            while (samples === 0) yield* k.cv_wait(cv, mtx)
            samples--
            yield* k.mutex_exit(mtx)
            yield* k.work(25 * MS)
            mixed++
            priorities.push(k.curlwp.l_priority)
          }
        },
        { flags: k.KTHREAD_MPSAFE | k.KTHREAD_TS },
      )
      const feed = function* () {
        yield* k.mutex_enter(mtx)
        samples += 30
        yield* k.cv_signal(cv)
        yield* k.mutex_exit(mtx)
      }
      k.interrupt(feed, { afterNs: 5 * MS })
      let late = 0
      yield* spawn(
        k,
        'urgent',
        function* () {
          for (let n = 0; n < 20; n++) {
            const due = k.now + 20 * MS
            yield* k.kpause('x', false, 2, null)
            late = Math.max(late, k.now - due)
          }
        },
        { pri: 130 },
      )
      yield* k.kpause('x', false, 200, null)
      return [lwp.l_class, mixed, priorities[0]! > priorities.at(-1)!, late]
    })
    expect(valueOf(outcome)).toEqual([k.SCHED_OTHER, 30, true, 0])
  })

  it('12 configintr and configroot: the boot threads end and leave nothing but one zombie', () => {
    const k = createKernel({ ncpu: 2, trace: true })
    valueOf(
      k.boot(function* () {
        yield* k.kpause('x', false, 1, null)
      }),
    )
    const ended = [...k.trace!.events()].filter((event) => event.kind === 'exit').map((event) => event.name)
    expect(ended.filter((name) => name === 'configintr').length).toBe(8)
    expect(ended.filter((name) => name === 'configroot').length).toBe(2)
    expect(k.proc0.lwps.filter((lwp) => lwp.l_stat === k.LSZOMB).length).toBeLessThanOrEqual(1)
    expect(k.release).toBe(release)
  })
})

describe('cgd on NetBSD 10.1', () => {
  it('a WQ_FPU, WQ_PERCPU workqueue computes on every CPU, and the units do not leak into each other', () => {
    const k = createKernel10({ ncpu: 3 })
    const outcome = k.boot(function* () {
      yield* k.kpause('settle', false, 1, null)
      const log: string[] = []
      const wqp = k.ref<Workqueue>()
      const flags = k.WQ_FPU | k.WQ_MPSAFE | k.WQ_PERCPU
      function* crypt(work: Work): Steps<void> {
        const key = work.data as number
        yield* k.fpuStore(1, key)
        yield* k.work(5 * MS)
        yield* k.kpause('disk', false, 1, null)
        log.push(`${k.curlwp.l_name} ${(yield* k.fpuLoad(1)) === key}`)
      }
      yield* k.workqueue_create(wqp, 'cgd', crypt, null, k.PRI_BIO, k.IPL_VM, flags)
      for (let n = 0; n < 6; n++) yield* k.workqueue_enqueue(wqp.value!, { data: n + 1 }, k.cpu_lookup(n % 3))
      // A thread with its own window gets in between.
      yield* spawn(k, 'other', function* () {
        const s = yield* k.kthread_fpu_enter()
        for (let n = 0; n < 5; n++) {
          yield* k.fpuStore(1, -1)
          yield* k.kpause('x', false, 1, null)
        }
        yield* k.kthread_fpu_exit(s)
      })
      yield* k.kpause('x', false, 20, null)
      return log.sort()
    })
    expect(valueOf(outcome)).toEqual([
      'cgd/0 true',
      'cgd/0 true',
      'cgd/1 true',
      'cgd/1 true',
      'cgd/2 true',
      'cgd/2 true',
    ])
  })
})
