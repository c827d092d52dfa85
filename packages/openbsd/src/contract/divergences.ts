import type { CommonRow, NewerRow } from './row.js'

/** Where kthread(9) and the kernels part. */
export const kthreadRows: readonly CommonRow[] = []

/** Where __tfork_thread(3) and the kernel part. */
export const tforkRows: readonly NewerRow[] = []
