import {
  AddressSpace,
  Budget,
  inRange,
  Machine,
  oneOf,
  SleepQueue,
  ThreadMark,
  type Footprint,
  type Limits,
  type MachineOptions,
  type Steps,
  type Thread,
  type WaitObject,
} from '@kt/core'
import { Autoconf } from './autoconf.js'
import { calloutCalls, softclock, type callout_t, type CalloutCalls } from './callout.js'
import { condvarCalls, type CondvarCalls } from './condvar.js'
import { CpuInfo } from './cpu.js'
import { exitUserProcess, parkDead, touchesExit } from './exit.js'
import type { FpuPort } from './fpu.js'
import { kernelLockCalls, type KernelLockCalls } from './kernel-lock.js'
import { JoinPoint } from './join.js'
import { kthreadCalls, type KthreadCalls } from './kthread.js'
import { Lwp } from './lwp.js'
import { mutexCalls, type kmutex_t, type MutexCalls } from './mutex.js'
import * as P from './param.js'
import { NetbsdPolicy, QUANTA_PER_SECOND, SCHEDCLOCK_HZ } from './policy.js'
import { Proc } from './proc.js'
import type { Release } from './release.js'
import { sleepCalls, type SleepCalls } from './sleep.js'
import { establishOwn, SOFTINT_CLOCK, SoftintTable } from './softint.js'

/** Which contract holds where page and kernel part (docs: readings). */
export type Reading = 'page' | 'kernel'

/** What `createKernel` accepts. */
export interface NetbsdOptions extends MachineOptions {
  /** `'page'` (default) keeps every promise of the page; `'kernel'` does what the kernel did even against it. */
  readonly reading?: Reading
  /** A kernel built with DIAGNOSTIC and LOCKDEBUG: assertions are checked. Default true. */
  readonly diagnostic?: boolean
  /** How the machine's port lets kernel threads use the floating-point unit (10.1). Default `'aarch64'`. */
  readonly fpuPort?: FpuPort
  /**
   * Kernel stacks there are, boot's threads included; a creation that finds none waits for one. Default: no end.
   */
  readonly uareas?: number
}

/** A report that no release prints: what a reader of the run wants to know. */
export interface Remark {
  /** The clause or row it belongs to. */
  readonly id: string
  readonly text: string
}

const FAULTS = ['uarea', 'softint', 'workqueue'] as const

/** The machine of one NetBSD kernel: core's, with process 0 and what hangs on it. */
export class NetbsdMachine extends Machine {
  declare readonly cpus: CpuInfo[]
  declare cpu: CpuInfo
  declare running: Lwp | null
  declare readonly policy: NetbsdPolicy

  readonly reading: Reading
  readonly diagnostic: boolean
  readonly fpuPort: FpuPort
  readonly uareas: Budget
  readonly rrTicks: number
  readonly schedTicks: number

  readonly proc0: Proc
  readonly lwp0: Lwp
  /** Until autoconfiguration is done: sleeping calls return at once. */
  cold = true
  /** Boot has not enabled in-kernel preemption yet. */
  isPreemptionOff = true
  /** Secondary CPUs do not run yet. */
  isUniprocessorYet = true
  maxproc = 1044
  maxlwp: number
  /** Where kpause sleeps, out of reach of any wakeup. */
  readonly kpauseQueue: SleepQueue = new SleepQueue('kpause')
  readonly joinPoint: JoinPoint = new JoinPoint()
  readonly remarks: Remark[] = []
  /** The services that others are composed of. */
  readonly kthread: KthreadCalls = kthreadCalls(this)
  readonly sleep: SleepCalls = sleepCalls(this)
  readonly mutex: MutexCalls = mutexCalls(this)
  readonly condvar: CondvarCalls = condvarCalls(this)
  readonly kernelLock: KernelLockCalls = kernelLockCalls(this)
  readonly callout: CalloutCalls = calloutCalls(this)
  readonly softints: SoftintTable
  readonly softclock: ReturnType<typeof establishOwn> = establishOwn(SOFTINT_CLOCK, () => softclock(this, this.cpu))
  /** Callouts whose time has come, by CPU. */
  readonly expired: callout_t[][]
  readonly autoconf: Autoconf = new Autoconf()
  /** Threads of `boot` and `run`: one that an earlier run left behind may return in a later one. */
  readonly mains: Set<Lwp> = new Set()
  /** User processes that were started before boot. */
  readonly waitingForBoot: Lwp[] = []
  /** The object that scenarios call, given to each `main`. */
  kernel: unknown = null

  private nextLid: number
  /** PID 1 is reserved for init. */
  private nextPid = 2

  constructor(
    readonly release: Release,
    options: NetbsdOptions,
  ) {
    const policy = new NetbsdPolicy()
    const hz = options.hz ?? 100
    const rrTicks = Math.max(1, Math.floor(hz / QUANTA_PER_SECOND))
    const schedTicks = Math.max(1, Math.floor(hz / SCHEDCLOCK_HZ))
    super(
      policy,
      options,
      { hz: 100, bigLock: 'kernel_lock', faults: FAULTS },
      (index, machine) => new CpuInfo(index, machine),
    )
    this.rrTicks = rrTicks
    this.schedTicks = schedTicks
    this.reading = oneOf('reading', options.reading ?? 'page', ['page', 'kernel'])
    this.diagnostic = options.diagnostic ?? true
    this.fpuPort = oneOf('fpuPort', options.fpuPort ?? 'aarch64', ['aarch64', 'x86', 'none'])
    this.uareas = new Budget(
      'uarea',
      options.uareas === undefined ? Infinity : inRange('uareas', options.uareas, 1, 2 ** 31),
    )
    policy.attach(this)
    this.scheduler.started = 1
    this.softints = new SoftintTable(this)
    this.expired = this.cpus.map(() => [])
    this.maxlwp = release.maxlwp
    this.nextLid = release.lidFirstKthread
    this.proc0 = new Proc(0, 'swapper', ROOT, this.initialLimits(), new AddressSpace('proc0'))
    this.processes.add(this.proc0)
    this.lwp0 = new Lwp(release.lidOfLwp0, null, this.proc0, this.cpus[0]!)
    this.lwp0.l_flag = P.LW_SYSTEM
    this.lwp0.l_priority_base = P.PRI_VM
    this.lwp0.l_class = P.SCHED_FIFO
    this.proc0.add(this.lwp0)
  }

  /** The LWP that executes; under hardware interrupts the one they interrupted, be it that of the idle loop. */
  get curlwp(): Lwp | null {
    if (this.running === null) return null
    let thread: Thread | null = this.running
    while (thread?.is(ThreadMark.interruptFrame) === true) thread = thread.pinned
    return (thread as Lwp | null) ?? this.cpu.idle
  }

  /** How many processes there are, 0 and init among them. */
  get nprocs(): number {
    return this.processes.size
  }

  newLid(): number {
    return this.nextLid++
  }

  newPid(): number {
    return this.release.lidsArePids ? this.newLid() : this.nextPid++
  }

  /** What a process starts with. */
  initialLimits(): Limits {
    return {
      RLIMIT_NPROC: { soft: Math.min(this.maxproc, 160), hard: this.maxproc },
      RLIMIT_NTHR: { soft: Math.min(this.maxlwp, 160), hard: this.maxlwp },
    }
  }

  niceOf(lwp: Lwp): number {
    return (lwp.process as Proc).p_nice
  }

  override touchedByEnd(thread: Thread, footprint: Footprint): void {
    touchesExit(thread as Lwp, footprint)
  }

  /** A thread's function returned. Only `main` and user processes may. */
  returned(lwp: Lwp): Steps | null {
    if (this.mains.delete(lwp)) {
      parkDead(this, lwp)
      return null
    }
    if (!lwp.isSystem) {
      exitUserProcess(this, lwp)
      return null
    }
    if (this.reading === 'kernel') {
      // NB-D-23: control falls into the return to user mode with a trap frame copied from lwp0.
      this.undefinedBehaviour('UB:NB-D-23', `the function of kthread ${lwp.l_name} (${lwp.l_lid}) returned`)
    }
    this.panic(`kthread function returned: ${lwp.l_name} (${lwp.l_lid})`, 'NB-D-23')
  }

  // Assertions

  /** Stops a DIAGNOSTIC kernel; others go on. */
  assert(condition: boolean, expression: string, clause: string | null = null): void {
    if (!condition && this.diagnostic) this.panic(`kernel diagnostic assertion "${expression}" failed`, clause)
  }

  /** Stops a DIAGNOSTIC kernel; what others do then is not defined. */
  insist(condition: boolean, expression: string, id: string, clause: string | null = null): void {
    if (condition) return
    this.assert(false, expression, clause)
    this.undefinedBehaviour(id, `not so: ${expression}`)
  }

  /**
   * Panics where a thread may not sleep; without DIAGNOSTIC only a held spin mutex is noticed.
   *
   * @param interlock - A mutex that is released on the way to sleep, and so may be a spin mutex.
   */
  assertSleepable(lwp: Lwp, call: string, interlock: kmutex_t | null = null): void {
    if (this.diagnostic) {
      const isInterrupt = lwp.is(ThreadMark.interruptFrame)
      if (isInterrupt) this.panic(`assert_sleepable: interrupt caller=${call}`, 'NB-G-03')
      if ((lwp.l_pflag & P.LP_INTR) !== 0) this.panic(`assert_sleepable: softint caller=${call}`, 'NB-G-03')
    }
    const released = interlock?.spins === true ? 1 : 0
    if (lwp.cpu.spinMutexes > released) this.panic(`${call}: blocking with a spin mutex held`)
  }

  remark(id: string, text: string): void {
    this.remarks.push({ id, text })
    this.trace?.note(this.running, `${id}: ${text}`)
  }

  /** Threads created to be joined that nobody has joined (NB6-KT-47). */
  get unjoined(): readonly Lwp[] {
    return this.proc0.lwps.filter((lwp) => (lwp.l_pflag & P.LP_MUSTJOIN) !== 0 && !lwp.wasJoined)
  }
}

const ROOT = { realUid: 0, effectiveUid: 0 }

/** What can be slept on: anything but nothing. */
export function isIdent(value: unknown): value is WaitObject {
  return value !== null && value !== undefined
}
