import type { HostCalls, Outcome, Steps } from '@kt/core'
import type { CalloutCalls } from './callout.js'
import type { CvCalls } from './condvar.js'
import type * as CONSTANTS from './constants.js'
import type { Pcpu } from './cpu.js'
import type { EventhandlerCalls } from './eventhandler.js'
import type { SwiCalls } from './intr.js'
import type { KprocCalls } from './kproc.js'
import type { KthreadCalls } from './kthread.js'
import type { KtrRecord } from './ktr.js'
import type { Remark } from './machine.js'
import type { Mtx, MtxCalls } from './mutex.js'
import type { Proc } from './proc.js'
import type { ProcessOptions } from './process.js'
import type { RwlockCalls } from './rwlock.js'
import type { SchedCalls } from './sched.js'
import type { Buffers, ShutdownCalls } from './shutdown.js'
import type { SleepCalls } from './sleep.js'
import type { SxCalls } from './sx.js'
import type { SysinitCalls } from './sysinit.js'
import type { Taskqueue, TaskqueueCalls } from './taskqueue.js'
import type { Td } from './td.js'
import type { CpuView, kinfo_proc } from './views.js'

/** A body of a thread: a generator function, given the kernel it runs on. */
export type Main<K, T> = (k: K) => Steps<T>

/** What the kernel has besides the calls of its pages. */
interface Services
  extends
    HostCalls,
    SleepCalls,
    MtxCalls,
    RwlockCalls,
    SxCalls,
    CvCalls,
    SchedCalls,
    CalloutCalls,
    TaskqueueCalls,
    SwiCalls,
    SysinitCalls,
    EventhandlerCalls,
    ShutdownCalls {
  /** `8.0`. */
  readonly release: string
  /** Which contract holds where page and kernel part. */
  readonly reading: 'page' | 'kernel'

  // Who runs where
  /** What executes; in an interrupt what lies under it. Reading either outside any thread is a TypeError. */
  readonly curthread: Td
  readonly curproc: Proc
  /** The CPU that executes; outside any thread the one that did last. */
  curcpu: () => Pcpu
  /** Process 0 and its first thread; init, null until boot has made it; all processes, the oldest first, zombies too. */
  readonly proc0: Proc
  readonly thread0: Td
  readonly initproc: Proc | null
  readonly allproc: readonly Proc[]
  /** What is alive under a number, else null. */
  pfind: (pid: number) => Proc | null
  tdfind: (tid: number) => Td | null
  /** Until boot has configured the devices: no sleep waits. */
  readonly cold: boolean
  /** What the kernel panicked over; null while it did not. */
  readonly panicstr: string | null
  /** The one lock that every sleep gives up. */
  readonly Giant: Mtx

  // Machine
  /**
   * Starts a user process; what its body does it does in the kernel, as a system call would. Null on a machine that has
   * not booted: it begins when boot is done.
   */
  process: (options: ProcessOptions, body: () => Steps) => Proc | null
  /** Reads a sysctl node; with a value writes it and returns 0 or `EINVAL`. A RangeError where there is no such node. */
  sysctl: (name: string, value?: number) => number | string
  /** What the disks have left to write: shutdown waits for it. */
  readonly buffers: Buffers
  /** A queue that everybody may use, null until boot has made it: `swi`, `swi_giant`, `fast`, `thread`. */
  taskqueue: (name: string) => Taskqueue | null

  // Views
  /** What no release prints and a reader wants to know. */
  readonly remarks: readonly Remark[]
  /** Handlers of an event, in order. */
  eventhandlers: (
    name: string,
  ) => readonly { readonly arg: unknown; readonly priority: number; readonly func: unknown }[]
  /** Every thread as sysctl kern.proc exports it. */
  kinfo_proc: () => readonly kinfo_proc[]
  /** The same as `ps -axH` and as `procstat -at` show it. */
  psText: () => string
  procstatText: () => string
  /** The same as the debugger's `ps` shows it. */
  ddbPs: () => string
  /** Records of ktr(4), the oldest first. */
  readonly ktr: readonly KtrRecord[]
  /** What each CPU does. */
  cpus: () => readonly CpuView[]
}

/** Boot and run, for the kernel type of a release. */
export interface Runs<K> {
  /**
   * Boots the machine and runs `main` on it.
   *
   * @param main - Runs in a thread of process 0; may return, unlike other threads there. Left out: boots only.
   * @returns How it ended, when `main` has returned and all others wait.
   */
  boot<T = undefined>(this: void, main?: Main<K, T>): Outcome<T>
  /** Runs another `main` on the same, now warm, machine. */
  run<T>(this: void, main: Main<K, T>): Outcome<T>
}

type Constants = typeof CONSTANTS

/** Everything a kernel of this system has. */
export interface FreebsdKernel extends Services, KthreadCalls, KprocCalls, Constants, Runs<FreebsdKernel> {}
