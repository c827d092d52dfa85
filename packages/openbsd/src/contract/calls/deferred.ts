import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { WQ_MPSAFE, WQ_WAITOK } from '../../workq.js'
import { ANYBODY, ARG, AT_ONCE, MAY_SLEEP, NOTHING } from './words.js'

const TO = takes('to', 'callout', 'the timeout', 'not allowed')
const WQ = takes('wq', 'work queue', 'the queue', 'null: the queue of the system, of one thread')
const TASK = [
  takes('flags', 'WQ flags', 'WQ_WAITOK, WQ_MPSAFE', '0: may fail, runs under the big lock'),
  takes('fn', 'handler of an item', 'called in a thread of the queue'),
  takes('arg1', 'argument', 'its first argument'),
  takes('arg2', 'argument', 'its second argument'),
]

/** timeout(9) as both releases have it; timeout_del says more in 5.1. */
function timeout(release: '4.2' | '5.1'): readonly CallFacts[] {
  return [
    call('timeout(9)', 'timeout_set', {
      prototype: 'void timeout_set(struct timeout *to, void (*fn)(void *), void *arg)',
      takes: [TO, takes('fn', 'handler', 'called in a soft interrupt, which must not sleep'), ARG],
      means: says('says what to call', 'Says what to call; not while it is pending.'),
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: NOTHING,
    }),
    call('timeout(9)', 'timeout_add', {
      prototype: 'void timeout_add(struct timeout *to, int ticks)',
      takes: [TO, takes('ticks', 'ticks', 'ticks from now', '0: the next tick')],
      means: says('arms a callout', 'Arms it; a pending one is moved.'),
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: NOTHING,
      panics: says('no function, negative ticks', 'for negative ticks, or when nothing said what to call (DIAGNOSTIC)'),
    }),
    call('timeout(9)', 'timeout_del', {
      prototype: { '4.2': 'void timeout_del(struct timeout *to)', '5.1': 'int timeout_del(struct timeout *to)' }[
        release
      ],
      takes: [TO],
      means: says('disarms a callout without waiting', 'Disarms it. Its function may still run on another CPU.'),
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: { '4.2': NOTHING, '5.1': says('1 if it was pending', '1 if it was pending, else 0') }[release],
    }),
    call('timeout(9)', 'timeout_pending', {
      kind: 'macro',
      prototype: 'timeout_pending(to)',
      takes: [TO],
      means: says('whether it is still to be called', 'Whether its function is still to be called.'),
      callers: ANYBODY,
      returnsWhen: AT_ONCE,
      returns: says('whether it is so'),
    }),
  ]
}

/** The calls of timeout(9) that take a time in another unit. */
const UNITS = [
  ['sec', 'int secs', 'secs', 'seconds'],
  ['msec', 'int msecs', 'msecs', 'milliseconds'],
  ['usec', 'int usecs', 'usecs', 'microseconds'],
  ['nsec', 'int nsecs', 'nsecs', 'nanoseconds'],
  ['tv', 'struct timeval *tv', 'tv', 'a timeval'],
  ['ts', 'struct timespec *ts', 'ts', 'a timespec'],
  ['bt', 'struct bintime *bt', 'bt', 'a bintime'],
] as const

const timeoutUnits: readonly CallFacts[] = UNITS.map(([suffix, declaration, name, unit]) =>
  call('timeout(9)', `timeout_add_${suffix}`, {
    prototype: `void timeout_add_${suffix}(struct timeout *to, ${declaration})`,
    takes: [TO, takes(name, unit, `time from now: ${unit}`)],
    means: says(`arms a callout, in ${unit}`, 'timeout_add in another unit, cut to whole ticks.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
)

function workq(release: '4.2' | '5.1'): readonly CallFacts[] {
  return [
    call('workq(9)', 'workq_create', {
      prototype: {
        '4.2': 'struct workq *workq_create(const char *name, int maxthreads)',
        '5.1': 'struct workq *workq_create(const char *name, int maxthreads, int ipl)',
      }[release],
      takes: [
        takes('name', 'name', 'of its threads'),
        takes('maxthreads', 'number of threads', 'at most so many threads', 'not allowed'),
        ...(release === '5.1' ? [takes('ipl', 'interrupt level', 'without effect here')] : []),
      ],
      means: {
        '4.2': says(
          'makes a work queue, threads on demand',
          'Makes a queue with one thread, and more when all are busy.',
        ),
        '5.1': says('makes a work queue and its threads', 'Makes a queue with all its threads.'),
      }[release],
      callers: MAY_SLEEP,
      returnsWhen: says('when the threads exist', 'when the threads exist that it begins with'),
      returns: says('the queue or null', 'the queue; null without memory'),
    }),
    call('workq(9)', 'workq_add_task', {
      prototype: 'int workq_add_task(struct workq *wq, int flags, workq_fn fn, void *arg1, void *arg2)',
      takes: [WQ, ...TASK],
      means: says('queues an item of work, which may fail', 'Queues a task, in memory that it allocates.'),
      callers: says('anybody; with WQ_WAITOK who may sleep', 'anybody; with WQ_WAITOK whoever may sleep'),
      returnsWhen: says('at once, or when there is memory', 'at once; with WQ_WAITOK when there is memory'),
      returns: says('0 or errno: ENOMEM', '0, or ENOMEM, which WQ_WAITOK rules out'),
      flags: ['WQ_WAITOK', 'WQ_MPSAFE'],
    }),
    call('workq(9)', 'workq_destroy', {
      prototype: 'void workq_destroy(struct workq *wq)',
      takes: [{ ...WQ, whenNull: 'not allowed' }],
      means: says('runs a work queue empty and ends its threads', 'Runs what is queued, then ends the threads.'),
      callers: MAY_SLEEP,
      returnsWhen: says('when the threads have said that they end'),
      returns: NOTHING,
      catches: [remark('It waits for their word, not for their end.')],
    }),
    flag('workq(9)', 'WQ_WAITOK', { value: WQ_WAITOK, means: says('may wait for memory', 'The call may wait for memory.') }), // prettier-ignore
    flag('workq(9)', 'WQ_MPSAFE', { value: WQ_MPSAFE, means: says('function runs without the big lock', 'The function needs no big lock.') }), // prettier-ignore
  ]
}

const BOOT = says('drivers while they attach', 'a driver, as while it attaches')

/** autoconf(9), in both releases alike. */
const config: readonly CallFacts[] = [
  call('autoconf(9)', 'config_pending_incr', {
    prototype: 'void config_pending_incr(void)',
    means: says('holds back the mount of the root file system', 'Holds back the mount of the root file system, and all of boot behind it.'), // prettier-ignore
    callers: BOOT,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('given up as often', 'config_pending_decr as often'),
  }),
  call('autoconf(9)', 'config_pending_decr', {
    prototype: 'void config_pending_decr(void)',
    means: says('lets the root file system be mounted', 'Gives up one hold; with the last process 0 goes on with the boot.'), // prettier-ignore
    callers: says('who held it back', 'whoever held it back'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('no hold', 'when there is no hold (DIAGNOSTIC)'),
  }),
]

export const deferred42: readonly CallFacts[] = [...timeout('4.2'), ...workq('4.2'), ...config]

export const deferred51: readonly CallFacts[] = [
  ...timeout('5.1'),
  ...timeoutUnits,
  ...workq('5.1'),
  call('workq(9)', 'workq_queue_task', {
    prototype:
      'void workq_queue_task(struct workq *wq, struct workq_task *wqt, int flags, workq_fn fn, void *arg1, void *arg2)',
    takes: [WQ, takes('wqt', 'item of work', 'memory of the caller’s', 'not allowed'), ...TASK],
    means: says('queues an item of work', 'Queues a task in memory of the caller’s, so that it cannot fail.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    flags: ['WQ_MPSAFE'],
  }),
  ...config,
]
