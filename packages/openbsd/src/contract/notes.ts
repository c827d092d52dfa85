import type { Note } from '@kt/core/contract'

/** Ids that an outcome or a remark can carry and that are neither clauses nor rows. */
export const notes: readonly Note[] = [
  {
    id: 'UB:OB-D-09',
    says: 'The function of a kernel thread returned, and control fell into a return to user mode that never was.',
  },
  { id: 'UB:OB-D-13', says: 'A process record was used after the reaper had freed it.' },
  { id: 'UB:OB-D-14', says: 'Something that may sleep was called in an interrupt, or with a mutex held.' },
  {
    id: 'UB:OB-D-30',
    says: 'The stub of a thread made __threxit fail, or gave it what the function had left in a register.',
  },
  { id: 'UB:OB-BIGLOCK', says: 'The big lock was given up by a thread without it, without DIAGNOSTIC.' },
  {
    id: 'UB:OB-MUTEX',
    says: 'A mutex was released by somebody else than its owner, or entered twice without DIAGNOSTIC.',
  },
  { id: 'UB:OB-PID', says: 'All process ids are taken, and the kernel looks for a free one for ever.' },
  { id: 'UB:OB-PROC0', says: 'Process 0 exited.' },
  {
    id: 'UB:OB-RWLOCK',
    says: 'A reader/writer lock was released or downgraded by somebody who does not hold it that way, and nobody looked.',
  },
  { id: 'UB:OB-SLEEP', says: 'A thread slept on nothing, without DIAGNOSTIC.' },
  {
    id: 'UB:OB-TIMEOUT',
    says: 'A timeout was set while it was pending; or, without DIAGNOSTIC, armed when it was not set, or with negative ticks.',
  },
  { id: 'UB:OB-WORKQ', says: 'A work queue was used after it was destroyed.' },
]
