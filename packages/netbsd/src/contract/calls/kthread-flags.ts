import { flag, remark, says, type CallFacts } from '@kt/core/contract'
import { KTHREAD_IDLE, KTHREAD_INTR, KTHREAD_MPSAFE, KTHREAD_MUSTJOIN, KTHREAD_TS } from '../../kthread.js'
import { PRI_NONE } from '../../param.js'

const PAGE = 'kthread(9)'

/** What kthread_create takes, in both releases alike. */
export const kthreadFlags: readonly CallFacts[] = [
  flag(PAGE, 'KTHREAD_IDLE', {
    value: KTHREAD_IDLE,
    means: says('thread is created and not started', 'The new thread stays in LSIDL and does not run by itself.', 'NB6-KT-32', 'NB6-KT-33', 'NB10-KT-33', 'NB10-KT-34'), // prettier-ignore
    duty: says('somebody starts it', 'somebody starts the thread; no page says how', 'NB-D-10', 'NB-G-01'),
  }),
  flag(PAGE, 'KTHREAD_MPSAFE', {
    value: KTHREAD_MPSAFE,
    means: says('thread runs without the big lock', 'The thread locks for itself and runs without the big kernel lock, which it else holds while it executes.', 'NB6-KT-35', 'NB6-KT-36', 'NB10-KT-36', 'NB10-KT-37'), // prettier-ignore
    catches: [
      remark('Without it the big lock is held from just before func on, and given up by every sleep.', 'NB-D-11'),
    ],
  }),
  flag(PAGE, 'KTHREAD_INTR', {
    value: KTHREAD_INTR,
    means: says('thread works for interrupts', "The thread works on behalf of device interrupts. The kernel's own.", 'NB6-KT-38', 'NB6-KT-39', 'NB10-KT-38'), // prettier-ignore
    panics: says('INTR without MPSAFE', 'without KTHREAD_MPSAFE', 'NB-D-15'),
  }),
  flag(PAGE, 'KTHREAD_TS', {
    value: KTHREAD_TS,
    means: says('thread is time-shared', 'The thread is time-shared: its priority falls as it works and rises as it rests. Else it is fixed.', 'NB6-KT-40', 'NB6-KT-42', 'NB6-KT-43', 'NB6-KT-45', 'NB10-KT-39', 'NB10-KT-41', 'NB10-KT-42', 'NB10-KT-43'), // prettier-ignore
    catches: [remark('The default of 63 lasts until the first recalculation.', 'NB-D-12', 'NB-G-05')],
  }),
  flag(PAGE, 'KTHREAD_MUSTJOIN', {
    value: KTHREAD_MUSTJOIN,
    means: says('thread has to be joined', 'The thread can be joined and has to be: its kthread_exit waits for kthread_join.', 'NB6-KT-47', 'NB6-KT-48', 'NB6-KT-58', 'NB10-KT-45', 'NB10-KT-46', 'NB10-KT-49'), // prettier-ignore
    duty: says('once for each MUSTJOIN thread', 'exactly one kthread_join for each such thread', 'NB6-KT-47', 'NB6-KT-56', 'NB10-KT-45', 'NB10-KT-49'), // prettier-ignore
    panics: says('MUSTJOIN without newlp', 'with a null newlp (DIAGNOSTIC), when the thread exists already', 'NB-D-05'),
    catches: [remark('A thread that nobody joins waits in kthread_exit for ever.', 'NB6-KT-48', 'NB10-KT-46')],
  }),
  flag(PAGE, 'PRI_NONE', {
    value: PRI_NONE,
    means: says('default priority', 'Leaves the priority to kthread_create: 96, or 63 with KTHREAD_TS.', 'NB6-KT-15', 'NB10-KT-19', 'NB-D-12'), // prettier-ignore
  }),
]
