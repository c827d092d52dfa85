import {
  acquire,
  acquireRead,
  acquireWrite,
  AddressSpace,
  Cpu,
  Lock,
  Machine,
  Preemption,
  Process,
  release,
  releaseRead,
  releaseWrite,
  type RunQueue,
  Thread,
  ThreadMark,
  wasGranted,
  work,
  yieldCpu,
  type BigLock,
  type KernelCall,
  type KernelPolicy,
  type MachineOptions,
  type Operation,
  type Outcome,
  type ReaderWriterLock,
  type SleepQueue,
  type Steps,
  type WaitObject,
} from '../src/index.js'
import { WakeReason } from '../src/thread.js'

const RANKS = 32

/** A thread with a priority of its own. */
export class Task extends Thread {
  priority = 0
}

/** A complete policy of no system there is: ranks are priorities, queues are FIFO, nobody is displaced. */
export class PlainPolicy implements KernelPolicy {
  readonly label: string = 'plain'
  readonly ranks: number = RANKS
  readonly timeoutSlackTicks: number = 0
  readonly timeoutOutlivesWakeup: boolean = false
  /** What the policy was told, for tests to look at. */
  seconds = 0
  ticks = 0

  /** Takes a thread from elsewhere for a CPU that has none. */
  steal: (cpu: Cpu) => Thread | null = () => null
  preemption: KernelPolicy['preemption'] = () => Preemption.none
  mayPreempt: KernelPolicy['mayPreempt'] = () => true

  rank(thread: Task): number {
    return thread.priority
  }
  sleepRank(): number {
    return 0
  }
  place(thread: Thread): Cpu {
    return thread.cpu
  }
  choose(cpu: Cpu): Thread | null {
    return cpu.queue.take() ?? this.steal(cpu)
  }
  loanBegan(): void {}
  loanEnded(): void {}
  displacedToHead(): boolean {
    return false
  }
  switched(): void {}
  sleeps(): void {}
  woken(): void {}
  tick(): void {
    this.ticks++
  }
  secondsPassed(seconds: number): void {
    this.seconds += seconds
  }
  wakeCandidates(queue: SleepQueue): readonly Thread[] {
    return Array.from(queue.threads())
  }
  returned(): Steps | null {
    return null
  }
}

/** One where a better thread displaces a worse one at once. */
export class PreemptivePolicy extends PlainPolicy {
  override preemption: KernelPolicy['preemption'] = (thread, cpu) => {
    const { scheduler } = cpu.machine
    let running = cpu.current
    while (running?.is(ThreadMark.pinning) === true) running = running.pinned
    const isBetter = running !== null && scheduler.effectiveRank(thread) > scheduler.effectiveRank(running)
    return isBetter ? Preemption.now : Preemption.none
  }
  override mayPreempt: KernelPolicy['mayPreempt'] = (cpu) => cpu.current?.is(ThreadMark.pinning) === false
}

export interface SpawnOptions {
  readonly cpu?: number
  readonly priority?: number
  /** Runs on that CPU only. */
  readonly bound?: boolean
}

/** The whole of a system: a process, its threads, and the calls they make. */
export class Plain {
  readonly machine: Machine
  readonly process: Process = new Process(0, 'all', { realUid: 0, effectiveUid: 0 }, {}, new AddressSpace('all'))
  readonly log: string[] = []
  private nextId = 1

  constructor(
    options: MachineOptions = {},
    readonly policy: PlainPolicy = new PlainPolicy(),
    /** Given to all CPUs, else each has its own. */
    queue?: RunQueue,
  ) {
    const defaults = { hz: 100, bigLock: 'big', faults: ['memory', 'thread'] }
    this.machine = new Machine(
      policy,
      { trace: true, ...options },
      defaults,
      (index, machine) => new Cpu(index, machine, queue),
    )
    this.machine.processes.add(this.process)
  }

  get now(): number {
    return this.machine.timeline.now
  }

  /** Makes a thread runnable; set-up code and threads may call it alike. */
  spawn(name: string, body: () => Steps, { cpu = 0, priority = 0, bound = false }: SpawnOptions = {}): Task {
    const task = new Task(this.nextId++, name, this.process, this.machine.cpus[cpu]!)
    task.priority = priority
    task.a = body
    task.mark(ThreadMark.bound, bound)
    this.process.add(task)
    this.machine.trace?.create(task)
    this.machine.scheduler.enqueue(task)
    return task
  }

  run<T>(main: () => Steps<T>, options: SpawnOptions = {}): Outcome<T> {
    return this.machine.run<T>(() => {
      this.machine.main = this.spawn('main', main, options)
    })
  }

  // Calls

  private call<T>(operation: Operation, a: unknown = null, b: unknown = null): KernelCall<T> {
    const thread = this.machine.enter(operation)
    thread.a = a
    thread.b = b
    return this.machine.port
  }

  work(ns: number): KernelCall<void> {
    return this.call(work, ns)
  }
  yield(): KernelCall<void> {
    return this.call(yieldCpu)
  }
  sleep(channel: WaitObject, ticks = 0): KernelCall<WakeReason> {
    return this.call(sleep, channel, ticks)
  }
  wakeup(channel: WaitObject): KernelCall<number> {
    return this.call(wakeup, channel)
  }
  lock(lock: Lock): KernelCall<void> {
    return this.call(enter, lock)
  }
  unlock(lock: Lock): KernelCall<void> {
    return this.call(exit, lock)
  }
  read(lock: ReaderWriterLock): KernelCall<void> {
    return this.call(enterRead, lock)
  }
  write(lock: ReaderWriterLock): KernelCall<void> {
    return this.call(enterWrite, lock)
  }
  done(lock: ReaderWriterLock): KernelCall<void> {
    return this.call(exitShared, lock)
  }
  takeBig(holds = 1): KernelCall<void> {
    return this.call(takeBig, holds)
  }
  giveBig(holds = 1): KernelCall<void> {
    return this.call(giveBig, holds)
  }
  nothing(): KernelCall<void> {
    return this.call(nothing)
  }
  panic(): KernelCall<never> {
    return this.call(panic)
  }
  /** Sleeps twice: a call composed of others. */
  nap(ticks: number): KernelCall<string> {
    return this.machine.compose({ ...nothing, name: 'nap' }, this.napSteps(ticks))
  }
  private *napSteps(ticks: number): Steps<string> {
    yield* this.sleep('nap', ticks)
    yield* this.sleep('nap', ticks)
    return 'rested'
  }

  mutex(name: string, spins = false): Lock {
    return new Lock(name, spins, 0, 'lock')
  }
  get bigLock(): BigLock {
    return this.machine.bigLock
  }
}

const nothing: Operation = {
  name: 'nothing',
  start(_machine, thread) {
    thread.result = undefined
    return true
  },
  resume: () => true,
}

const panic: Operation = {
  name: 'panic',
  start: (machine) => machine.panic('on purpose', 'CLAUSE-1'),
  resume: () => true,
}

const sleep: Operation = {
  name: 'sleep',
  start(machine, thread) {
    machine.sleepers.sleep(thread, machine.channels.at(thread.a as WaitObject), 'wait', thread.b as number, false)
    return false
  },
  resume(machine, thread) {
    thread.result = machine.sleepers.finishSleep(thread)
    return true
  },
}

const wakeup: Operation = {
  name: 'wakeup',
  start(machine, thread) {
    const queue = machine.channels.find(thread.a as WaitObject)
    const woken = queue?.length ?? 0
    for (let left = woken; left > 0; left--) machine.sleepers.wake(queue!.head!, WakeReason.woken)
    thread.result = woken
    return true
  },
  resume: () => true,
}

const enter: Operation = {
  name: 'lock',
  start(machine, thread) {
    thread.result = undefined
    return this.resume(machine, thread)
  },
  resume: (machine, thread) => acquire(machine, thread, thread.a as Lock),
}

const exit: Operation = {
  name: 'unlock',
  start(machine, thread) {
    thread.result = undefined
    release(machine, thread, thread.a as Lock)
    return true
  },
  resume: () => true,
}

const enterRead: Operation = {
  name: 'read',
  start(machine, thread) {
    thread.d = null
    thread.result = undefined
    return this.resume(machine, thread)
  },
  resume: (machine, thread) => wasGranted(thread) || acquireRead(machine, thread, thread.a as ReaderWriterLock),
}

const enterWrite: Operation = {
  ...enterRead,
  name: 'write',
  resume: (machine, thread) => wasGranted(thread) || acquireWrite(machine, thread, thread.a as ReaderWriterLock),
}

const exitShared: Operation = {
  name: 'done',
  start(machine, thread) {
    const lock = thread.a as ReaderWriterLock
    if (lock.owner === thread) releaseWrite(machine, thread, lock)
    else releaseRead(machine, lock)
    thread.result = undefined
    return true
  },
  resume: () => true,
}

const takeBig: Operation = {
  name: 'takeBig',
  start(machine, thread) {
    thread.result = undefined
    return this.resume(machine, thread)
  },
  resume(machine, thread) {
    if (machine.bigLock.acquire(thread, thread.a as number)) return true
    machine.scheduler.spin(thread, machine.bigLock)
    return false
  },
}

const giveBig: Operation = {
  name: 'giveBig',
  start(machine, thread) {
    machine.bigLock.release(thread, thread.a as number)
    thread.result = undefined
    return true
  },
  resume: () => true,
}
