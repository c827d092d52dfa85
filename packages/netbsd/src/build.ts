import {
  beBusy,
  hostCalls,
  kernelClass,
  KernelObject,
  workInUserMode,
  type CallGroup,
  type Operation,
  type Outcome,
  type Steps,
} from '@kt/core'
import { autoconfCalls, Device } from './autoconf.js'
import { boot } from './boot.js'
import type { CpuInfo } from './cpu.js'
import type { CommonKernel, Main, Runs, Services } from './kernel.js'
import { createKthread, KTHREAD_IDLE, KTHREAD_MPSAFE, type CreateRequest } from './create.js'
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

/** Reads that are properties: who and when. */
class Identity extends KernelObject<NetbsdMachine> {
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
  get proc0(): Proc {
    return this.machine.proc0
  }
  get lwp0(): Lwp {
    return this.machine.lwp0
  }
  get processes(): readonly Proc[] {
    return [...this.machine.processes] as Proc[]
  }
  get cold(): boolean {
    return this.machine.cold
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
function ownCalls(machine: NetbsdMachine) {
  return {
    ...hostCalls(machine, { min: P.IPL_PREEMPT, max: P.IPL_HIGH, usual: P.IPL_VM }),
    curcpu: () => machine.cpu,
    cpu_index: (ci: CpuInfo) => ci.index,
    cpu_lookup: (index: number) => machine.cpus[index] ?? null,
    user: (ns: number) => {
      // NB6-KT-07: kernel threads, all of process 0, have no user side; interrupts belong to no process at all.
      if (machine.running !== null && machine.running.process.pid <= 0)
        throw new TypeError('user() is for user processes: a kernel thread never leaves the kernel')
      return beBusy(machine, userMode, ns)
    },
    setOffline: (ci: CpuInfo, isOffline: boolean) => machine.policy.setOffline(ci, isOffline),
    attach(body: (dev: Device) => Steps, name = `dev${machine.autoconf.attachments.length}`): Device {
      if (machine.isBooted) throw new TypeError('attach() is for a cold machine: this one has booted')
      const dev = new Device(name)
      machine.autoconf.attachments.push({ dev, func: body })
      return dev
    },
    process: (options: ProcessOptions, body: () => Steps) => startProcess(machine, options, body),
    sysctl: (name: string, value?: number) => sysctl(machine, name, value),
    ps: () => ps(machine),
    psText: () => psText(machine),
    ddbPs: () => ddbPs(machine),
    cpus: () => machine.cpus.map(cpuView),
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
    KernelObject ??= kernelClass(Identity, constants, [...COMMON, extra], machine) as unknown as new (
      machine: NetbsdMachine,
    ) => K
    const kernel = new KernelObject(machine)
    machine.kernel = kernel
    return kernel
  }
}

const COMMON: readonly CallGroup<NetbsdMachine>[] = [
  ownCalls,
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

/** Boot and run. */
function runCalls(machine: NetbsdMachine): Runs<unknown> {
  function startMain<T>(main: Main<unknown, T>): void {
    const lwp = createKthread(
      machine,
      mainRequest(() => main(machine.kernel)),
    )
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
function mainRequest(func: () => Steps): CreateRequest {
  return {
    pri: P.PRI_KTHREAD,
    flags: KTHREAD_MPSAFE | KTHREAD_IDLE,
    ci: null,
    func,
    arg: null,
    newlp: null,
    fmt: 'main',
    args: [],
  }
}
