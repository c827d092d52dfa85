import { by, none, purpose, type Purpose } from './purpose.js'

const NO_CV = 'There are no condition variables: sleep on an address, and test the condition again.'
const BY_HAND_42 = by('tsleep wakeup', NO_CV)
const BY_HAND_51 = by('msleep wakeup', NO_CV)

/** Sleeping, waking, condition variables. */
export const sleeping: readonly Purpose[] = [
  purpose('sleep on an address', {
    netbsd: by('tsleep', 'Only the big lock keeps a wakeup from being lost; the priority is not looked at.'),
    openbsd: by('tsleep', 'The big lock is the interlock; the priority counts from the wakeup on.'),
    freebsd: by('tsleep', 'There is no interlock: without Giant a wakeup can be lost, and INVARIANTS panics.'),
  }),
  purpose('sleep with a lock as interlock', {
    netbsd: by('mtsleep PNORELOCK', 'The mutex is the last argument, and PNORELOCK leaves it released.'),
    openbsd: [
      by('tsleep', 'msleep came later: the big lock is the only interlock.'),
      by('msleep PNORELOCK', 'The mutex is the second argument, and PNORELOCK leaves it released.'),
    ],
    freebsd: by('msleep msleep_spin sx_sleep rw_sleep PDROP', 'The lock is the second argument, and PDROP leaves it released.'), // prettier-ignore
  }),
  purpose('let a signal end a sleep', {
    netbsd: by('PCATCH', 'Kernel threads get no signals: only a cancellation ends their sleep.'),
    openbsd: by('PCATCH', 'A signal to a kernel thread is never taken: every such sleep ends at once from then on.'),
    freebsd: by(
      'PCATCH PBDRY',
      'No signals are posted here: only the end of its process ends the sleep of a kernel thread.',
    ),
  }),
  purpose('tell why a sleep ended', {
    netbsd: by('EWOULDBLOCK EINTR ERESTART', 'ERESTART is -3.'),
    openbsd: by('EWOULDBLOCK EINTR ERESTART', 'A kernel thread gets ERESTART, which is -1.'),
    freebsd: by(
      'EWOULDBLOCK EINTR ERESTART',
      'No signals are posted here: a kernel thread gets EINTR, when its process is ended.',
    ),
  }),
  purpose('wake all who sleep on an address', {
    netbsd: by('wakeup', 'Without effect while the machine is cold.'),
    openbsd: by('wakeup', 'In the order in which they came.'),
    freebsd: by('wakeup', 'kthread_exit and kthread_suspend wake by the address of the thread too.'),
  }),
  purpose('make a condition variable and end its use', {
    netbsd: by('cv_init cv_destroy cv_is_valid', '10.1 asserts that nobody waits when it is destroyed.'),
    openbsd: none(NO_CV),
    freebsd: by('cv_init cv_destroy', 'Nobody looks whether somebody waits when it is destroyed.'),
  }),
  purpose('wait on a condition variable', {
    netbsd: by('cv_wait cv_wait_sig', 'The lock is a mutex, and no other kind.'),
    openbsd: [BY_HAND_42, BY_HAND_51],
    freebsd: by('cv_wait cv_wait_sig cv_wait_unlock', 'The lock may be of any class; while the machine is cold nobody waits.'), // prettier-ignore
  }),
  purpose('wait on a condition variable for a time', {
    netbsd: [
      by('cv_timedwait cv_timedwait_sig', '0 ticks are without end.'),
      by('cv_timedwait cv_timedwait_sig cv_timedwaitbt cv_timedwaitbt_sig', '0 ticks are without end, and a binary time of 0 is no wait.'), // prettier-ignore
    ],
    openbsd: [BY_HAND_42, BY_HAND_51],
    freebsd: by('cv_timedwait cv_timedwait_sig', '0 ticks are one tick.'),
  }),
  purpose('wake who waits on a condition variable', {
    netbsd: by('cv_signal cv_broadcast cv_has_waiters', '10.1 may wake more than one by cv_signal: test the condition again.'), // prettier-ignore
    openbsd: by('wakeup', NO_CV),
    freebsd: by('cv_signal cv_broadcast', 'cv_signal wakes the one of the best priority.'),
  }),
  purpose('wake some who sleep on an address', {
    netbsd: by('cv_signal', 'There is no wakeup_one: use a condition variable.'),
    openbsd: [
      by('wakeup_one wakeup_n', 'The first in line; when that one is stopped, maybe all.'),
      by('wakeup_one wakeup_n', 'The first in line; -1 is all, 0 nobody.'),
    ],
    freebsd: by('wakeup_one', 'The one of the best priority, not the first in line.'),
  }),
  purpose('wait for a time', {
    netbsd: by('kpause', 'Its result is EWOULDBLOCK when all went well.'),
    openbsd: by('tsleep', 'On an address that nobody wakes; its result is EWOULDBLOCK when all went well.'),
    freebsd: by('pause', 'Its result is EWOULDBLOCK when all went well; 0 ticks are for ever.'),
  }),
  purpose('give way', {
    netbsd: by('yield preempt', "To equals only, at the caller's priority."),
    openbsd: by('yield preempt', 'At the user priority; preempt takes a null.'),
    freebsd: by(
      'sched_relinquish uio_yield',
      'uio_yield leaves a kernel thread at its user priority, behind all others.',
    ),
  }),
  purpose('post a signal', {
    netbsd: by('psignal', 'Kernel threads never get it.'),
    openbsd: by('psignal', 'A kernel thread gets it, and can never take it.'),
    freebsd: none('Not modelled: this kernel posts no signals.'),
  }),
]
