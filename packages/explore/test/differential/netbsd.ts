import type { Steps } from '@kt/core'
import { callout_t, createKernel as createKernel10, type Kernel } from '@kt/netbsd/10.1'
import type { kcondvar_t, kmutex_t, krwlock_t, Lwp, Out, SoftintHandle, Workqueue } from '@kt/netbsd/10.1'
import { createKernel as createKernel6, type Kernel as Kernel6 } from '@kt/netbsd/6'
import { programFor, type Program, type System } from './harness.js'
import { callsOf, Planner, print, type Line, type Plan, type Simple, type Sleep } from './netbsd-plan.js'

/** What both releases have, and what only one of them has where it has it. */
type AnyKernel = Kernel & Partial<Pick<Kernel6, 'kthread_destroy'>>

const HANDLERS = ['work', 'callout0', 'callout1', 'soft', 'interrupt']

/** The objects of a run, and what its threads have logged. */
class Run {
  /** By thread, in an order that is the same in every run. */
  readonly log: Record<string, unknown[]>
  readonly mutexes: readonly kmutex_t[]
  readonly rwlocks: readonly krwlock_t[]
  readonly condvars: readonly kcondvar_t[]
  readonly cells: readonly ReturnType<typeof numberCell>[]
  readonly lwps: readonly Out<Lwp>[]
  readonly works = [{}, {}]
  workqueue: Workqueue | null = null
  callouts: callout_t[] = []
  softint: SoftintHandle | null = null

  constructor(
    private readonly k: AnyKernel,
    plan: Plan,
  ) {
    const threads = Array.from({ length: plan.threads }, (_, n) => `t${n}`)
    this.log = Object.fromEntries(['main', ...threads, ...HANDLERS].map((who) => [who, []]))
    this.mutexes = [k.mutex('m0'), k.mutex('m1', plan.spins ? k.IPL_VM : k.IPL_NONE)]
    this.rwlocks = [k.rwlock('rw0'), k.rwlock('rw1')]
    this.condvars = [k.condvar('cv0'), k.condvar('cv1')]
    this.cells = [numberCell(k, 'x'), numberCell(k, 'y')]
    this.lwps = Array.from({ length: plan.threads }, () => k.ref<Lwp>())
  }

  /** What needs calls before the threads are there. */
  *prepare(calls: ReadonlySet<Line['does']>): Steps<void> {
    const { k } = this
    if (calls.has('enqueue') || calls.has('wait')) {
      const wqp = k.ref<Workqueue>()
      const work = (): Steps => this.handler('work')
      yield* k.workqueue_create(wqp, 'wq', work, null, k.PRI_NONE, k.IPL_NONE, k.WQ_MPSAFE)
      this.workqueue = wqp.value
    }
    if (calls.has('callout_reset')) {
      for (let n = 0; n < 2; n++) {
        const c = new callout_t()
        yield* k.callout_init(c, n === 0 ? k.CALLOUT_MPSAFE : 0)
        yield* k.callout_setfunc(c, () => this.handler(`callout${n}`), null)
        this.callouts.push(c)
      }
    }
    if (calls.has('softint'))
      this.softint = yield* k.softint_establish(k.SOFTINT_CLOCK | k.SOFTINT_MPSAFE, () => this.handler('soft'), null)
  }

  private *handler(who: string): Steps<void> {
    const { k, log } = this
    log[who]!.push(yield* this.cells[0]!.update((x) => x + 10))
    yield* k.wakeup('ch0')
  }

  *thread(who: string, lines: readonly Line[]): Steps<void> {
    const log = this.log[who]!
    for (const line of lines) yield* this.line(line, log)
  }

  private *lines(lines: readonly Line[], log: unknown[]): Steps<void> {
    for (const line of lines) yield* this.line(line, log)
  }

  private *line(line: Line, log: unknown[]): Steps<void> {
    const { k } = this
    const { does } = line
    switch (does) {
      case 'mutex':
        if (k.curlwp.held !== null && holds(k.curlwp, this.mutexes[line.n]!)) return
        yield* k.mutex_enter(this.mutexes[line.n]!)
        yield* this.lines(line.body, log)
        yield* k.mutex_exit(this.mutexes[line.n]!)
        return
      case 'tryenter': {
        const got = yield* k.mutex_tryenter(this.mutexes[line.n]!)
        log.push(got)
        if (got === 0) return
        yield* this.lines(line.body, log)
        yield* k.mutex_exit(this.mutexes[line.n]!)
        return
      }
      case 'rwlock':
        yield* k.rw_enter(this.rwlocks[line.n]!, line.writes ? k.RW_WRITER : k.RW_READER)
        yield* this.lines(line.body, log)
        yield* k.rw_exit(this.rwlocks[line.n]!)
        return
      case 'tryrw': {
        const got = yield* k.rw_tryenter(this.rwlocks[line.n]!, line.writes ? k.RW_WRITER : k.RW_READER)
        log.push(got)
        if (got === 0) return
        yield* this.lines(line.body, log)
        yield* k.rw_exit(this.rwlocks[line.n]!)
        return
      }
      case 'KERNEL_LOCK':
        yield* k.KERNEL_LOCK(1 + line.n, null)
        yield* this.lines(line.body, log)
        for (let n = 0; n <= line.n; n++) yield* k.KERNEL_UNLOCK_ONE(null)
        return
      case 'KERNEL_UNLOCK_ALL': {
        const count = k.ref<number>()
        yield* k.KERNEL_UNLOCK_ALL(null, count)
        log.push(count.value)
        yield* this.lines(line.body, log)
        if (count.value! > 0) yield* k.KERNEL_LOCK(count.value!, null)
        return
      }
      case 'nopreempt':
        yield* k.kpreempt_disable()
        yield* this.lines(line.body, log)
        yield* k.kpreempt_enable()
        return
      case 'spl': {
        const level = yield* k.splraiseipl(k.IPL_HIGH)
        log.push(level)
        yield* this.lines(line.body, log)
        yield* k.splx(level)
        return
      }
      case 'if':
        yield* this.lines(isOdd(log.at(-1)) ? line.body : line.otherwise, log)
        return
      case 'create': {
        const { id, flags, lines } = line.thread
        const newlp = this.lwps[id]!
        const who = `t${id}`
        const body = function* (this: Run): Steps<void> {
          yield* this.thread(who, lines)
          yield* k.kthread_exit(0)
        }.bind(this)
        log.push(yield* k.kthread_create(k.PRI_NONE, flags, null, body, null, newlp, 't%d', id))
        return
      }
      case 'tsleep':
        log.push(yield* k.tsleep(`ch${line.n}`, line.catches ? k.PCATCH : 0, 'tsleep', line.timo))
        return
      case 'mtsleep':
      case 'cv_wait':
      case 'kpause':
        yield* this.sleep(line, log)
        return
      default:
        yield* this.simple(does, line.n, log)
    }
  }

  private *sleep({ does, n, timo, catches }: Line & { does: Sleep }, log: unknown[]): Steps<void> {
    const { k } = this
    if (does === 'kpause') {
      log.push(yield* k.kpause('pause', catches, Math.max(1, timo), null))
      return
    }
    const mutex = this.mutexes[0]!
    const isHeld = holds(k.curlwp, mutex)
    if (!isHeld) yield* k.mutex_enter(mutex)
    if (does === 'mtsleep') {
      log.push(
        yield* k.mtsleep(
          `ch${n}`,
          (catches ? k.PCATCH : 0) | (isHeld || n === 0 ? 0 : k.PNORELOCK),
          'mtsleep',
          timo,
          mutex,
        ),
      )
      if (!isHeld && n !== 0) return
    } else if (timo === 0 && !catches) {
      yield* k.cv_wait(this.condvars[n]!, mutex)
      log.push('woken')
    } else {
      const wait = catches ? k.cv_timedwait_sig : k.cv_timedwait
      log.push(yield* wait(this.condvars[n]!, mutex, timo))
    }
    if (!isHeld) yield* k.mutex_exit(mutex)
  }

  private *simple(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const cell = this.cells[n]!
    const cv = this.condvars[n]!
    const mutex = this.mutexes[n]!
    const callout = this.callouts[n]
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
        yield* k.wakeup(`ch${n}`)
        return
      case 'yield':
        yield* k.yield()
        return
      case 'cv_signal':
        yield* k.cv_signal(cv)
        return
      case 'cv_broadcast':
        yield* k.cv_broadcast(cv)
        return
      case 'cv_has_waiters':
        log.push(yield* k.cv_has_waiters(cv))
        return
      case 'mutex_owned':
        log.push(yield* k.mutex_owned(mutex))
        return
      case 'mutex_init':
        if (n === 0) yield* k.mutex_destroy(mutex)
        else yield* k.mutex_init(mutex, k.MUTEX_DEFAULT, k.IPL_NONE)
        return
      case 'printf':
        yield* k.printf('%d\n', n)
        return
      case 'callout_reset':
        if (callout !== undefined) yield* k.callout_schedule(callout, 1)
        return
      case 'callout_stop':
        if (callout !== undefined) log.push(yield* k.callout_stop(callout))
        return
      case 'callout_halt':
        if (callout !== undefined) log.push(yield* k.callout_halt(callout, null))
        return
      case 'callout_pending':
        if (callout !== undefined) log.push(yield* k.callout_pending(callout))
        return
      case 'callout_invoking':
        if (callout !== undefined) log.push(yield* k.callout_invoking(callout))
        return
      case 'enqueue':
        if (this.workqueue !== null) yield* k.workqueue_enqueue(this.workqueue, this.works[n]!, null)
        return
      case 'wait':
        if (this.workqueue !== null && k.release === '10.1') yield* k.workqueue_wait(this.workqueue, this.works[n]!)
        return
      case 'softint':
        yield* k.kpreempt_disable()
        if (this.softint !== null) yield* k.softint_schedule(this.softint)
        yield* k.kpreempt_enable()
        return
      case 'interrupt':
        k.interrupt(() => this.handler('interrupt'), { ci: k.cpu_lookup(0)! })
        yield* k.work(0)
        return
      default:
        yield* this.toThread(does, n, log)
    }
  }

  private *toThread(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const out = this.lwps[n]
    const l = out?.value ?? null
    if (does === 'newlp') log.push(l !== null)
    if (l === null) return
    switch (does) {
      case 'cancel':
        yield* k.cancel(l)
        return
      case 'startIdle':
        yield* k.startIdle(l)
        return
      case 'setrunnable':
        yield* k.setrunnable(l)
        return
      case 'destroy':
        if (k.kthread_destroy !== undefined) yield* k.kthread_destroy(l)
        return
      case 'join':
        log.push(yield* k.kthread_join(l))
        return
      default:
    }
  }
}

function numberCell(k: Kernel, name: string) {
  return k.cell(0, { name, atomic: true })
}

function isOdd(answer: unknown): boolean {
  return answer === true || (typeof answer === 'number' && answer % 2 !== 0)
}

function holds(lwp: Lwp, mutex: kmutex_t): boolean {
  return mutex.owner === lwp
}

function programOf(plan: Plan): Program {
  const { release, options, fault, main } = plan
  const make = (): AnyKernel =>
    (release === '6' ? createKernel6(options) : createKernel10(options)) as unknown as AnyKernel
  return programFor(print(plan), make, function* (k) {
    const run = new Run(k, plan)
    yield* run.prepare(new Set(callsOf(main)))
    if (fault !== null) k.inject({ at: fault, when: 'maybe' })
    yield* run.thread('main', main)
    return run.log
  })
}

export const netbsd: System = {
  name: 'netbsd',
  program: (seed) => programOf(new Planner(seed).plan()),
}
