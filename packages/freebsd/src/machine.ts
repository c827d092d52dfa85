import {
  AddressSpace,
  hostCalls,
  inRange,
  KernelPanic,
  Machine,
  oneOf,
  Random,
  RunQueue,
  ThreadMark,
  ThreadState,
  Access,
  type Cpu,
  type Footprint,
  type Halt,
  type HostFunctions,
  type KernelPolicy,
  type Operation,
  type Out,
  type Steps,
  type Thread,
  type WaitObject,
} from '@kt/core'
import { calloutCalls, Softclock, type CalloutCalls } from './callout.js'
import { cvCalls, type CvCalls } from './condvar.js'
import { Pcpu } from './cpu.js'
import { Cpuset } from './cpuset.js'
import { EventHandlers } from './eventhandler.js'
import { exit1, exitThread, kprocExit, kthreadExit, touchesExit } from './exit.js'
import type { Interlock } from './interlock.js'
import { kprocCalls, type KprocCalls } from './kproc.js'
import { Kstacks } from './kstack.js'
import { kthreadCalls, type KthreadCalls } from './kthread.js'
import { Ktr } from './ktr.js'
import { LoadAverage } from './load.js'
import { MTX_DEF, MTX_RECURSE, MTX_SPIN } from './mutex-options.js'
import { Mtx, mtxCalls, type MtxCalls } from './mutex.js'
import type { FreebsdOptions, Reading } from './options.js'
import * as P from './param.js'
import { PidAllocator } from './pid.js'
import { Proc } from './proc.js'
import type { Release } from './release.js'
import { FourBsdPolicy } from './sched-4bsd.js'
import { schedCalls, type SchedCalls } from './sched.js'
import { boot, shutdownCalls, type Buffers, type ShutdownCalls } from './shutdown.js'
import { sleepCalls, type SleepCalls } from './sleep.js'
import { Structures } from './structures.js'
import { Sysinits } from './sysinit.js'
import { taskqueueCalls, type Taskqueue, type TaskqueueCalls } from './taskqueue.js'
import { Td } from './td.js'
import { UlePolicy } from './ule.js'
import { UleQueue } from './ule-queue.js'

/** A report that no release prints: what a reader of the run wants to know. */
export interface Remark {
  /** The clause or row it belongs to. */
  readonly id: string
  readonly text: string
}

/** What the kernel panicked over. */
interface Panicking {
  readonly message: string
  readonly clause: string | null
  readonly thread: Thread | null
}

const FAULTS = ['kstack', 'taskqueue'] as const
const IPLS = { min: 1, max: 1, usual: 1 } as const
/** 20 + 16 · maxusers, of which a machine with 1 GB and more has 384. */
const MAXPROC = 6164
/** Panics after which the system still tries to go down in order. */
const PANICS_MAX = 2

function trueOrFalse(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new RangeError(`${name} must be true or false, not ${String(value)}`)
}

/** The machine of one FreeBSD kernel: core's, with processes, Giant, event handlers and what hangs on them. */
export class FreebsdMachine extends Machine {
  declare readonly cpus: Pcpu[]
  declare cpu: Pcpu
  declare running: Td | null
  declare readonly policy: UlePolicy | FourBsdPolicy

  readonly reading: Reading
  readonly invariants: boolean
  readonly preemptionOption: boolean | 'full'
  readonly daemons: 'stock' | 'page' | 'none'
  readonly isLenient: boolean
  readonly random: Random

  // Processes and threads
  readonly proc0: Proc
  readonly thread0: Td
  initproc: Proc | null = null
  /** Processes by number, zombies included. */
  readonly pids: Map<number, Proc> = new Map()
  readonly pidsource: PidAllocator
  readonly structures: Structures
  readonly maxproc: number
  nprocs = 1
  readonly limits: { maxprocperuid: number; max_threads_per_proc: number }
  /** When the process limit may be complained about again. */
  complaintAtNs = 0
  readonly rootCpuset: Cpuset
  private cpusets = 1
  /** Process `intr`, once it exists. */
  readonly intrproc: Out<Proc> = { value: null }

  // Locks, events, clocks
  readonly giant: Mtx = new Mtx('Giant', MTX_DEF | MTX_RECURSE)
  readonly schedLock: Mtx = new Mtx('sched lock', MTX_SPIN | MTX_RECURSE)
  readonly events: EventHandlers = new EventHandlers(this)
  readonly sysinits: Sysinits = new Sysinits()
  readonly softclock: Softclock
  readonly load: LoadAverage = new LoadAverage(this)
  readonly ktr: Ktr
  /** What `pause` sleeps on; nobody wakes it. */
  readonly pauseChannel: object = { kind: 'channel', name: 'pause_wchan' }
  /** The queues that everybody may use, by name. */
  readonly taskqueues: Map<string, Taskqueue> = new Map()

  // Where the system is in its life
  /** Until the devices are configured: no sleep waits, and nothing preempts. */
  cold = true
  /** From SI_SUB_INTRINSIC on threads can be created. */
  hasProc0 = false
  panicking: Panicking | null = null
  private panics = 0
  /** Set when the system goes down, to what it was asked for. */
  shutdownHowto: number | null = null
  shutdownFlags = 0
  hasSynced = false
  kprocShutdownWait = 60
  poweroffDelayMs = 5000
  syncOnPanic = 0
  readonly buffers: Buffers = { busy: 0, vnodes: 0 }
  readonly remarks: Remark[] = []

  /** The services that others are composed of. */
  readonly host: HostFunctions = hostCalls(this, IPLS)
  readonly sleep: SleepCalls = sleepCalls(this)
  readonly mtx: MtxCalls = mtxCalls(this)
  readonly sched: SchedCalls = schedCalls(this)
  readonly callout: CalloutCalls = calloutCalls(this)
  readonly condvar: CvCalls = cvCalls(this)
  readonly shutdown: ShutdownCalls = shutdownCalls(this)
  readonly taskqueue: TaskqueueCalls = taskqueueCalls(this)
  readonly kthread: KthreadCalls
  readonly kproc: KprocCalls = kprocCalls(this)

  /** Threads of `boot` and `run`: one that an earlier run left behind may return in a later one. */
  readonly mains: Set<Td> = new Set()
  /** User processes to start when boot is done. */
  readonly waitingForBoot: (() => void)[] = []
  isUp = false
  /** The object that scenarios call, given to each `main`. */
  kernel: unknown = null

  constructor(
    readonly release: Release,
    options: FreebsdOptions,
  ) {
    const scheduler = oneOf('scheduler', options.scheduler ?? 'ule', ['ule', '4bsd'])
    const policy = scheduler === 'ule' ? new UlePolicy() : new FourBsdPolicy()
    const shared = scheduler === 'ule' ? null : new RunQueue((P.PRI_MAX + 1) >> 2, 2)
    super(
      policy satisfies KernelPolicy,
      options,
      { hz: 1000, bigLock: 'none', faults: FAULTS },
      (index: number, machine: Machine): Cpu => new Pcpu(index, machine, shared ?? new UleQueue()),
    )
    this.reading = oneOf('reading', options.reading ?? 'page', ['page', 'kernel'])
    this.invariants = trueOrFalse('invariants', options.invariants ?? false)
    const { preemption = true } = options
    this.preemptionOption = preemption === 'full' ? preemption : trueOrFalse('preemption', preemption)
    this.daemons = oneOf('daemons', options.daemons ?? 'stock', ['stock', 'page', 'none'])
    this.isLenient = trueOrFalse('lenient', options.lenient ?? false)
    this.random = new Random(inRange('seed', options.seed ?? 1, -(2 ** 31), 2 ** 32 - 1))
    policy.attach(this)
    this.maxproc = inRange('maxproc', options.maxproc ?? MAXPROC, 1, 2 ** 31 - 1)
    this.limits = { maxprocperuid: Math.floor((this.maxproc * 9) / 10), max_threads_per_proc: 1500 }
    const { kstackKvaPages } = options
    const arch = oneOf('arch', options.arch ?? 'amd64', ['amd64', 'i386'])
    const kvaPages = kstackKvaPages === undefined ? Infinity : inRange('kstackKvaPages', kstackKvaPages, 1, 2 ** 31)
    this.structures = new Structures(new Kstacks(P.KSTACK_PAGES[arch], kvaPages))
    this.pidsource = new PidAllocator(this.pids, this.random)
    this.rootCpuset = new Cpuset(1, this.allCpus)
    this.softclock = new Softclock(this)
    this.ktr = new Ktr(this, inRange('ktrMask', options.ktrMask ?? P.KTR_GEN, 0, 2 ** 32 - 1), this.allCpus)
    this.kthread = kthreadCalls(this)
    // The others are released late in the boot.
    this.scheduler.started = 1
    const kernel = new AddressSpace('kernel')
    this.proc0 = new Proc(0, 'kernel', { realUid: 0, effectiveUid: 0 }, kernel, this)
    this.thread0 = this.makeThread0()
  }

  private makeThread0(): Td {
    const { proc0 } = this
    const { kstacks } = this.structures
    proc0.p_flag = P.P_SYSTEM | P.P_INMEM
    proc0.p_state = P.PRS_NORMAL
    const td = new Td(P.THREAD0_TID, 'swapper', proc0, this.cpus[0]!, this.rootCpuset)
    // The mark of a kernel thread, in the wrong word (FB8-D-02).
    td.td_flags |= P.TDP_KTHREAD
    td.td_kstack_pages = kstacks.defaultPages
    kstacks.take(kstacks.defaultPages)
    proc0.add(td)
    this.pids.set(0, proc0)
    this.processes.add(proc0)
    return td
  }

  get schedulerName(): 'ULE' | '4BSD' {
    return this.policy instanceof UlePolicy ? 'ULE' : '4BSD'
  }

  /** A bit for each CPU. */
  get allCpus(): number {
    return (2 ** this.ncpu - 1) | 0
  }

  nextCpusetId(): number {
    return ++this.cpusets
  }

  override begin(operation: Operation): Td {
    return super.begin(operation) as Td
  }

  override enter(operation: Operation): Td {
    return super.begin(operation) as Td
  }

  // Threads

  /** The thread that executes; under hardware interrupts the one they interrupted, null for an idle CPU. */
  get curthread(): Td | null {
    if (this.running === null) return null
    let thread: Thread | null = this.running
    while (thread?.is(ThreadMark.interruptFrame) === true) thread = thread.pinned
    return (thread as Td | null) ?? this.cpu.idle
  }

  /** A live thread by its number, null where there is none. */
  tdfind(tid: number): Td | null {
    for (const process of this.processes) {
      for (const td of process.threads()) if (td.id === tid && td.state !== ThreadState.dead) return td as Td
    }
    return null
  }

  /** What waits by itself and is never reported as stuck. Its code is the system's: no call says what it touches. */
  housekeeping(td: Td): void {
    td.marks |= ThreadMark.background
    td.inside ??= td.td_name
  }

  /** Wakes all who sleep on something. */
  wakeAll(chan: WaitObject): void {
    const queue = this.channels.find(chan)
    if (queue !== null) this.sleepers.wakeAll(queue)
  }

  override touchedByEnd(td: Thread, footprint: Footprint): void {
    footprint.add(td, Access.wake)
    touchesExit(td as Td, footprint)
  }

  /** A thread's function returned. */
  returned(td: Td, value: unknown): Steps | null {
    const { process } = td
    if (this.mains.delete(td)) {
      this.wakeAll(td)
      exitThread(this, td)
      return null
    }
    // It goes on in code of the system's.
    td.inside ??= 'exit'
    if (process.isKproc) {
      this.console.write(`Kernel thread "${td.td_name}" (pid ${process.pid}) exited prematurely.\n`)
      return kprocExit(this, 0)
    }
    if (!td.isKthread) return exit1(this, ((typeof value === 'number' ? value : 0) & 0xff) << 8)
    if (process !== this.proc0)
      this.undefinedBehaviour('UB:return-to-user-mode', `the function of kernel thread ${td.td_name} returned`)
    if (!this.isLenient)
      this.undefinedBehaviour('UB:return-from-proc0-thread', `the function of kernel thread ${td.td_name} returned`)
    this.remark('FB8-D-10', `the function of ${td.td_name} returned; lenient: it ends`)
    this.console.write(`Kernel thread "${td.td_name}" (pid 0) exited prematurely.\n`)
    return kthreadExit(this)
  }

  // Assertions and words

  /** INVARIANTS: panics unless something holds. Other kernels go on. */
  kassert(condition: boolean, message: string, clause: string | null = null): void {
    if (!condition && this.invariants) this.panic(message, clause)
  }

  /** What INVARIANTS panics over; without it nobody looks, and what follows is not defined. */
  refuse(id: string, message: string, clause: string | null = null): never {
    if (this.invariants) this.panic(message, clause)
    this.undefinedBehaviour(id, message)
  }

  /**
   * Stops where a thread may not sleep.
   *
   * @param interlock - A lock that is released on the way to sleep.
   */
  assertSleepable(td: Td, call: string, interlock: Interlock | null): void {
    if (td.is(ThreadMark.interruptFrame)) this.undefinedBehaviour('UB:sleep-in-interrupt', `${call} in an interrupt`)
    if ((td.td_pflags & P.TDP_NOSLEEPING) !== 0)
      this.refuse('UB:sleep-not-allowed', 'Trying sleep, but thread marked as sleeping prohibited', 'FB8-O-16')
    const own = interlock instanceof Mtx && interlock.spins ? 1 : 0
    if (td.td_critnest > own) this.refuse('UB:sleep-not-allowed', 'mi_switch: switch in a critical section', 'FB8-O-16')
  }

  /** Stops where a thread may not give up its CPU. */
  assertSwitchable(td: Td, call: string): void {
    if (td.is(ThreadMark.interruptFrame)) this.undefinedBehaviour('UB:sleep-in-interrupt', `${call} in an interrupt`)
    if (td.td_critnest > 0) this.refuse('UB:sleep-not-allowed', 'mi_switch: switch in a critical section', 'FB8-O-16')
  }

  /** Stops where a thread may not wait for memory, whether it would have to or not. */
  assertMayAllocate(td: Td, call: string): void {
    this.assertSleepable(td, call, null)
  }

  remark(id: string, text: string): void {
    this.remarks.push({ id, text })
    this.trace?.note(this.running, `${id}: ${text}`)
  }

  /** An object as `%p` prints it. */
  pointer(object: object | null): string {
    return object === null ? '0x0' : `0x${this.addressOf(object).toString(16)}`
  }

  // The end

  /**
   * Prints, then goes down the way a shutdown goes, on the thread that panicked; it is the last thing that happens. After
   * a second panic on the way it begins anew, without a sync whatever kern.sync_on_panic says; a third ends it at once,
   * where the kernel would begin again and again until its stack is full.
   */
  override panic(message: string, clause: string | null = null): never {
    this.console.write(`panic: ${message}\n`)
    if (this.ncpu > 1) this.console.write(`cpuid = ${this.cpu.index}\n`)
    const { running: thread, cpu } = this
    this.panicking ??= { message, clause, thread }
    if (thread !== null && ++this.panics <= PANICS_MAX) {
      if (thread instanceof Td) thread.td_critnest = 0
      // It may have been on its way to sleep.
      thread.state = ThreadState.running
      cpu.spinMutexes = 0
      const syncs = this.syncOnPanic !== 0 && this.panics === 1
      this.lastAct(thread, boot(this, P.RB_DUMP | (syncs ? 0 : P.RB_NOSYNC)))
    }
    this.goDown()
    throw new KernelPanic(message, clause)
  }

  /** A panic is the end, whatever a scenario does that catches what it throws. */
  protected override stop(halt: Halt): void {
    if (this.halt?.kind !== 'panic') super.stop(halt)
  }

  /** Nothing runs any more. */
  goDown(): void {
    const { panicking } = this
    if (panicking === null) this.stop({ kind: 'shutdown', howto: this.shutdownHowto! })
    else this.stop({ kind: 'panic', ...panicking })
  }
}
