import type { KernelThread } from './threads.js'

/** What a thread has. */
export interface ResourceWords {
  /** Number by which the system knows a thread: LID, PID, TID. */
  numberOf(thread: KernelThread): number
  /** What a thread has in common with process 0. */
  sharesWithProcess0(thread: KernelThread): { readonly memory: boolean; readonly files: boolean }
}
