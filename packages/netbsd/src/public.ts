/** What both releases export besides their `createKernel`. */
export * from './constants.js'
export { Device } from './autoconf.js'
export { callout_t } from './callout.js'
export { kcondvar_t } from './condvar.js'
export { CpuInfo } from './cpu.js'
export type { FpuPort } from './fpu.js'
export type { Main } from './kernel.js'
export type { Lwp } from './lwp.js'
export type { NetbsdOptions, Reading, Remark } from './machine.js'
export type { ThreadFunction } from './kthread.js'
export { kmutex_t } from './mutex.js'
export type { Proc } from './proc.js'
export type { ProcessOptions } from './process.js'
export type { Release } from './release.js'
export { krwlock_t } from './rwlock.js'
export type { SoftintHandle } from './softint.js'
export type { CpuView, PsEntry } from './views.js'
export type { Work, Workqueue } from './workqueue.js'
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
