import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { ANYBODY, AT_ONCE, HELD_MUTEX, MAY_SLEEP, NOTHING, TICKS } from './words.js'

const PAGE = 'condvar(9)'
const CV = takes('cv', 'condition variable', 'the condition variable', 'not allowed')
const INTERLOCK = remark('The lock is a mutex, adaptive or spin; no other kind will do.')
const HOLDING = says('mutex not held', 'without the mutex (DIAGNOSTIC)', 'UB:NB-MUTEX')
const RECHECK = says('the condition is tested again', 'the caller tests its condition again afterwards')
const SIGNALS = '0 when woken; EINTR after a cancellation; ERESTART with a signal, which a kernel thread never gets'
const BINTIME = takes(
  'bt',
  'in and out: time left',
  'time to wait in nanoseconds here; what is left is stored back',
  '0: returns at once',
)

/** condvar(9), as both releases have it. */
const common: readonly CallFacts[] = [
  call(PAGE, 'cv_init', {
    prototype: 'void cv_init(kcondvar_t *cv, const char *wmesg)',
    takes: [CV, takes('wmesg', 'wait message', 'of its waiters; 8 characters are shown', 'panics')],
    means: says('makes a condition variable ready', 'Makes a condition variable ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('null message', 'for a null message'),
  }),
  call(PAGE, 'cv_wait', {
    prototype: 'void cv_wait(kcondvar_t *cv, kmutex_t *mtx)',
    takes: [CV, HELD_MUTEX],
    means: says('waits, a mutex as interlock', 'Releases the mutex, sleeps until woken, and takes the mutex again. No wakeup is lost in between.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('when woken', 'when woken and the mutex is had again'),
    returns: NOTHING,
    duty: RECHECK,
    panics: HOLDING,
    catches: [INTERLOCK],
  }),
  call(PAGE, 'cv_wait_sig', {
    prototype: 'int cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx)',
    takes: [CV, HELD_MUTEX],
    means: says('waits, a mutex as interlock, interruptibly', 'cv_wait that a signal or a cancellation ends.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when woken or interrupted'),
    returns: says('0, EINTR or ERESTART', SIGNALS, 'NB-G-14'),
    duty: RECHECK,
    panics: HOLDING,
    catches: [INTERLOCK],
  }),
  call(PAGE, 'cv_timedwait', {
    prototype: 'int cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int timo)',
    takes: [CV, HELD_MUTEX, TICKS],
    means: says('waits for a time, a mutex as interlock', 'cv_wait that ends when its time is over.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when woken or the time is over'),
    returns: says('0 or EWOULDBLOCK', '0 when woken; EWOULDBLOCK when the time-out came first'),
    duty: RECHECK,
    panics: HOLDING,
    catches: [remark('0 ticks wait without end.'), INTERLOCK],
  }),
  call(PAGE, 'cv_timedwait_sig', {
    prototype: 'int cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int timo)',
    takes: [CV, HELD_MUTEX, TICKS],
    means: says('waits for a time, a mutex as interlock, interruptibly', 'cv_wait that ends when its time is over, or by a signal or a cancellation.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('when woken, interrupted or the time is over'),
    returns: says(
      '0, EWOULDBLOCK, EINTR or ERESTART',
      `EWOULDBLOCK when the time-out came; else ${SIGNALS}`,
      'NB-G-14',
    ),
    duty: RECHECK,
    panics: HOLDING,
    catches: [remark('0 ticks wait without end.'), INTERLOCK],
  }),
  call(PAGE, 'cv_broadcast', {
    prototype: 'void cv_broadcast(kcondvar_t *cv)',
    takes: [CV],
    means: says('wakes all waiters', 'Wakes all who wait on it.'),
    callers: says('who holds the mutex', 'whoever holds the mutex'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'cv_has_waiters', {
    prototype: 'bool cv_has_waiters(kcondvar_t *cv)',
    takes: [CV],
    means: says('whether anybody waits', 'Whether anybody waits on it: for assertions.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
  call(PAGE, 'cv_is_valid', {
    prototype: 'bool cv_is_valid(kcondvar_t *cv)',
    takes: [CV],
    means: says('whether it is initialized', 'Whether it was made ready: for assertions.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
]

function cvSignal(release: '6' | '10.1'): CallFacts {
  return call(PAGE, 'cv_signal', {
    prototype: 'void cv_signal(kcondvar_t *cv)',
    takes: [CV],
    means: {
      '6': says('wakes one waiter, the first', 'Wakes one waiter, the first in line.'),
      '10.1': says('wakes one waiter, and interruptible ones before it', 'Wakes waiters in line up to the first that cannot be interrupted.'), // prettier-ignore
    }[release],
    callers: says('who holds the mutex', 'whoever holds the mutex'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches:
      release === '10.1' ? [remark('More than one may wake: every waiter has to test its condition again.')] : [],
  })
}

function cvDestroy(release: '6' | '10.1'): CallFacts {
  return call(PAGE, 'cv_destroy', {
    prototype: 'void cv_destroy(kcondvar_t *cv)',
    takes: [CV],
    means: says('ends its use', 'Ends the use of a condition variable.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('nobody waits', 'nobody waits on it any more'),
    panics: {
      '6': says('none: waiters are not looked for', 'never: nobody looks for waiters'),
      '10.1': says('somebody waits', 'when somebody waits on it (DIAGNOSTIC)'),
    }[release],
  })
}

export const condvar6: readonly CallFacts[] = [...common, cvSignal('6'), cvDestroy('6')]

export const condvar101: readonly CallFacts[] = [
  ...common,
  cvSignal('10.1'),
  cvDestroy('10.1'),
  call(PAGE, 'cv_timedwaitbt', {
    prototype: 'int cv_timedwaitbt(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon)',
    takes: [CV, HELD_MUTEX, BINTIME],
    means: says('waits for a binary time, a mutex as interlock', 'cv_timedwait in a finer unit, rounded up to ticks.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when woken or the time is over'),
    returns: says('0 or EWOULDBLOCK', '0 when woken; EWOULDBLOCK when the time is over'),
    duty: RECHECK,
    panics: HOLDING,
    catches: [remark('A time of 0 returns at once, where 0 ticks of cv_timedwait wait without end.')],
  }),
  call(PAGE, 'cv_timedwaitbt_sig', {
    prototype:
      'int cv_timedwaitbt_sig(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon)',
    takes: [CV, HELD_MUTEX, BINTIME],
    means: says('waits for a binary time, a mutex as interlock, interruptibly', 'The same, ended by a signal or a cancellation too.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('when woken, interrupted or the time is over'),
    returns: says('0, EWOULDBLOCK, EINTR or ERESTART', `EWOULDBLOCK when the time is over; else ${SIGNALS}`, 'NB-G-14'),
    duty: RECHECK,
    panics: HOLDING,
  }),
]
