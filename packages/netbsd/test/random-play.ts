import { SimulatorFault, ThreadState, type Oracle, type Outcome, type Steps } from '@kt/core'
import { createKernel as createKernel10, type Kernel as Kernel10 } from '../src/releases/10.1.js'
import { createKernel as createKernel6, type Kernel as Kernel6 } from '../src/releases/6.js'
import { callout_t } from '../src/callout.js'
import type { kcondvar_t } from '../src/condvar.js'
import type { Lwp } from '../src/lwp.js'
import type { NetbsdMachine } from '../src/machine.js'
import type { kmutex_t } from '../src/mutex.js'
import type { SoftintHandle } from '../src/softint.js'
import type { Workqueue } from '../src/workqueue.js'
import { InvariantBroken, machineOf, watch } from './invariants.js'
import type { Scenario, Step, ThreadPlan } from './random-scenario.js'

/** What a run showed: all of it, so that two runs can be compared. */
export interface Run {
  readonly outcome: Outcome<unknown>
  readonly hash: string
  readonly log: readonly string[]
  readonly console: readonly string[]
}

/** What a thread knows of itself while it plays its steps. */
interface Self {
  readonly name: string
  readonly kind: 'kthread' | 'process' | 'softint' | 'interrupt'
  lwp: Lwp | null
  readonly bound: number
  /** Order of the lock taken last: others are taken in ascending order only, so that no scenario can deadlock. */
  order: number
  /** It may not wait: a spin mutex is held, the level is raised, or it is a handler. */
  mayNotWait: number
  fpu: number
}

interface Child {
  readonly plan: ThreadPlan
  lwp: Lwp
  isOver: boolean
  isJoined: boolean
  isStarted: boolean
}

const MUTEXES = 3
const RESCUES_MAX = 4000

/** A kernel set up to play a scenario: `boot` begins, the rest is played by its threads. */
export class Player {
  readonly k: Kernel10 | Kernel6
  readonly machine: NetbsdMachine
  readonly log: string[] = []
  private readonly check: () => void
  private readonly channels = [{ name: 'c0', kind: 'channel' }, 'c1', 2] as const
  private readonly mutexes
  private readonly spins
  private readonly rwlocks
  private readonly cvs
  private readonly cvMutexes
  private readonly callouts = [new callout_t(), new callout_t()]
  private readonly softints: (SoftintHandle | null)[] = []
  private readonly queues: (Workqueue | null)[] = []
  private readonly inside = new Map<object, { readers: number; writer: string | null }>()
  private readonly children: Child[] = []
  private processes = 0
  private created = 0
  private queued = 0
  private softintsAllowed = false

  constructor(
    private readonly scenario: Scenario,
    oracle?: Oracle,
  ) {
    const { ncpu, reading } = scenario
    const options = { ncpu, reading, trace: true, stepsMax: 200_000, ...(oracle === undefined ? {} : { oracle }) }
    this.k = scenario.release === '6' ? createKernel6(options) : createKernel10(options)
    this.machine = machineOf(this.k)
    this.check = watch(this.machine)
    const { k } = this
    this.mutexes = [0, 1, 2].map((at) => k.mutex(`m${at}`))
    this.spins = [k.mutex('s0', k.IPL_VM), k.mutex('s1', k.IPL_HIGH)]
    this.rwlocks = [k.rwlock('r0'), k.rwlock('r1')]
    this.cvs = [k.condvar('cv0'), k.condvar('cv1')]
    this.cvMutexes = [k.mutex('cvm0'), k.mutex('cvm1', k.IPL_VM)]
  }

  play(): Run {
    const { k } = this
    const outcome = k.boot(() => this.main())
    this.check()
    for (const child of this.children)
      this.expect(child.isOver || outcome.kind !== 'done', `${child.lwp.l_name} is over`)
    return { outcome, hash: k.trace!.hash(), log: this.log, console: k.console }
  }

  /** The steps of a run one at a time: two kernels can be played in turns. */
  private *main(): Steps<string> {
    const { k, scenario } = this
    yield* this.setUp()
    const self = this.self('main', 'kthread', -1)
    for (const [at, body] of scenario.processes.entries()) {
      this.processes++
      k.process({ name: `p${at}`, uid: at }, () => this.process(`p${at}`, body))
    }
    for (const plan of scenario.threads) yield* this.create(self, plan)
    yield* this.rescue()
    return 'over'
  }

  private *setUp(): Steps<void> {
    const { k } = this
    const levels = [
      k.SOFTINT_BIO,
      k.SOFTINT_CLOCK | k.SOFTINT_MPSAFE,
      k.SOFTINT_SERIAL | k.SOFTINT_MPSAFE,
      k.SOFTINT_NET,
    ]
    for (const [at, level] of levels.entries())
      this.softints.push(yield* k.softint_establish(level, () => this.softint(at), at))
    yield* k.callout_init(this.callouts[0]!, 0)
    yield* k.callout_init(this.callouts[1]!, k.CALLOUT_MPSAFE)
    for (const [at, callout] of this.callouts.entries()) yield* k.callout_setfunc(callout, () => this.tick(at), at)
    const perform = (work: { data?: unknown }): Steps => (work.data as () => Steps)()
    for (const [at, flags] of [k.WQ_MPSAFE, k.WQ_PERCPU].entries()) {
      const wqp = k.ref<Workqueue>()
      this.expect(
        (yield* k.workqueue_create(wqp, `wq${at}`, perform, at, at === 0 ? 40 : 96, k.IPL_NONE, flags)) === 0,
        'wq',
      )
      this.queues.push(wqp.value)
    }
    this.softintsAllowed = true
  }

  /** Main plays no part of the scenario: it brings what the threads would wait for in vain. */
  private *rescue(): Steps<void> {
    const { k } = this
    for (let rescues = 0; ; rescues++) {
      this.expect(rescues < RESCUES_MAX, 'all threads come to their end')
      yield* k.kpause('rescue', false, 2, null)
      for (const channel of this.channels) yield* k.wakeup(channel)
      for (const cv of this.cvs) yield* k.cv_broadcast(cv)
      for (const child of [...this.children]) if (!child.isStarted) yield* this.start(child)
      const open = this.children.filter((child) => !child.isOver)
      if (open.length > 0 || this.processes > 0 || this.queued > 0) continue
      const unjoined = this.children.filter(
        ({ plan, isJoined }) => (plan.flags & k.KTHREAD_MUSTJOIN) !== 0 && !isJoined,
      )
      for (const child of unjoined) yield* this.join(child)
      return
    }
  }

  private *start(child: Child): Steps<void> {
    const { k } = this
    child.isStarted = true
    if ('kthread_destroy' in k && child.plan.ecode !== 0) {
      yield* k.kthread_destroy(child.lwp)
      child.isOver = child.isJoined = true
      this.expect(child.lwp.state === ThreadState.dead, 'a destroyed thread is dead')
    } else yield* k.startIdle(child.lwp)
  }

  private *join(child: Child): Steps<void> {
    child.isJoined = true
    this.expect((yield* this.k.kthread_join(child.lwp)) === 0, 'kthread_join returns 0')
    this.expect(child.isOver, `${child.lwp.l_name} ran its steps before join returned`)
    const isDead = child.lwp.state === ThreadState.dead
    this.expect(isDead || this.k.reading === 'kernel', `${child.lwp.l_name} is dead when join returns`)
  }

  private *create(self: Self, plan: ThreadPlan): Steps<Child> {
    const { k } = this
    const name = `t${this.created++}`
    const bound = plan.bound < 0 ? -1 : plan.bound % k.ncpu
    const child: Child = {
      plan,
      lwp: k.lwp0,
      isOver: false,
      isJoined: false,
      isStarted: (plan.flags & k.KTHREAD_IDLE) === 0,
    }
    const newlp = k.ref<Lwp>()
    const { pri, flags } = plan
    const ci = bound < 0 ? null : k.cpu_lookup(bound)
    const error = yield* k.kthread_create(pri, flags, ci, () => this.thread(name, plan, child), 0, newlp, '%s', name)
    this.expect(error === 0, `${self.name} creates ${name}`)
    child.lwp = newlp.value!
    this.children.push(child)
    return child
  }

  private *thread(name: string, plan: ThreadPlan, child: Child): Steps<void> {
    const { k } = this
    const self = this.self(name, 'kthread', plan.bound < 0 ? -1 : plan.bound % k.ncpu)
    this.log.push(`${name} begins`)
    this.expect((self.lwp!.l_blcnt === 0) === ((plan.flags & k.KTHREAD_MPSAFE) !== 0), 'a thread begins with its holds')
    yield* this.steps(self, plan.steps)
    this.log.push(`${name} ends`)
    child.isOver = true
    yield* k.kthread_exit(plan.ecode)
  }

  private *process(name: string, body: readonly Step[]): Steps<void> {
    this.log.push(`${name} begins`)
    yield* this.steps(this.self(name, 'process', -1), body)
    this.processes--
  }

  private *softint(at: number): Steps<void> {
    const { k } = this
    const self = this.self(`softint ${at}`, 'softint', -1)
    this.log.push(self.name)
    yield* k.wakeup(this.channels[at % 3]!)
    yield* this.scope(self, this.mutexes[at % MUTEXES]!, () => this.work(100), 'mutex')
    if (at === 3) yield* this.scope(self, this.rwlocks[0]!, () => this.work(50), 'read')
  }

  private *tick(at: number): Steps<void> {
    this.log.push(`callout ${at}`)
    yield* this.scope(this.self(`callout ${at}`, 'softint', -1), this.mutexes[at]!, () => this.work(10), 'mutex')
    yield* this.k.cv_signal(this.cvs[at]!)
  }

  private *work(us: number): Steps<void> {
    const before = this.k.now
    yield* this.k.work(us * 1000)
    this.expect(this.k.now >= before + us * 1000, 'work takes its time')
  }

  private self(name: string, kind: Self['kind'], bound: number): Self {
    const lwp = kind === 'interrupt' ? null : this.k.curlwp
    return { name, kind, lwp, bound, order: -1, mayNotWait: kind === 'kthread' || kind === 'process' ? 0 : 1, fpu: 0 }
  }

  private *steps(self: Self, body: readonly Step[]): Steps<void> {
    for (const step of body) {
      yield* this.step(self, step)
      const { lwp, bound } = self
      if (lwp === null) continue
      this.expect(this.k.curlwp === lwp, `${self.name} is the current thread`)
      if (bound >= 0) this.expect(this.k.curcpu().index === bound, `${self.name} stays on cpu${bound}`)
    }
  }

  private *step(self: Self, step: Step): Steps<void> {
    const { k } = this
    const waits = self.mayNotWait === 0
    switch (step.do) {
      case 'yield':
        if (waits) yield* k.yield()
        return
      case 'work':
        yield* this.work(step.us)
        return
      case 'user':
        if (self.kind !== 'process' || !waits) return
        yield* k.user(step.us * 1000)
        return
      case 'wakeup':
        yield* k.wakeup(this.channels[step.channel]!)
        return
      case 'tsleep': {
        if (!waits) return
        const { timo, catches } = step
        const error = yield* k.tsleep(this.channels[step.channel]!, catches ? k.PCATCH : 0, 'test', timo)
        this.woke(self, 'tsleep', error, timo, catches)
        return
      }
      case 'kpause': {
        if (!waits) return
        const before = k.ticks
        const error = yield* k.kpause('pause', step.catches, step.ticks, null)
        this.woke(self, 'kpause', error, step.ticks, step.catches)
        if (error === k.EWOULDBLOCK) this.expect(k.ticks - before >= step.ticks, 'kpause takes its time')
        else this.expect(error === k.EINTR, 'kpause ends with its time')
        return
      }
      case 'cv_signal':
        yield* k.cv_signal(this.cvs[step.cv]!)
        return
      case 'cv_broadcast':
        yield* k.cv_broadcast(this.cvs[step.cv]!)
        return
      case 'cv_wait': {
        if (!waits) return
        const mtx = this.cvMutexes[step.cv]!
        const { timo, catches } = step
        const cv = this.cvs[step.cv]!
        const sleep = (): Steps<void> => this.sleepOn(self, cv, mtx, timo, catches)
        yield* this.scope(self, mtx, sleep, 'mutex')
        return
      }
      case 'mutex':
        yield* this.scope(self, this.mutexes[step.lock]!, () => this.steps(self, step.body), 'mutex')
        return
      case 'rwlock': {
        const how = step.writes ? 'write' : 'read'
        yield* this.scope(self, this.rwlocks[step.lock]!, () => this.steps(self, step.body), how)
        return
      }
      case 'spin':
        yield* this.scope(self, this.spins[step.lock]!, () => this.steps(self, step.body), 'spin')
        return
      case 'KERNEL_LOCK':
        // Above a spin mutex the order would be the wrong one, and so it would at high levels.
        if (self.mayNotWait > 0 && self.kind !== 'interrupt') return
        yield* k.KERNEL_LOCK(step.holds, null)
        yield* this.steps(self, step.body)
        for (let hold = 0; hold < step.holds; hold++) {
          this.expect(this.machine.bigLock.cpu === k.curcpu(), `${self.name} has the big lock`)
          yield* k.KERNEL_UNLOCK_ONE(null)
        }
        return
      case 'KERNEL_UNLOCK_ALL': {
        if (!waits) return
        const count = k.ref<number>()
        yield* k.KERNEL_UNLOCK_ALL(null, count)
        yield* this.steps(self, step.body)
        if (count.value! > 0) yield* k.KERNEL_LOCK(count.value!, null)
        return
      }
      case 'kpreempt_disable':
        yield* k.kpreempt_disable()
        yield* this.steps(self, step.body)
        yield* k.kpreempt_enable()
        return
      case 'splraiseipl': {
        const level = yield* k.splraiseipl(step.ipl)
        self.mayNotWait++
        yield* this.steps(self, step.body)
        self.mayNotWait--
        yield* k.splx(level)
        return
      }
      case 'softint':
        if (!this.softintsAllowed) return
        if (self.kind !== 'interrupt') yield* k.kpreempt_disable()
        yield* k.softint_schedule(this.softints[step.handler]!)
        if (self.kind !== 'interrupt') yield* k.kpreempt_enable()
        return
      case 'workqueue':
        if (!waits || self.order >= 0) return
        this.queued++
        yield* k.workqueue_enqueue(this.queues[step.queue]!, { data: () => this.item(step) }, null)
        return
      case 'callout':
        yield* k.callout_schedule(this.callouts[step.callout]!, step.ticks)
        return
      case 'callout_stop':
        yield* k.callout_stop(this.callouts[step.callout]!)
        return
      case 'fpu':
        if ('kthread_fpu_enter' in k && self.kind === 'kthread') yield* this.fpu(k, self, step)
        return
      case 'interrupt': {
        const { afterUs, ipl, cpu, body } = step
        const ci = k.cpu_lookup(cpu % k.ncpu)!
        k.interrupt(() => this.handler(ipl, body), { afterNs: afterUs * 1000, ipl, ci })
        return
      }
      case 'cancel': {
        const child = this.children.at(-1)
        if (child !== undefined) yield* k.cancel(child.lwp)
        return
      }
      case 'create': {
        if (!waits || self.order >= 0) return
        const child = yield* this.create(self, step.thread)
        // Under the kernel's reading kthread_destroy is for threads of process 0 only.
        const mayStart = self.kind === 'kthread' && step.thread.steps.length % 2 === 0
        if (!child.isStarted && mayStart) yield* this.start(child)
        const mayJoin = (step.thread.flags & k.KTHREAD_MUSTJOIN) !== 0 && child.isStarted && !child.isJoined
        if (mayJoin && self.kind === 'process') yield* this.join(child)
      }
    }
  }

  private *sleepOn(self: Self, cv: kcondvar_t, mtx: kmutex_t, timo: number, catches: boolean): Steps<void> {
    const { k } = this
    this.leave(mtx, self, 'mutex')
    const error = catches ? yield* k.cv_timedwait_sig(cv, mtx, timo) : yield* k.cv_timedwait(cv, mtx, timo)
    this.enter(mtx, self, 'mutex')
    this.woke(self, 'cv_timedwait', error, timo, catches)
  }

  private *handler(ipl: number, body: readonly Step[]): Steps<void> {
    const self = this.self(`interrupt at ${ipl}`, 'interrupt', -1)
    this.log.push(self.name)
    // The big lock belongs to the level of devices; who spins for it above keeps its owner out.
    yield* this.steps(self, ipl === this.k.IPL_VM ? body : body.filter((step) => step.do !== 'KERNEL_LOCK'))
  }

  private *item(step: Extract<Step, { do: 'workqueue' }>): Steps<void> {
    yield* this.steps(this.self('item', 'kthread', step.queue === 0 ? -1 : this.k.curcpu().index), step.body)
    this.queued--
  }

  private *fpu(k: Kernel10, self: Self, step: Extract<Step, { do: 'fpu' }>): Steps<void> {
    const s = yield* k.kthread_fpu_enter()
    this.expect(s === (self.fpu === 0 ? 0 : 0x400), 'a nested window is told from the first')
    if (s === 0) this.expect((yield* k.fpuLoad(0)) === 0, 'a window begins with zeroes')
    self.fpu++
    yield* k.fpuStore(0, step.value)
    yield* k.fpuStore(self.fpu, step.value)
    yield* this.steps(self, step.body)
    this.expect((yield* k.fpuLoad(Math.min(self.fpu, 7))) === step.value, 'registers stay while others use the unit')
    self.fpu--
    yield* k.kthread_fpu_exit(s)
    if (s === 0) {
      const owners = this.machine.cpus.map((cpu) => cpu.fpu?.owner)
      this.expect(!owners.includes(self.lwp), 'the window was the last: no unit belongs to the thread')
    }
  }

  /** A lock around a body; taken in ascending order only, left out else. */
  private *scope(self: Self, lock: object, body: () => Steps, how: 'mutex' | 'spin' | 'read' | 'write'): Steps<void> {
    const { k } = this
    const all: readonly object[] = [...this.mutexes, ...this.rwlocks, ...this.cvMutexes, ...this.spins]
    const order = all.indexOf(lock)
    const before = self.order
    const isSpin = how === 'spin' || lock === this.cvMutexes[1]
    const mayTake = isSpin ? how === 'spin' || self.mayNotWait === 0 : self.mayNotWait === 0 || self.kind === 'softint'
    if (order <= before || !mayTake) return
    self.order = order
    if (how === 'read' || how === 'write') {
      const rw = lock as (typeof this.rwlocks)[number]
      yield* k.rw_enter(rw, how === 'read' ? k.RW_READER : k.RW_WRITER)
      this.enter(rw, self, how)
      yield* body()
      this.leave(rw, self, how)
      yield* k.rw_exit(rw)
    } else {
      const mtx = lock as (typeof this.mutexes)[number]
      yield* k.mutex_enter(mtx)
      this.enter(mtx, self, how)
      if (how === 'spin') self.mayNotWait++
      yield* body()
      if (how === 'spin') self.mayNotWait--
      this.leave(mtx, self, how)
      yield* k.mutex_exit(mtx)
    }
    self.order = before
  }

  private enter(lock: object, self: Self, how: string): void {
    const state = this.inside.get(lock) ?? { readers: 0, writer: null }
    this.inside.set(lock, state)
    this.expect(state.writer === null, `${self.name} and ${state.writer ?? ''} are inside one lock`)
    if (how === 'read') state.readers++
    else {
      this.expect(state.readers === 0, `${self.name} writes while ${state.readers} read`)
      state.writer = self.name
    }
  }

  private leave(lock: object, self: Self, how: string): void {
    const state = this.inside.get(lock)!
    if (how === 'read') state.readers--
    else {
      this.expect(state.writer === self.name, `${self.name} leaves what it is inside of`)
      state.writer = null
    }
  }

  private woke(self: Self, call: string, error: number, timo: number, catches: boolean): void {
    const { k } = this
    this.log.push(`${self.name}: ${call} gave ${error} at ${k.now}`)
    const allowed = [0, ...(timo > 0 ? [k.EWOULDBLOCK] : []), ...(catches ? [k.EINTR] : [])]
    this.expect(allowed.includes(error), `${call} of ${self.name} returned ${error}`)
  }

  private expect(condition: boolean, what: string): void {
    if (!condition) throw new InvariantBroken(what)
  }
}

/** Plays a scenario once. */
export function play(scenario: Scenario, oracle?: Oracle): Run {
  const run = new Player(scenario, oracle).play()
  const { outcome } = run
  if (outcome.kind === 'fault') throw asError(outcome.error)
  return run
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new SimulatorFault(String(error))
}
