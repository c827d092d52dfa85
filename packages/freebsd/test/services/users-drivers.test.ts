import { describe, expect, it } from 'vitest'
import {
  ref,
  seededOracle,
  type Cv,
  type Kernel,
  type Mtx,
  type Proc,
  type Steps,
  type Swi,
  type Td,
} from '../../src/releases/8.0.js'
import { addThread, MS, quiet, READINGS, SCHEDULES, valueOf } from '../staging.js'

/** Drivers whose threads come and go with their devices, told over the calls that everybody has. */

/** What USB keeps of a thread: `struct usb_process`. */
interface UsbProcess {
  readonly cv: Cv
  readonly drain: Cv
  readonly mtx: Mtx
  readonly messages: string[]
  ptr: Td | null
  isGone: boolean
}

/** All threads of USB in one process, made with the first and gone with the last. */
class Usb {
  readonly usbproc = ref<Proc>()
  count = 0
  readonly log: unknown[] = []

  constructor(private readonly k: Kernel) {}

  *create(prio: number, name: string): Steps<UsbProcess> {
    const { k } = this
    const up: UsbProcess = {
      cv: k.cv('wmsg'),
      drain: k.cv('dmsg'),
      mtx: k.mtx('usb'),
      messages: [],
      ptr: null,
      isGone: false,
    }
    const td = ref<Td>()
    const body = () => this.process(up, prio)
    const error = yield* k.kproc_kthread_add(body, null, this.usbproc, td, k.RFHIGHPID, 0, 'usb', '%s', name)
    if (error !== 0) throw new Error(`usb: ${error}`)
    up.ptr = td.value
    this.count++
    return up
  }

  private *process(up: UsbProcess, prio: number): Steps<void> {
    const { k } = this
    const td = k.curthread
    yield* k.thread_lock(td)
    yield* k.sched_prio(td, prio)
    yield* k.thread_unlock(td)
    yield* k.mtx_lock(up.mtx)
    while (!up.isGone) {
      const message = up.messages.shift()
      if (message === undefined) yield* k.cv_wait(up.cv, up.mtx)
      else this.log.push([message, td.td_priority])
    }
    up.ptr = null
    yield* k.cv_signal(up.drain)
    yield* k.mtx_unlock(up.mtx)
    if (--this.count === 0) this.usbproc.value = null
    yield* k.kthread_exit()
  }

  *send(up: UsbProcess, message: string): Steps<void> {
    const { k } = this
    yield* k.mtx_lock(up.mtx)
    up.messages.push(message)
    yield* k.cv_signal(up.cv)
    yield* k.mtx_unlock(up.mtx)
  }

  *free(up: UsbProcess): Steps<void> {
    const { k } = this
    yield* k.mtx_lock(up.mtx)
    up.isGone = true
    while (up.ptr !== null) {
      yield* k.cv_signal(up.cv)
      if (k.cold) {
        this.log.push(yield* k.kthread_suspend(up.ptr, 0))
        yield* k.printf('WARNING: A USB process has been left suspended!\n')
        break
      }
      yield* k.cv_wait(up.drain, up.mtx)
    }
    yield* k.mtx_unlock(up.mtx)
  }
}

describe('U-06 usb_process', () => {
  it.each(SCHEDULES)('the first thread makes the process, the last one ends it: $schedule', ({ options }) => {
    const k = quiet(options())
    const usb = new Usb(k)
    const outcome = k.boot(function* () {
      const seen: unknown[] = []
      const giant = yield* usb.create(k.PI_DISK, 'usbus0')
      const bus = yield* usb.create(k.PI_NET, 'usbus1')
      const p = usb.usbproc.value!
      yield* k.pause('rest', 1)
      seen.push([p.p_comm, p.p_pid, p.p_numthreads, p.p_threads.map(({ td_name }) => td_name)])
      yield* usb.send(giant, 'attach disk')
      yield* usb.send(bus, 'attach net')
      yield* k.pause('rest', 1)
      yield* usb.free(giant)
      seen.push([giant.ptr, usb.count])
      yield* usb.free(bus)
      yield* k.pause('rest', 1)
      seen.push([usb.usbproc.value, usb.count, k.pfind(p.p_pid), p.p_xstat])
      // And anew, in a process of its own.
      const next = yield* usb.create(k.PI_DISK, 'usbus2')
      yield* k.pause('rest', 1)
      seen.push(usb.usbproc.value !== p)
      yield* usb.free(next)
      return seen
    })
    const [first, ...rest] = valueOf(outcome)
    // 10 and 11 are the idle threads' and the interrupts'.
    expect(first).toEqual(['usb', 12, 2, ['usbus1', 'usbus0']])
    expect(rest).toEqual([[null, 1], [null, 0, null, 0], true])
    expect(new Map(usb.log as [string, number][])).toEqual(
      new Map([
        ['attach disk', 20],
        ['attach net', 16],
      ]),
    )
    expect(k.console).toEqual([])
  })

  it.each(READINGS)('while cold nobody can be waited for: it is left suspended, as the %s has it', (reading) => {
    const k = quiet({ reading })
    const usb = new Usb(k)
    let td: Td | null = null
    function* probe(): Steps<void> {
      const up = yield* usb.create(k.PI_DISK, 'usbus0')
      td = up.ptr
      yield* usb.free(up)
    }
    k.SYSINIT('usb', k.SI_SUB_DRIVERS, k.SI_ORDER_MIDDLE, probe, null)
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 1)
      // It never looks whether it should park; it finds that it should go.
      return [td!.td_state === k.TDS_INACTIVE, (td!.td_flags & k.TDF_KTH_SUSP) !== 0]
    })
    expect(valueOf(outcome)).toEqual([true, true])
    expect(usb.log).toEqual([reading === 'page' ? k.EWOULDBLOCK : 0])
    expect(k.console).toEqual(['WARNING: A USB process has been left suspended!'])
  })
})

describe('U-07 interrupt threads and idle threads', () => {
  it.each(SCHEDULES)('wait in their inhibitor until there is work: $schedule', ({ options }) => {
    const k = quiet(options())
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      const cookie = ref<Swi>()
      let runs = 0
      const handler = function* () {
        runs++
        log.push([k.curthread.td_priority, k.curproc.p_comm, k.Giant.owner === k.curthread])
        yield* k.work(MS / 10)
      }
      const error = yield* k.swi_add(null, 'camisr', handler, null, k.SWI_CAMBIO, 0, cookie)
      const td = k.allproc.find((p) => p.p_comm === 'intr')!.newest!
      const waits = () => [td.td_state === k.TDS_INHIBITED, td.td_inhibitors === k.TDI_IWAIT]
      log.push(error, td.td_name, td.td_pri_class === k.PRI_ITHD, waits())
      yield* k.swi_sched(cookie.value!, 0)
      yield* k.pause('rest', 1)
      log.push(waits())
      // Several requests before it has run are one.
      yield* k.critical_enter()
      for (let n = 0; n < 3; n++) yield* k.swi_sched(cookie.value!, 0)
      yield* k.critical_exit()
      yield* k.pause('rest', 1)
      return [...log, runs]
    })
    const value = valueOf(outcome)
    const idle = [true, true]
    const run = [k.PI_SOFT + 4 * k.SWI_CAMBIO, 'intr', true]
    expect(value.slice(0, 6)).toEqual([0, 'swi2: camisr', true, idle, run, idle])
    // On another CPU the thread may have begun before the next request comes.
    const runs = value.at(-1) as number
    expect(runs).toBeGreaterThanOrEqual(2)
    expect(runs).toBeLessThanOrEqual(k.ncpu === 1 ? 2 : 4)
  })

  it('a thread is renamed when handlers share it, and in 19 characters', () => {
    const k = quiet()
    const outcome = k.boot(function* () {
      const eventp = ref()
      const names: string[] = []
      const handler = function* () {
        yield* []
      }
      for (const name of ['uart', 'sio', 'and another one']) {
        yield* k.swi_add(eventp as never, name, handler, null, k.SWI_TTY, 0, null)
        names.push(k.allproc.find((p) => p.p_comm === 'intr')!.newest!.td_name)
      }
      return names
    })
    expect(valueOf(outcome)).toEqual(['swi0: uart', 'swi0: uart sio', 'swi0: uart sio and '])
  })

  it.each(SCHEDULES)('idle threads are made stopped, one for each CPU, and never queued: $schedule', ({ options }) => {
    const k = quiet(options())
    const outcome = k.boot(function* () {
      const idle = k.allproc.find((p) => p.p_comm === 'idle')!
      const states = new Set<number>()
      for (let n = 0; n < 5; n++) {
        yield* k.pause('rest', 3)
        for (const td of idle.p_threads) states.add(td.td_state)
      }
      const of = idle.p_threads.map((td) => [td.td_pri_class, td.td_priority])
      return [idle.p_numthreads, of, states.has(k.TDS_RUNQ), states.has(k.TDS_INHIBITED)]
    })
    const each = Array.from({ length: k.ncpu }, () => [k.PRI_IDLE, k.PRI_MAX_IDLE])
    expect(valueOf(outcome)).toEqual([k.ncpu, each, false, false])
  })

  it.each(SCHEDULES)(
    'a driver’s own, made with RFSTOPPED, leaves when it is told that it is dead: $schedule',
    ({ options }) => {
      const k = quiet(options())
      const outcome = k.boot(function* () {
        const procp = ref<Proc>()
        const log: unknown[] = []
        const tds: Td[] = []
        let isDead = false
        function* ithread(name: string): Steps<void> {
          log.push(`${name} at ${k.curthread.td_priority}, dead ${isDead}`)
          yield* k.kthread_exit()
        }
        for (const name of ['irq1: atkbd0', 'irq14: ata0']) {
          const tdp = ref<Td>()
          yield* k.kproc_kthread_add(ithread, name, procp, tdp, k.RFSTOPPED | k.RFHIGHPID, 0, 'intr2', '%s', name)
          const td = tdp.value!
          yield* k.thread_lock(td)
          yield* k.sched_class(td, k.PRI_ITHD)
          yield* k.sched_prio(td, k.PI_DISK)
          yield* k.thread_unlock(td)
          tds.push(td)
        }
        const p = procp.value!
        yield* k.pause('rest', 10)
        log.push(log.length, p.p_pid)
        isDead = true
        for (const td of tds) {
          yield* k.thread_lock(td)
          yield* k.sched_add(td, k.SRQ_INTR)
          yield* k.thread_unlock(td)
          yield* k.pause('rest', 1)
        }
        return [log, k.pfind(p.p_pid)]
      })
      const ran = ['irq1: atkbd0 at 20, dead true', 'irq14: ata0 at 20, dead true']
      expect(valueOf(outcome)).toEqual([[0, 12, ...ran], null])
    },
  )
})

describe('U-15 CardBus bridge', () => {
  function* detach(k: Kernel, log: unknown[]): Steps<void> {
    const mtx = k.mtx('cbb')
    const events = k.cv('cbb cv')
    const thread = ref<Proc>()
    const flags = { isRunning: true, isDone: false }
    function* event(): Steps<void> {
      yield* k.mtx_lock(mtx)
      while (!flags.isDone) yield* k.cv_wait(events, mtx)
      flags.isRunning = false
      yield* k.mtx_unlock(mtx)
      log.push('thread leaves')
      yield* k.kproc_exit(0)
    }
    yield* k.kproc_create(event, null, thread, 0, 0, '%s event thread', 'cbb0')
    yield* k.pause('rest', 1)
    yield* k.mtx_lock(mtx)
    flags.isDone = true
    yield* k.cv_signal(events)
    // The flag goes first and the wakeup on the process comes after: whoever sees the flag set is woken.
    while (flags.isRunning) {
      const error = yield* k.msleep(thread.value!, mtx, k.PWAIT, 'cbbun', 60 * k.hz)
      log.push(`woken ${error}`)
      if (error !== 0) break
    }
    yield* k.mtx_unlock(mtx)
    log.push(`running ${flags.isRunning}`)
  }

  it.each(SCHEDULES)('waits for its thread on the process: $schedule', ({ options }) => {
    const k = quiet(options())
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        yield* detach(k, log)
      }),
    )
    expect(log.at(-1)).toBe('running false')
    expect(log).not.toContain(`woken ${k.EWOULDBLOCK}`)
    expect(k.now).toBeLessThan(100 * MS)
  })

  it('is never left waiting, in a hundred orders', () => {
    const endings = new Set<string>()
    for (let seed = 1; seed <= 100; seed++) {
      const k = quiet({ ncpu: 2, oracle: seededOracle(seed) })
      const log: unknown[] = []
      valueOf(
        k.boot(function* () {
          yield* detach(k, log)
        }),
      )
      endings.add(log.join(', '))
    }
    expect([...endings].every((ending) => ending.endsWith('running false') && !ending.includes('35'))).toBe(true)
  })
})

it('a driver may forget its thread: nobody waits for it', () => {
  const k = quiet()
  const outcome = k.boot(function* () {
    const td = yield* addThread(k, 'forgotten', function* () {
      yield* k.pause('rest', 5)
      yield* k.kthread_exit()
    })
    yield* k.pause('rest', 10)
    return k.tdfind(td.td_tid)
  })
  expect(valueOf(outcome)).toBeNull()
})
