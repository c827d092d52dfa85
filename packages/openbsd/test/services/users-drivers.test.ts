import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Out, Proc, Steps } from '../../src/releases/5.1.js'
import { allSchedules, everywhere, MS, pause, releases, schedules, threadsNamed, valueOf } from './runs.js'

// Drivers that talk to their own threads, told in our own words.

const EWOULDBLOCK = 35

describe('4 onewire', () => {
  interface Bus {
    readonly thread: Out<Proc>
    isDying: boolean
    readonly dying: object
    scans: number
  }

  /** A bus whose scanner sleeps on the very pointer that its creation filled in. */
  function onewire(k: OpenbsdKernel, log: string[], before: () => void = () => undefined): Bus {
    const bus: Bus = { thread: k.ref(), isDying: false, dying: { kind: 'flag', name: 'sc_dying' }, scans: 0 }
    function* scanner(): Steps<void> {
      if (bus.thread.value !== k.curproc) log.push('newpp came late')
      while (!bus.isDying) {
        bus.scans++
        yield* k.tsleep(bus.thread.value!, k.PWAIT, 'owidle', 3)
      }
      bus.thread.value = null
      yield* k.wakeup(bus.dying)
      yield* k.kthread_exit(0)
    }
    k.attach(function* (dev) {
      yield* k.kthread_create_deferred(function* () {
        before()
        const error = yield* k.kthread_create(scanner, null, bus.thread, '%s', dev.dv_xname)
        if (error !== 0) yield* k.printf('%s: no thread, error %d\n', dev.dv_xname, error)
      }, null)
    }, 'onewire0')
    return bus
  }

  it.each(everywhere(allSchedules))(
    'OB-KT-17: newpp is filled in before the thread begins: OpenBSD $release, $schedule',
    (run) => {
      const k = run.createKernel(run.options())
      const log: string[] = []
      const bus = onewire(k, log)
      const outcome = k.boot(function* (): Steps {
        while (bus.scans < 3) yield* pause(k, 1)
        const p = bus.thread.value!
        const before = [p.p_comm, k.kern_proc(k.KERN_PROC_PID, p.p_pid).length]
        bus.isDying = true
        yield* k.wakeup(p)
        let error = 0
        // Whether it has seen the flag already is a matter of the schedule.
        if (bus.thread.value !== null) error = yield* k.tsleep(bus.dying, k.PWAIT, 'owdt', 0)
        yield* k.settle()
        return [...before, error, bus.thread.value, k.kern_proc(k.KERN_PROC_PID, p.p_pid).length]
      })
      expect(valueOf(outcome)).toEqual(['onewire0', 1, 0, null, 0])
      expect(log).toEqual([])
      expect(k.console).toEqual([])
    },
  )

  it.each(releases)('without memory for the thread the device does without: OpenBSD $release', ({ createKernel }) => {
    const k = createKernel()
    const bus = onewire(k, [], () => k.inject({ at: 'uarea' }))
    const outcome = k.boot(function* () {
      yield* pause(k, 10)
    })
    valueOf(outcome)
    expect(k.console).toEqual(['onewire0: no thread, error 12'])
    expect([bus.thread.value, bus.scans]).toEqual([null, 0])
  })
})

describe('5 ipmi and acpi', () => {
  it.each(everywhere(schedules))('ipmi: the thread owns its context: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    interface Context {
      readonly name: string
      isRunning: boolean
      isFreed: boolean
      polls: number
    }
    const context: Context = { name: 'ipmi0', isRunning: true, isFreed: false, polls: 0 }
    function* poller(own: Context): Steps<void> {
      while (own.isRunning) {
        own.polls++
        yield* k.tsleep(own, k.PWAIT, 'ipmi_poll', 5)
      }
      own.isFreed = true
      yield* k.kthread_exit(0)
    }
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* (own: Context) {
        // The device's name is the format.
        if ((yield* k.kthread_create(poller, own, null, own.name)) !== 0) yield* k.printf('%s: no thread\n', own.name)
      }, context)
    })
    const outcome = k.boot(function* (): Steps {
      yield* pause(k, 12)
      const seen = [context.polls, context.isFreed, threadsNamed(k, 'ipmi0').length]
      context.isRunning = false
      yield* pause(k, 10)
      yield* k.settle()
      return [...seen, context.isFreed, threadsNamed(k, 'ipmi0').length]
    })
    expect(valueOf(outcome)).toEqual([3, false, 1, true, 0])
  })

  interface Acpi {
    isIdle: boolean
    readonly handled: number[]
    readonly thread: Out<Proc>
  }

  /**
   * A thread that an interrupt rouses.
   *
   * @param isGuarded - It holds interrupts back between the look at the flag and the sleep.
   */
  function acpi(k: OpenbsdKernel, isGuarded: boolean): Acpi {
    const sc: Acpi = { isIdle: true, handled: [], thread: k.ref() }
    function* body(own: Acpi): Steps<never> {
      for (;;) {
        const s = isGuarded ? yield* k.splraise(k.IPL_BIO) : 0
        while (own.isIdle) {
          // A long way from here to there.
          yield* k.work(2 * MS)
          yield* k.tsleep(own, k.PWAIT, 'acpi_idle', 0)
        }
        own.isIdle = true
        if (isGuarded) yield* k.splx(s)
        own.handled.push(k.now / MS)
      }
    }
    k.attach(function* (dev) {
      yield* k.kthread_create_deferred(function* () {
        yield* k.kthread_create(body, sc, sc.thread, dev.dv_xname)
      }, null)
    }, 'acpi0')
    return sc
  }

  /** Interrupts at given milliseconds of main's life: under the big lock, as drivers have it. */
  function play(k: OpenbsdKernel, sc: Acpi, atMs: readonly number[]): number[] {
    function* handler(): Steps<void> {
      yield* k.KERNEL_LOCK()
      sc.isIdle = false
      yield* k.wakeup(sc)
      yield* k.KERNEL_UNLOCK()
    }
    const outcome = k.boot(function* () {
      const startMs = k.now / MS
      for (const ms of atMs) k.interrupt(handler, { afterNs: ms * MS, name: 'acpi' })
      yield* pause(k, 20)
      return sc.handled.map((ms) => ms - startMs)
    })
    return valueOf(outcome)
  }

  it.each(everywhere(schedules))(
    'acpi: no event is lost when interrupts are held back up to the sleep: OpenBSD $release, $schedule',
    (run) => {
      const k = run.createKernel(run.options())
      const sc = acpi(k, true)
      // The thread works from 0 to 2 and again after each event: 33 comes while it does.
      expect(play(k, sc, [12, 32, 33]).length).toBe(3)
      expect([sc.thread.value!.p_comm, sc.thread.value!.p_wmesg, sc.isIdle]).toEqual(['acpi0', 'acpi_idle', true])
    },
  )

  it.each(releases)('acpi: times on one CPU, OpenBSD $release', ({ createKernel }) => {
    const k = createKernel()
    // Held back from 33 to 34, when the thread sleeps.
    expect(play(k, acpi(k, true), [12, 32, 33])).toEqual([12, 32, 34])
  })

  it.each(releases)(
    'acpi: on one CPU without that, the flag is seen too late: OpenBSD $release',
    ({ createKernel }) => {
      const k = createKernel()
      const sc = acpi(k, false)
      expect(play(k, sc, [12, 32, 33])).toEqual([12, 32])
      // It sleeps although there is something to do.
      expect([sc.isIdle, sc.thread.value!.p_wmesg]).toEqual([false, 'acpi_idle'])
    },
  )
})

describe('6 sdmmc', () => {
  it.each(everywhere(allSchedules))(
    'tasks in order, and a handshake at the end: OpenBSD $release, $schedule',
    (run) => {
      const k = run.createKernel(run.options())
      const log: string[] = []
      const sc = {
        thread: k.ref<Proc>(),
        tasks: [] as string[],
        isDying: false,
        queue: { kind: 'queue', name: 'tskq' },
      }
      function* taskThread(): Steps<void> {
        for (;;) {
          for (let task = sc.tasks.shift(); task !== undefined; task = sc.tasks.shift()) {
            yield* pause(k, 1)
            log.push(task)
          }
          // What came while the last task slept is not slept over: both are looked at again.
          if (sc.isDying) break
          yield* k.tsleep(sc.queue, k.PWAIT, 'mmctsk', 0)
        }
        sc.thread.value = null
        yield* k.wakeup(sc)
        yield* k.kthread_exit(0)
      }
      k.attach(function* (dev) {
        yield* k.kthread_create_deferred(function* () {
          yield* k.kthread_create(taskThread, null, sc.thread, '%s', dev.dv_xname)
        }, null)
      }, 'sdmmc0')
      const outcome = k.boot(function* (): Steps {
        const p = sc.thread.value!
        while (p.p_wmesg !== 'mmctsk') yield* pause(k, 1)
        for (const task of ['scan', 'attach', 'io']) {
          sc.tasks.push(task)
          yield* k.wakeup(sc.queue)
        }
        while (log.length < 3) yield* pause(k, 1)
        sc.isDying = true
        let turns = 0
        while (sc.thread.value !== null) {
          yield* k.wakeup(sc.queue)
          if ((yield* k.tsleep(sc, k.PWAIT, 'mmcdie', 0)) === 0) turns++
        }
        yield* k.settle()
        return [p.p_comm, turns, k.pfind(p.p_pid)]
      })
      expect(valueOf(outcome)).toEqual(['sdmmc0', 1, null])
      expect(log).toEqual(['scan', 'attach', 'io'])
    },
  )
})

describe('9 aac and ciss', () => {
  it.each(everywhere(schedules))('aac: EWOULDBLOCK runs the watchdog: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const PERIOD = 2
    const log: string[] = []
    const sc = { thread: k.ref<Proc>(), events: [] as string[], isExiting: false, isRunning: false }
    function* body(own: typeof sc): Steps<void> {
      own.isRunning = true
      while (!own.isExiting) {
        const error = yield* k.tsleep(own.thread.value!, k.PRIBIO, 'aifthd', PERIOD * k.hz)
        if (error === EWOULDBLOCK) log.push(`watchdog at ${k.now / 1e9}`)
        for (let event = own.events.shift(); event !== undefined; event = own.events.shift()) log.push(event)
      }
      own.isRunning = false
      yield* k.wakeup(own)
      yield* k.kthread_exit(0)
    }
    k.attach(function* (dev) {
      yield* k.kthread_create_deferred(function* () {
        yield* k.kthread_create(body, sc, sc.thread, '%s', dev.dv_xname)
      }, null)
    }, 'aac0')
    const outcome = k.boot(function* (): Steps {
      yield* pause(k, 5 * k.hz)
      const seen = [sc.thread.value!.p_wmesg, sc.thread.value!.p_priority]
      sc.events.push(`event at ${k.now / 1e9}`)
      yield* k.wakeup(sc.thread.value!)
      yield* pause(k, 3 * k.hz)
      sc.isExiting = true
      yield* k.wakeup(sc.thread.value!)
      while (sc.isRunning) yield* k.tsleep(sc, k.PRIBIO, 'aacdet', 0)
      yield* k.settle()
      return [...seen, threadsNamed(k, 'aac0').length]
    })
    expect(valueOf(outcome)).toEqual(['aifthd', 16, 0])
    // An event begins the period anew.
    expect(log).toEqual(['watchdog at 2', 'watchdog at 4', 'event at 5', 'watchdog at 7'])
  })

  it.each(releases)(
    'ciss: a thread that only sleeps, under its device’s name: OpenBSD $release',
    ({ createKernel }) => {
      const k = createKernel()
      k.attach(function* (dev) {
        yield* k.kthread_create_deferred(function* () {
          yield* k.kthread_create(
            function* (sc: object) {
              for (;;) yield* k.tsleep(sc, k.PRIBIO, dev.dv_xname, 0)
            },
            dev,
            null,
            '%s',
            dev.dv_xname,
          )
        }, null)
      }, 'ciss0')
      valueOf(k.boot((kernel) => pause(kernel, 500)))
      const row = k
        .psText()
        .split('\n')
        .find((line) => line.endsWith('(ciss0)'))
      expect(row).toMatch(/ \?\? DK +ciss0 +\(ciss0\)$/)
      expect(k.waiting().map(({ name, wmesg }) => [name, wmesg])).toContainEqual(['ciss0', 'ciss0'])
    },
  )
})
