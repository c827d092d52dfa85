import { BigLock } from './big-lock.js'
import { Access, type Footprint } from './access.js'
import { begun, CallPhase, CallPort, ComposedCall, type KernelCall, type Operation, type Steps } from './call.js'
import { describe, generatorNext, inRange, isSteps, stepsOf } from './checking.js'
import { Clock } from './clock.js'
import { Console } from './console.js'
import type { Cpu } from './cpu.js'
import { KernelPanic, SimulatorFault, UndefinedBehaviour } from './errors.js'
import { Faults } from './faults.js'
import { FreeRun } from './free-run.js'
import type { Oracle } from './oracle.js'
import { lockOf } from './lock.js'
import { conclude, type Halt, type Outcome } from './outcome.js'
import type { KernelPolicy } from './policy.js'
import { AddressSpace, Process } from './process.js'
import { Scheduler } from './scheduler.js'
import { ChannelTable } from './sleep-queue.js'
import { Sleepers } from './sleepers.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'
import { Timeline } from './timeline.js'
import { Trace } from './trace.js'
import { Turns } from './turns.js'

/** What every personality's `createKernel` accepts. */
export interface MachineOptions {
  /** CPUs, 1 … 32. Default 1. */
  readonly ncpu?: number
  /** Clock ticks a second, 1 … 10 000. Default: the release's. */
  readonly hz?: number
  /** Makes the choices; by default the machine takes the usual answer without asking. */
  readonly oracle?: Oracle
  /** Whether to record a trace. Default false. */
  readonly trace?: boolean
  /**
   * Kernel calls, clock ticks and started threads that one `boot` or `run` may take before it is called a livelock.
   * Default 50 million.
   */
  readonly stepsMax?: number
}

/** Calls a thread may make, without ever having to wait, before other CPUs get their turn all the same. */
const SLICE_CALLS = 1000
const STEPS_MAX = 50_000_000
/** The same for a last act. */
const LAST_STEPS_MAX = 200_000

/** Where `addressOf` begins, and how far its objects lie apart. */
const FIRST_ADDRESS = 0xd000_1000
const ADDRESS_STEP = 0x400

/** The object of a step that may touch anything. */
export const EVERYTHING: unique symbol = Symbol('everything')

const mainReturns: Operation = begun('return', (thread, footprint) => {
  const { machine } = thread.cpu
  footprint.add(machine.timeline, Access.write)
  machine.touchedByEnd(thread, footprint)
})

function waitsForLock(thread: Thread): boolean {
  return lockOf(thread) !== null
}

function ownerOf(thread: Thread): Thread | null {
  return lockOf(thread)?.owner ?? null
}

function* returning(machine: Machine, value: unknown): Steps {
  machine.begin(mainReturns)
  machine.fuel++
  yield* machine.port
  return value
}

/** A composed call runs as the calls it is composed of. */
const neverOnePiece: Operation['start'] = () => {
  throw new SimulatorFault('a composed call was run as a call of one piece')
}

/** A deterministic machine with a release's policy: it has no idea whose. */
export class Machine {
  readonly ncpu: number
  readonly clock: Clock
  readonly timeline: Timeline = new Timeline()
  readonly channels: ChannelTable = new ChannelTable()
  readonly console: Console = new Console()
  readonly faults: Faults
  readonly bigLock: BigLock
  readonly scheduler: Scheduler
  readonly sleepers: Sleepers
  readonly cpus: Cpu[]
  readonly port: CallPort = new CallPort(this)
  trace: Trace | null
  /** Whether the calls that a scenario makes are put into the trace. */
  recordsCalls = false
  oracle: Oracle | null = null
  announces = false
  /** The free run that an oracle drives, null where CPUs are chosen. */
  free: FreeRun | null = null
  /** The process of interrupt frames; no release shows it. */
  readonly interruptProcess: Process = new Process(
    -1,
    'interrupt',
    { realUid: 0, effectiveUid: 0 },
    {},
    new AddressSpace('interrupt'),
  )

  /** All processes, oldest first; views and reports go through them. */
  readonly processes: Set<Process> = new Set()

  /** The thread that executes, null between turns and outside `run`. */
  running: Thread | null = null
  /** The CPU that executes; meaningful while `running` is not null. */
  cpu: Cpu
  /** A call that was named and not yet made. */
  pending: Operation | null = null
  /** The running thread's call has suspended: nothing but the machine may go on with it. */
  isHandedOver = false
  /** Calls left in this slice. */
  fuel = 0
  /** Calls and ticks used up by earlier slices of this run. */
  private stepsUsed = 0
  private slice = 0
  private stepsMax: number
  /** Why the kernel stopped for good, or the run ended without `main`. */
  halt: Halt | null = null

  /** The thread whose return ends a run, and what it returned. */
  main: Thread | null = null
  private mainReturned = false
  private mainValue: unknown = undefined

  private readonly turns: Turns = new Turns(this)
  private isDriven = false
  private readonly addresses: Map<object, number> = new Map()
  private isActive = false
  /** Whether it has begun to boot. */
  isBooted = false

  constructor(
    readonly policy: KernelPolicy,
    options: MachineOptions,
    defaults: { readonly hz: number; readonly bigLock: string; readonly faults: readonly string[] },
    makeCpu: (index: number, machine: Machine) => Cpu,
  ) {
    this.ncpu = inRange('ncpu', options.ncpu ?? 1, 1, 32)
    this.clock = new Clock(this, inRange('hz', options.hz ?? defaults.hz, 1, 10_000))
    this.stepsMax = options.stepsMax ?? STEPS_MAX
    if (this.stepsMax !== Infinity) inRange('stepsMax', this.stepsMax, 1, Number.MAX_SAFE_INTEGER)
    this.trace = options.trace === true ? new Trace(this) : null
    this.faults = new Faults(defaults.faults, null)
    this.follow(options.oracle ?? null)
    this.bigLock = new BigLock(defaults.bigLock, this)
    this.scheduler = new Scheduler(this)
    this.sleepers = new Sleepers(this)
    this.cpus = Array.from({ length: this.ncpu }, (_, index) => makeCpu(index, this))
    this.cpu = this.cpus[0]!
  }

  /**
   * Takes its choices from an oracle from here on, null for the usual ones without asking. A machine that has driven a
   * free run has nobody on its run queues and stays one.
   */
  follow(oracle: Oracle | null): void {
    if (this.isActive) throw new TypeError('a machine changes its oracle between runs')
    oracle?.restart()
    this.oracle = oracle
    this.announces = oracle?.announces ?? false
    this.faults.oracle = oracle
    if (oracle?.drive === undefined) return
    this.free ??= new FreeRun(this)
    this.timeline.watcher = this.free
  }

  /** Records what happens from here on, where that is not done already. */
  record(): void {
    this.trace ??= new Trace(this)
  }

  /** Bounds the steps of each run from here on, as `stepsMax` does. */
  boundSteps(stepsMax: number): void {
    this.stepsMax = Math.min(this.stepsMax, inRange('steps', stepsMax, 1, Number.MAX_SAFE_INTEGER))
  }

  // Calls

  /** Begins a call of one piece: the caller then sets its arguments and returns `port`. Systems may refuse it. */
  enter(operation: Operation): Thread {
    return this.begin(operation)
  }

  /** The same for what is no call of the system's, but a part of one. */
  begin(operation: Operation): Thread {
    const thread = this.running
    if (thread === null || this.pending !== null) this.cannotEnter(operation.name)
    if (this.isHandedOver || thread.state !== ThreadState.running) this.misdriven(thread)
    this.pending = operation
    thread.operation = operation
    return thread
  }

  /** Begins a call that is composed of others. */
  compose<T>(operation: Operation, steps: Steps<T>): KernelCall<T> {
    if (this.running === null || this.pending !== null) this.cannotEnter(operation.name)
    this.pending = operation
    return new ComposedCall(this, operation, steps)
  }

  /**
   * A point inside a call at which another CPU may act, or a better thread take this one. The caller has set the
   * operation that goes on and returns what this returns: true to go on at once.
   */
  mayGoOn(thread: Thread): boolean {
    if (!this.mayBeTaken) return true
    thread.phase = CallPhase.announced
    return false
  }

  /** Whether somebody may act before the running thread goes on: a CPU that is chosen, or what asks for this one. */
  get mayBeTaken(): boolean {
    return this.announces || (this.cpu.attention !== 0 && this.scheduler.mustGiveWay(this.cpu))
  }

  /**
   * The same for functions that are made for one kernel, by name.
   *
   * @param touches - What it touches before the first of its calls, for one whose calls say all that it touches.
   */
  call<T>(name: string, steps: Steps<T>, touches?: Operation['touches']): KernelCall<T> {
    const operation = { name, start: neverOnePiece, resume: neverOnePiece }
    return this.compose(touches === undefined ? operation : { ...operation, touches }, steps)
  }

  private cannotEnter(name: string): never {
    if (this.running === null) {
      throw new TypeError(
        `${name}() was called outside any thread of this kernel: call it in a body given to boot() or run()`,
      )
    }
    this.misused(`before ${name}(): a kernel call is made with yield*, as in \`yield* ${this.pending!.name}(…)\``)
  }

  /** A mistake in how the scenario uses calls: says which call, and forgets it, so that the message comes once. */
  misused(problem: string): never {
    const forgotten = this.pending
    this.pending = null
    const by = this.running === null ? '' : ` by ${describe(this.running)}`
    throw new TypeError(forgotten === null ? problem : `${forgotten.name}() was called without yield*${by}; ${problem}`)
  }

  /**
   * A call was left half done: something other than `yield*` in the thread's own body drove it, or dropped it. The
   * thread is then queued somewhere and executes all the same, so the run ends here.
   */
  misdriven(thread: Thread): never {
    this.pending = null
    const error = new TypeError(
      `${thread.operation.name}() of ${describe(thread)} was left half done: a call is made with yield* in the body of its own thread, and by nothing else`,
    )
    this.stop({ kind: 'fault', error, thread })
    throw error
  }

  // Words

  /**
   * What `%p` prints for an object: a number of its own in order of first use, spaced like structures in memory.
   */
  readonly addressOf = (object: object): number => {
    let address = this.addresses.get(object)
    if (address === undefined) {
      address = FIRST_ADDRESS + this.addresses.size * ADDRESS_STEP
      this.addresses.set(object, address)
    }
    return address
  }

  // Stopping

  /**
   * Stops the kernel as the release does when its contract is broken.
   *
   * @param message - As the release prints it.
   * @param clause - The clause or row that was broken, null where none says so.
   */
  panic(message: string, clause: string | null = null): never {
    this.console.write(`panic: ${message}\n`)
    this.stop({ kind: 'panic', message, clause, thread: this.running })
    throw new KernelPanic(message, clause)
  }

  /** Stops the kernel where the release had no defined behaviour. */
  undefinedBehaviour(id: string, message: string): never {
    this.stop({ kind: 'undefined', id, message, thread: this.running })
    throw new UndefinedBehaviour(message, id)
  }

  /** From here on no call completes: a scenario that catches the error gets no further than its next call. */
  protected stop(halt: Halt): void {
    this.halt = halt
    this.stepsUsed = this.steps
    this.slice = 0
    this.fuel = 0
  }

  /** Ends a run before its next step: what it leaves can be looked at, and nothing of it goes on. */
  cutShort(): void {
    this.stop({ kind: 'livelock', steps: this.steps, thread: this.cpu.current })
  }

  /**
   * The last act of a system that executes code of its own when it stops: the running thread does that in place of the
   * call it is in, which never completes, and the others go on meanwhile, until one of them stops the machine. Others
   * that never wait must not keep it from that for long.
   */
  protected lastAct(thread: Thread, steps: Steps): void {
    this.stepsMax = Math.min(this.stepsMax, this.steps + LAST_STEPS_MAX)
    thread.steps = steps
    thread.phase = CallPhase.fresh
    this.pending = null
    this.loop()
  }

  // Running

  /**
   * Runs until `main` has returned and nothing is left to do but wait, or until that cannot happen any more.
   *
   * @param begin - Queues the first thread. `main` is set by then, or later by what that thread does.
   */
  run<T>(begin: () => void): Outcome<T> {
    if (this.isActive) throw new TypeError('this kernel is running already: boot() and run() are not for its threads')
    if (this.halt !== null && this.halt.kind !== 'livelock')
      throw new TypeError(`this kernel has stopped: ${this.halt.kind}`)
    this.halt = null
    this.main = null
    this.mainReturned = false
    this.mainValue = undefined
    this.stepsUsed = 0
    this.slice = this.fuel = 0
    this.refuel()
    this.isActive = true
    this.trace?.beginRun()
    try {
      begin()
      this.loop()
    } finally {
      this.isActive = false
      this.running = null
      this.pending = null
    }
    return conclude<T>(this, this.mainReturned, this.mainValue as T, this.steps)
  }

  /** Kernel calls, ticks and started threads of the current or last run. */
  get steps(): number {
    return this.stepsUsed + this.slice - this.fuel
  }

  /** Whether `main` has returned: what is due later does not fire any more. */
  get hasMainReturned(): boolean {
    return this.mainReturned
  }

  /** Whether calls are left before the run is a livelock. */
  hasFuel(): boolean {
    return this.fuel >= 0 || this.refuel()
  }

  /** Threads that sleep and that no time-out will wake, housekeeping left out. */
  asleepForGood(): Thread[] {
    const left: Thread[] = []
    for (const process of this.processes) {
      for (const thread of process.threads()) {
        if (thread.state !== ThreadState.sleeping || thread.is(ThreadMark.background)) continue
        if (thread.timer?.isArmed !== true) left.push(thread)
      }
    }
    return left
  }

  /** Threads that wait for a lock whose owner will never release it: it waits for good itself, or has ended. */
  blockedForGood(): Thread[] {
    const forGood = new Set(this.asleepForGood())
    for (const thread of this.free?.spinners() ?? []) forGood.add(thread)
    const blocked = [...forGood].filter((thread) => waitsForLock(thread))
    const canEnd = (thread: Thread): boolean => {
      const seen = new Set<Thread>()
      let owner = ownerOf(thread)
      while (owner !== null && !seen.has(owner)) {
        seen.add(owner)
        if (!forGood.has(owner) && owner.state !== ThreadState.dead) return true
        owner = ownerOf(owner)
      }
      return false
    }
    return blocked.filter((thread) => !canEnd(thread))
  }

  /** Main is over: what it returned is the outcome's value. */
  mainEnds(value: unknown): void {
    if (this.mainReturned) return
    this.mainReturned = true
    this.mainValue = value
  }

  private loop(): void {
    const { scheduler, free } = this
    if (free !== null) {
      this.runFree(free)
      return
    }
    while (this.halt === null) {
      if (!this.hasFuel()) return
      const cpu = this.turns.next()
      if (cpu !== null) scheduler.step(cpu)
      else if ((this.halt as Halt | null) !== null) return
      else if ((this.mainReturned && !scheduler.isWorking) || !this.clock.passTime()) return
    }
  }

  /** What a stopping kernel still executes is not the oracle's to choose. */
  private runFree(free: FreeRun): void {
    if (this.isDriven) {
      free.runOn()
      return
    }
    this.isDriven = true
    try {
      this.oracle!.drive!(free)
    } finally {
      this.isDriven = false
    }
  }

  private refuel(): boolean {
    // One that found no fuel has been announced, and begins without being counted again.
    this.stepsUsed += this.slice - this.fuel
    this.slice = Math.min(SLICE_CALLS, this.stepsMax - this.stepsUsed)
    this.fuel = this.slice
    this.turns.mustRotate = true
    if (this.slice > 0) return true
    // The call that was announced does not begin.
    this.stepsUsed = this.stepsMax
    this.slice = 0
    this.fuel = 0
    this.halt = { kind: 'livelock', steps: this.stepsUsed, thread: this.cpu.current }
    return false
  }

  /** Gives a thread the CPU until it suspends or ends. Called by the scheduler. */
  resume(cpu: Cpu, thread: Thread): void {
    this.cpu = cpu
    this.running = thread
    this.isHandedOver = false
    this.turns.lastThread = thread
    try {
      const steps = (thread.steps ??= this.firstSteps(thread))
      const result = generatorNext.call(steps)
      if (result === this.port.suspended) return
      if (result.done !== true)
        throw new TypeError(`${describe(thread)} yielded a value: a kernel call is made with yield*`)
      if (this.pending !== null) this.misused('its thread then ended')
      if ((this.isHandedOver as boolean) || thread.state !== ThreadState.running) this.misdriven(thread)
      if (thread === this.main && this.free !== null && thread.operation !== mainReturns)
        this.returnLater(thread, result.value)
      else this.bodyEnded(thread, result.value)
    } catch (error) {
      this.pending = null
      if (error instanceof SimulatorFault) throw error
      // A panic stops the kernel even when the scenario catches what it throws.
      this.halt ??= { kind: 'fault', error, thread }
    } finally {
      this.running = null
    }
  }

  private firstSteps(thread: Thread): Steps {
    // Handlers and threads that start each other without a call would otherwise go on for ever unseen.
    this.fuel--
    thread.phase = CallPhase.fresh
    const { a: body, b: argument } = thread
    thread.a = thread.b = null
    const steps: unknown = (body as (argument: unknown) => unknown)(argument)
    if (this.pending !== null) this.misused('a body is a generator function, which makes calls with yield*')
    // The name is made only for the complaint.
    return isSteps(steps) ? steps : stepsOf(steps, describe(thread))
  }

  /** In a free run the return of `main` is a step of its own: it stops the clock. */
  private returnLater(thread: Thread, value: unknown): void {
    thread.steps = returning(this, value)
    thread.phase = CallPhase.fresh
    generatorNext.call(thread.steps)
  }

  /** Says what the end of a thread touches; personalities know better than anything. */
  touchedByEnd(_thread: Thread, footprint: Footprint): void {
    footprint.add(EVERYTHING, Access.write)
  }

  private bodyEnded(thread: Thread, value: unknown): void {
    if (thread === this.main) this.mainEnds(value)
    thread.steps = this.policy.returned(thread, value)
    // A system may have ended it itself.
    if (thread.steps === null && thread.state !== ThreadState.dead) this.scheduler.end(thread)
  }
}
