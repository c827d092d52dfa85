import {
  Budget,
  hostCalls,
  inRange,
  Machine,
  oneOf,
  RunQueue,
  ThreadMark,
  WakeReason,
  type Footprint,
  type HostFunctions,
  type KernelCall,
  type Operation,
  type Oracle,
  type SleepQueue,
  type Steps,
  type Thread,
  type WaitObject,
} from '@kt/core'
import { Autoconf } from './autoconf.js'
import { CpuInfo } from './cpu.js'
import { bury, touchesExit } from './exit.js'
import { FileTable } from './files.js'
import { kernelLockCalls, withLockedInterrupts, type KernelLockCalls } from './kernel-lock.js'
import { DeferredQueue, kthreadCalls, type KthreadCalls } from './kthread.js'
import type { KtraceBody, KtraceRecord } from './ktrace.js'
import { LboltTimer } from './lbolt.js'
import { bootLimits } from './limits.js'
import { Vmspace, Word, type UserPointer } from './memory.js'
import type { Mutex } from './mutex.js'
import type { OpenbsdOptions, Reading } from './options.js'
import * as P from './param.js'
import { OpenbsdPolicy } from './policy.js'
import { Proc } from './proc.js'
import { ProcessRecord } from './process.js'
import type { Release } from './release.js'
import { Sigacts } from './sigacts.js'
import { sleepCalls, type SleepCalls } from './sleep.js'
import { ProcessTable } from './table.js'
import { Softclock } from './timeout.js'
import type { Program } from './user.js'
import { userCalls, type UserCalls } from './user-calls.js'
import { Workq } from './workq.js'

/** A report that no release prints: what a reader of the run wants to know. */
export interface Remark {
  /** The clause or row it belongs to. */
  readonly id: string
  readonly text: string
}

/** What the system counts about forks and switches. */
export interface Uvmexp {
  forks: number
  forks_sharevm: number
  swtch: number
}

const FAULTS = ['uarea', 'kthread_q', 'workq', 'workq_task'] as const
const IPLS = { min: P.IPL_SOFTCLOCK, max: P.IPL_HIGH, usual: P.IPL_BIO } as const

/** The machine of one OpenBSD kernel: core's, with the process table and what hangs on it. */
export class OpenbsdMachine extends Machine {
  declare readonly cpus: CpuInfo[]
  declare cpu: CpuInfo
  declare running: Proc | null
  declare readonly policy: OpenbsdPolicy

  readonly reading: Reading
  readonly diagnostic: boolean
  readonly arch: 'amd64' | 'i386'
  readonly isLenient: boolean
  readonly uareas: Budget
  private readonly klog: boolean

  /** The process table. */
  readonly table: ProcessTable
  /** What the reaper has to do. */
  readonly deadproc: Proc[] = []
  readonly proc0: Proc
  init: Proc | null = null
  /** kern.rthreads. */
  rthreads = 0
  /** Forks, vforks, rforks, kernel threads; then the pages of each. */
  readonly forkstat: number[] = new Array<number>(8).fill(0)
  readonly uvmexp: Uvmexp = { forks: 0, forks_sharevm: 0, swtch: 0 }
  /** Uptime in seconds at which a full table was last told. */
  tablefullAt: number = -Infinity

  /** Until the devices are configured: tsleep returns at once. */
  cold = true
  readonly deferred: DeferredQueue = new DeferredQueue()
  readonly autoconf: Autoconf = new Autoconf()
  /** Woken once a second. */
  readonly lbolt: object = { kind: 'channel', name: 'lbolt' }
  readonly lboltTimer: LboltTimer = new LboltTimer(this)
  readonly softclock: Softclock = new Softclock(this)
  readonly syswq: Workq = new Workq('syswq', 1)
  readonly remarks: Remark[] = []
  readonly msgbuf: string[] = []
  readonly ktraceRecords: KtraceRecord[] = []
  /** Files opened so far, which numbers them. */
  filesOpened = 0

  /** The services that others are composed of. */
  readonly kthread: KthreadCalls = kthreadCalls(this)
  readonly sleep: SleepCalls = sleepCalls(this)
  readonly kernelLock: KernelLockCalls = kernelLockCalls(this)
  readonly host: HostFunctions = withLockedInterrupts(this, hostCalls(this, IPLS))
  readonly user: UserCalls = userCalls(this)

  /** Threads of `boot` and `run`: one that an earlier run left behind may return in a later one. */
  readonly mains: Set<Proc> = new Set()
  /** User processes to start, and what init executes, when boot is done. */
  readonly waitingForBoot: (() => void)[] = []
  initBody: Program | null = null
  isUp = false
  /** The object that scenarios call, given to each `main`. */
  kernel: unknown = null

  constructor(
    readonly release: Release,
    options: OpenbsdOptions,
  ) {
    const policy = new OpenbsdPolicy()
    const queue = release.runQueues === 'one for all' ? new RunQueue(policy.ranks) : undefined
    super(
      policy,
      options,
      { hz: 100, bigLock: 'kernel_lock', faults: FAULTS },
      (index, machine) => new CpuInfo(index, machine, queue),
    )
    policy.attach(this)
    this.reading = oneOf('reading', options.reading ?? 'page', ['page', 'kernel'])
    this.diagnostic = options.diagnostic ?? true
    this.arch = oneOf('arch', options.arch ?? 'amd64', ['amd64', 'i386'])
    this.klog = options.klog ?? false
    this.isLenient = options.lenient ?? false
    const { uareas } = options
    this.uareas = new Budget('uarea', uareas === undefined ? Infinity : inRange('uareas', uareas, 1, 2 ** 31))
    this.table = new ProcessTable(this, release.maxproc, options.pidSeed ?? 1)
    this.scheduler.started = 1
    this.proc0 = this.makeProc0()
  }

  private makeProc0(): Proc {
    const process = new ProcessRecord(
      0,
      'swapper',
      { realUid: 0, effectiveUid: 0 },
      bootLimits(),
      new Vmspace('proc0'),
      new FileTable(),
      new Sigacts(),
    )
    const proc0 = new Proc(0, 'swapper', process, this.cpus[0]!)
    proc0.p_flag = P.P_SYSTEM
    process.ps_mainproc = proc0
    process.add(proc0)
    this.processes.add(process)
    this.table.pids.set(0, proc0)
    this.table.groups.set(0, 1)
    this.uareas.take()
    return proc0
  }

  /** Whether kernel threads share process 0's descriptor table instead of copying it (OB-D-01). */
  get sharesFiles(): boolean {
    return this.release.kthreadFiles === 'share' && this.reading === 'kernel'
  }

  // Calls

  /** Begins a kernel call: kernel code makes those, and user code in a system call. */
  override enter(operation: Operation): Proc {
    const p = this.begin(operation)
    if (p.is(ThreadMark.inUserMode))
      this.refuse(`${operation.name}() is kernel code: user code gets there by syscall()`)
    return p
  }

  override compose<T>(operation: Operation, steps: Steps<T>): KernelCall<T> {
    const call = super.compose(operation, steps)
    if (this.running!.is(ThreadMark.inUserMode))
      this.refuse(`${operation.name}() is kernel code: user code gets there by syscall()`)
    return call
  }

  /** Begins a part of a system call, in whatever mode. */
  override begin(operation: Operation): Proc {
    return super.begin(operation) as Proc
  }

  /** A system call or a library function: user code makes those. */
  userCall<T>(name: string, steps: Steps<T>): KernelCall<T> {
    const call = super.compose({ name, start: never, resume: never }, steps)
    if (!this.running!.is(ThreadMark.inUserMode))
      this.refuse(`${name}() is for user code: give process() a body, and call it there`)
    return call
  }

  private refuse(problem: string): never {
    this.pending = null
    throw new TypeError(problem)
  }

  /** Wakes all who sleep on something. */
  wakeAll(ident: WaitObject): void {
    const queue = this.channels.find(ident)
    if (queue !== null) this.wakeQueue(queue)
  }

  /** Wakes all who sleep on a queue, in its order. */
  wakeQueue(queue: SleepQueue): void {
    while (queue.head !== null) this.wakeSleeper(queue.head)
  }

  /**
   * Wakes a sleeper. A stopped one has its sleep behind it then, and stays stopped. Where any other goes, user mode has
   * to give way to it, whatever its priority: nobody compares (need_resched).
   *
   * @returns Whether it was stopped.
   */
  wakeSleeper(sleeper: Thread): boolean {
    const wasStopped = sleeper.is(ThreadMark.asleep)
    this.sleepers.wake(sleeper, WakeReason.woken)
    if (!wasStopped) this.scheduler.giveWayInUserMode(sleeper.cpu)
    return wasStopped
  }

  // Who runs

  /** The thread that executes; under hardware interrupts the one they interrupted, null for an idle loop without one. */
  get curproc(): Proc | null {
    if (this.running === null) return null
    let thread: Thread | null = this.running
    while (thread?.is(ThreadMark.interruptFrame) === true) thread = thread.pinned
    return (thread as Proc | null) ?? this.cpu.idle
  }

  /** A thread's function returned. Only `main` may; user threads end by their system calls. */
  returned(p: Proc): Steps | null {
    if (this.mains.delete(p)) {
      p.process.xstat = 0
      bury(this, p)
      return null
    }
    if (p === this.proc0) return null
    if (this.isLenient) {
      this.remark('OB-Q-01', `the function of ${p.p_comm} (${p.p_pid}) returned; lenient: it exits with code 0`)
      return this.exits()
    }
    if (this.reading === 'kernel') {
      // OB-D-09: control falls into the return to user mode with a trap frame that never was there.
      this.undefinedBehaviour('UB:OB-D-09', `the function of kernel thread ${p.p_comm} (${p.p_pid}) returned`)
    }
    this.panic(`kernel thread returned: ${p.p_comm} (${p.p_pid})`, 'OB-D-09')
  }

  private *exits(): Steps<never> {
    return yield* this.kthread.kthread_exit(0)
  }

  override touchedByEnd(thread: Thread, footprint: Footprint): void {
    touchesExit(thread as Proc, footprint)
  }

  // Free runs

  /**
   * Whether code in the kernel holds the big lock. On one CPU nobody has to, since nothing takes it away there; in a
   * free run it is the lock that says so.
   */
  get isLocked(): boolean {
    return this.ncpu > 1 || this.free !== null
  }

  override follow(oracle: Oracle | null): void {
    const begins = this.free === null && oracle?.drive !== undefined
    super.follow(oracle)
    if (!begins || this.ncpu > 1) return
    for (const process of this.processes)
      for (const thread of process.threads()) if (!thread.is(ThreadMark.inUserMode)) thread.bigLocks = 1
  }

  /** Has looks at what a system call may store to be noticed. A mapping's words tell of themselves. */
  watch(pointer: UserPointer<unknown>): void {
    if (!(pointer instanceof Word)) this.free?.watch(pointer)
  }

  /** Notes that the process table is looked at or changed by what is no call. */
  tableAccessed(isWrite: boolean): void {
    this.free?.observer?.accessed(this.table, isWrite)
  }

  // Assertions and words

  /**
   * Stops where a thread may not sleep.
   *
   * @param interlock - A mutex that is released on the way to sleep.
   */
  assertSleepable(p: Proc, call: string, interlock: Mutex | null): void {
    if (p.is(ThreadMark.interruptFrame)) {
      if (this.reading === 'page') this.panic(`${call}: called in an interrupt`, 'OB-D-14')
      this.undefinedBehaviour('UB:OB-D-14', `${call} in an interrupt`)
    }
    const mutexes = p.cpu.spinMutexes - (interlock === null ? 0 : 1)
    if (mutexes === 0) return
    const asserts = this.release.switchAssertsNoMutex && this.diagnostic
    if (asserts) this.panic(`assertwaitok: non-zero mutex count: ${mutexes}`, 'OB-D-14')
    if (this.reading === 'page') this.panic(`${call}: called with a mutex held`, 'OB-D-14')
    this.undefinedBehaviour('UB:OB-D-14', `${call} with a mutex held`)
  }

  remark(id: string, text: string): void {
    this.remarks.push({ id, text })
    this.trace?.note(this.running, `${id}: ${text}`)
  }

  /** log(9): into the message buffer, and on the console when nobody reads the log. */
  log(priority: number, text: string): void {
    this.msgbuf.push(`<${priority}>${text.trimEnd()}`)
    if (!this.klog) this.console.write(text)
  }

  /** Keeps a record of a traced process. */
  ktrace(p: Proc, record: KtraceBody): void {
    if (!p.process.ps_traced) return
    this.ktraceRecords.push({ pid: p.p_pid, comm: p.p_comm, timeNs: this.timeline.now, ...record })
  }
}

/** A composed call runs as the calls it is composed of. */
const never: Operation['start'] = () => false
