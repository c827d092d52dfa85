import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { EINTR, ERESTART, EWOULDBLOCK } from '../../errno.js'
import { PCATCH, PNORELOCK } from '../../param.js'
import { ANYBODY, AT_ONCE, CHANNEL, MAY_SLEEP, NOTHING, TICKS, WMESG } from './words.js'

const PRIORITY = takes(
  'priority',
  'sleep flags',
  'PCATCH; the number in it is not looked at',
  '0: no signal ends the sleep',
)
const WOKEN = says('when woken or the time is over', 'when somebody wakes the channel, or the time is over')
const ENDED = says(
  '0, EWOULDBLOCK, EINTR or ERESTART',
  '0 when woken; EWOULDBLOCK after the time-out; with PCATCH EINTR after a cancellation and ERESTART with a signal',
  'NB-G-14',
)
const COLD = remark('While the machine is cold it returns 0 at once.')
const IN_INTERRUPT = says('interrupt', 'in an interrupt or a soft interrupt', 'NB-G-03')

/** ltsleep(9), kpause(9), ctxsw(9) and signals, in both releases alike but for setrunnable. */
export const sleep: readonly CallFacts[] = [
  call('ltsleep(9)', 'tsleep', {
    prototype: 'int tsleep(wchan_t ident, pri_t priority, const char *wmesg, int timo)',
    takes: [CHANNEL, PRIORITY, WMESG, TICKS],
    means: says(
      'sleeps on a channel, the big lock as interlock',
      'Sleeps on a channel; only the big lock, given up meanwhile, keeps a wakeup from being lost. Obsolete.',
    ),
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: ENDED,
    duty: says('holds the big lock', 'the caller holds the big lock from the test on, or a wakeup can be lost'),
    panics: IN_INTERRUPT,
    flags: ['PCATCH'],
    catches: [COLD, remark('Kernel threads get no signals: only a cancellation ends a sleep early.', 'NB-G-14')],
  }),
  call('ltsleep(9)', 'mtsleep', {
    prototype: 'int mtsleep(wchan_t ident, pri_t priority, const char *wmesg, int timo, kmutex_t *mtx)',
    takes: [
      CHANNEL,
      PRIORITY,
      WMESG,
      TICKS,
      takes('mtx', 'held mutex', 'a mutex that the caller holds', 'not allowed'),
    ],
    means: says(
      'sleeps on a channel, a mutex as interlock',
      'Sleeps on a channel, releases the mutex on the way and takes it again before it returns.',
    ),
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: ENDED,
    panics: says('interrupt, mutex not held', 'in an interrupt or a soft interrupt; without the mutex (DIAGNOSTIC)', 'NB-G-03', 'UB:NB-MUTEX'), // prettier-ignore
    flags: ['PCATCH', 'PNORELOCK'],
    catches: [COLD],
  }),
  call('ltsleep(9)', 'wakeup', {
    prototype: 'void wakeup(wchan_t ident)',
    takes: [CHANNEL],
    means: says('wakes all sleepers of a channel', 'Wakes all who sleep on the channel. Nobody there: no effect, and no memory of it.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches: [remark('While the machine is cold it has no effect.')],
  }),
  call('kpause(9)', 'kpause', {
    prototype: 'int kpause(const char *wmesg, bool intr, int timo, kmutex_t *mtx)',
    takes: [
      WMESG,
      takes('intr', 'may be interrupted', 'whether signals and cancellation end it'),
      takes('timo', 'ticks, 0 without end', 'ticks to wait', '0: without end, and only with intr'),
      takes('mtx', 'held mutex or none', 'released meanwhile', 'null: none'),
    ],
    means: says('waits for a time', 'Waits for a time, on what nobody wakes.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the time is over', 'when the time is over, or with intr earlier'),
    returns: says('EWOULDBLOCK, EINTR or ERESTART', 'EWOULDBLOCK when the time is over; with intr EINTR or ERESTART'),
    panics: says('interrupt, 0 ticks', 'in an interrupt; for 0 ticks without intr (DIAGNOSTIC)', 'NB-G-03'),
    catches: [COLD, remark('The usual result is not 0 but EWOULDBLOCK.')],
  }),
  call('ctxsw(9)', 'yield', {
    prototype: 'void yield(void)',
    means: says('to the tail of its priority', 'Goes to the tail of the caller’s priority, without the big lock meanwhile.'), // prettier-ignore
    callers: says('threads', 'a thread, without a spin mutex'),
    returnsWhen: says('when it is the caller’s turn again'),
    returns: NOTHING,
    panics: says('interrupt, spin mutex held', 'in an interrupt, or with a spin mutex held', 'NB-G-03'),
    catches: [remark('Threads of a lower priority get nothing by it.')],
  }),
  call('ctxsw(9)', 'preempt', {
    prototype: 'void preempt(void)',
    means: says('to the tail of its priority, involuntarily', 'yield, as an involuntary switch.'),
    callers: says('threads', 'a thread, without a spin mutex'),
    returnsWhen: says('when it is the caller’s turn again'),
    returns: NOTHING,
    panics: says('interrupt, spin mutex held', 'in an interrupt, or with a spin mutex held', 'NB-G-03'),
  }),
  call('signal(9)', 'psignal', {
    prototype: 'void psignal(struct proc *p, int signo)',
    takes: [takes('p', 'process', 'whom'), takes('signo', 'signal', 'which')],
    means: says(
      'posts a signal; kernel threads get none',
      'Posts a signal to a process. Process 0, and with it every kernel thread, never gets any.',
      'NB-G-14',
    ),
    callers: says('who holds proc_lock', 'whoever holds proc_lock, and no interrupt; not looked at here'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  flag('ltsleep(9)', 'PCATCH', {
    value: PCATCH,
    means: says('signals end the sleep', 'Signals and cancellation end the sleep. A kernel thread gets no signals.', 'NB-G-14'), // prettier-ignore
  }),
  flag('ltsleep(9)', 'PNORELOCK', {
    value: PNORELOCK,
    means: says('interlock is left released', 'The sleep leaves the interlock released.'),
  }),
  flag('errno(2)', 'EWOULDBLOCK', { value: EWOULDBLOCK, means: says('the time-out came', 'The time-out came first.') }),
  flag('errno(2)', 'EINTR', {
    value: EINTR,
    means: says('a cancellation ended the sleep', 'A cancellation ended the sleep.'),
  }),
  flag('errno(2)', 'ERESTART', {
    value: ERESTART,
    means: says('a signal ended the sleep', 'A signal ended the sleep.'),
  }),
]

/** setrunnable, in which the releases differ. */
export function setrunnable(release: '6' | '10.1'): CallFacts {
  return call('ctxsw(9)', 'setrunnable', {
    prototype: 'void setrunnable(struct lwp *l)',
    takes: [takes('l', 'thread', 'the thread', 'not allowed')],
    means: {
      '6': says('makes a sleeper runnable', 'Makes a sleeper runnable.', 'NB-D-10'),
      '10.1': says('makes a sleeper or an idle thread runnable', 'Makes a sleeper runnable, and starts a thread in LSIDL.', 'NB-D-10'), // prettier-ignore
    }[release],
    callers: says(
      'who holds the locks of the thread',
      'whoever holds p_lock and the lock of the LWP; not looked at here',
    ),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: {
      '6': says('any other state, LSIDL too', 'for a thread in any other state, LSIDL among them', 'NB-D-10'),
      '10.1': says('any other state', 'for a thread in any other state', 'NB-D-10'),
    }[release],
  })
}
