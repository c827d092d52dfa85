import {
  Due,
  inRange,
  locks,
  raise,
  ref,
  work,
  workInUserMode,
  type InterruptHandler,
  type Operation,
  type Fault,
  type KernelCall,
  type LockReport,
  type Out,
  type Outcome,
  type Steps,
  type Trace,
} from '@kt/core'
import * as CONSTANTS from './constants.js'
import { autoconfCalls, Device, type AutoconfCalls } from './autoconf.js'
import { boot } from './boot.js'
import type { CalloutCalls } from './callout.js'
import type { CondvarCalls } from './condvar.js'
import type { CpuInfo } from './cpu.js'
import type { KernelLockCalls } from './kernel-lock.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine, Remark } from './machine.js'
import type { MutexCalls } from './mutex.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { createKthread, KTHREAD_IDLE, KTHREAD_MPSAFE, type KthreadCalls } from './kthread.js'
import { startProcess, type ProcessOptions } from './process.js'
import { rwlockCalls, type RwlockCalls } from './rwlock.js'
import type { SleepCalls } from './sleep.js'
import type { SoftintCalls } from './softint.js'
import { sysctl } from './sysctl.js'
import { cpuView, ddbPs, ps, psText, type CpuView, type PsEntry } from './views.js'
import type { WorkqueueCalls } from './workqueue.js'

/** A body of a thread: a generator function, given the kernel it runs on. */
export type Main<K, T> = (k: K) => Steps<T>

/** What every release's kernel has besides the calls of its page. */
export interface Services
  extends SleepCalls, CondvarCalls, MutexCalls, RwlockCalls, KernelLockCalls, CalloutCalls, AutoconfCalls {
  /** `6` or `10.1`. */
  readonly release: string
  readonly reading: 'page' | 'kernel'

  // Who runs where
  /** The LWP that executes; null outside any. */
  readonly curlwp: Lwp
  readonly curproc: Proc
  curcpu(): CpuInfo
  cpu_index(ci: CpuInfo): number
  cpu_lookup(index: number): CpuInfo | null
  readonly ncpu: number
  /** Process 0, lwp0, and every process there is. */
  readonly proc0: Proc
  readonly lwp0: Lwp
  readonly processes: readonly Proc[]
  /** Virtual nanoseconds, and clock ticks, since the machine was made. */
  readonly now: number
  readonly ticks: number
  readonly hz: number
  readonly cold: boolean

  // Time
  /** Keeps the CPU busy for a time in nanoseconds. Interrupts and preemption suspend it. */
  work(ns: number): KernelCall<void>
  /** The same in user mode, where a thread gives way to whatever asked for it meanwhile. */
  user(ns: number): KernelCall<void>
  /** `DELAY(9)`: busy for a time in microseconds. */
  DELAY(us: number): KernelCall<void>
  /** Raises a hardware interrupt after a time, 0 for now. The handler may not sleep. */
  interrupt(body: () => Steps, options?: InterruptOptions): void
  /** Takes a CPU out of use for unbound threads, or back (NB-D-29). One CPU has to stay in use. */
  setOffline(ci: CpuInfo, isOffline: boolean): void

  // Machine
  /** A device to attach at boot, in order: `body` is its attach function. */
  attach(body: (dev: Device) => Steps, name?: string): Device
  /** Starts a user process with one LWP; its body is what it does in the kernel. */
  process(options: ProcessOptions, body: () => Steps): Proc
  /** Makes a named allocation fail. */
  inject(fault: Fault): void
  /** Reads a sysctl node; with a value writes it and returns 0 or an errno. */
  sysctl(name: string, value?: number): number | string
  ref<T>(value?: T | null): Out<T>

  // Views
  readonly console: readonly string[]
  readonly trace: Trace | null
  /** What no release prints and a reader wants to know: leaks, open windows. */
  readonly remarks: readonly Remark[]
  ps(): readonly PsEntry[]
  psText(): string
  ddbPs(): string
  locks(): readonly LockReport[]
  cpus(): readonly CpuView[]
  /** Puts a line of the scenario's own into the trace. */
  mark(text: string): void
}

/** Boot and run, for the kernel type of a release. */
export interface Runs<K> {
  /**
   * Boots the machine and runs `main` on it.
   *
   * @param main - Runs in a kernel thread of priority 96; may return, unlike other kernel threads. Null boots only.
   * @returns How it ended, when `main` has returned and all others wait.
   */
  boot<T = undefined>(main?: Main<K, T>): Outcome<T>
  /** Runs another `main` on the same, now warm, machine. */
  run<T>(main: Main<K, T>): Outcome<T>
}

export interface InterruptOptions {
  /** CPU that takes it; default the first. */
  readonly ci?: CpuInfo
  /** Level, default `IPL_VM`. */
  readonly ipl?: number
  /** Nanoseconds from now, default 0. */
  readonly afterNs?: number
  readonly name?: string
}

/** Everything but the calls that only one release has. */
export interface CommonKernel extends Services, KthreadCalls, SoftintCalls, WorkqueueCalls {}

/** What scenarios for every release are written against. */
export interface NetbsdKernel extends CommonKernel, Constants, Runs<NetbsdKernel> {}

export type Constants = typeof CONSTANTS

/** What a release adds to the calls of all. */
type Extra<K> = Omit<K, keyof Services | keyof KthreadCalls | keyof Runs<K>>

/** Reads that are properties: who and when. */
class Identity {
  constructor(private readonly machine: NetbsdMachine) {}

  get release(): string {
    return this.machine.release.version
  }
  get reading(): 'page' | 'kernel' {
    return this.machine.reading
  }
  get curlwp(): Lwp {
    const lwp = this.machine.curlwp
    if (lwp === null) throw new TypeError('curlwp was read outside any thread of this kernel')
    return lwp
  }
  get curproc(): Proc {
    return this.curlwp.process as Proc
  }
  get ncpu(): number {
    return this.machine.ncpu
  }
  get proc0(): Proc {
    return this.machine.proc0
  }
  get lwp0(): Lwp {
    return this.machine.lwp0
  }
  get processes(): readonly Proc[] {
    return this.machine.processes as Proc[]
  }
  get now(): number {
    return this.machine.timeline.now
  }
  get ticks(): number {
    return this.machine.ticks
  }
  get hz(): number {
    return this.machine.hz
  }
  get cold(): boolean {
    return this.machine.cold
  }
  get console(): readonly string[] {
    return this.machine.console.lines
  }
  get trace(): Trace | null {
    return this.machine.trace
  }
  get remarks(): readonly Remark[] {
    const leaks = this.machine.unjoined.map((lwp) => ({
      id: 'NB6-KT-47',
      text: `kthread ${lwp.l_name} (${lwp.l_lid}) was created to be joined, and nobody has joined it`,
    }))
    return [...this.machine.remarks, ...leaks]
  }
}

/** The functions that are no kernel calls of a page. */
function hostCalls(machine: NetbsdMachine) {
  const busy = (operation: Operation, ns: number) => {
    if (!Number.isInteger(ns) || ns < 0)
      throw new RangeError(`${operation.name}: a whole number of nanoseconds, not ${String(ns)}`)
    machine.enter(operation).a = ns
    return machine.port
  }
  return {
    curcpu: () => machine.cpu,
    cpu_index: (ci: CpuInfo) => ci.index,
    cpu_lookup: (index: number) => machine.cpus[index] ?? null,
    work: (ns: number) => busy(work, ns),
    user: (ns: number) => busy(workInUserMode, ns),
    DELAY: (us: number) => busy(work, us * 1000),
    interrupt(body: () => Steps, options: InterruptOptions = {}): void {
      const { ci = machine.cpus[0]!, ipl = P.IPL_VM, afterNs = 0, name = 'intr' } = options
      const at = machine.timeline.now + inRange('afterNs', afterNs, 0, Number.MAX_SAFE_INTEGER)
      machine.timeline.arm(new RaiseLater(ci, { name, ipl, body }), at)
      if (afterNs === 0) machine.fireDue()
    },
    setOffline: (ci: CpuInfo, isOffline: boolean) => machine.policy.setOffline(ci, isOffline),
    attach(body: (dev: Device) => Steps, name = `dev${machine.autoconf.attachments.length}`): Device {
      if (machine.isBooted) throw new TypeError('attach() is for a cold machine: this one has booted')
      const dev = new Device(name)
      machine.autoconf.attachments.push({ dev, func: body })
      return dev
    },
    process: (options: ProcessOptions, body: () => Steps) => startProcess(machine, options, body),
    inject(fault: Fault): void {
      machine.faults.inject(fault)
    },
    sysctl: (name: string, value?: number) => sysctl(machine, name, value),
    ref,
    ps: () => ps(machine),
    psText: () => psText(machine),
    ddbPs: () => ddbPs(machine),
    locks: () => locks(machine),
    cpus: () => machine.cpus.map(cpuView),
    mark(text: string): void {
      machine.trace?.mark(machine.running, text)
    },
  }
}

/** A hardware interrupt that comes at a time. */
class RaiseLater extends Due {
  constructor(
    private readonly ci: CpuInfo,
    private readonly handler: InterruptHandler,
  ) {
    super()
  }

  override fire(): void {
    raise(this.ci, this.handler)
  }
}

/** Builds the kernel object of a release: what all releases have, and `extra`. */
export function buildKernel<K extends CommonKernel & Runs<K>>(machine: NetbsdMachine, extra: Extra<K>): K {
  const kernel = Object.assign(
    new Identity(machine),
    hostCalls(machine),
    machine.sleep,
    machine.condvar,
    machine.mutex,
    rwlockCalls(machine),
    machine.kernelLock,
    machine.callout,
    autoconfCalls(machine),
    machine.kthread,
    extra,
    {
      boot<T>(main?: Main<K, T>): Outcome<T> {
        if (machine.isBooted) throw new TypeError('this machine has booted: use run()')
        machine.isBooted = true
        return machine.run<T>(() => {
          const { lwp0 } = machine
          lwp0.a = () => boot(machine, () => (main === undefined ? machine.mainEnds(undefined) : startMain(main)))
          machine.scheduler.enqueue(lwp0)
        })
      },
      run<T>(main: Main<K, T>): Outcome<T> {
        if (!machine.isBooted) throw new TypeError('this machine is cold: use boot()')
        return machine.run<T>(() => startMain(main))
      },
    },
  ) as unknown as K

  function startMain<T>(main: Main<K, T>): void {
    const lwp = createKthread(machine, { ...MAIN, func: () => main(kernel) })
    machine.main = lwp
    machine.scheduler.enqueue(lwp)
  }
  return kernel
}

/** The thread of a scenario's `main`: like any kernel thread, but it may return. */
const MAIN = {
  pri: P.PRI_KTHREAD,
  flags: KTHREAD_MPSAFE | KTHREAD_IDLE,
  ci: null,
  arg: null,
  newlp: null,
  fmt: 'main',
  args: [],
} as const
