import type { Out, Steps } from '@kt/core'
import { Cv } from './condvar.js'
import { startSoftclocks, swiAdd, INTR_MPSAFE, type Swi, swiSched } from './intr.js'
import type { FreebsdMachine } from './machine.js'
import { MTX_DEF } from './mutex-options.js'
import { Mtx } from './mutex.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { schedAdd, setThreadClass } from './sched.js'
import { FourBsdPolicy } from './sched-4bsd.js'
import * as SI from './si-sub.js'
import { syncer } from './syncer.js'
import type { sysinit } from './sysinit.js'
import { Taskqueue } from './taskqueue.js'
import type { Td } from './td.js'

/** What boot starts of the kernel's own, and when. */
export function stockSysinits(machine: FreebsdMachine): sysinit[] {
  const at = (subsystem: number, order: number, func: () => Iterable<unknown>): sysinit => ({
    subsystem,
    order,
    func,
    udata: null,
  })
  const always = [
    at(SI.SI_SUB_SCHED_IDLE, SI.SI_ORDER_FIRST, () => startIdle(machine)),
    at(SI.SI_SUB_SOFTINTR, SI.SI_ORDER_ANY, () => startSoftclocks(machine)),
    ...(machine.policy instanceof FourBsdPolicy
      ? [at(SI.SI_SUB_RUN_SCHEDULER, SI.SI_ORDER_FIRST, () => startSchedcpu(machine, machine.policy as FourBsdPolicy))]
      : []),
  ]
  if (machine.daemons === 'none') return always
  const daemon = (subsystem: number, order: number, name: string, body: DaemonBody, canBeThread = false) =>
    at(subsystem, order, () => startDaemon(machine, name, body, canBeThread))
  const { hz } = machine.clock
  return [
    ...always,
    at(SI.SI_SUB_AUDIT, SI.SI_ORDER_FIRST, () => startAudit(machine)),
    at(SI.SI_SUB_SOFTINTR, SI.SI_ORDER_ANY, () => startNetisr(machine)),
    ...['g_event', 'g_up', 'g_down'].map((name) =>
      daemon(SI.SI_SUB_DRIVERS, SI.SI_ORDER_FIRST, name, ({ self }) => geom(machine, self)),
    ),
    at(SI.SI_SUB_CONFIGURE, SI.SI_ORDER_SECOND, () => startTaskqueues(machine)),
    daemon(SI.SI_SUB_KTHREAD_PAGE, SI.SI_ORDER_FIRST, 'pagedaemon', waits(machine, P.PVM, 'psleep', 0), true),
    daemon(SI.SI_SUB_KTHREAD_VM, SI.SI_ORDER_FIRST, 'vmdaemon', waits(machine, P.PPAUSE, 'psleep', 0), true),
    at(SI.SI_SUB_KTHREAD_VM, SI.SI_ORDER_ANY, () => startPagezero(machine)),
    daemon(SI.SI_SUB_KTHREAD_BUF, SI.SI_ORDER_FIRST, 'bufdaemon', (asked) => bufdaemon(machine, asked), true),
    daemon(SI.SI_SUB_KTHREAD_UPDATE, SI.SI_ORDER_FIRST, 'syncer', (asked) => syncer(machine, asked), true),
    daemon(SI.SI_SUB_KTHREAD_UPDATE, SI.SI_ORDER_FIRST, 'vnlru', (asked) => vnlru(machine, asked)),
    daemon(SI.SI_SUB_KTHREAD_UPDATE, SI.SI_ORDER_ANY, 'softdepflush', waits(machine, P.PVM, 'sdflush', hz)),
    daemon(SI.SI_SUB_KTHREAD_IDLE, SI.SI_ORDER_ANY, 'flowcleaner', waits(machine, 0, 'flowcleaner', 10 * hz)),
  ]
}

/** How a daemon takes part in suspension: as a process, or where kthread(9) is taken at its word as a thread. */
export interface Participation {
  /** Registers to be suspended when the system goes down, or has itself suspended on the way down. */
  readonly shutdown: (howto: number) => Steps<void>
  readonly check: () => Steps<void>
  /** What it sleeps on to be hurried: its process, or itself. */
  readonly self: Proc | Td
}

type DaemonBody = (asked: Participation) => Steps

/** Starts a daemon by `kproc_start`, or as kthread(9) tells it by `kthread_start`. */
function* startDaemon(machine: FreebsdMachine, arg0: string, body: DaemonBody, canBeThread: boolean): Steps<void> {
  const { kthread, kproc } = machine
  if (canBeThread && machine.daemons === 'page') {
    const global_threadpp: Out<Td> = { value: null }
    const asked = () => asThread(machine, global_threadpp.value!)
    yield* kthread.kthread_start({ arg0, func: () => body(asked()), global_threadpp })
    machine.housekeeping(global_threadpp.value!)
    return
  }
  const global_procpp: Out<Proc> = { value: null }
  const asked = () => asProcess(machine, global_procpp.value!)
  yield* kproc.kproc_start({ arg0, func: () => body(asked()), global_procpp })
  machine.housekeeping(global_procpp.value!.newest!)
}

function asThread({ kthread }: FreebsdMachine, self: Td): Participation {
  return {
    self,
    shutdown: function* (howto) {
      yield* kthread.kthread_shutdown(self, howto)
    },
    check: function* () {
      yield* kthread.kthread_suspend_check(self)
    },
  }
}

function asProcess({ kproc }: FreebsdMachine, self: Proc): Participation {
  return {
    self,
    shutdown: function* (howto) {
      yield* kproc.kproc_shutdown(self, howto)
    },
    check: function* () {
      yield* kproc.kproc_suspend_check(self)
    },
  }
}

/** A daemon that finds nothing to do on this machine: it waits, for good or for so many ticks at a time. */
function waits(machine: FreebsdMachine, pri: number, wmesg: string, ticks: number): DaemonBody {
  return function* ({ self }) {
    const chan = { kind: 'work of', name: self.name }
    // Nobody may sleep without an end and without a lock.
    const lock = new Mtx(self.name ?? 'work', MTX_DEF)
    yield* machine.mtx.mtx_lock(lock)
    for (;;) yield* machine.sleep.msleep(chan, lock, pri, wmesg, ticks)
  }
}

/** Flushes buffers when there are too many dirty ones, of which this machine has none. */
function* bufdaemon(machine: FreebsdMachine, { shutdown, check, self }: Participation): Steps<never> {
  const { events, sleep } = machine
  const handler = (_arg: null, howto: number) => shutdown(howto)
  events.register('shutdown_pre_sync', handler, null, P.SHUTDOWN_PRI_LAST)
  const request = { kind: 'request of', name: self.name }
  for (;;) {
    yield* check()
    yield* sleep.msleep(request, null, P.PVM, 'psleep', machine.clock.hz)
  }
}

/** Frees vnodes that nobody uses. It sleeps on itself, so that a request to suspend hurries it. */
function* vnlru(machine: FreebsdMachine, { shutdown, check, self }: Participation): Steps<never> {
  const { events, sleep } = machine
  const handler = (_arg: null, howto: number) => shutdown(howto)
  events.register('shutdown_pre_sync', handler, null, P.SHUTDOWN_PRI_FIRST)
  for (;;) {
    yield* check()
    yield* sleep.msleep(self, null, P.PVFS, 'vlruwt', machine.clock.hz)
  }
}

/** GEOM's threads: each sets its priority by the pointer it was given, and looks for work ten times a second. */
function* geom(machine: FreebsdMachine, self: Proc | Td): Steps<never> {
  const { sched, sleep, clock } = machine
  const td = (self as Proc).newest!
  yield* sched.thread_lock(td)
  yield* sched.sched_prio(td, P.PRIBIO)
  yield* sched.thread_unlock(td)
  const work = { kind: 'work of', name: self.name }
  for (;;) yield* sleep.msleep(work, null, P.PRIBIO, '-', Math.max(1, Math.floor(clock.hz / 10)))
}

// Threads with something special about them

/** SI_SUB_SCHED_IDLE: a thread for each CPU, which is never queued: the CPU's idle loop is the machine's. */
function* startIdle(machine: FreebsdMachine): Steps<void> {
  const procptr: Out<Proc> = { value: null }
  for (const cpu of machine.cpus) {
    const tdptr: Out<Td> = { value: null }
    const flags = P.RFSTOPPED | P.RFHIGHPID
    const { kproc_kthread_add } = machine.kproc
    const name = `idle: cpu${cpu.index}`
    const error = yield* kproc_kthread_add(neverRuns, null, procptr, tdptr, flags, 0, 'idle', '%s', name)
    if (error !== 0) machine.panic(`idle_setup: kproc_create error ${error}`)
    const td = tdptr.value!
    td.td_pri_class = P.PRI_IDLE
    td.ownPriority = td.td_base_pri = P.PRI_MAX_IDLE
    td.td_flags |= P.TDF_IDLETD
    td.cpu = cpu
    machine.housekeeping(td)
    cpu.idle = td
  }
  procptr.value!.p_flag |= P.P_NOLOAD
}

function* neverRuns(): Steps<void> {}

/** The audit worker asks for a high number, because init has none yet. */
function* startAudit(machine: FreebsdMachine): Steps<void> {
  const newpp: Out<Proc> = { value: null }
  const body = function* () {
    const lock = new Mtx('audit_mtx', MTX_DEF)
    const work = new Cv('audit_worker_cv')
    yield* machine.mtx.mtx_lock(lock)
    for (;;) {
      yield* machine.condvar.cv_wait(work, lock)
      // No wait for it waits once the kernel panics. Ours: it does, and leaves its CPU to the thread that panicked.
      if (machine.panicking !== null) yield* machine.sleep.msleep(work, lock, 0, 'audit_worker_cv', 0)
    }
  }
  const error = yield* machine.kproc.kproc_create(body, null, newpp, P.RFHIGHPID, 0, 'audit')
  if (error !== 0) machine.panic(`audit_worker_init: kproc_create returned ${error}`)
  machine.housekeeping(newpp.value!.newest!)
}

function* startNetisr(machine: FreebsdMachine): Steps<void> {
  yield* swiAdd(machine, null, 'netisr 0', nothing, null, P.SWI_NET, INTR_MPSAFE, null)
}

function* nothing(): Steps<void> {}

/** Zeroes pages when there is nothing else to do at all. */
function* startPagezero(machine: FreebsdMachine): Steps<void> {
  const newpp: Out<Proc> = { value: null }
  const chan = { kind: 'work of', name: 'pagezero' }
  const body = function* () {
    for (;;) yield* machine.sleep.msleep(chan, null, 0, 'pgzero', machine.clock.hz * 300)
  }
  const error = yield* machine.kproc.kproc_create(body, null, newpp, P.RFSTOPPED, 0, 'pagezero')
  if (error !== 0) machine.panic(`pagezero_start: error ${error}`)
  const process = newpp.value!
  const td = process.newest!
  process.p_flag |= P.P_NOLOAD
  setThreadClass(machine, td, P.PRI_IDLE)
  td.ownPriority = td.td_base_pri = P.PRI_MAX_IDLE
  machine.housekeeping(td)
  schedAdd(machine, td)
}

/** The queues that everybody may use: three served by software interrupts, one by a thread. */
function* startTaskqueues(machine: FreebsdMachine): Steps<void> {
  for (const [name, pri, flags, words] of [
    ['swi', P.SWI_TQ, INTR_MPSAFE, 'task queue'],
    ['swi_giant', P.SWI_TQ_GIANT, 0, 'Giant taskq'],
    ['fast', P.SWI_TQ_FAST, INTR_MPSAFE, 'Fast taskq'],
  ] as const) {
    const cookie: Out<Swi> = { value: null }
    const enqueue = function* (): Steps<void> {
      swiSched(machine, cookie.value!)
      yield* []
    }
    const tq = new Taskqueue(name, enqueue, null)
    machine.taskqueues.set(name, tq)
    const handler = () => machine.taskqueue.taskqueue_run(tq)
    yield* swiAdd(machine, null, words, handler, null, pri, flags, cookie)
  }
  const { taskqueue_thread_enqueue, taskqueue_start_threads } = machine.taskqueue
  const tqp: Out<Taskqueue> = { value: null }
  tqp.value = new Taskqueue('thread', taskqueue_thread_enqueue as Taskqueue['enqueue'], tqp)
  machine.taskqueues.set('thread', tqp.value)
  yield* taskqueue_start_threads(tqp, 1, P.PWAIT, '%s taskq', 'thread')
  for (const td of tqp.value.threads) machine.housekeeping(td)
}

/** SCHED_4BSD: decays what threads have used, once a second. */
function* startSchedcpu(machine: FreebsdMachine, policy: FourBsdPolicy): Steps<void> {
  const global_procpp: Out<Proc> = { value: null }
  const func = function* () {
    for (;;) {
      policy.schedcpu()
      yield* machine.sleep.pause('-', machine.clock.hz)
    }
  }
  yield* machine.kproc.kproc_start({ arg0: 'schedcpu', func, global_procpp })
  machine.housekeeping(global_procpp.value!.newest!)
}
