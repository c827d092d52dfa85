import { ThreadState, type Steps } from '@kt/core'
import { Timeout, type Mutex, type Proc, type Rwlock, type Workq } from '../src/public.js'
import type { AnyKernel, Player, Self } from './random-play.js'
import type { KernelStep, ThreadPlan } from './random-scenario.js'

interface Child {
  readonly plan: ThreadPlan
  readonly p: Proc
  isOver: boolean
}

type Step<K extends KernelStep['do']> = Extract<KernelStep, { do: K }>

/** Plays what kernel code does. */
export class KernelPlayer {
  private readonly k: AnyKernel
  private readonly channels = [{ name: 'c0', kind: 'channel' }, 'c1', 2] as const
  private readonly mutexes: readonly Mutex[]
  private readonly rwlocks: readonly Rwlock[]
  private readonly sleepMutex: Mutex
  private readonly timeouts = [new Timeout(), new Timeout()]
  private own: Workq | null = null
  private readonly inside = new Map<object, { readers: number; writer: string | null }>()
  private readonly children: Child[] = []
  private queued = 0
  private created = 0
  private warnings = 0

  constructor(private readonly player: Player) {
    const { k } = player
    this.k = k
    // Above the soft clock, which takes the big lock that somebody may have who spins for one of these.
    this.mutexes = [k.MUTEX_INITIALIZER(k.IPL_BIO, 'm0'), k.MUTEX_INITIALIZER(k.IPL_HIGH, 'm1')]
    this.sleepMutex = k.MUTEX_INITIALIZER(k.IPL_BIO, 'sm')
    this.rwlocks = [k.RWLOCK_INITIALIZER('r0'), k.RWLOCK_INITIALIZER('r1')]
  }

  *setUp(): Steps<void> {
    const { k } = this
    for (const [at, timeout] of this.timeouts.entries()) yield* k.timeout_set(timeout, () => this.tick(at), at)
    this.own = yield* k.workq_create('own', 2)
    this.player.expect(this.own !== null, 'a queue is made')
  }

  private *tick(at: number): Steps<void> {
    this.player.log.push(`timeout ${at}`)
    yield* this.k.work(10_000)
    yield* this.k.wakeup_one(this.channels[at]!)
  }

  *wakeChannels(): Steps<void> {
    for (const channel of this.channels) yield* this.k.wakeup(channel)
  }

  get isBusy(): boolean {
    return this.queued > 0 || this.children.some(({ isOver, p }) => !isOver || p.state !== ThreadState.dead)
  }

  isOver(): void {
    for (const { p } of this.children) this.player.expect(p.isFree, `${p.p_comm} is freed`)
    // CPUs that are slower than the clock may not have come to it.
    const isLate = this.player.oracle?.freeTimers === true
    for (const timeout of this.timeouts) this.player.expect(isLate || !timeout.isPending, 'a timeout comes')
    const warnings = this.k.console.filter((line) => line.startsWith('WARNING: thread `')).length
    this.player.expect(warnings === this.warnings, `${warnings} warnings for ${this.warnings} exit codes`)
    for (const { readers, writer } of this.inside.values())
      this.player.expect(readers === 0 && writer === null, 'all have left their locks')
  }

  // Threads

  *create(self: Self, plan: ThreadPlan): Steps<void> {
    const { k, player } = this
    const at = this.created++
    const newpp = k.ref<Proc>()
    const arg = plan.ecode === 3 ? null : at
    const func = (given: unknown): Steps => {
      const isGiven = arg === null && player.scenario.reading === 'kernel' ? given === k.curproc : given === arg
      player.expect(isGiven, `func of thread ${at} is given its argument`)
      return this.thread(plan, newpp.value, at)
    }
    const error = yield* k.kthread_create(func, arg, newpp, plan.name, at)
    player.log.push(`${self.name}: kthread_create gave ${error}`)
    if (error !== 0) {
      player.expect(newpp.value === null, 'newpp is untouched on an error')
      player.expectFailure(error, 'kthread_create')
    } else this.children.push({ plan, p: newpp.value!, isOver: false })
  }

  private *thread(plan: ThreadPlan, p: Proc | null, at: number): Steps<void> {
    const { k, player } = this
    const self = player.self(`t${at}`, 'kthread')
    const comm = plan.name.replace('%d', String(at)).slice(0, k.MAXCOMLEN)
    player.expect(p === k.curproc && p.p_comm === comm && p.isSystem, `${self.name} begins as what it is`)
    player.expect(p!.p_p.ps_pptr === k.proc0.p_p && p!.p_p.ps_pgid === 0, `${self.name} is a child of process 0`)
    player.log.push(`${self.name} begins as ${p!.p_pid}`)
    yield* this.steps(self, plan.steps)
    player.log.push(`${self.name} ends`)
    this.children.find((child) => child.p === p)!.isOver = true
    if (plan.ecode !== 0) this.warnings++
    yield* k.kthread_exit(plan.ecode)
  }

  // Steps

  *steps(self: Self, body: readonly KernelStep[]): Steps<void> {
    for (const step of body) {
      yield* this.step(self, step)
      if (self.p !== null) this.player.expect(this.k.curproc === self.p, `${self.name} is the current thread`)
      if (self.p !== null) this.player.expect(!self.p.isInUserMode, `${self.name} is in the kernel`)
    }
  }

  private *step(self: Self, step: KernelStep): Steps<void> {
    const { k, player } = this
    const waits = self.mayNotWait === 0
    switch (step.do) {
      case 'yield':
        if (waits) yield* k.yield()
        return
      case 'preempt':
        if (waits) yield* k.preempt(null)
        return
      case 'work': {
        const before = k.now
        yield* k.work(step.us * 1000)
        player.expect(k.now >= before + step.us * 1000, 'work takes its time')
        return
      }
      case 'wakeup':
        if (step.n === 1) yield* k.wakeup_one(this.channels[step.channel]!)
        else if (step.n < 0) yield* k.wakeup(this.channels[step.channel]!)
        else yield* k.wakeup_n(this.channels[step.channel]!, step.n)
        return
      case 'tsleep': {
        if (!waits) return
        const { timo, catches } = step
        const priority = k.PWAIT | (catches ? k.PCATCH : 0)
        this.woke(self, 'tsleep', yield* k.tsleep(this.channels[step.channel]!, priority, 'test', timo), timo, catches)
        return
      }
      case 'msleep':
        if (waits && 'msleep' in k) yield* this.msleep(k, self, step)
        return
      case 'mutex':
        yield* this.mutex(self, step)
        return
      case 'rwlock':
        if (waits) yield* this.rwlock(self, step)
        return
      case 'KERNEL_LOCK':
        // What spins for it may hold nothing that its owner spins for.
        if (!waits) return
        yield* k.KERNEL_LOCK()
        yield* this.steps(self, step.body)
        yield* k.KERNEL_UNLOCK()
        return
      case 'KERNEL_UNLOCK':
        if (!waits || self.kind !== 'kthread' || (k.ncpu > 1 && self.p!.bigLocks === 0)) return
        yield* k.KERNEL_UNLOCK()
        yield* this.steps(self, step.body)
        yield* k.KERNEL_LOCK()
        return
      case 'splraise': {
        const s = yield* k.splraise(step.ipl)
        self.mayNotWait++
        yield* this.steps(self, step.body)
        self.mayNotWait--
        yield* k.splx(s)
        return
      }
      case 'timeout':
        yield* k.timeout_add(this.timeouts[step.timeout]!, step.ticks)
        return
      case 'timeout_del':
        yield* k.timeout_del(this.timeouts[step.timeout]!)
        return
      case 'task':
        if (waits) yield* this.task(step)
        return
      case 'psignal': {
        const target = this.mayTouch(self) ? this.target(step.target) : null
        if (target !== null) yield* k.psignal(target, step.signo)
        return
      }
      case 'setrunnable':
        if (waits) yield* this.setrunnable(self, step.target)
        return
      case 'deferred':
        if (waits) yield* k.kthread_create_deferred(() => this.steps(self, step.body), 0)
        return
      case 'interrupt': {
        const { afterUs, ipl, body } = step
        k.interrupt(() => this.handler(body), { afterNs: afterUs * 1000, ipl })
        return
      }
      case 'inject':
        player.isInjected = true
        k.inject({ at: step.at, when: step.when })
        return
      case 'rthreads':
        // Under the kernel's reading what the stub does then is undefined (OB-D-30).
        if (player.scenario.reading === 'page') k.sysctl('kern.rthreads', step.value)
        return
      case 'create':
        if (waits) yield* this.create(self, step.thread)
    }
  }

  private woke(self: Self, call: string, error: number, timo: number, catches: boolean): void {
    const { k } = this
    this.player.log.push(`${self.name}: ${call} gave ${error} at ${k.now}`)
    const interrupted = self.kind === 'user' ? [k.EINTR, k.ERESTART] : [k.ERESTART]
    const allowed = [0, ...(timo > 0 ? [k.EWOULDBLOCK] : []), ...(catches ? interrupted : [])]
    this.player.expect(allowed.includes(error), `${call} of ${self.name} returned ${error}`)
  }

  private *msleep(k: Extract<AnyKernel, { msleep: unknown }>, self: Self, step: Step<'msleep'>): Steps<void> {
    const { sleepMutex: mtx } = this
    const { timo, flags, channel } = step
    const priority = k.PSOCK | ((flags & 1) !== 0 ? k.PCATCH : 0) | ((flags & 2) !== 0 ? k.PNORELOCK : 0)
    yield* k.mtx_enter(mtx)
    this.enter(mtx, self, true)
    this.leave(mtx, self, true)
    const error = yield* k.msleep(this.channels[channel]!, mtx, priority, 'msleep', timo)
    this.woke(self, 'msleep', error, timo, (flags & 1) !== 0)
    if ((flags & 2) !== 0) return
    this.enter(mtx, self, true)
    this.leave(mtx, self, true)
    yield* k.mtx_leave(mtx)
  }

  private *mutex(self: Self, { lock, tries, body }: Step<'mutex'>): Steps<void> {
    const { k } = this
    const order = 2 + lock
    if (order <= self.order || self.kind === 'interrupt') return
    const mtx = this.mutexes[lock]!
    if (tries && 'mtx_enter_try' in k) {
      if ((yield* k.mtx_enter_try(mtx)) === 0) return
    } else yield* k.mtx_enter(mtx)
    const before = self.order
    self.order = order
    this.enter(mtx, self, true)
    self.mayNotWait++
    yield* this.steps(self, body)
    self.mayNotWait--
    this.leave(mtx, self, true)
    yield* k.mtx_leave(mtx)
    self.order = before
  }

  private *rwlock(self: Self, { lock, how, body }: Step<'rwlock'>): Steps<void> {
    const { k } = this
    if (lock <= self.order) return
    const rwl = this.rwlocks[lock]!
    let isWriter = (how & 1) === 0
    const flags = (isWriter ? k.RW_WRITE : k.RW_READ) | [0, k.RW_INTR, k.RW_SLEEPFAIL, k.RW_NOSLEEP][how >> 1]!
    if (how === 0) yield* k.rw_enter_write(rwl)
    else if (how === 1) yield* k.rw_enter_read(rwl)
    else {
      const error = yield* k.rw_enter(rwl, flags)
      this.player.log.push(`${self.name}: rw_enter gave ${error}`)
      const allowed = [[], [k.EINTR, k.ERESTART], [k.EAGAIN], [k.EBUSY]][how >> 1]!
      this.player.expect(error === 0 || allowed.includes(error), `rw_enter of ${self.name} returned ${error}`)
      if (error !== 0) return
    }
    const before = self.order
    self.order = lock
    this.enter(rwl, self, isWriter)
    yield* this.steps(self, body)
    this.leave(rwl, self, isWriter)
    if (how === 2) {
      this.player.expect((yield* k.rw_enter(rwl, k.RW_DOWNGRADE)) === 0, 'a writer becomes a reader')
      isWriter = false
      this.enter(rwl, self, isWriter)
      yield* k.yield()
      this.leave(rwl, self, isWriter)
    }
    if (how === 0) yield* k.rw_exit_write(rwl)
    else if (how === 1) yield* k.rw_exit_read(rwl)
    else yield* k.rw_exit(rwl)
    self.order = before
  }

  private enter(lock: object, self: Self, isWriter: boolean): void {
    const state = this.inside.get(lock) ?? { readers: 0, writer: null }
    this.inside.set(lock, state)
    this.player.expect(state.writer === null, `${self.name} and ${state.writer ?? ''} are inside one lock`)
    if (!isWriter) state.readers++
    else {
      this.player.expect(state.readers === 0, `${self.name} writes while ${state.readers} read`)
      state.writer = self.name
    }
  }

  private leave(lock: object, self: Self, isWriter: boolean): void {
    const state = this.inside.get(lock)!
    if (!isWriter) state.readers--
    else {
      this.player.expect(state.writer === self.name, `${self.name} leaves what it is inside of`)
      state.writer = null
    }
  }

  private *task({ queue, waits, body }: Step<'task'>): Steps<void> {
    const { k, player } = this
    const item = (): Steps => this.item(body)
    this.queued++
    const error = yield* k.workq_add_task(queue === 0 ? null : this.own, waits ? k.WQ_WAITOK : 0, item, 0, 0)
    if (error === 0) return
    this.queued--
    player.expect(!waits && error === k.ENOMEM && player.isInjected, `workq_add_task returned ${error}`)
  }

  private *item(body: readonly KernelStep[]): Steps<void> {
    yield* this.steps(this.player.self('item', 'kthread'), body)
    this.queued--
  }

  /** Whoever has the big lock may touch another: it is freed under that lock only. */
  private mayTouch(self: Self): boolean {
    if (this.k.ncpu === 1) return true
    return self.p !== null && self.p.bigLocks > 0
  }

  private target(at: number): Proc | null {
    const { k } = this
    const threads = this.children.filter(({ p }) => !p.isFree).map(({ p }) => p)
    const all = [...threads, ...k.allproc.filter((p) => p.isUser && p !== k.initproc)]
    return all.length === 0 ? null : all[at % all.length]!
  }

  /** Nothing else may make it runnable between the look and the call. */
  private *setrunnable(self: Self, at: number): Steps<void> {
    const { k, player } = this
    if (k.ncpu > 1 || player.oracle?.freeTimers === true) return
    const s = yield* k.splraise(k.IPL_HIGH)
    const target = this.target(at)
    const isOff = target?.state === ThreadState.sleeping || target?.state === ThreadState.stopped
    if (isOff) yield* k.setrunnable(target)
    if (isOff) player.expect(target.state === ThreadState.runnable, `${self.name} made ${target.p_comm} runnable`)
    yield* k.splx(s)
  }

  private *handler(body: readonly KernelStep[]): Steps<void> {
    const self = this.player.self('interrupt', 'interrupt')
    this.player.log.push(self.name)
    yield* this.steps(self, body)
  }
}
