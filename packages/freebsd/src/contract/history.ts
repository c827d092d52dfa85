/** What a function of the two families does, whatever it was called. */
export type Role = 'start' | 'shutdown' | 'create' | 'exit' | 'resume' | 'suspend' | 'suspend_check'

/** A function before 8.0, which made two of each: one for threads, one for processes. */
interface Past {
  /** First release that has it under some name; null where nobody can tell. */
  readonly since: string | null
  /** Name before 5.0, and from 5.0 to 7.x; null where nobody can tell. */
  readonly before5: string | null
  readonly before8: string | null
}

export type History = Readonly<Record<Role, Past>>

/** Names that 8.0 has: of the function on threads, and of the one on processes. */
export const NAMES_IN_8: Readonly<Record<Role, { readonly thread: string; readonly process: string }>> = {
  start: { thread: 'kthread_start', process: 'kproc_start' },
  shutdown: { thread: 'kthread_shutdown', process: 'kproc_shutdown' },
  create: { thread: 'kthread_add', process: 'kproc_create' },
  exit: { thread: 'kthread_exit', process: 'kproc_exit' },
  resume: { thread: 'kthread_resume', process: 'kproc_resume' },
  suspend: { thread: 'kthread_suspend', process: 'kproc_suspend' },
  suspend_check: { thread: 'kthread_suspend_check', process: 'kproc_suspend_check' },
}

/** As HISTORY of both pages tells it. Where it names no other name, the function had that of its thread family. */
const TOLD: History = {
  start: { since: '2.2', before5: 'kthread_start', before8: 'kthread_start' },
  shutdown: { since: '4.0', before5: 'shutdown_kproc', before8: 'kthread_shutdown' },
  create: { since: '4.0', before5: 'kthread_create', before8: 'kthread_create' },
  exit: { since: '4.0', before5: 'kthread_exit', before8: 'kthread_exit' },
  resume: { since: '4.0', before5: 'resume_kproc', before8: 'kthread_resume' },
  suspend: { since: '4.0', before5: 'shutdown_kproc', before8: 'kthread_suspend' },
  suspend_check: { since: '4.0', before5: 'kproc_suspend_loop', before8: 'kthread_suspend_check' },
}

/** As kern_kthread.c of 4.0 and of 7.3 have it (FB8-D-19); neither says what start was before them. */
const FOUND: History = {
  ...TOLD,
  start: { since: null, before5: null, before8: 'kproc_start' },
  shutdown: { since: '4.0', before5: 'shutdown_kproc', before8: 'kproc_shutdown' },
  suspend: { since: '4.0', before5: 'suspend_kproc', before8: 'kthread_suspend' },
}

/** The past of the functions under a reading: the pages' under `'page'`, that of the sources under `'kernel'`. */
export function historyOf(reading: 'page' | 'kernel'): History {
  return reading === 'page' ? TOLD : FOUND
}
