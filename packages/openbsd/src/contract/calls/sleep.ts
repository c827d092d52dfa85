import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { EINTR, ERESTART, EWOULDBLOCK } from '../../errno.js'
import { PCATCH, PNORELOCK } from '../../param.js'
import { ANYBODY, AT_ONCE, CHANNEL, MAY_SLEEP, NOTHING, TICKS, WMESG } from './words.js'

const PAGE = 'tsleep(9)'
const PRIORITY = takes('priority', 'priority and sleep flags', 'from the wakeup on, lower is more urgent; with PCATCH', '0: the most urgent') // prettier-ignore
const WOKEN = says('when woken or the time is over', 'when somebody wakes the channel, or the time is over')
const ENDED = says(
  '0, EWOULDBLOCK, EINTR or ERESTART',
  '0 when woken; EWOULDBLOCK after the time-out; with PCATCH and a signal EINTR or ERESTART, in a kernel thread ERESTART',
  'OB-D-07',
)
const PENDING = remark(
  'A signal to a kernel thread is never taken: every sleep with PCATCH ends at once from then on.',
  'OB-D-07',
)

const common: readonly CallFacts[] = [
  call(PAGE, 'tsleep', {
    prototype: 'int tsleep(void *ident, int priority, const char *wmesg, int timo)',
    takes: [CHANNEL, PRIORITY, WMESG, TICKS],
    means: says('sleeps on a channel, the big lock as interlock', 'Sleeps on a channel; the big lock, given up meanwhile, keeps a wakeup from being lost.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: ENDED,
    duty: says('holds the big lock', 'the caller holds the big lock, as kernel code does unless it gave it up'),
    panics: says('interrupt, mutex held, no channel', 'in an interrupt or with a mutex held; without a channel (DIAGNOSTIC)', 'OB-D-14'), // prettier-ignore
    flags: ['PCATCH'],
    catches: [remark('While the machine is cold it returns 0 at once.'), PENDING],
  }),
  call(PAGE, 'wakeup', {
    prototype: 'void wakeup(void *ident)',
    takes: [CHANNEL],
    means: says('wakes all sleepers of a channel', 'Wakes all who sleep on the channel, in the order in which they came.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('yield', 'yield', {
    prototype: 'void yield(void)',
    means: says('to the tail of its user priority', 'Goes to the tail of the queue for the caller’s user priority.'),
    callers: says('threads', 'a thread'),
    returnsWhen: says('when it is the caller’s turn again'),
    returns: NOTHING,
    catches: [remark('A priority that a sleep gave is lost by it.')],
  }),
  call('preempt', 'preempt', {
    prototype: 'void preempt(struct proc *newp)',
    takes: [takes('newp', 'null', 'null; anything else panics', 'expected')],
    means: says('to the tail of its user priority, involuntarily', 'yield, counted as an involuntary switch.'),
    callers: says('threads', 'a thread'),
    returnsWhen: says('when it is the caller’s turn again'),
    returns: NOTHING,
    panics: says('an argument', 'for any argument but null'),
  }),
  call('setrunnable', 'setrunnable', {
    prototype: 'void setrunnable(struct proc *p)',
    takes: [takes('p', 'thread', 'the thread', 'not allowed')],
    means: says('makes a sleeper or a stopped thread runnable', 'Makes a sleeping or stopped thread runnable.'),
    callers: says('who holds the lock of the scheduler', 'whoever holds the lock of the scheduler; not looked at here'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('any other state', 'for a thread in any other state'),
  }),
  call('psignal(9)', 'psignal', {
    prototype: 'void psignal(struct proc *p, int signo)',
    takes: [takes('p', 'process', 'whom'), takes('signo', 'signal', 'which')],
    means: says(
      'posts a signal; kernel threads get it and cannot take it',
      'Posts a signal, to a kernel thread too, which it does not end.',
      'OB-D-07',
    ),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches: [PENDING],
  }),
  flag(PAGE, 'PCATCH', {
    value: PCATCH,
    means: says('signals end the sleep, of kernel threads too', 'Signals end the sleep, in a kernel thread again and again.', 'OB-D-07'), // prettier-ignore
  }),
  flag('errno(2)', 'EWOULDBLOCK', { value: EWOULDBLOCK, means: says('the time-out came', 'The time-out came first.') }),
  flag('errno(2)', 'EINTR', { value: EINTR, means: says('a signal ended the sleep, with a handler', 'A signal with a handler ended the sleep.') }), // prettier-ignore
  flag('errno(2)', 'ERESTART', {
    value: ERESTART,
    means: says('a signal ended the sleep', 'A signal ended the sleep.'),
  }),
]

function wakeups(release: '4.2' | '5.1'): readonly CallFacts[] {
  const stopped = remark('A stopped sleeper counts, and stays stopped.')
  return [
    call(PAGE, 'wakeup_n', {
      prototype: 'void wakeup_n(void *ident, int n)',
      takes: [
        CHANNEL,
        {
          '4.2': takes('n', 'number of sleepers, 0 for all', 'how many, -1 for all', '0: all'),
          '5.1': takes('n', 'number of sleepers, 0 for none', 'how many, -1 for all', '0: none'),
        }[release],
      ],
      means: {
        '4.2': says('wakes some sleepers, maybe too many', 'Wakes n who sleep there, first come first; where one too many is woken, all may be.'), // prettier-ignore
        '5.1': says('wakes some sleepers', 'Wakes at most n who sleep there, in the order in which they came.'),
      }[release],
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: NOTHING,
      catches: [stopped],
    }),
    call(PAGE, 'wakeup_one', {
      prototype: 'void wakeup_one(void *ident)',
      takes: [CHANNEL],
      means: {
        '4.2': says('wakes the first sleeper, maybe all', 'Wakes who came first; when that one is stopped, maybe all.'),
        '5.1': says('wakes the first sleeper', 'Wakes the one who came first.'),
      }[release],
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: NOTHING,
      catches: [stopped],
    }),
  ]
}

export const sleep42: readonly CallFacts[] = [...common, ...wakeups('4.2')]

export const sleep51: readonly CallFacts[] = [
  ...common,
  ...wakeups('5.1'),
  call(PAGE, 'msleep', {
    prototype: 'int msleep(void *ident, struct mutex *mtx, int priority, const char *wmesg, int timo)',
    takes: [
      CHANNEL,
      takes('mtx', 'held mutex', 'a mutex that the caller holds', 'not allowed'),
      PRIORITY,
      WMESG,
      TICKS,
    ],
    means: says('sleeps on a channel, a mutex as interlock', 'Sleeps on a channel, releases the mutex on the way and takes it again before it returns.'), // prettier-ignore
    callers: says('who may sleep', 'whoever may sleep, and holds no other mutex', 'OB-D-14'),
    returnsWhen: WOKEN,
    returns: ENDED,
    panics: says('interrupt, another mutex held, no channel', 'in an interrupt or with another mutex held; without a channel (DIAGNOSTIC)', 'OB-D-14'), // prettier-ignore
    flags: ['PCATCH', 'PNORELOCK'],
    catches: [remark('It sleeps even while the machine is cold.'), PENDING],
  }),
  flag(PAGE, 'PNORELOCK', {
    value: PNORELOCK,
    means: says('interlock is left released', 'The sleep leaves the interlock released.'),
  }),
]
