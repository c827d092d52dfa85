import type { Note } from '@kt/core/contract'

/** What the pages leave open and these releases answer, and where they have no defined behaviour. */
export const notes: readonly Note[] = [
  { id: 'NB-G-01', says: 'How to start an idle thread: no page says. The kernel queues it by hand (6) or by setrunnable (10.1); startIdle does so.' }, // prettier-ignore
  { id: 'NB-G-02', says: 'Unknown flag bits of kthread_create are ignored.' },
  { id: 'NB-G-03', says: 'Create, join and exit may sleep, as sleeping calls do: from an interrupt or a soft interrupt they panic (DIAGNOSTIC).' }, // prettier-ignore
  { id: 'NB-G-04', says: 'Priorities are 0 to 223; any other but PRI_NONE is noticed when the thread is queued (DIAGNOSTIC).' }, // prettier-ignore
  { id: 'NB-G-05', says: 'KTHREAD_TS with a priority from 64 on is overwritten by the first recalculation; SCHED_RR below 64 is legal.' }, // prettier-ignore
  { id: 'NB-G-06', says: 'Equals run in the order in which they were queued.' },
  { id: 'NB-G-07', says: 'Several joins at once wait for each other in 6, which has one slot, and are independent in 10.1.' }, // prettier-ignore
  { id: 'NB-G-08', says: 'Destroying an idle KTHREAD_MUSTJOIN thread needs no joiner; the page reading lets it be joined afterwards.' }, // prettier-ignore
  { id: 'NB-G-09', says: 'A dead thread is freed by the next creation or exit: at most one is uncollected at a time.' }, // prettier-ignore
  { id: 'NB-G-10', says: 'Ending with a mutex held panics (LOCKDEBUG); a hold of the big lock that is left panics in 10.1 only.' }, // prettier-ignore
  { id: 'NB-G-11', says: 'A thread may create threads; nothing is inherited from it.' },
  { id: 'NB-G-12', says: 'A thread may end with its floating-point window open: nothing checks, and a remark reports it.' }, // prettier-ignore
  { id: 'NB-G-13', says: 'A floating-point window stays open across sleeps and migration: the state follows the thread.' }, // prettier-ignore
  { id: 'NB-G-14', says: 'Signals never reach process 0, so only cancellation ends an interruptible sleep of a kernel thread.' }, // prettier-ignore
  { id: 'NB-G-15', says: 'Names need not be unique.' },
  { id: 'NB-G-16', says: 'Threads may be created while cold, and run when the boot thread first gives up its CPU.' },
  { id: 'NB-G-17', says: 'Cookies of kthread_fpu_exit go back in reverse order: an early 0 closes the window, and the next exit asserts.' }, // prettier-ignore
  { id: 'NB-G-18', says: 'lwp0 never exits, by assertion.' },
  { id: 'NB-G-19', says: 'Joining an idle thread does not start it.' },
  { id: 'NB-G-20', says: 'A thread may be over before its creation returns; the handle may then be stale, unless KTHREAD_MUSTJOIN.' }, // prettier-ignore
  { id: 'UB:NB-D-07', says: 'kthread_join on an LWP that was freed: a use after free.' },
  { id: 'UB:NB-D-09', says: 'kthread_destroy on a thread that is not idle, without DIAGNOSTIC.' },
  { id: 'UB:NB-D-23', says: 'The function of a kernel thread returned, into a user mode that it does not have.' },
  { id: 'UB:NB-G-03', says: 'An interrupt went to sleep, without DIAGNOSTIC.' },
  { id: 'UB:NB-G-04', says: 'A priority outside the run queue, without DIAGNOSTIC.' },
  { id: 'UB:NB-G-18', says: 'lwp0 exited, without DIAGNOSTIC.' },
  { id: 'UB:NB-MUTEX', says: 'A mutex was released or waited with by a thread that does not hold it, without DIAGNOSTIC.' }, // prettier-ignore
  { id: 'UB:NB-RWLOCK', says: 'A reader/writer lock was released by a thread when nobody holds it, without DIAGNOSTIC.' }, // prettier-ignore
  { id: 'UB:NB-WORKQUEUE', says: 'An item of work was queued twice: noticed by 10.1 with DIAGNOSTIC only.' },
]
