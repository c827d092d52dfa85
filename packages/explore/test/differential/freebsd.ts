import type { Steps } from '@kt/core'
import { Callout, createKernel, MTX_RECURSE, MTX_SPIN, SX_RECURSE, RW_RECURSE } from '@kt/freebsd/8.0'
import type { Cv, Kernel, Mtx, Out, Proc, Rwlock, Swi, Sx, Task, Taskqueue, Td } from '@kt/freebsd/8.0'
import {
  callsOf,
  isAround,
  isSleep,
  Planner,
  print,
  type Around,
  type Line,
  type Plan,
  type Simple,
  type Sleep,
  type ThreadPlan,
} from './freebsd-plan.js'
import { programFor, type System } from './harness.js'

const HANDLERS = ['task0', 'task1', 'callout0', 'callout1', 'swi', 'interrupt']

/** The objects of a run, and what its threads have logged. */
class Run {
  /** By thread, in an order that is the same in every run. */
  readonly log: Record<string, unknown[]>
  private readonly mutexes: readonly Mtx[]
  private readonly spins: readonly Mtx[]
  private readonly sxs: readonly Sx[]
  private readonly rws: readonly Rwlock[]
  private readonly cvs: readonly Cv[]
  private readonly cells: readonly ReturnType<typeof numberCell>[]
  private readonly tds: readonly Out<Td>[]
  /** Of its own process each, and last the one that several share. */
  private readonly procs: readonly Out<Proc>[]
  private readonly callouts = [new Callout(), new Callout()]
  private readonly tasks: Task[] = []
  private readonly tq: Out<Taskqueue>
  private readonly swi: Out<Swi>

  constructor(
    private readonly k: Kernel,
    plan: Plan,
  ) {
    const threads = Array.from({ length: plan.threads }, (_, n) => `t${n}`)
    this.log = Object.fromEntries(['main', ...threads, ...HANDLERS].map((who) => [who, []]))
    this.mutexes = [k.mtx('m0'), k.mtx('m1', MTX_RECURSE)]
    this.spins = [k.mtx('s0', MTX_SPIN), k.mtx('s1', MTX_SPIN | MTX_RECURSE)]
    this.sxs = [k.sx('sx0'), k.sx('sx1', SX_RECURSE)]
    this.rws = [k.rwlock('rw0'), k.rwlock('rw1', RW_RECURSE)]
    this.cvs = [k.cv('cv0'), k.cv('cv1')]
    this.cells = [numberCell(k, 'x'), numberCell(k, 'y')]
    this.tds = threads.map(() => k.ref<Td>())
    this.procs = [...threads, 'shared'].map(() => k.ref<Proc>())
    this.tq = k.ref<Taskqueue>()
    this.swi = k.ref<Swi>()
  }

  /** What needs calls before the threads are there. */
  *prepare(calls: ReadonlySet<Line['does']>): Steps<void> {
    const { k, tq } = this
    if (calls.has('enqueue') || calls.has('drain')) {
      tq.value = yield* k.taskqueue_create('tq', 0, k.taskqueue_thread_enqueue, tq)
      yield* k.taskqueue_start_threads(tq, 1, k.PWAIT, 'tq')
      for (const n of [0, 1]) this.tasks.push(k.TASK_INIT(n, () => this.handler(`task${n}`), null))
    }
    if (calls.has('callout_reset')) {
      yield* k.callout_init(this.callouts[0]!, 1)
      yield* k.callout_init_mtx(this.callouts[1]!, this.mutexes[0]!, 0)
    }
    if (calls.has('swi'))
      yield* k.swi_add(null, 'swi', () => this.handler('swi'), null, k.SWI_CLOCK, k.INTR_MPSAFE, this.swi)
  }

  private *handler(who: string): Steps<void> {
    const { k, log, cells } = this
    log[who]!.push(yield* cells[0]!.update((x) => x + 10))
    yield* k.wakeup('ch0')
  }

  *lines(lines: readonly Line[], log: unknown[]): Steps<void> {
    for (const line of lines) {
      const { does } = line
      if (does === 'if') yield* this.lines(isOdd(log.at(-1)) ? line.body : line.otherwise, log)
      else if (does === 'create') yield* this.create(line.thread, log)
      else if (isAround(does)) yield* this.around(does, line.n, (line as Line & { does: Around }).body, log)
      else if (isSleep(does)) yield* this.sleep(line as Line & { does: Sleep }, log)
      else yield* this.simple(does, line.n, log)
    }
  }

  private *create({ id, kind, isStopped, lines }: ThreadPlan, log: unknown[]): Steps<void> {
    const { k, tds, procs } = this
    const flags = isStopped ? k.RFSTOPPED : 0
    const body = function* (this: Run): Steps<void> {
      yield* this.lines(lines, this.log[`t${id}`]!)
      if (kind === 'thread') yield* k.kthread_exit()
      if (kind === 'shared') yield* k.kthread_exit()
      // One of a process of its own returns, which ends the process.
    }.bind(this)
    const td = tds[id]!
    if (kind === 'thread') log.push(yield* k.kthread_add(body, null, null, td, flags, 0, 't%d', id))
    else if (kind === 'process') log.push(yield* k.kproc_create(body, null, procs[id]!, flags, 0, 't%d', id))
    else log.push(yield* k.kproc_kthread_add(body, null, procs.at(-1)!, td, flags, 0, 'shared', 't%d', id))
  }

  private *around(does: Around, n: number, body: readonly Line[], log: unknown[]): Steps<void> {
    const { k } = this
    const [mutex, spin, sx, rw] = [this.mutexes[n]!, this.spins[n]!, this.sxs[n]!, this.rws[n]!]
    switch (does) {
      case 'mtx':
        yield* k.mtx_lock(mutex)
        yield* this.lines(body, log)
        yield* k.mtx_unlock(mutex)
        return
      case 'trylock': {
        const got = yield* k.mtx_trylock(mutex)
        log.push(got)
        if (got === 0) return
        yield* this.lines(body, log)
        yield* k.mtx_unlock(mutex)
        return
      }
      case 'spin':
        yield* k.mtx_lock_spin(spin)
        yield* this.lines(body, log)
        yield* k.mtx_unlock_spin(spin)
        return
      case 'Giant':
        yield* k.mtx_lock(k.Giant)
        if (n === 1) yield* k.mtx_lock(k.Giant)
        yield* this.lines(body, log)
        if (n === 1) yield* k.mtx_unlock(k.Giant)
        yield* k.mtx_unlock(k.Giant)
        return
      case 'PROC_LOCK':
        yield* k.PROC_LOCK(k.proc0)
        yield* this.lines(body, log)
        yield* k.PROC_UNLOCK(k.proc0)
        return
      case 'slock':
        yield* k.sx_slock(sx)
        yield* this.lines(body, log)
        yield* k.sx_sunlock(sx)
        return
      case 'xlock':
        yield* k.sx_xlock(sx)
        yield* this.lines(body, log)
        yield* k.sx_xunlock(sx)
        return
      case 'try_slock':
      case 'try_xlock': {
        const isShared = does === 'try_slock'
        const got = yield* (isShared ? k.sx_try_slock : k.sx_try_xlock)(sx)
        log.push(got)
        if (got === 0) return
        yield* this.lines(body, log)
        yield* (isShared ? k.sx_sunlock : k.sx_xunlock)(sx)
        return
      }
      case 'rlock':
        yield* k.rw_rlock(rw)
        yield* this.lines(body, log)
        yield* k.rw_runlock(rw)
        return
      case 'wlock':
        yield* k.rw_wlock(rw)
        yield* this.lines(body, log)
        yield* k.rw_wunlock(rw)
        return
      case 'try_rlock':
      case 'try_wlock': {
        const isRead = does === 'try_rlock'
        const got = yield* (isRead ? k.rw_try_rlock : k.rw_try_wlock)(rw)
        log.push(got)
        if (got === 0) return
        yield* this.lines(body, log)
        yield* (isRead ? k.rw_runlock : k.rw_wunlock)(rw)
        return
      }
      case 'critical':
        yield* k.critical_enter()
        yield* this.lines(body, log)
        yield* k.critical_exit()
    }
  }

  private *sleep({ does, n, timo, drops }: Line & { does: Sleep }, log: unknown[]): Steps<void> {
    const { k } = this
    const ch = `ch${n}`
    const pri = 80 + 4 * n
    const td = this.tds[n]?.value ?? null
    const proc = this.proc(n)
    switch (does) {
      case 'tsleep':
        log.push(yield* k.tsleep(ch, pri, does, Math.max(1, timo)))
        return
      case 'pause':
        log.push(yield* k.pause(does, Math.max(1, timo)))
        return
      case 'msleep': {
        const mutex = this.mutexes[0]!
        const isHeld = mutex.owner === k.curthread
        if (!isHeld) yield* k.mtx_lock(mutex)
        log.push(yield* k.msleep(ch, mutex, drops ? pri | k.PDROP : pri, does, timo))
        if (!isHeld && !drops) yield* k.mtx_unlock(mutex)
        return
      }
      case 'msleep_spin': {
        const mutex = this.spins[0]!
        const isHeld = mutex.owner === k.curthread
        if (!isHeld) yield* k.mtx_lock_spin(mutex)
        log.push(yield* k.msleep_spin(ch, mutex, does, timo))
        if (!isHeld) yield* k.mtx_unlock_spin(mutex)
        return
      }
      case 'Giant_sleep':
        yield* k.mtx_lock(k.Giant)
        log.push(yield* k.msleep(ch, n === 0 ? k.Giant : null, pri, does, timo))
        yield* k.mtx_unlock(k.Giant)
        return
      case 'sx_sleep': {
        const sx = this.sxs[0]!
        yield* (n === 0 ? k.sx_slock : k.sx_xlock)(sx)
        log.push(yield* k.sx_sleep(ch, sx, drops ? pri | k.PDROP : pri, does, timo))
        if (!drops) yield* (n === 0 ? k.sx_sunlock : k.sx_xunlock)(sx)
        return
      }
      case 'rw_sleep': {
        const rw = this.rws[0]!
        yield* (n === 0 ? k.rw_rlock : k.rw_wlock)(rw)
        log.push(yield* k.rw_sleep(ch, rw, drops ? pri | k.PDROP : pri, does, timo))
        if (!drops) yield* (n === 0 ? k.rw_runlock : k.rw_wunlock)(rw)
        return
      }
      case 'cv_wait':
        yield* this.wait(n, timo, drops, log)
        return
      case 'cv_wait_sx':
        yield* k.sx_xlock(this.sxs[0]!)
        log.push(yield* k.cv_timedwait(this.cvs[n]!, this.sxs[0]!, timo))
        yield* k.sx_xunlock(this.sxs[0]!)
        return
      case 'suspend':
        if (td !== null) log.push(yield* k.kthread_suspend(td, timo))
        return
      case 'proc_suspend':
        if (proc !== null) log.push(yield* k.kproc_suspend(proc, timo))
        return
      case 'join':
        if (td !== null) log.push(yield* k.tsleep(td, 0, does, Math.max(1, timo)))
    }
  }

  private *wait(n: number, timo: number, drops: boolean, log: unknown[]): Steps<void> {
    const { k } = this
    const [cv, mutex] = [this.cvs[n]!, this.mutexes[0]!]
    const isHeld = mutex.owner === k.curthread
    if (!isHeld) yield* k.mtx_lock(mutex)
    if (timo > 0) log.push(yield* k.cv_timedwait(cv, mutex, timo))
    else if (drops) yield* k.cv_wait_unlock(cv, mutex)
    else log.push(yield* k.cv_wait_sig(cv, mutex))
    log.push('woken')
    if (!isHeld && (timo > 0 || !drops)) yield* k.mtx_unlock(mutex)
  }

  private *simple(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const [cell, cv, mutex, ch] = [this.cells[n]!, this.cvs[n]!, this.mutexes[n]!, `ch${n}`]
    switch (does) {
      case 'read':
        log.push(yield* cell.read())
        return
      case 'write':
        yield* cell.write(log.length)
        return
      case 'update':
        log.push(yield* cell.update((x) => x + 1))
        return
      case 'wakeup':
        yield* k.wakeup(ch)
        return
      case 'wakeup_one':
        yield* k.wakeup_one(ch)
        return
      case 'cv_signal':
        yield* k.cv_signal(cv)
        return
      case 'cv_broadcast':
        yield* k.cv_broadcast(cv)
        return
      case 'owned':
        log.push(yield* k.mtx_owned(mutex))
        return
      case 'recursed':
        log.push(yield* k.mtx_recursed(mutex))
        return
      case 'initialized':
        log.push(yield* k.mtx_initialized(mutex))
        return
      case 'destroy':
        yield* k.mtx_destroy(mutex)
        return
      case 'init':
        yield* k.mtx_init(mutex, 'again', null, 0)
        return
      case 'upgrade':
        log.push(yield* k.sx_try_upgrade(this.sxs[n]!))
        return
      case 'downgrade':
        yield* k.sx_downgrade(this.sxs[n]!)
        return
      case 'rw_upgrade':
        log.push(yield* k.rw_try_upgrade(this.rws[n]!))
        return
      case 'relinquish':
        yield* k.sched_relinquish()
        return
      case 'uio_yield':
        yield* k.uio_yield()
        return
      case 'interrupt':
        k.interrupt(() => this.handler('interrupt'))
        yield* k.work(0)
        return
      case 'printf':
        yield* k.printf('%d\n', n)
        return
      case 'exit':
        yield* k.kthread_exit()
        return
      case 'proc_exit':
        if (k.curproc !== k.proc0) yield* k.kproc_exit(n)
        return
      default:
        yield* this.served(does, n, log)
    }
  }

  private *served(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const [callout, task, tq, swi] = [this.callouts[n]!, this.tasks[n], this.tq.value, this.swi.value]
    switch (does) {
      case 'enqueue':
        if (tq !== null) yield* k.taskqueue_enqueue(tq, task!)
        return
      case 'drain':
        if (tq !== null) yield* k.taskqueue_drain(tq, task!)
        return
      case 'callout_reset':
        log.push(yield* k.callout_reset(callout, 1, () => this.handler(`callout${n}`), null))
        return
      case 'callout_stop':
        log.push(yield* k.callout_stop(callout))
        return
      case 'callout_drain':
        log.push(yield* k.callout_drain(callout))
        return
      case 'callout_pending':
        log.push(yield* k.callout_pending(callout))
        return
      case 'swi':
        if (swi !== null) yield* k.swi_sched(swi, 0)
        return
      default:
        yield* this.toThread(does, n, log)
    }
  }

  private *toThread(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const td = this.tds[n]?.value ?? null
    const proc = this.proc(n)
    switch (does) {
      case 'newtd':
        log.push(td !== null)
        return
      case 'newproc':
        log.push(proc !== null)
        return
      case 'check':
        yield* k.kthread_suspend_check(k.curthread)
        return
      case 'proc_check':
        yield* k.kproc_suspend_check(k.curproc)
        return
      case 'resume':
        if (td !== null) log.push(yield* k.kthread_resume(td))
        return
      case 'sched_add':
        if (td !== null) yield* k.sched_add(td, k.SRQ_BORING)
        return
      case 'sched_prio':
        if (td !== null) yield* k.sched_prio(td, 100)
        return
      case 'proc_resume':
        if (proc !== null) log.push(yield* k.kproc_resume(proc))
        return
      default:
    }
  }

  private proc(n: number): Proc | null {
    return (n === 0 ? this.procs.at(-1) : this.procs[0])?.value ?? null
  }
}

function numberCell(k: Kernel, name: string) {
  return k.cell(0, { name, atomic: true })
}

function isOdd(answer: unknown): boolean {
  return answer === true || (typeof answer === 'number' && answer % 2 !== 0)
}

export const freebsd: System = {
  name: 'freebsd',
  program(seed) {
    const plan = new Planner(seed).plan()
    const { options, fault, main } = plan
    const make = (): Kernel => createKernel(options)
    return programFor(print(plan), make, function* (k) {
      const run = new Run(k, plan)
      yield* run.prepare(new Set(callsOf(main)))
      if (fault !== null) k.inject({ at: fault, when: 'maybe' })
      yield* run.lines(main, run.log['main']!)
      return run.log
    })
  },
}
