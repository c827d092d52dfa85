import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Proc, Steps, Workq } from '../../src/releases/5.1.js'
import { allSchedules, everywhere, MS, panicOf, pause, releases, schedules, threadsNamed, valueOf } from './runs.js'

// Drivers whose threads are made while the system boots, told in our own words.

const EWOULDBLOCK = 35

describe.each(releases)('1 syswq on OpenBSD $release', ({ release, createKernel }) => {
  it('is deferred at boot and made before any driver’s thread; bored until there is something to do', () => {
    const k = createKernel()
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* () {
        yield* k.kthread_create(() => pause(k, 1), null, null, 'driver')
      }, null)
    })
    valueOf(k.boot())
    const syswq = threadsNamed(k, 'syswq')[0]!
    // Process 1 is init; in 5.1 the idle thread of the first CPU comes before.
    expect(syswq.p_pid).toBe(release === '4.2' ? 2 : 3)
    expect(k.ps().find((entry) => entry.pid === syswq.p_pid)).toMatchObject({
      stat: 'DK',
      wchan: 'bored',
      command: '(syswq)',
      ppid: 0,
      priority: k.PWAIT,
    })
  })

  it.each(everywhere(allSchedules).filter((run) => run.release === release))(
    'runs tasks in order on its one thread: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const outcome = k.boot(function* () {
        const log: unknown[] = []
        function* task(arg1: string, arg2: number): Steps<void> {
          log.push([k.curproc.p_comm, arg1, arg2])
          yield* pause(k, 1)
          log.push(`${arg1} done`)
        }
        const results = [
          yield* k.workq_add_task(null, 0, task, 'a', 1),
          yield* k.workq_add_task(null, k.WQ_WAITOK, task, 'b', 2),
        ]
        while (log.length < 4) yield* pause(k, 1)
        return [results, log]
      })
      expect(valueOf(outcome)).toEqual([
        [0, 0],
        [['syswq', 'a', 1], 'a done', ['syswq', 'b', 2], 'b done'],
      ])
    },
  )

  it('4.2 makes a second worker on demand, at once and no third; 5.1 has both from the start', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('jobs', 2))!
      const counts = [threadsNamed(k, 'jobs').length]
      const workers = new Set<Proc>()
      function* task(name: string): Steps<void> {
        workers.add(k.curproc)
        yield* k.tsleep(name, k.PRIBIO, 'job', 0)
      }
      yield* pause(k, 1)
      for (const name of ['a', 'b', 'c']) {
        yield* k.workq_add_task(wq, 0, task, name, null)
        // The deferral is a plain function call by now: the worker is there when the call returns.
        counts.push(threadsNamed(k, 'jobs').length)
        yield* pause(k, 1)
      }
      const waiting = [workers.size, threadsNamed(k, 'jobs').map((p) => p.p_wmesg)]
      for (const name of ['a', 'b']) yield* k.wakeup(name)
      yield* pause(k, 1)
      yield* k.wakeup('c')
      return [counts, waiting]
    })
    const counts = release === '4.2' ? [1, 1, 2, 2] : [2, 2, 2, 2]
    expect(valueOf(outcome)).toEqual([counts, [2, ['job', 'job']]])
  })

  it('a worker that cannot be made is missed by nobody but the console', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('jobs', 2))!
      yield* k.workq_add_task(wq, 0, () => pause(k, 5), null, null)
      yield* pause(k, 1)
      k.sysctl('kern.maxproc', k.sysctl('kern.nprocs') as number)
      if (release === '4.2') yield* k.workq_add_task(wq, 0, () => pause(k, 5), null, null)
      else yield* k.workq_create('more', 1)
    })
    valueOf(outcome)
    expect(k.console).toEqual([
      'proc: table is full',
      release === '4.2' ? 'unable to create "jobs" workq thread' : 'unable to create workq thread for "more"',
    ])
  })

  it('an interrupt may add a task, unless 4.2 would make a worker for it', () => {
    const k = createKernel()
    const log: string[] = []
    function* task(name: string): Steps<void> {
      yield* pause(k, 3)
      log.push(name)
    }
    function* add(wq: Workq, name: string): Steps<void> {
      yield* k.workq_add_task(wq, 0, task, name, null)
    }
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('jobs', 2))!
      yield* pause(k, 1)
      k.interrupt(() => add(wq, 'first'))
      yield* pause(k, 1)
      k.interrupt(() => add(wq, 'second'))
      yield* pause(k, 10)
    })
    if (release === '4.2') expect(panicOf(outcome)[1]).toBe('OB-D-14')
    else {
      valueOf(outcome)
      expect(log).toEqual(['first', 'second'])
    }
  })

  it.each(everywhere(allSchedules).filter((run) => run.release === release))(
    'destroy lets what is queued finish and returns when no worker is left: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const outcome = k.boot(function* (): Steps {
        const wq = (yield* k.workq_create('jobs', 1))!
        const log: string[] = []
        yield* pause(k, 1)
        for (const name of ['a', 'b']) {
          yield* k.workq_add_task(
            wq,
            0,
            function* () {
              yield* pause(k, 2)
              log.push(`${name}, main in ${main.p_wmesg}`)
            },
            null,
            null,
          )
        }
        const main = k.curproc
        yield* k.workq_destroy(wq)
        log.push(`destroyed, ${wq.running} left`)
        yield* k.settle()
        return [log, threadsNamed(k, 'jobs').length]
      })
      expect(valueOf(outcome)).toEqual([['a, main in wqdestroy', 'b, main in wqdestroy', 'destroyed, 0 left'], 0])
      expect(k.console).toEqual([])
    },
  )
})

describe('2 pfpurge', () => {
  /** A purge thread as a pseudo-device makes it, and what it did when. */
  function purger(k: OpenbsdKernel, passes: string[]): void {
    const INTERVAL = 3
    function* purge(arg: Proc | null): Steps<never> {
      passes.push(`arg ${arg === null ? 'null' : arg === k.curproc ? 'itself' : 'other'}`)
      for (let loops = 1; ; loops++) {
        // Nobody wakes it: the address is its own, and the time-out is what it waits for.
        const error = yield* k.tsleep(purge, k.PWAIT, 'pftm', k.hz)
        const second = k.now / 1e9
        passes.push(`${second} s: ${error === EWOULDBLOCK ? 'states' : `error ${error}`}`)
        if (loops % INTERVAL === 0) passes.push(`${second} s: fragments`)
      }
    }
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* () {
        if ((yield* k.kthread_create(purge, null, null, 'purge')) !== 0) yield* k.panic('purge thread')
      }, null)
    })
  }

  it.each(everywhere(schedules))('is a timer of a second, and never ends: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const passes: string[] = []
    purger(k, passes)
    const outcome = k.boot(function* () {
      yield* pause(k, 4 * k.hz + 5)
      const [p] = threadsNamed(k, 'purge')
      return [p!.p_wmesg, p!.p_priority]
    })
    expect(valueOf(outcome)).toEqual(['pftm', 32])
    expect(passes).toEqual(['arg null', '1 s: states', '2 s: states', '3 s: states', '3 s: fragments', '4 s: states'])
  })

  it.each(releases)('a null argument is the thread itself where the kernel parts from the page: $release', (run) => {
    const k = run.createKernel({ reading: 'kernel' })
    const passes: string[] = []
    purger(k, passes)
    valueOf(k.boot())
    expect(passes).toEqual(['arg itself'])
  })

  it.each(releases)('a full table at boot stops the kernel: OpenBSD $release', ({ createKernel, release }) => {
    const k = createKernel()
    purger(k, [])
    // Process 0, init and syswq; in 5.1 an idle thread too.
    k.sysctl('kern.maxproc', release === '4.2' ? 3 : 4)
    expect(panicOf(k.boot())).toEqual(['purge thread', null])
    expect(k.console[0]).toBe('proc: table is full')
  })

  it.each(releases)('the system’s own waits where its name says: OpenBSD $release', ({ createKernel }) => {
    const k = createKernel()
    valueOf(k.boot((kernel) => pause(kernel, 350)))
    expect(k.ps().find((entry) => entry.comm === 'pfpurge')).toMatchObject({ stat: 'DK', wchan: 'pftm', ppid: 0 })
  })
})

describe('3 USB', () => {
  interface Bus {
    readonly name: string
    readonly version: 1 | 2
    thread: ReturnType<OpenbsdKernel['ref']>
    isDying: boolean
  }

  /** Host controllers: USB 2 explores first, and boot waits for all of them. */
  function usb(k: OpenbsdKernel, versions: readonly (1 | 2)[], log: string[]): readonly Bus[] {
    const waiting = { kind: 'counter', name: 'usb2' }
    const tasks = { queue: [] as string[], isMade: false }
    let exploring = versions.filter((version) => version === 2).length
    const buses = versions.map((version, n): Bus => ({ name: `usb${n}`, version, thread: k.ref(), isDying: false }))

    function* events(bus: Bus): Steps<void> {
      if (bus.version === 1) while (exploring > 0) yield* k.tsleep(waiting, k.PWAIT, 'config', 0)
      yield* pause(k, 20)
      log.push(`${bus.name} explored, boot in ${k.proc0.p_wmesg}, ${threadsNamed(k, 'reaper').length} reapers`)
      if (bus.version === 2 && --exploring === 0) yield* k.wakeup(waiting)
      yield* k.config_pending_decr()
      while (!bus.isDying) {
        const error = yield* k.tsleep(bus, k.PWAIT, 'usbevt', 60 * k.hz)
        if (error !== 0) log.push(`${bus.name} looks again after ${error}`)
      }
      bus.thread.value = null
      yield* k.wakeup(bus)
      yield* k.kthread_exit(0)
    }
    function* taskThread(): Steps<never> {
      for (;;) {
        for (let task = tasks.queue.shift(); task !== undefined; task = tasks.queue.shift()) log.push(task)
        yield* k.tsleep(tasks, k.PWAIT, 'usbtsk', 0)
      }
    }
    function* createThreads(bus: Bus): Steps<void> {
      yield* k.kthread_create(events, bus, bus.thread as { value: Proc | null }, '%s', bus.name)
      if (tasks.isMade) return
      tasks.isMade = true
      yield* k.kthread_create(taskThread, null, null, 'usbtask')
    }
    for (const bus of buses) {
      k.attach(function* () {
        yield* k.config_pending_incr()
        yield* k.kthread_create_deferred(createThreads, bus)
      }, bus.name)
    }
    return buses
  }

  it.each(everywhere(schedules))('boot waits for all, USB 1 for USB 2: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const log: string[] = []
    const buses = usb(k, [1, 2, 1], log)
    const outcome = k.boot(function* (): Steps {
      log.push(`main, ${threadsNamed(k, 'reaper').length} reapers`)
      const bootedAt = k.now
      yield* pause(k, 1)
      const names = k.allproc.map((p) => p.p_comm).filter((name) => name.startsWith('usb'))
      const wmesgs = names.map((name) => threadsNamed(k, name)[0]!.p_wmesg)
      return [bootedAt, names, wmesgs]
    })
    // What the callbacks made, in the order of attachment; the newest comes first.
    expect(valueOf(outcome)).toEqual([
      400 * MS,
      ['usb2', 'usb1', 'usbtask', 'usb0'],
      ['usbevt', 'usbevt', 'usbtsk', 'usbevt'],
    ])
    const explored = (name: string) => `${name} explored, boot in cfpend, 0 reapers`
    expect(log[0]).toBe(explored('usb1'))
    expect([...log.slice(1, 3)].sort()).toEqual([explored('usb0'), explored('usb2')])
    expect(log.slice(3)).toEqual(['main, 1 reapers'])
    expect(buses.every((bus) => bus.thread.value !== null)).toBe(true)
  })

  it.each(everywhere(schedules))('detach waits for the thread’s word: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const log: string[] = []
    const [bus] = usb(k, [2], log)
    const outcome = k.boot(function* (): Steps {
      yield* pause(k, 61 * k.hz)
      const nprocs = k.sysctl('kern.nprocs') as number
      bus!.isDying = true
      yield* k.wakeup(bus!)
      const errors: number[] = []
      while (bus!.thread.value !== null) errors.push(yield* k.tsleep(bus!, k.PWAIT, 'usbdet', 60 * k.hz))
      log.push('detached')
      yield* k.settle()
      return [errors, nprocs - (k.sysctl('kern.nprocs') as number)]
    })
    expect(valueOf(outcome)).toEqual([[0], 1])
    expect(log).toEqual([
      'usb0 explored, boot in cfpend, 0 reapers',
      `usb0 looks again after ${EWOULDBLOCK}`,
      'detached',
    ])
  })
})
