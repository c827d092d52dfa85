import { call, flag, remark, says, takes, type CallFacts, type Parameter } from '@kt/core/contract'
import { EINTR, ERESTART, EWOULDBLOCK } from '../../errno.js'
import { PBDRY, PCATCH, PDROP } from '../../param.js'
import { ANYBODY, AT_ONCE, CHANNEL, MAY_SLEEP, NOTHING, TICKS, WMESG } from './words.js'

const PAGE = 'sleep(9)'
const PRI = takes('pri', 'priority not looked at, and sleep flags', 'by the page the priority from the wakeup on, which ULE does not look at; with PCATCH, PDROP, PBDRY', '0: as it is') // prettier-ignore
const WOKEN = says('when woken or the time is over', 'when somebody wakes the channel, or the time is over')
const ENDED = says(
  '0, EWOULDBLOCK or EINTR',
  '0 when woken; EWOULDBLOCK after the time-out; with PCATCH EINTR when the process is ended',
  'FB8-O-25',
)
const COLD = remark('While the machine is cold it returns 0 at once.')
const LATE = remark('A time-out of n ticks lasts more than n, and at most n + 1.')

/** A sleep with an interlock of some kind, given as its second parameter. */
function sleepWith(name: string, type: string, lock: Parameter, kind: string): CallFacts {
  return call(PAGE, name, {
    prototype: `int ${name}(void *chan, ${type} *${lock.name}, int pri, const char *wmesg, int timo)`,
    takes: [CHANNEL, lock, PRI, WMESG, TICKS],
    means: says(`sleeps on a channel, ${kind} as interlock`, `Sleeps on a channel, releases ${kind} when it is on its queue, and takes it again.`), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: ENDED,
    panics: says('may not sleep', 'where one may not sleep (INVARIANTS)', 'FB8-O-16'),
    flags: ['PCATCH', 'PDROP', 'PBDRY'],
    catches: [remark('With PDROP it does not take the lock again.'), COLD, LATE],
  })
}

/** sleep(9). */
export const sleep: readonly CallFacts[] = [
  call(PAGE, 'tsleep', {
    prototype: 'int tsleep(void *chan, int pri, const char *wmesg, int timo)',
    takes: [CHANNEL, PRI, WMESG, TICKS],
    means: says(
      'sleeps on a channel, without an interlock',
      'Sleeps on a channel. Nothing keeps a wakeup from being lost that comes between the test and the sleep.',
    ),
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: ENDED,
    duty: says('holds Giant, or gives a time-out', 'the caller holds Giant, or gives a time-out'),
    panics: says('no lock and no time-out, may not sleep', 'without Giant and without a time-out, and where one may not sleep (INVARIANTS)', 'FB8-O-16'), // prettier-ignore
    flags: ['PCATCH'],
    catches: [COLD, LATE],
  }),
  sleepWith('msleep', 'struct mtx', takes('mtx', 'held mutex or none', 'a sleep mutex that the caller owns', 'null: none'), 'a mutex'), // prettier-ignore
  sleepWith('sx_sleep', 'struct sx', takes('sx', 'held lock', 'an sx lock, held either way', 'not allowed'), 'an sx lock'), // prettier-ignore
  sleepWith('rw_sleep', 'struct rwlock', takes('rw', 'held lock', 'an rwlock, held either way', 'not allowed'), 'an rwlock'), // prettier-ignore
  call(PAGE, 'msleep_spin', {
    prototype: 'int msleep_spin(void *chan, struct mtx *mtx, const char *wmesg, int timo)',
    takes: [CHANNEL, takes('mtx', 'held mutex', 'a spin mutex that the caller owns', 'not allowed'), WMESG, TICKS],
    means: says('sleeps on a channel, a spin mutex as interlock', 'Sleeps on a channel with a spin mutex as interlock, not interruptibly.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: WOKEN,
    returns: says('0 or EWOULDBLOCK', '0 when woken; EWOULDBLOCK after the time-out'),
    panics: says('may not sleep', 'where one may not sleep (INVARIANTS)', 'FB8-O-16'),
    catches: [COLD],
  }),
  call(PAGE, 'pause', {
    prototype: 'int pause(const char *wmesg, int timo)',
    takes: [WMESG, takes('timo', 'ticks, 0 without end', 'ticks to wait', '0: for ever')],
    means: says('waits for a time', 'Waits for a time, on what nobody wakes.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the time is over'),
    returns: says('EWOULDBLOCK'),
    panics: says('0 ticks', 'for 0 ticks (INVARIANTS)'),
    catches: [COLD],
  }),
  call(PAGE, 'wakeup', {
    prototype: 'void wakeup(void *chan)',
    takes: [CHANNEL],
    means: says('wakes all sleepers of a channel', 'Wakes all who sleep on the channel, in the order in which they came.', 'FB8-O-13'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'wakeup_one', {
    prototype: 'void wakeup_one(void *chan)',
    takes: [CHANNEL],
    means: says('wakes the most urgent sleeper', 'Wakes the one of the best priority; of equals who came first.', 'FB8-O-13'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches: [remark('Where different things are waited for on one channel it may wake the wrong one.')],
  }),
  flag(PAGE, 'PCATCH', {
    value: PCATCH,
    means: says('the end of the process ends the sleep', 'The end of its process ends the sleep. kt posts no signals on this system.', 'FB8-O-25'), // prettier-ignore
  }),
  flag(PAGE, 'PDROP', {
    value: PDROP,
    means: says('interlock is left released', 'The sleep leaves the interlock released.'),
  }),
  flag(PAGE, 'PBDRY', { value: PBDRY, means: says('stops are left for later', 'The thread is not stopped while it sleeps.') }), // prettier-ignore
  flag('errno(2)', 'EWOULDBLOCK', { value: EWOULDBLOCK, means: says('the time-out came', 'The time-out came first.') }),
  flag('errno(2)', 'EINTR', { value: EINTR, means: says('the end of the process ended the sleep', 'The end of the process ended the sleep.') }), // prettier-ignore
  flag('errno(2)', 'ERESTART', { value: ERESTART, means: says('the system call begins again', 'A system call is to begin again.') }), // prettier-ignore
]
