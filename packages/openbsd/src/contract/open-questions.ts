import type { CommonRow, NewerRow } from './row.js'

/** What kthread(9) leaves open. */
export const kthreadQuestions: readonly CommonRow[] = []

/** What __tfork_thread(3) leaves open. */
export const tforkQuestions: readonly NewerRow[] = []
