import type { HostCalls, KernelCall, Outcome, Steps } from '@kt/core'
import type { AutoconfCalls, Device } from './autoconf.js'
import type { CalloutCalls } from './callout.js'
import type { CondvarCalls } from './condvar.js'
import type * as CONSTANTS from './constants.js'
import type { CpuInfo } from './cpu.js'
import type { KernelLockCalls } from './kernel-lock.js'
import type { KthreadCalls } from './kthread.js'
import type { Lwp } from './lwp.js'
import type { Remark } from './machine.js'
import type { MutexCalls } from './mutex.js'
import type { Proc } from './proc.js'
import type { ProcessOptions } from './process.js'
import type { RwlockCalls } from './rwlock.js'
import type { SleepCalls } from './sleep.js'
import type { SoftintCalls } from './softint.js'
import type { CpuView, PsEntry } from './views.js'
import type { WorkqueueCalls } from './workqueue.js'

/** A body of a thread: a generator function, given the kernel it runs on. */
export type Main<K, T> = (k: K) => Steps<T>

/** What every release's kernel has besides the calls of its page. */
export interface Services
  extends HostCalls, SleepCalls, CondvarCalls, MutexCalls, RwlockCalls, KernelLockCalls, CalloutCalls, AutoconfCalls {
  /** `6` or `10.1`. */
  readonly release: string
  /** Which contract holds where page and kernel part. */
  readonly reading: 'page' | 'kernel'

  // Who runs where
  /** The LWP that executes; in an interrupt the one under it. Reading it outside any thread is a TypeError. */
  readonly curlwp: Lwp
  /** Its process. */
  readonly curproc: Proc
  /** The CPU that executes; outside any thread the one that did last. */
  curcpu: () => CpuInfo
  /** Number of a CPU, from 0. */
  cpu_index: (ci: CpuInfo) => number
  /** The CPU of a number, null when there is none. */
  cpu_lookup: (index: number) => CpuInfo | null
  /** Process 0, lwp0, and every process there is. */
  readonly proc0: Proc
  readonly lwp0: Lwp
  readonly processes: readonly Proc[]
  /** Until boot has configured the devices: calls that would sleep return at once. */
  readonly cold: boolean

  /**
   * `work` in user mode, where the thread of a user process gives way to whatever asked for it meanwhile. A TypeError
   * in a kernel thread, which never leaves the kernel (NB6-KT-07).
   */
  user: (ns: number) => KernelCall<void>
  /** Takes a CPU out of use for unbound threads, or back (NB-D-29). One CPU has to stay in use. */
  setOffline: (ci: CpuInfo, isOffline: boolean) => void

  /**
   * A device to attach at boot, in order. For a cold machine.
   *
   * @param body - Its attach function, run on lwp0.
   * @param name - External name; default `dev` and its number.
   */
  attach: (body: (dev: Device) => Steps, name?: string) => Device
  /** Starts a user process with one LWP; its body is what it does in the kernel. */
  process: (options: ProcessOptions, body: () => Steps) => Proc
  /** Reads a sysctl node; with a value writes it and returns 0 or `EINVAL`. A RangeError where there is no such node. */
  sysctl: (name: string, value?: number) => number | string

  // Views
  /** What no release prints and a reader wants to know: leaks, open windows. */
  readonly remarks: readonly Remark[]
  /** All LWPs as `ps -s` shows them: process by process, the newest first. */
  ps: () => readonly PsEntry[]
  /** The same in columns. */
  psText: () => string
  /** The view of the debugger's `ps /l`. */
  ddbPs: () => string
  /** What each CPU does. */
  cpus: () => readonly CpuView[]
}

/** Boot and run, for the kernel type of a release. */
export interface Runs<K> {
  /**
   * Boots the machine and runs `main` on it.
   *
   * @param main - Runs in a kernel thread of priority 96; may return, unlike other kernel threads. Null boots only.
   * @returns How it ended, when `main` has returned and all others wait.
   */
  boot<T = undefined>(this: void, main?: Main<K, T>): Outcome<T>
  /** Runs another `main` on the same, now warm, machine. */
  run<T>(this: void, main: Main<K, T>): Outcome<T>
}

/** Everything but the calls that only one release has. */
export interface CommonKernel extends Services, KthreadCalls, SoftintCalls, WorkqueueCalls {}

/** What scenarios for every release are written against. */
export interface NetbsdKernel extends CommonKernel, Constants, Runs<NetbsdKernel> {}

export type Constants = typeof CONSTANTS
