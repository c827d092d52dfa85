import type { Note } from '@kt/core/contract'

/** Ids that an outcome or a remark can carry and that are neither clauses nor rows. */
export const notes: readonly Note[] = [
  { id: 'UB:add-to-zombie', says: 'A thread was added to a process that has ended (FB8-O-20).' },
  { id: 'UB:callout', says: 'A callout was made ready while it was pending, or armed without a function.' },
  { id: 'UB:condvar', says: 'A condition variable was destroyed under its waiters, or Giant given to cv_wait_unlock.' },
  { id: 'UB:critical', says: 'A critical section was left that nobody had entered.' },
  { id: 'UB:double-start', says: 'A thread was queued that runs or is queued already (FB8-O-19).' },
  { id: 'UB:exit-with-lock', says: 'A thread ended with Giant or another lock held (FB8-O-24).' },
  {
    id: 'UB:kernel-stack',
    says: 'A handler of an event brought on that event, until the stack of its thread was full.',
  },
  { id: 'UB:mutex', says: 'A mutex was used that was destroyed, of the other kind, or not owned by the caller.' },
  { id: 'UB:no-init', says: 'Something was to become a child of init before there was one.' },
  { id: 'UB:null-procptr', says: 'A thread that kproc_kthread_add made cleared procptr before the call was over.' },
  { id: 'UB:pids', says: 'All process ids are taken, and the kernel looks for a free one for ever.' },
  { id: 'UB:recursed-interlock', says: 'A lock that was held more than once was given up for a sleep.' },
  {
    id: 'UB:return-from-proc0-thread',
    says: 'The function of a thread of process 0 returned, and control went on to a user mode that never was (FB8-D-10).',
  },
  {
    id: 'UB:return-to-user-mode',
    says: 'The function of a kernel thread in a user process returned, into user mode with the frame of another (FB8-D-10).',
  },
  {
    id: 'UB:rwlock',
    says: 'A reader/writer lock was released or taken by somebody who held it the other way, or not.',
  },
  { id: 'UB:sched-bind', says: 'Another thread than the caller was bound to a CPU.' },
  { id: 'UB:sleep-in-interrupt', says: 'A hardware interrupt went to sleep, or gave up its CPU.' },
  {
    id: 'UB:sleep-not-allowed',
    says: "Something that may sleep was called with a spin mutex held, in a critical section, or in a callout's handler (FB8-O-16).",
  },
  { id: 'UB:stale-process', says: 'A process was named whose structure had become another one (FB8-O-03).' },
  { id: 'UB:stale-thread', says: 'A thread was named whose structure had become another one (FB8-O-03, FB8-D-25).' },
  { id: 'UB:sx', says: 'A shared/exclusive lock was released or taken by somebody who held it the other way, or not.' },
  { id: 'UB:taskqueue', says: 'A task queue was used that had been freed.' },
]
