import { ref, type Out } from '@kt/core'
import * as fb from '../src/releases/8.0.js'

/** Objects of a kernel that has booted, for calls to be made with. */
export interface Objects {
  readonly td: fb.Td
  readonly p: fb.Proc
  readonly mtx: fb.Mtx
  readonly spin: fb.Mtx
  readonly rw: fb.Rwlock
  readonly sx: fb.Sx
  readonly cv: fb.Cv
  readonly callout: fb.Callout
  readonly task: fb.Task
  readonly tqp: Out<fb.Taskqueue>
  readonly swi: fb.Swi
  readonly event: Out<fb.IntrEvent>
}

/** Boots the kernel, and makes one of everything. */
export function objectsOf(k: fb.Kernel): Objects {
  const td = ref<fb.Td>()
  const newpp = ref<fb.Proc>()
  const swi = ref<fb.Swi>()
  const event = ref<fb.IntrEvent>()
  const tqp = ref<fb.Taskqueue>()
  const callout = new fb.Callout()
  k.boot(function* () {
    yield* k.kthread_add(sleeps(k), null, null, td, 0, 0, 'asleep')
    yield* k.kproc_create(sleeps(k), null, newpp, 0, 0, 'asleep')
    yield* k.swi_add(event, 'net', nothing, null, k.SWI_NET, 0, swi)
    yield* k.callout_init(callout, k.CALLOUT_MPSAFE)
    tqp.value = yield* k.taskqueue_create('queue', 0, k.taskqueue_thread_enqueue, tqp)
  })
  return {
    td: td.value!,
    p: newpp.value!,
    mtx: k.mtx('mutex'),
    spin: k.mtx('spin', k.MTX_SPIN),
    rw: k.rwlock('rw'),
    sx: k.sx('sx'),
    cv: k.cv('cv'),
    callout,
    task: k.TASK_INIT(0, nothing, null),
    tqp,
    swi: swi.value!,
    event,
  }
}

function sleeps(k: fb.Kernel) {
  return function* (): fb.Steps<void> {
    for (;;) yield* k.pause('asleep', 60 * k.hz)
  }
}

/** A body that does nothing. */
export function* nothing(): fb.Steps<void> {}

type Call = (k: fb.Kernel, o: Objects) => fb.KernelCall<unknown>

/** Every call that is made with yield*, by name, with arguments that are right. */
export const CALLS: Readonly<Record<string, Call>> = {
  // kthread(9), kproc(9)
  kthread_start: (k) => k.kthread_start({ arg0: 'started', func: sleeps(k), global_threadpp: null }),
  kthread_shutdown: (k, { td }) => k.kthread_shutdown(td, 0),
  kthread_add: (k) => k.kthread_add(sleeps(k), null, null, null, 0, 0, 'added'),
  kthread_exit: (k) => k.kthread_exit(),
  kthread_resume: (k, { td }) => k.kthread_resume(td),
  kthread_suspend: (k, { td }) => k.kthread_suspend(td, 5),
  kthread_suspend_check: (k) => k.kthread_suspend_check(k.curthread),
  kproc_start: (k) => k.kproc_start({ arg0: 'started', func: sleeps(k), global_procpp: null }),
  kproc_shutdown: (k, { p }) => k.kproc_shutdown(p, 0),
  kproc_create: (k) => k.kproc_create(sleeps(k), null, null, 0, 0, 'created'),
  kproc_exit: (k) => k.kproc_exit(0),
  kproc_resume: (k, { p }) => k.kproc_resume(p),
  kproc_suspend: (k, { p }) => k.kproc_suspend(p, 5),
  kproc_suspend_check: (k, { p }) => k.kproc_suspend_check(p),
  kproc_kthread_add: (k) => k.kproc_kthread_add(sleeps(k), null, ref<fb.Proc>(), null, 0, 0, 'proc', 'added'),
  // sleep(9)
  tsleep: (k) => k.tsleep('chan', k.PWAIT, 'chan', 5),
  msleep: (k, { p }) => k.msleep(p, null, k.PWAIT, 'chan', 5),
  msleep_spin: (k, { spin }) => k.msleep_spin('chan', spin, 'chan', 5),
  sx_sleep: (k, { sx }) => k.sx_sleep('chan', sx, k.PWAIT, 'chan', 5),
  rw_sleep: (k, { rw }) => k.rw_sleep('chan', rw, k.PWAIT, 'chan', 5),
  pause: (k) => k.pause('pause', 5),
  wakeup: (k) => k.wakeup('chan'),
  wakeup_one: (k) => k.wakeup_one('chan'),
  // mutex(9)
  mtx_init: (k, { mtx }) => k.mtx_init(mtx, 'mutex', null, k.MTX_DEF),
  mtx_destroy: (k, { mtx }) => k.mtx_destroy(mtx),
  mtx_lock: (k, { mtx }) => k.mtx_lock(mtx),
  mtx_unlock: (k, { mtx }) => k.mtx_unlock(mtx),
  mtx_trylock: (k, { mtx }) => k.mtx_trylock(mtx),
  mtx_lock_spin: (k, { spin }) => k.mtx_lock_spin(spin),
  mtx_unlock_spin: (k, { spin }) => k.mtx_unlock_spin(spin),
  mtx_owned: (k, { mtx }) => k.mtx_owned(mtx),
  mtx_recursed: (k, { mtx }) => k.mtx_recursed(mtx),
  mtx_assert: (k, { mtx }) => k.mtx_assert(mtx, k.MA_NOTOWNED),
  mtx_initialized: (k, { mtx }) => k.mtx_initialized(mtx),
  PROC_LOCK: (k, { p }) => k.PROC_LOCK(p),
  PROC_UNLOCK: (k, { p }) => k.PROC_UNLOCK(p),
  // rwlock(9)
  rw_init: (k, { rw }) => k.rw_init(rw, 'rw'),
  rw_init_flags: (k, { rw }) => k.rw_init_flags(rw, 'rw', 0),
  rw_rlock: (k, { rw }) => k.rw_rlock(rw),
  rw_wlock: (k, { rw }) => k.rw_wlock(rw),
  rw_runlock: (k, { rw }) => k.rw_runlock(rw),
  rw_wunlock: (k, { rw }) => k.rw_wunlock(rw),
  rw_try_rlock: (k, { rw }) => k.rw_try_rlock(rw),
  rw_try_wlock: (k, { rw }) => k.rw_try_wlock(rw),
  rw_try_upgrade: (k, { rw }) => k.rw_try_upgrade(rw),
  rw_downgrade: (k, { rw }) => k.rw_downgrade(rw),
  rw_wowned: (k, { rw }) => k.rw_wowned(rw),
  rw_destroy: (k, { rw }) => k.rw_destroy(rw),
  // sx(9)
  sx_init: (k, { sx }) => k.sx_init(sx, 'sx'),
  sx_init_flags: (k, { sx }) => k.sx_init_flags(sx, 'sx', 0),
  sx_slock: (k, { sx }) => k.sx_slock(sx),
  sx_xlock: (k, { sx }) => k.sx_xlock(sx),
  sx_slock_sig: (k, { sx }) => k.sx_slock_sig(sx),
  sx_xlock_sig: (k, { sx }) => k.sx_xlock_sig(sx),
  sx_try_slock: (k, { sx }) => k.sx_try_slock(sx),
  sx_try_xlock: (k, { sx }) => k.sx_try_xlock(sx),
  sx_sunlock: (k, { sx }) => k.sx_sunlock(sx),
  sx_xunlock: (k, { sx }) => k.sx_xunlock(sx),
  sx_try_upgrade: (k, { sx }) => k.sx_try_upgrade(sx),
  sx_downgrade: (k, { sx }) => k.sx_downgrade(sx),
  sx_xlocked: (k, { sx }) => k.sx_xlocked(sx),
  sx_destroy: (k, { sx }) => k.sx_destroy(sx),
  // condvar(9)
  cv_init: (k, { cv }) => k.cv_init(cv, 'cv'),
  cv_destroy: (k, { cv }) => k.cv_destroy(cv),
  cv_wait: (k, { cv, mtx }) => k.cv_wait(cv, mtx),
  cv_wait_unlock: (k, { cv, mtx }) => k.cv_wait_unlock(cv, mtx),
  cv_wait_sig: (k, { cv, mtx }) => k.cv_wait_sig(cv, mtx),
  cv_timedwait: (k, { cv, mtx }) => k.cv_timedwait(cv, mtx, 5),
  cv_timedwait_sig: (k, { cv, mtx }) => k.cv_timedwait_sig(cv, mtx, 5),
  cv_signal: (k, { cv }) => k.cv_signal(cv),
  cv_broadcast: (k, { cv }) => k.cv_broadcast(cv),
  // The scheduler
  thread_lock: (k, { td }) => k.thread_lock(td),
  thread_unlock: (k, { td }) => k.thread_unlock(td),
  sched_add: (k, { td }) => k.sched_add(td, k.SRQ_BORING),
  sched_prio: (k, { td }) => k.sched_prio(td, k.PVM),
  sched_user_prio: (k, { td }) => k.sched_user_prio(td, k.PUSER),
  sched_class: (k, { td }) => k.sched_class(td, k.PRI_TIMESHARE),
  sched_relinquish: (k) => k.sched_relinquish(),
  uio_yield: (k) => k.uio_yield(),
  sched_bind: (k) => k.sched_bind(k.curthread, 0),
  sched_unbind: (k) => k.sched_unbind(k.curthread),
  critical_enter: (k) => k.critical_enter(),
  critical_exit: (k) => k.critical_exit(),
  cpuset_setthread: (k, { td }) => k.cpuset_setthread(td.td_tid, 1),
  user: (k) => k.user(1),
  // callout(9)
  callout_init: (k, { callout }) => k.callout_init(callout, 1),
  callout_init_mtx: (k, { callout, mtx }) => k.callout_init_mtx(callout, mtx, 0),
  callout_reset: (k, { callout }) => k.callout_reset(callout, 1, nothing, null),
  callout_reset_on: (k, { callout }) => k.callout_reset_on(callout, 1, nothing, null, 0),
  callout_schedule: (k, { callout }) => k.callout_schedule(callout, 1),
  callout_stop: (k, { callout }) => k.callout_stop(callout),
  callout_drain: (k, { callout }) => k.callout_drain(callout),
  callout_pending: (k, { callout }) => k.callout_pending(callout),
  callout_active: (k, { callout }) => k.callout_active(callout),
  callout_deactivate: (k, { callout }) => k.callout_deactivate(callout),
  // taskqueue(9), swi(9)
  taskqueue_create: (k, { tqp }) => k.taskqueue_create('queue', 0, k.taskqueue_thread_enqueue, tqp),
  taskqueue_thread_enqueue: (k, { tqp }) => k.taskqueue_thread_enqueue(tqp),
  taskqueue_start_threads: (k, { tqp }) => k.taskqueue_start_threads(tqp, 1, k.PWAIT, 'queue'),
  taskqueue_enqueue: (k, { tqp, task }) => k.taskqueue_enqueue(tqp.value!, task),
  taskqueue_drain: (k, { tqp, task }) => k.taskqueue_drain(tqp.value!, task),
  taskqueue_run: (k, { tqp }) => k.taskqueue_run(tqp.value!),
  taskqueue_free: (k, { tqp }) => k.taskqueue_free(tqp.value!),
  swi_add: (k) => k.swi_add(null, 'other', nothing, null, k.SWI_NET, 0, null),
  swi_sched: (k, { swi }) => k.swi_sched(swi, 0),
  // SYSINIT(9), EVENTHANDLER(9), reboot(2)
  kldload: (k) => k.kldload({ name: 'module', sysinits: [] }),
  EVENTHANDLER_REGISTER: (k) => k.EVENTHANDLER_REGISTER('event', nothing, null, 0),
  EVENTHANDLER_DEREGISTER: (k) => k.EVENTHANDLER_DEREGISTER('event', null),
  EVENTHANDLER_INVOKE: (k) => k.EVENTHANDLER_INVOKE('event'),
  reboot: (k) => k.reboot(0),
  shutdown_nice: (k) => k.shutdown_nice(0),
  // Of every system's kernel
  work: (k) => k.work(5),
  DELAY: (k) => k.DELAY(5),
  printf: (k) => k.printf('words'),
  panic: (k) => k.panic('words'),
}

/** What is called without yield*: set-up, views and reads. */
export const PLAIN: readonly string[] = [
  'TASK_INIT',
  'SYSINIT',
  'boot',
  'run',
  'cell',
  'cv',
  'cpus',
  'curcpu',
  'ddbPs',
  'eventhandlers',
  'inject',
  'interrupt',
  'kinfo_proc',
  'locks',
  'mark',
  'mtx',
  'pfind',
  'process',
  'procstatText',
  'psText',
  'ref',
  'rwlock',
  'sx',
  'sysctl',
  'taskqueue',
  'tdfind',
  'waiting',
]

/** The functions of a kernel. */
export function functionsOf(k: fb.Kernel): string[] {
  const names: string[] = []
  for (const name in k) {
    if (name === 'curthread' || name === 'curproc') continue
    if (typeof (k as unknown as Record<string, unknown>)[name] === 'function') names.push(name)
  }
  return names
}
