import {
  Due,
  format,
  inRange,
  locks,
  raise,
  ref,
  waiting,
  work,
  workInUserMode,
  type Fault,
  type InterruptHandler,
  type KernelCall,
  type Operation,
  type Outcome,
  type PrintfArgument,
  type Steps,
  type Thread,
  type Trace,
} from '@kt/core'
import { autoconfCalls, Device } from './autoconf.js'
import { boot } from './boot.js'
import type { CpuInfo } from './cpu.js'
import type { CommonKernel, InterruptOptions, Main, Runs, Services } from './kernel.js'
import { createKthread, KTHREAD_IDLE, KTHREAD_MPSAFE } from './create.js'
import type { KthreadCalls } from './kthread.js'
import type { Lwp } from './lwp.js'
import { NetbsdMachine, type NetbsdOptions, type Remark } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { startProcess, type ProcessOptions } from './process.js'
import type { Release } from './release.js'
import { rwlockCalls } from './rwlock.js'
import { sysctl } from './sysctl.js'
import { cpuView, ddbPs, ps, psText } from './views.js'

/** What a release adds to the calls of all, apart from its constants. */
type Extra<K, C> = Omit<K, keyof Services | keyof KthreadCalls | keyof Runs<K> | keyof C>

/** Makes functions that belong together, bound to a machine. */
type Group = (machine: NetbsdMachine) => object

/** Reads that are properties: who and when. Functions and constants come from a release's prototype (`kernelClass`). */
class Identity {
  /** Groups of functions that were made so far, by their number. */
  private readonly made: (Record<string, unknown> | undefined)[] = []

  constructor(private readonly machine: NetbsdMachine) {}

  /**
   * A function of a group, which is made when the first of its functions is wanted. From then on it is the kernel's own
   * property, because a call through the prototype's getter costs as much as the rest of a cheap call.
   */
  protected functionOf(index: number, group: Group, name: string): unknown {
    const value = (this.made[index] ??= group(this.machine) as Record<string, unknown>)[name]
    Object.defineProperty(this, name, { value, enumerable: true })
    return value
  }

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
      id: this.machine.release.mustjoinClause,
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
  const say = (operation: Operation, fmt: string, args: readonly PrintfArgument[]): KernelCall<never> => {
    const lwp = machine.enter(operation)
    lwp.a = fmt
    lwp.b = args
    return machine.port
  }
  return {
    curcpu: () => machine.cpu,
    cpu_index: (ci: CpuInfo) => ci.index,
    cpu_lookup: (index: number) => machine.cpus[index] ?? null,
    work: (ns: number) => busy(work, ns),
    user: (ns: number) => {
      // NB6-KT-07: kernel threads, all of process 0, have no user side; interrupts belong to no process at all.
      if (machine.running !== null && machine.running.process.pid <= 0)
        throw new TypeError('user() is for user processes: a kernel thread never leaves the kernel')
      return busy(userMode, ns)
    },
    DELAY: (us: number) => busy(work, us * 1000),
    printf: (fmt: string, ...args: readonly PrintfArgument[]) => say(print, fmt, args),
    panic: (fmt: string, ...args: readonly PrintfArgument[]) => say(stop, fmt, args),
    interrupt(body: () => Steps, options: InterruptOptions = {}): void {
      const { ci = machine.cpus[0]!, ipl = P.IPL_VM, afterNs = 0, name = 'intr' } = options
      inRange('ipl', ipl, P.IPL_PREEMPT, P.IPL_HIGH)
      if (machine.cpus[ci.index] !== ci) throw new TypeError('interrupt: ci is not a CPU of this kernel')
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
    waiting: () => waiting(machine),
    cpus: () => machine.cpus.map(cpuView),
    mark(text: string): void {
      machine.trace?.mark(machine.running, text)
    },
  }
}

/** The way to user mode: a priority is no longer lifted, and pending signals are taken. */
const userMode: Operation = {
  name: 'user',
  start(machine: NetbsdMachine, lwp: Lwp) {
    lwp.l_kpribase = 0
    lwp.l_flag &= ~P.LW_PENDSIG
    return workInUserMode.start(machine, lwp)
  },
  resume: (machine, lwp) => workInUserMode.resume(machine, lwp),
}

const print: Operation = {
  name: 'printf',
  start(machine: NetbsdMachine, lwp) {
    machine.console.write(formatted(machine, lwp))
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const stop: Operation = {
  name: 'panic',
  start: (machine: NetbsdMachine, lwp) => machine.panic(formatted(machine, lwp)),
  resume: () => true,
}

function formatted(machine: NetbsdMachine, lwp: Thread): string {
  return format(lwp.a as string, lwp.b as readonly PrintfArgument[], { address: machine.addressOf })
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

/**
 * The `createKernel` of a release.
 *
 * @param constants - The release's constants.
 * @param extra - Makes the calls that it has besides those of all.
 */
export function kernelOf<K extends CommonKernel & Runs<K>, C extends object>(
  release: Release,
  constants: C,
  extra: (machine: NetbsdMachine) => Extra<K, C>,
): (options?: NetbsdOptions) => K {
  let KernelObject: (new (machine: NetbsdMachine) => K) | null = null
  return (options = {}) => {
    const machine = new NetbsdMachine(release, options)
    KernelObject ??= kernelClass(constants, namedGroups([...COMMON, extra], machine)) as unknown as new (
      machine: NetbsdMachine,
    ) => K
    const kernel = new KernelObject(machine)
    machine.kernel = kernel
    return kernel
  }
}

const COMMON: readonly Group[] = [
  hostCalls,
  runCalls,
  rwlockCalls,
  autoconfCalls,
  (machine) => machine.sleep,
  (machine) => machine.condvar,
  (machine) => machine.mutex,
  (machine) => machine.kernelLock,
  (machine) => machine.callout,
  (machine) => machine.kthread,
]

/** Groups of functions with what is in them, found by making each once on some machine of the release. */
function namedGroups(groups: readonly Group[], specimen: NetbsdMachine): NamedGroup[] {
  return groups.map((group) => ({ group, names: Object.keys(group(specimen)) }))
}

interface NamedGroup {
  readonly group: Group
  readonly names: readonly string[]
}

/**
 * The class of a release's kernel objects. Its prototype has the constants, and for each function a getter, so that a
 * kernel is made without making the some hundred functions most of which it will never need.
 *
 * The class lives as long as the program, and so does what its getters can see: no machine is among it.
 */
function kernelClass(constants: object, groups: readonly NamedGroup[]): typeof Identity {
  class KernelObject extends Identity {
    static {
      for (const [name, value] of Object.entries(constants)) {
        Object.defineProperty(this.prototype, name, { value, enumerable: true })
      }
      for (const [index, { group, names }] of groups.entries()) {
        for (const name of names) {
          const get = function (this: KernelObject): unknown {
            return this.functionOf(index, group, name)
          }
          Object.defineProperty(this.prototype, name, { get, enumerable: true })
        }
      }
    }
  }
  return KernelObject
}

/** Boot and run. */
function runCalls(machine: NetbsdMachine): Runs<unknown> {
  function startMain<T>(main: Main<unknown, T>): void {
    const lwp = createKthread(machine, { ...MAIN, func: () => main(machine.kernel) })
    machine.main = lwp
    machine.mains.add(lwp)
    machine.scheduler.enqueue(lwp)
  }
  return {
    boot<T>(main?: Main<unknown, T>): Outcome<T> {
      if (machine.isBooted) throw new TypeError('this machine has booted: use run()')
      machine.isBooted = true
      return machine.run<T>(() => {
        const { lwp0 } = machine
        lwp0.a = () => boot(machine, () => (main === undefined ? machine.mainEnds(undefined) : startMain(main)))
        machine.scheduler.enqueue(lwp0)
      })
    },
    run<T>(main: Main<unknown, T>): Outcome<T> {
      if (!machine.isBooted) throw new TypeError('this machine is cold: use boot()')
      return machine.run<T>(() => startMain(main))
    },
  }
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
