import { ThreadState, type Oracle, type Outcome, type Steps } from '@kt/core'
import type { FreebsdMachine } from '../src/machine.js'
import { Callout, createKernel, Task, type Kernel, type Mtx, type Proc, type Td } from '../src/releases/8.0.js'
import { InvariantBroken, machineOf, watch } from './invariants.js'
import type { Plan, Scenario, Step } from './random-scenario.js'

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
  readonly td: Td
  /** Order of the lock taken last: others are taken in ascending order only, so that no scenario can deadlock. */
  order: number
  /** It may not sleep: a mutex or an rwlock is held, or less is allowed. */
  mayNotSleep: number
}

/** Rounds after which what goes on has failed. */
const ROUNDS_MAX = 3000
/** The order of locks: sx locks may be slept with, so they come first. */
const ORDER = { sx: 0, mtx: 2, rw: 4 } as const

/** A kernel set up to play a scenario: `boot` begins, the rest is played by its threads. */
export class Player {
  readonly k: Kernel
  readonly machine: FreebsdMachine
  readonly log: string[] = []
  private readonly check: () => void
  private readonly channels = [{ name: 'c0', kind: 'channel' }, 'c1', 2] as const
  private readonly mutexes: readonly Mtx[]
  private readonly rwlocks
  private readonly sxlocks
  private readonly interlocks
  private readonly spin: Mtx
  private readonly cv
  private readonly callouts = [new Callout(), new Callout()]
  private readonly tasks: readonly Task[]
  private readonly inside = new Map<object, { readers: number; writer: string | null }>()
  private readonly threads: Td[] = []
  private readonly processes: Proc[] = []
  private alive = 0
  private created = 0
  private isInjected = false
  private isLimited = false

  constructor(
    readonly scenario: Scenario,
    readonly oracle: Oracle | null = null,
  ) {
    const { ncpu, reading, scheduler, preemption, daemons, seed } = scenario
    const common = { ncpu, reading, scheduler, preemption, daemons, seed: seed | 0, trace: true, stepsMax: 400_000 }
    const slots = scenario.slots === 0 ? {} : { maxproc: 22 + scenario.slots }
    this.k = createKernel({ ...common, ...slots, ...(oracle === null ? {} : { oracle }) })
    this.machine = machineOf(this.k)
    this.check = watch(this.machine)
    const { k } = this
    this.mutexes = [k.mtx('m0'), k.mtx('m1')]
    this.rwlocks = [k.rwlock('r0'), k.rwlock('r1')]
    this.sxlocks = [k.sx('x0'), k.sx('x1')]
    this.interlocks = { mtx: k.mtx('im'), rw: k.rwlock('ir'), sx: k.sx('ix'), dropped: k.mtx('id') }
    this.spin = k.mtx('s', k.MTX_SPIN)
    this.cv = k.cv('cv')
    this.tasks = [0, 1].map((at) => k.TASK_INIT(at, () => this.task(at), null))
  }

  play(): Run {
    const { k } = this
    const outcome = k.boot(() => this.main())
    this.check()
    // Views of whatever is left.
    k.psText()
    k.procstatText()
    k.ddbPs()
    k.waiting()
    k.locks()
    return { outcome, hash: k.trace!.hash(), log: this.log, console: k.console }
  }

  /** How a run may end: with its scenario played, or as the kernel's reading lets it. */
  judge(outcome: Outcome<unknown>): void {
    const { end, reading } = this.scenario
    if (outcome.kind === 'fault')
      throw outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error))
    if (outcome.kind === 'done' && outcome.value === 'over') return
    if (outcome.kind === 'shutdown' && (end === 'reboot' || end === 'halt')) return
    if (outcome.kind === 'panic' && outcome.message === 'asked for' && end === 'panic') return
    // Two that leave a process together, and a thread that became another's.
    if (reading === 'kernel' && outcome.kind === 'panic' && outcome.clause === 'FB8-D-24') return
    if (reading === 'kernel' && outcome.kind === 'undefined' && outcome.id === 'UB:stale-thread') return
    const { nowNs, steps, ...ending } = outcome
    this.fail(`the run ended at ${nowNs} after ${steps} steps as ${JSON.stringify(ending)}\n${this.k.psText()}`)
  }

  private *main(): Steps<string> {
    const { k, scenario } = this
    for (const [at, callout] of this.callouts.entries()) yield* k.callout_init(callout, at)
    const before = { threads: k.proc0.p_numthreads, processes: k.allproc.length }
    this.isLimited = scenario.slots > 0
    const self = this.self('main')
    for (const plan of scenario.threads) yield* this.addThread(self, null, 0, plan)
    for (const plan of scenario.processes) yield* this.createProcess(self, 0, plan)
    yield* this.rescue()
    this.expect(k.proc0.p_numthreads === before.threads, `process 0 has its ${before.threads} threads again`)
    this.expect(k.allproc.length === before.processes, `there are ${before.processes} processes again`)
    for (const { readers, writer } of this.inside.values())
      this.expect(readers === 0 && writer === null, 'all have left their locks')
    if (scenario.end === 'reboot') yield* k.reboot(k.RB_AUTOBOOT)
    if (scenario.end === 'halt') yield* k.reboot(k.RB_HALT | k.RB_NOSYNC)
    if (scenario.end === 'panic') yield* k.panic('asked for')
    return 'over'
  }

  /** Main plays no part of the scenario: it brings what the threads would wait for in vain. */
  private *rescue(): Steps<void> {
    const { k } = this
    for (let round = 0; this.alive > 0 || this.processes.some((p) => !p.isReaped); round++) {
      if (round > ROUNDS_MAX) this.fail(`not all come to their end: ${JSON.stringify(k.waiting())}\n${k.psText()}`)
      yield* k.pause('rescue', 3)
      for (const channel of this.channels) yield* k.wakeup(channel)
      for (const td of this.threads) if (!td.isExited) yield* k.kthread_resume(td)
    }
    // Callouts and interrupts that are on their way.
    yield* k.pause('rescue', 20)
    for (const callout of this.callouts) yield* k.callout_drain(callout)
    // The number of one that left is free when a creation has drained it; its end is over all the same.
    for (const td of this.threads) this.expect(td.state === ThreadState.dead, `${td.td_name} has ended`)
  }

  private self(name: string): Self {
    return { name, td: this.k.curthread, order: -1, mayNotSleep: 0 }
  }

  private expect(condition: boolean, what: string): void {
    if (!condition) this.fail(what)
  }

  private fail(what: string): never {
    throw new InvariantBroken(what)
  }

  /** A creation that failed had a reason. */
  private expectFailure(error: number, flags: number): void {
    const { EAGAIN, EINVAL, ENOMEM, RFCFDG } = this.k
    const hasReason =
      (error === EAGAIN && this.isLimited) ||
      (error === ENOMEM && this.isInjected) ||
      (error === EINVAL && (flags & RFCFDG) !== 0)
    this.expect(hasReason, `a creation fails with ${error}`)
  }

  // Threads and processes

  private *addThread(self: Self, procp: Proc | null, flags: number, plan: Plan): Steps<void> {
    const { k } = this
    const newtdpp = k.ref<Td>()
    const at = this.created++
    this.alive++
    const error = yield* k.kthread_add(
      (arg: number) => this.body(arg, plan),
      at,
      procp,
      newtdpp,
      flags,
      0,
      plan.name,
      at,
    )
    this.log.push(`${self.name}: kthread_add gave ${error}`)
    if (error !== 0) {
      this.alive--
      this.expect(newtdpp.value === null, 'newtdpp is untouched on an error')
      this.expectFailure(error, 0)
      return
    }
    const td = newtdpp.value!
    this.threads.push(td)
    if ((flags & k.RFSTOPPED) === 0) return
    this.expect(td.td_state === k.TDS_CAN_RUN, 'a stopped thread is not queued')
    yield* k.thread_lock(td)
    yield* k.sched_add(td, k.SRQ_BORING)
    yield* k.thread_unlock(td)
  }

  private *createProcess(self: Self, flags: number, plan: Plan): Steps<void> {
    const { k } = this
    const newpp = k.ref<Proc>()
    const at = this.created++
    this.alive++
    const error = yield* k.kproc_create((arg: number) => this.body(arg, plan), at, newpp, flags, 0, plan.name, at)
    this.noteProcess(self, 'kproc_create', error, flags, newpp.value)
  }

  /** Two threads of one process, which does not end before both are there. */
  private *createOrAdd(self: Self, plan: Plan): Steps<void> {
    const { k } = this
    const procptr = k.ref<Proc>()
    const made: Td[] = []
    for (const steps of [plan.steps, []]) {
      const tdptr = k.ref<Td>()
      const at = this.created++
      const isNew = procptr.value === null
      this.alive++
      const body = (arg: number) => this.body(arg, { ...plan, steps })
      const error = yield* k.kproc_kthread_add(body, at, procptr, tdptr, k.RFSTOPPED, 0, 'pool', plan.name, at)
      if (isNew) this.noteProcess(self, 'kproc_kthread_add', error, 0, procptr.value)
      else if (error !== 0) {
        this.alive--
        this.expectFailure(error, 0)
      }
      if (error !== 0) break
      if (!isNew) this.threads.push(tdptr.value!)
      made.push(tdptr.value!)
    }
    for (const td of made) {
      yield* k.thread_lock(td)
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* k.thread_unlock(td)
    }
  }

  private noteProcess(self: Self, call: string, error: number, flags: number, p: Proc | null): void {
    this.log.push(`${self.name}: ${call} gave ${error}`)
    if (error === 0) {
      this.processes.push(p!)
      return
    }
    this.alive--
    this.expect(p === null, 'the out-pointer is untouched on an error')
    this.expectFailure(error, flags)
  }

  private *body(at: number, plan: Plan): Steps<void> {
    const { k } = this
    const self = this.self(`t${at}`)
    const { td } = self
    this.expect(td.isKthread && td.td_critnest === 0, `${self.name} begins as what it is`)
    this.log.push(`${self.name} begins as ${td.td_tid} of ${td.td_proc.p_pid}`)
    yield* this.steps(self, plan.steps)
    this.log.push(`${self.name} ends`)
    this.alive--
    if (plan.ends === 'returns' && td.td_proc !== k.proc0) return
    yield* k.kthread_exit()
  }

  // Steps

  private *steps(self: Self, body: readonly Step[]): Steps<void> {
    for (const step of body) {
      yield* this.step(self, step)
      this.expect(this.k.curthread === self.td, `${self.name} is the current thread`)
      this.expect(self.mayNotSleep > 0 || self.td.td_critnest === 0, `${self.name} is in no critical section`)
    }
  }

  private *step(self: Self, step: Step): Steps<void> {
    const { k } = this
    const sleeps = self.mayNotSleep === 0
    switch (step.do) {
      case 'wakeup':
        yield* step.one ? k.wakeup_one(this.channels[step.channel]!) : k.wakeup(this.channels[step.channel]!)
        return
      case 'work':
        yield* k.work(step.us * 1000)
        return
      case 'relinquish':
        yield* k.sched_relinquish()
        return
      case 'uio_yield':
        yield* k.uio_yield()
        return
      case 'prio':
        // Nobody lends to one that falls behind those who wait for it already.
        if (self.order >= 0 || k.Giant.owner === self.td) return
        yield* k.thread_lock(self.td)
        yield* k.sched_prio(self.td, step.pri)
        yield* k.thread_unlock(self.td)
        return
      case 'cpuset': {
        const error = yield* k.cpuset_setthread(self.td.td_tid, step.mask)
        const isThere = (step.mask & ~this.machine.allCpus) === 0
        this.expect((error === 0) === isThere, `cpuset_setthread gives ${error} for ${step.mask}`)
        return
      }
      case 'inject':
        k.inject({ at: 'kstack', when: step.when })
        this.isInjected = true
        return
      case 'interrupt':
        k.interrupt(() => this.interrupt(step.channel), { afterNs: step.afterUs * 1000 })
        return
      case 'callout':
        yield* k.callout_reset(this.callouts[step.callout]!, step.ticks, (at: number) => this.tick(at), step.callout)
        return
      case 'critical':
        yield* k.critical_enter()
        self.mayNotSleep++
        yield* this.steps(self, step.body)
        self.mayNotSleep--
        yield* k.critical_exit()
        return
      case 'spin':
        yield* k.mtx_lock_spin(this.spin)
        self.mayNotSleep++
        yield* this.alone(self, this.spin, step.body)
        self.mayNotSleep--
        yield* k.mtx_unlock_spin(this.spin)
        return
      case 'cv_signal':
        yield* step.all ? k.cv_broadcast(this.cv) : k.cv_signal(this.cv)
        return
      case 'resume': {
        const td = this.target(step.target)
        if (td !== null) this.expect([0, k.EINVAL].includes(yield* k.kthread_resume(td)), 'a resume works')
        return
      }
      case 'mtx':
        yield* this.mutex(self, step)
        return
      case 'rw':
        yield* this.rwlock(self, step)
        return
      default:
        if (sleeps) yield* this.sleepy(self, step)
    }
  }

  /** Steps that may sleep. */
  private *sleepy(self: Self, step: Step): Steps<void> {
    const { k } = this
    switch (step.do) {
      case 'tsleep':
        this.expectSleep(yield* k.tsleep(this.channels[step.channel]!, step.pri, 'tsleep', step.timo), step)
        return
      case 'msleep':
        yield* this.msleep(step)
        return
      case 'pause':
        this.expect((yield* k.pause('pause', step.timo)) === k.EWOULDBLOCK, 'a pause ends by its time-out')
        return
      case 'sx':
        yield* this.sx(self, step)
        return
      case 'Giant':
        yield* k.mtx_lock(k.Giant)
        yield* this.steps(self, step.body)
        this.expect(yield* k.mtx_owned(k.Giant), `${self.name} has Giant`)
        yield* k.mtx_unlock(k.Giant)
        return
      case 'cv': {
        const lock = this.interlocks.mtx
        yield* k.mtx_lock(lock)
        this.expect([0, k.EWOULDBLOCK].includes(yield* k.cv_timedwait(this.cv, lock, step.timo)), 'a wait ends')
        this.expect(yield* k.mtx_owned(lock), 'the mutex is back')
        yield* k.mtx_unlock(lock)
        return
      }
      case 'callout_stop': {
        const callout = this.callouts[step.callout]!
        const error = yield* step.drains ? k.callout_drain(callout) : k.callout_stop(callout)
        this.expect([0, 1].includes(error), 'a callout is stopped or not')
        return
      }
      case 'task': {
        const queue = k.taskqueue('thread')
        if (queue !== null) yield* k.taskqueue_enqueue(queue, this.tasks[step.task]!)
        return
      }
      case 'check':
        yield* k.kthread_suspend_check(self.td)
        return
      case 'suspend': {
        const td = this.target(step.target)
        if (td === null) return
        const error = yield* k.kthread_suspend(td, step.timo)
        this.log.push(`${self.name}: kthread_suspend gave ${error}`)
        this.expect([0, k.EWOULDBLOCK, k.EINVAL].includes(error), `kthread_suspend gives ${error}`)
        return
      }
      case 'kthread_add':
        yield* this.addThread(
          self,
          step.where === 'own' ? self.td.td_proc : null,
          step.stopped ? k.RFSTOPPED : 0,
          step.child,
        )
        return
      case 'kproc_create':
        yield* this.createProcess(self, step.flags, step.child)
        return
      case 'kproc_kthread_add':
        yield* this.createOrAdd(self, step.child)
        return
      case 'kproc_exit':
        // Whoever has a lock keeps it, and whoever is in process 0 would take that along.
        if (self.order >= 0 || self.td.td_proc === k.proc0 || k.Giant.owner === self.td) return
        this.log.push(`${self.name} ends its process`)
        this.alive--
        yield* k.kproc_exit(step.ecode)
        return
      default:
        this.fail(`nobody plays ${step.do}`)
    }
  }

  private expectSleep(error: number, { pri }: { readonly pri: number }): void {
    const { k } = this
    const allowed = [0, k.EWOULDBLOCK, ...((pri & k.PCATCH) !== 0 ? [k.EINTR] : [])]
    this.expect(allowed.includes(error), `a sleep gives ${error}`)
  }

  private *msleep({ channel, pri, timo, how }: Extract<Step, { do: 'msleep' }>): Steps<void> {
    const { k, interlocks } = this
    const chan = this.channels[channel]!
    switch (how) {
      case 'mtx':
        yield* k.mtx_lock(interlocks.mtx)
        this.expectSleep(yield* k.msleep(chan, interlocks.mtx, pri, 'msleep', timo), { pri })
        this.expect(yield* k.mtx_owned(interlocks.mtx), 'the mutex is back')
        yield* k.mtx_unlock(interlocks.mtx)
        return
      case 'dropped':
        yield* k.mtx_lock(interlocks.dropped)
        this.expectSleep(yield* k.msleep(chan, interlocks.dropped, pri | k.PDROP, 'dropped', timo), { pri })
        this.expect(!(yield* k.mtx_owned(interlocks.dropped)), 'the mutex stays away')
        return
      case 'sx':
        yield* k.sx_slock(interlocks.sx)
        this.expectSleep(yield* k.sx_sleep(chan, interlocks.sx, pri, 'sx_sleep', timo), { pri })
        yield* k.sx_sunlock(interlocks.sx)
        return
      case 'rw':
        yield* k.rw_wlock(interlocks.rw)
        this.expectSleep(yield* k.rw_sleep(chan, interlocks.rw, pri, 'rw_sleep', timo), { pri })
        this.expect(yield* k.rw_wowned(interlocks.rw), 'the rwlock is back')
        yield* k.rw_wunlock(interlocks.rw)
    }
  }

  // Locks

  private *mutex(self: Self, { lock, tries, body }: Extract<Step, { do: 'mtx' }>): Steps<void> {
    const { k } = this
    const mutex = this.mutexes[lock]!
    const order = ORDER.mtx + lock
    if (tries) {
      if ((yield* k.mtx_trylock(mutex)) === 0) return
    } else if (self.order >= order || k.Giant.owner === mutex.owner) return
    else yield* k.mtx_lock(mutex)
    yield* this.ordered(self, order, true, this.alone(self, mutex, body))
    yield* k.mtx_unlock(mutex)
  }

  private *rwlock(self: Self, { lock, writes, body }: Extract<Step, { do: 'rw' }>): Steps<void> {
    const { k } = this
    const rw = this.rwlocks[lock]!
    const order = ORDER.rw + lock
    if (self.order >= order) return
    yield* writes ? k.rw_wlock(rw) : k.rw_rlock(rw)
    yield* this.ordered(self, order, true, writes ? this.alone(self, rw, body) : this.together(self, rw, body))
    yield* writes ? k.rw_wunlock(rw) : k.rw_runlock(rw)
  }

  private *sx(self: Self, { lock, alone, body }: Extract<Step, { do: 'sx' }>): Steps<void> {
    const { k } = this
    const sx = this.sxlocks[lock]!
    const order = ORDER.sx + lock
    if (self.order >= order) return
    yield* alone ? k.sx_xlock(sx) : k.sx_slock(sx)
    yield* this.ordered(self, order, false, alone ? this.alone(self, sx, body) : this.together(self, sx, body))
    yield* alone ? k.sx_xunlock(sx) : k.sx_sunlock(sx)
  }

  private *ordered(self: Self, order: number, forbidsSleep: boolean, body: Steps<void>): Steps<void> {
    const before = self.order
    self.order = Math.max(order, before)
    if (forbidsSleep) self.mayNotSleep++
    yield* body
    if (forbidsSleep) self.mayNotSleep--
    self.order = before
  }

  private *alone(self: Self, lock: object, body: readonly Step[]): Steps<void> {
    const inside = this.insideOf(lock)
    this.expect(inside.writer === null && inside.readers === 0, `${self.name} is alone in its lock`)
    inside.writer = self.name
    yield* this.steps(self, body)
    this.expect(inside.writer === self.name, `${self.name} stays alone in its lock`)
    inside.writer = null
  }

  private *together(self: Self, lock: object, body: readonly Step[]): Steps<void> {
    const inside = this.insideOf(lock)
    this.expect(inside.writer === null, `${self.name} reads and nobody writes`)
    inside.readers++
    yield* this.steps(self, body)
    this.expect(inside.writer === null, `${self.name} reads on and nobody writes`)
    inside.readers--
  }

  private insideOf(lock: object): { readers: number; writer: string | null } {
    const found = this.inside.get(lock) ?? { readers: 0, writer: null }
    this.inside.set(lock, found)
    return found
  }

  // Handlers

  private *tick(at: number): Steps<void> {
    this.log.push(`callout ${at}`)
    yield* this.k.work(10_000)
    yield* this.k.wakeup_one(this.channels[at]!)
  }

  private *task(at: number): Steps<void> {
    this.log.push(`task ${at}`)
    yield* this.k.pause('task', 1)
  }

  private *interrupt(channel: number): Steps<void> {
    yield* this.k.wakeup(this.channels[channel]!)
  }

  /** A thread to suspend or resume that may have ended, null for none. */
  private target(at: number): Td | null {
    return this.threads[at] ?? null
  }
}

/** Plays a scenario once. */
export function play(scenario: Scenario, oracle?: Oracle): Run {
  const player = new Player(scenario, oracle)
  const run = player.play()
  player.judge(run.outcome)
  return run
}
