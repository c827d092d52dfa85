import { kernelClass, KernelObject, type CallGroup, type Outcome, type Out, type Steps } from '@kt/core'
import { boot } from './boot.js'
import * as CONSTANTS from './constants.js'
import { addThread } from './create.js'
import { eventhandlerCalls } from './eventhandler.js'
import { swiCalls } from './intr.js'
import type { FreebsdKernel, Main, Runs } from './kernel.js'
import type { KtrRecord } from './ktr.js'
import { FreebsdMachine, type Remark } from './machine.js'
import type { Mtx } from './mutex.js'
import type { FreebsdOptions } from './options.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { startProcess, type ProcessOptions } from './process.js'
import type { Release } from './release.js'
import { rwlockCalls } from './rwlock.js'
import { schedAdd } from './sched.js'
import type { Buffers } from './shutdown.js'
import { sxCalls } from './sx.js'
import { sysctl } from './sysctl.js'
import { sysinitCalls } from './sysinit.js'
import type { Td } from './td.js'
import { cpuView, ddbPs, kinfoProc, procstatText, psText } from './views.js'

/** Reads that are properties: who and when. */
class Identity extends KernelObject<FreebsdMachine> {
  get release(): string {
    return this.machine.release.version
  }
  get reading(): 'page' | 'kernel' {
    return this.machine.reading
  }
  get curthread(): Td {
    const td = this.machine.curthread
    if (td === null) throw new TypeError('curthread was read outside any thread of this kernel')
    return td
  }
  get curproc(): Proc {
    return this.curthread.td_proc
  }
  get proc0(): Proc {
    return this.machine.proc0
  }
  get thread0(): Td {
    return this.machine.thread0
  }
  get initproc(): Proc | null {
    return this.machine.initproc
  }
  get allproc(): readonly Proc[] {
    return [...this.machine.processes] as Proc[]
  }
  get cold(): boolean {
    return this.machine.cold
  }
  get panicstr(): string | null {
    return this.machine.panicking?.message ?? null
  }
  get Giant(): Mtx {
    return this.machine.giant
  }
  get buffers(): Buffers {
    return this.machine.buffers
  }
  get remarks(): readonly Remark[] {
    return this.machine.remarks
  }
  get ktr(): readonly KtrRecord[] {
    return this.machine.ktr.records
  }
}

/** The functions that are on no page. */
function ownCalls(machine: FreebsdMachine) {
  return {
    ...machine.host,
    curcpu: () => machine.cpu,
    pfind(pid: number) {
      const p = machine.pids.get(pid)
      return p === undefined || p.p_state === P.PRS_ZOMBIE ? null : p
    },
    tdfind: (tid: number) => machine.tdfind(tid),
    process: (options: ProcessOptions, body: () => Steps) => startProcess(machine, options, body),
    sysctl: (name: string, value?: number) => sysctl(machine, name, value),
    taskqueue: (name: string) => machine.taskqueues.get(name) ?? null,
    eventhandlers: (name: string) => machine.events.handlers(name),
    kinfo_proc: () => kinfoProc(machine),
    psText: () => psText(machine),
    procstatText: () => procstatText(machine),
    ddbPs: () => ddbPs(machine),
    cpus: () => machine.cpus.map(cpuView),
  }
}

/**
 * The `createKernel` of a release.
 */
export function kernelOf(release: Release): (options?: FreebsdOptions) => FreebsdKernel {
  let ReleaseKernel: (new (machine: FreebsdMachine) => FreebsdKernel) | null = null
  return (options = {}) => {
    const machine = new FreebsdMachine(release, options)
    ReleaseKernel ??= kernelClass(Identity, CONSTANTS, GROUPS, machine) as unknown as new (
      machine: FreebsdMachine,
    ) => FreebsdKernel
    const kernel = new ReleaseKernel(machine)
    machine.kernel = kernel
    return kernel
  }
}

const GROUPS: readonly CallGroup<FreebsdMachine>[] = [
  ownCalls,
  runCalls,
  rwlockCalls,
  sxCalls,
  swiCalls,
  sysinitCalls,
  eventhandlerCalls,
  (machine) => machine.sleep,
  (machine) => machine.mtx,
  (machine) => machine.condvar,
  (machine) => machine.sched,
  (machine) => machine.callout,
  (machine) => machine.taskqueue,
  (machine) => machine.shutdown,
  (machine) => machine.kthread,
  (machine) => machine.kproc,
]

/** Boot and run. */
function runCalls(machine: FreebsdMachine): Runs<unknown> {
  function startMain<T>(main: Main<unknown, T>): void {
    const newtdpp: Out<Td> = { value: null }
    const func = () => main(machine.kernel)
    const request = { func, arg: null, procp: null, newtdpp, flags: 0, pages: 0, fmt: 'main', args: [] }
    const td = addThread(machine, request)
    if (td === null) throw new RangeError('main cannot be started: there is no kernel stack')
    machine.main = td
    machine.mains.add(td)
    schedAdd(machine, td)
  }
  return {
    boot<T>(main?: Main<unknown, T>): Outcome<T> {
      if (machine.isBooted) throw new TypeError('this machine has booted: use run()')
      machine.isBooted = true
      return machine.run<T>(() => {
        const { thread0 } = machine
        thread0.inside = 'boot'
        thread0.a = () => boot(machine, () => (main === undefined ? machine.mainEnds(undefined) : startMain(main)))
        machine.scheduler.enqueue(thread0)
      })
    },
    run<T>(main: Main<unknown, T>): Outcome<T> {
      if (!machine.isBooted) throw new TypeError('this machine is cold: use boot()')
      return machine.run<T>(() => {
        startMain(main)
      })
    },
  }
}
