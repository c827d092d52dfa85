/** What every release exports besides its `createKernel`. */
export * from './constants.js'
export { Callout } from './callout.js'
export { Cv } from './condvar.js'
export { Pcpu } from './cpu.js'
export type { Cpuset } from './cpuset.js'
export type { EventHandler, eventhandler_tag } from './eventhandler.js'
export type { IntrEvent, Swi } from './intr.js'
export type { Main } from './kernel.js'
export type { kproc_desc } from './kproc.js'
export type { kthread_desc, ThreadFunction } from './kthread.js'
export type { KtrRecord } from './ktr.js'
export type { Remark } from './machine.js'
export { Mtx } from './mutex.js'
export type { FreebsdOptions, Reading } from './options.js'
export type { Proc } from './proc.js'
export type { ProcessOptions } from './process.js'
export type { Release } from './release.js'
export { Rwlock } from './rwlock.js'
export type { Buffers } from './shutdown.js'
export { Sx } from './sx.js'
export type { KernelModule, sysinit } from './sysinit.js'
export { Task, Taskqueue } from './taskqueue.js'
export type { Address, Td } from './td.js'
export type { CpuView, kinfo_proc } from './views.js'
export { KernelPanic, ref, seededOracle, UndefinedBehaviour, usualOracle } from '@kt/core'
export type {
  Fault,
  InterruptOptions,
  KernelCall,
  LockReport,
  Oracle,
  Out,
  Outcome,
  Steps,
  ThreadReport,
  Trace,
  TraceEvent,
} from '@kt/core'
