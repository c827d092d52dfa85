import {
  Access,
  EVERYTHING,
  kernelClass,
  KernelObject,
  type CallGroup,
  type Operation,
  type Outcome,
  type Steps,
} from '@kt/core'
import { autoconfCalls, Device } from './autoconf.js'
import { boot } from './boot.js'
import type { CommonKernel, Main, Runs, Services } from './kernel.js'
import { createKthread, type KthreadCalls } from './kthread.js'
import { kdump, type KdumpOptions, type KtraceRecord } from './ktrace.js'
import { dosetrlimit, type rlimit } from './limits.js'
import { OpenbsdMachine, type Remark, type Uvmexp } from './machine.js'
import { mutexCalls } from './mutex.js'
import type { OpenbsdOptions } from './options.js'
import * as P from './param.js'
import { ofThisKernel, type Proc } from './proc.js'
import { ProcessRecord } from './process.js'
import type { Release } from './release.js'
import { rwlockCalls } from './rwlock.js'
import { defaultAction } from './sigacts.js'
import { psignal, touchesSignalled } from './signal.js'
import { startProcess, type ProcessOptions } from './start-process.js'
import { sysctl } from './sysctl.js'
import { timeoutCalls } from './timeout.js'
import type { Program } from './user.js'
import { cpuView, ddbPs, isSwappable, kernProc, ps, psText, type PsOptions } from './views.js'
import { workqCalls } from './workq.js'

/** What a release adds to the calls of all, apart from its constants. */
type Extra<K, C> = Omit<K, keyof Services | keyof KthreadCalls | keyof Runs<K> | keyof C>

/** Reads that are properties: who and when. */
class Identity extends KernelObject<OpenbsdMachine> {
  get release(): string {
    return this.machine.release.version
  }
  get reading(): 'page' | 'kernel' {
    return this.machine.reading
  }
  get curproc(): Proc {
    const p = this.machine.curproc
    if (p === null) throw new TypeError('curproc was read outside any thread of this kernel')
    return p
  }
  get proc0(): Proc {
    return this.machine.proc0
  }
  get initproc(): Proc | null {
    return this.machine.init
  }
  get allproc(): readonly Proc[] {
    this.machine.tableAccessed(false)
    return [...this.machine.table.pids.values()].reverse()
  }
  get cold(): boolean {
    return this.machine.cold
  }
  get lbolt(): object {
    return this.machine.lbolt
  }
  get errno(): number {
    return this.curproc.errno
  }
  get sp(): number {
    return this.curproc.sp
  }
  get remarks(): readonly Remark[] {
    return this.machine.remarks
  }
  get msgbuf(): readonly string[] {
    return this.machine.msgbuf
  }
  get forkstat(): readonly number[] {
    return [...this.machine.forkstat]
  }
  get uvmexp(): Readonly<Uvmexp> {
    return { ...this.machine.uvmexp }
  }
  get ktraceRecords(): readonly KtraceRecord[] {
    return this.machine.ktraceRecords
  }
}

/** The functions that are on no page. */
function ownCalls(machine: OpenbsdMachine) {
  return {
    ...machine.host,
    curcpu: () => machine.cpu,
    pfind(pid: number) {
      machine.tableAccessed(false)
      return machine.table.pids.get(pid) ?? null
    },
    psignal(p: Proc, signo: number) {
      ofThisKernel(machine, 'psignal', p)
      if (!Number.isInteger(signo) || signo < 1 || signo >= P.NSIG)
        throw new RangeError(`psignal: there is no signal ${String(signo)}`)
      const self = machine.enter(postSignal)
      self.a = p
      self.b = signo
      return machine.port
    },
    dosetrlimit(process: ProcessRecord, resource: number, limit: rlimit) {
      ofThisKernel(machine, 'dosetrlimit', recordOf('dosetrlimit', process))
      const given: unknown = limit
      if (typeof given !== 'object' || given === null || !('rlim_cur' in given && 'rlim_max' in given))
        throw new TypeError('dosetrlimit: limit needs rlim_cur and rlim_max')
      const self = machine.enter(setLimit)
      self.a = process
      self.b = resource
      self.c = limit
      return machine.port
    },
    settle: () => machine.call('settle', settle(machine)),
    attach(body: (dev: Device) => Steps, name = `dev${machine.autoconf.attachments.length}`): Device {
      if (machine.isBooted) throw new TypeError('attach() is for a cold machine: this one has booted')
      if (typeof body !== 'function') throw new TypeError('attach: the body must be a generator function')
      const dev = new Device(name)
      machine.autoconf.attachments.push({ dev, func: body })
      return dev
    },
    init(body: Program): void {
      if (machine.isBooted) throw new TypeError('init() is for a cold machine: this one has booted')
      if (typeof body !== 'function') throw new TypeError('init: the body must be a generator function')
      machine.initBody = body
    },
    process: (options: ProcessOptions, body: Program) => startProcess(machine, options, body),
    sysctl: (name: string, value?: number) => sysctl(machine, name, value),
    ps: (options?: PsOptions) => ps(machine, options),
    psText: (options?: PsOptions) => psText(machine, options),
    ddbPs: () => ddbPs(machine),
    kern_proc: (op: number, arg?: number) => kernProc(machine, op, arg),
    isSwappable,
    ktrace(process: ProcessRecord, isOn: boolean, inherit = false): void {
      ofThisKernel(machine, 'ktrace', recordOf('ktrace', process))
      process.ps_traced = isOn
      process.ps_traceInherit = isOn && inherit
    },
    kdump: (options?: KdumpOptions) => kdump(machine.ktraceRecords, options).join('\n'),
    cpus: () => machine.cpus.map(cpuView),
  }
}

/** The thread that a process record is known by. */
function recordOf(call: string, process: unknown): Proc | null {
  if (process instanceof ProcessRecord) return process.ps_mainproc
  throw new TypeError(`${call}: a process record is expected`)
}

const postSignal: Operation = {
  name: 'psignal',
  touches(p, footprint) {
    const target = p.a as Proc
    touchesSignalled(target, footprint)
    const byDefault = defaultAction(p.b as number)
    // A stop is for all threads of the process and told to its parent; actions are the process's.
    if (target.isUser || byDefault === 'stops' || byDefault === 'continues') footprint.add(EVERYTHING, Access.write)
  },
  start(machine: OpenbsdMachine, p: Proc) {
    psignal(machine, p.a as Proc, p.b as number)
    p.result = undefined
    return true
  },
  resume: () => true,
}

const setLimit: Operation = {
  name: 'dosetrlimit',
  start(machine: OpenbsdMachine, p: Proc) {
    const process = p.a as ProcessRecord
    if (process.ps_mainproc?.isFree === true)
      machine.undefinedBehaviour('UB:OB-D-13', `dosetrlimit of process ${process.pid}, which was freed`)
    p.result = dosetrlimit(machine, process, p.b as number, p.c as rlimit, true)
    return true
  },
  resume: () => true,
}

/** A tick at a time, until the reaper sleeps and has left nothing. */
function* settle(machine: OpenbsdMachine): Steps<void> {
  const isBusy = () => machine.deadproc.length > 0 || [...machine.table.zombproc.values()].some((p) => !p.isZombie)
  do yield* machine.sleep.tsleep(settle, P.PWAIT, 'settle', 1)
  while (isBusy())
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
  extra: (machine: OpenbsdMachine) => Extra<K, C>,
): (options?: OpenbsdOptions) => K {
  let ReleaseKernel: (new (machine: OpenbsdMachine) => K) | null = null
  return (options = {}) => {
    const machine = new OpenbsdMachine(release, options)
    ReleaseKernel ??= kernelClass(Identity, constants, [...COMMON, extra], machine) as unknown as new (
      machine: OpenbsdMachine,
    ) => K
    const kernel = new ReleaseKernel(machine)
    machine.kernel = kernel
    return kernel
  }
}

const COMMON: readonly CallGroup<OpenbsdMachine>[] = [
  ownCalls,
  runCalls,
  mutexCalls,
  rwlockCalls,
  timeoutCalls,
  autoconfCalls,
  (machine) => {
    const { workq_create, workq_add_task, workq_destroy } = workqCalls(machine)
    return { workq_create, workq_add_task, workq_destroy }
  },
  (machine) => machine.sleep,
  (machine) => machine.kernelLock,
  (machine) => machine.kthread,
  (machine) => machine.user,
]

/** Boot and run. */
function runCalls(machine: OpenbsdMachine): Runs<unknown> {
  function startMain<T>(main: Main<unknown, T>): void {
    const newpp = { value: null as Proc | null }
    const func = () => main(machine.kernel)
    const error = createKthread(machine, { func, arg: null, newpp, fmt: 'main', args: [] })
    if (error !== 0) throw new RangeError(`main cannot be started: kthread_create fails with errno ${error}`)
    const p = newpp.value!
    machine.main = p
    machine.mains.add(p)
  }
  return {
    boot<T>(main?: Main<unknown, T>): Outcome<T> {
      if (machine.isBooted) throw new TypeError('this machine has booted: use run()')
      machine.isBooted = true
      return machine.run<T>(() => {
        const { proc0 } = machine
        proc0.a = () => boot(machine, () => (main === undefined ? machine.mainEnds(undefined) : startMain(main)))
        machine.scheduler.enqueue(proc0)
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
