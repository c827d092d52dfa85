/** What both releases export besides their `createKernel`. */
export * from './constants.js'
export { Device } from './autoconf.js'
export { CpuInfo } from './cpu.js'
export type { Main } from './kernel.js'
export type { ThreadFunction } from './kthread.js'
export type { KdumpOptions, KtraceRecord } from './ktrace.js'
export type { rlimit } from './limits.js'
export type { Remark } from './machine.js'
export { Mapping, Word, type UserPointer } from './memory.js'
export { Mutex } from './mutex.js'
export type { OpenbsdOptions, Reading } from './options.js'
export type { Proc } from './proc.js'
export type { ProcessRecord } from './process.js'
export type { Release } from './release.js'
export { Rwlock } from './rwlock.js'
export type { SignalAction, SignalHandler } from './sigacts.js'
export type { ProcessOptions } from './start-process.js'
export type { stat } from './stat.js'
export { Timeout } from './timeout.js'
export type { CpuView, KinfoProc, PsOptions } from './views.js'
export type { Program } from './user.js'
export { Workq } from './workq.js'
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
