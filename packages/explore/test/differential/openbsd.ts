import type { Steps } from '@kt/core'
import { createKernel as createKernel42 } from '@kt/openbsd/4.2'
import { createKernel as createKernel51, Timeout, type Kernel } from '@kt/openbsd/5.1'
import type { Mutex, Out, Proc, Rwlock, Workq } from '@kt/openbsd/5.1'
import { programFor, type Program, type System } from './harness.js'
import {
  callsOf,
  Planner,
  print,
  type Block,
  type Creation,
  type Line,
  type Plan,
  type Simple,
  type Sleep,
  type ThreadPlan,
} from './openbsd-plan.js'

/** What both releases have, and what only 5.1 has where it has it. */
type AnyKernel = Omit<Kernel, Newer> & Partial<Pick<Kernel, Newer>>
type Newer =
  'msleep' | 'mtx_enter_try' | 'workq_queue_task' | '__tfork_thread' | 'getthrid' | '__thrsleep' | '__thrwakeup'

const HANDLERS = ['task', 'timeout0', 'timeout1', 'interrupt', 'handler', 'user']

/** The objects of a run, and what its threads have logged. */
class Run {
  /** By thread, in an order that is the same in every run. */
  readonly log: Record<string, unknown[]>
  readonly mutexes: readonly Mutex[]
  readonly rwlocks: readonly Rwlock[]
  readonly timeouts: readonly Timeout[] = [new Timeout(), new Timeout()]
  readonly cells: readonly ReturnType<typeof numberCell>[]
  readonly procs: readonly Out<Proc>[]
  readonly tid: Out<number>
  private readonly held = new Map<object, Proc>()

  constructor(
    private readonly k: AnyKernel,
    plan: Plan,
  ) {
    const threads = Array.from({ length: plan.threads }, (_, n) => `t${n}`)
    this.log = Object.fromEntries(['main', ...threads, ...HANDLERS].map((who) => [who, []]))
    this.mutexes = [k.MUTEX_INITIALIZER(k.IPL_NONE, 'm0'), k.MUTEX_INITIALIZER(k.IPL_BIO, 'm1')]
    this.rwlocks = [k.RWLOCK_INITIALIZER('rw0'), k.RWLOCK_INITIALIZER('rw1')]
    this.cells = [numberCell(k, 'x'), numberCell(k, 'y')]
    this.procs = Array.from({ length: plan.threads }, () => k.ref<Proc>())
    this.tid = k.ref<number>()
  }

  /** What needs calls before the threads are there. */
  *prepare(calls: ReadonlySet<Line['does']>): Steps<void> {
    if (!calls.has('timeout_add')) return
    for (const [n, timeout] of this.timeouts.entries())
      yield* this.k.timeout_set(timeout, () => this.handler(`timeout${n}`), null)
  }

  private *handler(who: string): Steps<void> {
    this.log[who]!.push(yield* this.cells[0]!.update((x) => x + 10))
    yield* this.k.wakeup('ch0')
  }

  private *handledBy(k: AnyKernel): Steps<void> {
    yield* k.syscall('handler', () => this.handler('handler'))
  }

  *lines(lines: readonly Line[], who: string): Steps<void> {
    for (const line of lines) yield* this.line(line, who)
  }

  private *line(line: Line, who: string): Steps<void> {
    if ('thread' in line) yield* this.create(line.thread, line.does, this.log[who]!)
    else if ('body' in line) yield* this.block(line, who)
    else if ('timo' in line) yield* this.sleep(line, who)
    else yield* this.simple(line.does, line.n, this.log[who]!)
  }

  private *create({ id, isUnlocked, lines }: ThreadPlan, does: Creation, log: unknown[]): Steps<void> {
    const { k, mayReturn } = this
    const run = (): Steps<void> => this.lines(lines, `t${id}`)
    if (does === 'deferred') {
      yield* k.kthread_create_deferred(run, null)
      return
    }
    const body = function* (): Steps<void> {
      if (isUnlocked) yield* k.KERNEL_UNLOCK()
      yield* run()
      if (isUnlocked) yield* k.KERNEL_LOCK()
      if (!mayReturn || id > 0) yield* k.kthread_exit(0)
    }
    log.push(yield* k.kthread_create(body, null, this.procs[id]!, 't%d', id))
  }

  /** Whether a thread's function may return. */
  mayReturn = false

  private *block({ does, n, body }: Line & { does: Block; body: readonly Line[] }, who: string): Steps<void> {
    const { k } = this
    const log = this.log[who]!
    const mutex = this.mutexes[n]!
    const rwlock = this.rwlocks[n]!
    switch (does) {
      case 'mutex':
        yield* k.mtx_enter(mutex)
        this.held.set(mutex, k.curproc)
        yield* this.lines(body, who)
        this.held.delete(mutex)
        yield* k.mtx_leave(mutex)
        return
      case 'try':
        if (k.mtx_enter_try === undefined) return
        log.push(yield* k.mtx_enter_try(mutex))
        if (log.at(-1) === 0) return
        yield* this.lines(body, who)
        yield* k.mtx_leave(mutex)
        return
      case 'rw_read':
        yield* k.rw_enter_read(rwlock)
        yield* this.lines(body, who)
        yield* k.rw_exit_read(rwlock)
        return
      case 'rw_write':
        yield* k.rw_enter_write(rwlock)
        yield* this.lines(body, who)
        yield* k.rw_exit_write(rwlock)
        return
      case 'rw_enter': {
        const how = [k.RW_NOSLEEP, k.RW_SLEEPFAIL, k.RW_INTR][body.length]!
        log.push(yield* k.rw_enter(rwlock, k.RW_WRITE | how))
        if (log.at(-1) !== 0) return
        yield* this.lines(body, who)
        if (n === 1) log.push(yield* k.rw_enter(rwlock, k.RW_DOWNGRADE))
        yield* k.rw_exit(rwlock)
        return
      }
      case 'unlocked':
        yield* k.KERNEL_UNLOCK()
        yield* this.lines(body, who)
        yield* k.KERNEL_LOCK()
        return
      case 'locked':
        yield* k.KERNEL_LOCK()
        yield* this.lines(body, who)
        yield* k.KERNEL_UNLOCK()
        return
      case 'spl': {
        const level = yield* k.splraise(k.IPL_HIGH)
        log.push(level)
        yield* this.lines(body, who)
        yield* k.splx(level)
        return
      }
      case 'syscall':
        yield* k.syscall('ioctl', () => this.lines(body, who))
        return
      case 'fork':
        log.push(yield* k.fork(() => this.lines(body, `t${n}`)))
        return
      case 'tfork': {
        if (k.__tfork_thread === undefined) return
        const stack = yield* k.mmap(4096)
        const params = { tf_tcb: null, tf_tid: this.tid, tf_flags: 0 }
        log.push(yield* k.__tfork_thread(params, stack.end, () => this.lines(body, `t${n}`), null))
        return
      }
    }
  }

  private *sleep(
    { does, n, timo, catches }: Line & { does: Sleep; timo: number; catches: boolean },
    who: string,
  ): Steps<void> {
    const { k } = this
    const log = this.log[who]!
    const priority = k.PWAIT | (catches ? k.PCATCH : 0)
    if (does === 'tsleep' || k.msleep === undefined) {
      log.push(yield* k.tsleep(`ch${n}`, priority, 'tsleep', timo))
      return
    }
    const mutex = this.mutexes[0]!
    if (this.held.get(mutex) === k.curproc) return
    yield* k.mtx_enter(mutex)
    log.push(yield* k.msleep(`ch${n}`, mutex, priority | (n === 1 ? k.PNORELOCK : 0), 'msleep', timo))
    if (n === 0) yield* k.mtx_leave(mutex)
  }

  private *simple(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const cell = this.cells[n]!
    const timeout = this.timeouts[n]!
    const task = (): Steps => this.handler('task')
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
      case 'wakeup_one':
        yield* k.wakeup_one(`ch${n}`)
        return
      case 'wakeup_n':
        yield* k.wakeup_n(`ch${n}`, 2)
        return
      case 'yield':
        yield* k.yield()
        return
      case 'settle':
        yield* k.settle()
        return
      case 'timeout_add':
        yield* k.timeout_add(timeout, 1 + n)
        return
      case 'timeout_del':
        log.push(yield* k.timeout_del(timeout))
        return
      case 'timeout_pending':
        log.push(yield* k.timeout_pending(timeout))
        return
      case 'workq_add_task':
        log.push(yield* k.workq_add_task(this.syswq, n === 0 ? 0 : k.WQ_WAITOK, task, null, null))
        return
      case 'workq_queue_task':
        if (k.workq_queue_task !== undefined) yield* k.workq_queue_task(this.syswq, {}, 0, task, null, null)
        return
      case 'interrupt':
        k.interrupt(() => this.handler('interrupt'), { ipl: n === 0 ? k.IPL_BIO : k.IPL_CLOCK })
        yield* k.work(0)
        return
      case 'printf':
        yield* k.printf('%d\n', n)
        return
      case 'nprocs':
        log.push(k.sysctl('kern.nprocs'))
        return
      case 'newpp':
      case 'psignal':
      case 'stop':
      case 'continue':
      case 'setrunnable':
        yield* this.toThread(does, n, log)
        return
      default:
        yield* this.user(does, n, log)
    }
  }

  private readonly syswq: Workq | null = null

  private *toThread(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    const p = this.procs[n]?.value ?? null
    if (does === 'newpp') log.push(p?.p_pid)
    if (p === null) return
    if (does === 'psignal') yield* k.psignal(p, n === 0 ? k.SIGTERM : k.SIGKILL)
    else if (does === 'stop') yield* k.psignal(p, k.SIGSTOP)
    else if (does === 'continue') yield* k.psignal(p, k.SIGCONT)
    else if (does === 'setrunnable') yield* k.setrunnable(p)
  }

  private *user(does: Simple, n: number, log: unknown[]): Steps<void> {
    const { k } = this
    switch (does) {
      case 'getpid':
        log.push(yield* k.getpid())
        return
      case 'getthrid':
        if (k.getthrid !== undefined) log.push(yield* k.getthrid())
        return
      case 'wait4': {
        const status = k.ref<number>()
        log.push(yield* k.wait4(-1, status, n === 0 ? 0 : k.WNOHANG), status.value)
        return
      }
      case 'kill':
        if (n === 0) yield* k.sigaction(k.SIGUSR1, { handler: () => this.handledBy(k), flags: 0, mask: 0 }, null)
        log.push(yield* k.kill(0, k.SIGUSR1))
        return
      case 'sigprocmask':
        log.push(yield* k.sigprocmask(n === 0 ? k.SIG_BLOCK : k.SIG_UNBLOCK, 1 << (k.SIGUSR1 - 1)))
        return
      case 'nanosleep':
        log.push(yield* k.nanosleep(1))
        return
      case 'sched_yield':
        log.push(yield* k.sched_yield())
        return
      case 'user':
        yield* k.user(1000)
        return
      case 'tid':
        log.push(this.tid.value)
        yield* k.getpid()
        log.push(this.tid.value)
        return
      case 'thrsleep':
        if (k.__thrsleep !== undefined) log.push(yield* k.__thrsleep(n, 0, null, null))
        return
      case 'thrwakeup':
        if (k.__thrwakeup !== undefined) log.push(yield* k.__thrwakeup(n, n))
        return
      default:
    }
  }
}

function numberCell(k: AnyKernel, name: string) {
  return k.cell(0, { name, atomic: true })
}

function programOf(plan: Plan): Program {
  const { release, options, fault, slots, user, main } = plan
  const make = (): AnyKernel =>
    (release === '4.2' ? createKernel42(options) : createKernel51(options)) as unknown as AnyKernel
  return programFor(print(plan), make, function* (k) {
    const run = new Run(k, plan)
    run.mayReturn = options.lenient === true
    yield* run.prepare(new Set(callsOf([...main, ...(user ?? [])])))
    if (fault !== null) k.inject({ at: fault, when: 'maybe' })
    if (release === '5.1') k.sysctl('kern.rthreads', 1)
    if (slots !== null) k.sysctl('kern.maxproc', (k.sysctl('kern.nprocs') as number) + slots + (user === null ? 0 : 1))
    if (user !== null) k.process({ name: 'user', uid: slots === 2 ? 1000 : 0 }, () => run.lines(user, 'user'))
    yield* run.lines(main, 'main')
    return run.log
  })
}

export const openbsd: System = {
  name: 'openbsd',
  program: (seed) => programOf(new Planner(seed).plan()),
}
