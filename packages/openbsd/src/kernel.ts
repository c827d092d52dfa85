import type { HostCalls, KernelCall, Outcome, Steps } from '@kt/core'
import type { AutoconfCalls, Device } from './autoconf.js'
import type * as CONSTANTS from './constants.js'
import type { CpuInfo } from './cpu.js'
import type { KernelLockCalls } from './kernel-lock.js'
import type { KthreadCalls } from './kthread.js'
import type { KdumpOptions, KtraceRecord } from './ktrace.js'
import type { rlimit } from './limits.js'
import type { Remark, Uvmexp } from './machine.js'
import type { MutexCalls, MutexTryCalls } from './mutex.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'
import type { RwlockCalls } from './rwlock.js'
import type { MsleepCalls, SleepCalls } from './sleep.js'
import type { ProcessOptions } from './start-process.js'
import type { TforkCalls } from './tfork.js'
import type { TimeoutCalls, TimeoutUnitCalls } from './timeout.js'
import type { Program } from './user.js'
import type { UserCalls } from './user-calls.js'
import type { CpuView, KinfoProc, PsOptions } from './views.js'
import type { WorkqCalls, WorkqQueueCalls } from './workq.js'

/** A body of a thread: a generator function, given the kernel it runs on. */
export type Main<K, T> = (k: K) => Steps<T>

/** What every release's kernel has besides the calls of its pages. */
export interface Services
  extends
    HostCalls,
    SleepCalls,
    MutexCalls,
    RwlockCalls,
    KernelLockCalls,
    TimeoutCalls,
    WorkqCalls,
    AutoconfCalls,
    UserCalls {
  /** `4.2` or `5.1`. */
  readonly release: string
  /** Which contract holds where page and kernel part. */
  readonly reading: 'page' | 'kernel'

  // Who runs where
  /** What executes; in an interrupt what lies under it. Reading it outside any thread is a TypeError. */
  readonly curproc: Proc
  /** The CPU that executes; outside any thread the one that did last. */
  curcpu: () => CpuInfo
  /** Process 0, init (null until boot has made it), and everything alive, the newest first. */
  readonly proc0: Proc
  readonly initproc: Proc | null
  readonly allproc: readonly Proc[]
  /** What is alive under a number, else null. */
  pfind: (pid: number) => Proc | null
  /** Until boot has configured the devices: `tsleep` returns at once. */
  readonly cold: boolean
  /** What is woken once a second. */
  readonly lbolt: object
  /** `errno` and stack pointer of the user thread that executes. */
  readonly errno: number
  readonly sp: number

  // Signals and limits, from within the kernel
  /** Posts a signal, to a kernel thread too. @see psignal(9) */
  psignal: (p: Proc, signo: number) => KernelCall<void>
  /** Sets the limits of a process; shared ones are copied first. */
  dosetrlimit: (process: ProcessRecord, resource: number, limit: rlimit) => KernelCall<number>
  /** Waits until the reaper has nothing to do: slots of what has ended are free then. Ours. */
  settle: () => KernelCall<void>

  // Machine
  /**
   * A device to attach at boot, in order. For a cold machine.
   *
   * @param body - Its attach function, run on process 0 while nothing can wait.
   * @param name - External name; default `dev` and its number.
   */
  attach: (body: (dev: Device) => Steps, name?: string) => Device
  /** What init executes before it becomes init; for a cold machine. */
  init: (body: Program) => void
  /**
   * Starts a user process; its body is its main function, in user mode. Null on a machine that has not booted: it
   * begins when boot is done.
   */
  process: (options: ProcessOptions, body: Program) => ProcessRecord | null
  /** Reads a sysctl node; with a value writes it and returns 0 or `EINVAL`. A RangeError where there is no such node. */
  sysctl: (name: string, value?: number) => number | string

  // Views
  /** What no release prints and a reader wants to know. */
  readonly remarks: readonly Remark[]
  /** Lines of the message buffer, with their priorities. */
  readonly msgbuf: readonly string[]
  /** Forks, vforks, rforks and kernel threads, then the pages of each. */
  readonly forkstat: readonly number[]
  readonly uvmexp: Readonly<Uvmexp>
  /** The process table as `ps -axkH` shows it. */
  ps: (options?: PsOptions) => readonly KinfoProc[]
  /** The same in columns. */
  psText: (options?: PsOptions) => string
  /** The process table as the debugger's `ps` shows it. */
  ddbPs: () => string
  /** The process table by a filter: sysctl kern.proc. */
  kern_proc: (op: number, arg?: number) => readonly KinfoProc[]
  /** Whether the pass that swaps out would look at it. */
  isSwappable: (p: Proc) => boolean
  /** Begins to record the system calls of a process, or stops. */
  ktrace: (process: ProcessRecord, isOn: boolean, inherit?: boolean) => void
  /** What was recorded. */
  readonly ktraceRecords: readonly KtraceRecord[]
  /** The records as kdump(1) prints them. */
  kdump: (options?: KdumpOptions) => string
  /** What each CPU does. */
  cpus: () => readonly CpuView[]
}

/** Boot and run, for the kernel type of a release. */
export interface Runs<K> {
  /**
   * Boots the machine and runs `main` on it.
   *
   * @param main - Runs in a kernel thread; may return, unlike other kernel threads. Left out: boots only.
   * @returns How it ended, when `main` has returned and all others wait.
   */
  boot<T = undefined>(this: void, main?: Main<K, T>): Outcome<T>
  /** Runs another `main` on the same, now warm, machine. */
  run<T>(this: void, main: Main<K, T>): Outcome<T>
}

/** Everything but the calls that only one release has. */
export interface CommonKernel extends Services, KthreadCalls {}

/** What scenarios for every release are written against. */
export interface OpenbsdKernel extends CommonKernel, Constants, Runs<OpenbsdKernel> {}

/** What 5.1 has besides. */
export interface NewerCalls extends MsleepCalls, MutexTryCalls, TimeoutUnitCalls, WorkqQueueCalls, TforkCalls {}

export type Constants = typeof CONSTANTS
