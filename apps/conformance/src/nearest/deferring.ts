import { by, none, purpose, type Purpose } from './purpose.js'

const UNITS = 'timeout_add_sec timeout_add_msec timeout_add_usec timeout_add_nsec timeout_add_tv timeout_add_ts timeout_add_bt' // prettier-ignore

/** Callouts, soft interrupts, work queues, events. */
export const deferring: readonly Purpose[] = [
  purpose('make a callout and end its use', {
    netbsd: by('callout_init callout_setfunc callout_destroy CALLOUT_MPSAFE', 'CALLOUT_MPSAFE is 256: a plain 1 is another flag.'), // prettier-ignore
    openbsd: by('timeout_set', 'The function is given here, and not when it is armed.'),
    freebsd: by('callout_init callout_init_mtx CALLOUT_MPSAFE CALLOUT_RETURNUNLOCKED', 'callout_init takes whether it is MP-safe, no flags; nothing ends its use.'), // prettier-ignore
  }),
  purpose('arm a callout', {
    netbsd: by('callout_reset callout_schedule', 'They return nothing.'),
    openbsd: [
      by('timeout_add', 'Ticks only; one that is put off keeps its place until its old time comes.'),
      by(`timeout_add ${UNITS}`, 'One that is put off keeps its place until its old time comes.'),
    ],
    freebsd: by('callout_reset callout_reset_on callout_schedule', 'They fire a tick later than asked, and say whether it was pending.'), // prettier-ignore
  }),
  purpose('disarm a callout', {
    netbsd: by('callout_stop', 'True says that it had fired: the reverse of 1 in FreeBSD.'),
    openbsd: [
      by('timeout_del', 'It returns nothing in this release.'),
      by('timeout_del', '1 says that it was pending.'),
    ],
    freebsd: by('callout_stop', '1 says that it was stopped: the reverse of true in NetBSD.'),
  }),
  purpose('disarm a callout and wait for its function', {
    netbsd: by('callout_halt', 'The function itself may call it.'),
    openbsd: none('timeout_del does not wait: the function may run on another CPU.'),
    freebsd: by('callout_drain', 'Without a lock that the function takes.'),
  }),
  purpose('ask how far a callout is', {
    netbsd: by('callout_pending callout_expired callout_invoking', 'Pending, called and running are three questions.'),
    openbsd: by('timeout_pending', 'There is no question whether it runs.'),
    freebsd: by('callout_pending callout_active callout_deactivate', 'Active stays true after the call, until it is deactivated.'), // prettier-ignore
  }),
  purpose('execute soon, out of an interrupt', {
    netbsd: [
      by('softint_establish softint_schedule softint_disestablish', 'On the CPU that asks; a handler may block and not sleep.'), // prettier-ignore
      by('softint_establish softint_schedule softint_schedule_cpu softint_disestablish', 'On the CPU that asks, or with SOFTINT_RCPU on another.'), // prettier-ignore
    ],
    openbsd: by(
      'timeout_add',
      'softintr_establish is not modelled: a timeout of no ticks runs in a soft interrupt, at the next tick.',
    ),
    freebsd: by('swi_add swi_sched INTR_MPSAFE', 'In a thread of its own, which may block and not sleep.'),
  }),
  purpose('make a work queue and end it', {
    netbsd: by('workqueue_create workqueue_destroy WQ_PERCPU', 'Nothing may be queued when it is destroyed; one function for all items.'), // prettier-ignore
    openbsd: by('workq_create workq_destroy', 'It is run empty when it is destroyed.'),
    freebsd: by('taskqueue_create taskqueue_start_threads taskqueue_thread_enqueue taskqueue_free taskqueue_run', 'Queue and threads are made apart.'), // prettier-ignore
  }),
  purpose('have work done without the big lock', {
    netbsd: by('WQ_MPSAFE', 'Of the queue, when it is made.'),
    openbsd: by('WQ_MPSAFE', 'Of each item, when it is queued.'),
    freebsd: by('taskqueue_create', 'Tasks run without Giant unless they take it.'),
  }),
  purpose('queue an item of work', {
    netbsd: by('workqueue_enqueue', "In memory of the caller's, once at a time."),
    openbsd: [
      by('workq_add_task WQ_WAITOK', 'It allocates, and may fail without WQ_WAITOK; each item has its function.'),
      by('workq_add_task workq_queue_task WQ_WAITOK', 'workq_add_task allocates, and may fail without WQ_WAITOK.'), // prettier-ignore
    ],
    freebsd: by('TASK_INIT taskqueue_enqueue', 'An item that is queued is only counted: its function hears how often.'),
  }),
  purpose('wait for an item of work', {
    netbsd: [none('workqueue_wait came later: pass a wakeup by hand.'), by('workqueue_wait', 'Nobody may queue the item meanwhile.')], // prettier-ignore
    openbsd: none('Pass a wakeup by hand.'),
    freebsd: by('taskqueue_drain', 'Until it is neither queued nor running.'),
  }),
  purpose('be told of events of the system', {
    netbsd: none('No call of these pages; hooks of the real system, as for shutdown, are not modelled.'),
    openbsd: none('No call of these pages; hooks of the real system, as for shutdown, are not modelled.'),
    freebsd: by('EVENTHANDLER_REGISTER EVENTHANDLER_DEREGISTER EVENTHANDLER_INVOKE', 'A handler that runs is not waited for when it is removed.'), // prettier-ignore
  }),
  purpose('load a module', {
    netbsd: none('Not modelled: see that no thread is left before code goes away.'),
    openbsd: none('Not modelled: see that no thread is left before code goes away.'),
    freebsd: by('kldload', 'Its SYSINITs run on the caller, with Giant held.'),
  }),
  purpose('shut the system down', {
    netbsd: none('Not modelled.'),
    openbsd: none('Not modelled.'),
    freebsd: by('reboot shutdown_nice', 'By way of the shutdown events, in which threads are parked.'),
  }),
]
