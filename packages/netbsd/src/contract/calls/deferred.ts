import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { WQ_FPU, WQ_MPSAFE, WQ_PERCPU } from '../../workqueue.js'
import { ANYBODY, AT_ONCE, MAY_SLEEP, NOTHING } from './words.js'

const HANDLE = takes('handle', 'soft interrupt', 'what softint_establish returned', 'not allowed')
const ARG = takes('arg', 'argument', 'handed to the function')
const WQ = takes('wq', 'work queue', 'the queue', 'not allowed')
const PINNED = says('who stays on its CPU', 'an interrupt, or whoever cannot be preempted')
const MIGRATES = says('may be moved to another CPU', 'outside interrupts with preemption enabled (DIAGNOSTIC)')

/** softint(9), as both releases have it. */
const softint: readonly CallFacts[] = [
  call('softint(9)', 'softint_establish', {
    prototype: 'void *softint_establish(u_int flags, void (*func)(void *), void *arg)',
    takes: [
      takes('flags', 'SOFTINT flags', 'a level, SOFTINT_BIO to SOFTINT_NET, with SOFTINT_MPSAFE', '0: SOFTINT_BIO'),
      takes('func', 'handler', 'may block on mutexes and rwlocks, and must not sleep'),
      ARG,
    ],
    means: says('registers a soft interrupt', 'Registers a handler of soft interrupts.'),
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('a handle or null', 'the handle, or null when the table is full'),
    panics: says('may not sleep', 'where the caller may not sleep', 'NB-G-03'),
  }),
  call('softint(9)', 'softint_schedule', {
    prototype: 'void softint_schedule(void *handle)',
    takes: [HANDLE],
    means: says('asks for a soft interrupt on this CPU', 'Asks for the handler on this CPU, once if asked several times.'), // prettier-ignore
    callers: PINNED,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: MIGRATES,
  }),
  call('softint(9)', 'softint_disestablish', {
    prototype: 'void softint_disestablish(void *handle)',
    takes: [HANDLE],
    means: says('removes a soft interrupt and waits for it', 'Removes a handler, after waiting until it runs nowhere.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the function does not run'),
    returns: NOTHING,
    duty: says('holds no lock of the handler', 'the caller holds no lock that the handler takes'),
    panics: says('may not sleep', 'where the caller may not sleep and would have to', 'NB-G-03'),
  }),
]

function workqueueCreate(release: '6' | '10.1'): CallFacts {
  return call('workqueue(9)', 'workqueue_create', {
    prototype:
      'int workqueue_create(struct workqueue **wqp, const char *name, void (*func)(struct work *, void *), void *arg, pri_t prio, int ipl, int flags)',
    takes: [
      takes('wqp', 'out: work queue', 'receives the queue', 'not allowed'),
      takes('name', 'name', 'of the worker; 15 characters survive'),
      takes('func', 'handler of an item', 'called for each item, in the worker'),
      ARG,
      takes('prio', 'priority', 'of the worker; below 64 it is time-shared'),
      takes('ipl', 'interrupt level', 'the highest from which items are queued'),
      takes('flags', 'WQ flags', 'WQ_MPSAFE, WQ_PERCPU, in 10.1 WQ_FPU', '0: one worker, under the big lock'),
    ],
    means: says('makes a work queue and its threads', 'Makes a queue and its worker, or one worker on each CPU.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the threads exist', 'when the workers exist'),
    returns: says('0 or errno: EAGAIN, ENOMEM', '0, or what kthread_create returned; then nothing is left behind'),
    panics: {
      '6': says('none', 'never'),
      '10.1': says('long name', 'for a name of more than 15 characters (DIAGNOSTIC)'),
    }[release],
    flags: release === '6' ? ['WQ_MPSAFE', 'WQ_PERCPU'] : ['WQ_MPSAFE', 'WQ_PERCPU', 'WQ_FPU'],
  })
}

const workqueue: readonly CallFacts[] = [
  call('workqueue(9)', 'workqueue_enqueue', {
    prototype: 'void workqueue_enqueue(struct workqueue *wq, struct work *wk, struct cpu_info *ci)',
    takes: [
      WQ,
      takes('wk', 'item of work', 'the item, in memory of the caller’s'),
      takes('ci', 'cpu', 'whose worker, with WQ_PERCPU', 'null: that of this CPU'),
    ],
    means: says('queues an item of work', 'Queues an item in memory of the caller’s, so that it cannot fail.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('queued once', 'an item is not queued again before its function began'),
    panics: says('queued already, CPU without PERCPU', 'for an item that is queued, where it is noticed; for a CPU without WQ_PERCPU', 'UB:NB-WORKQUEUE'), // prettier-ignore
  }),
  call('workqueue(9)', 'workqueue_destroy', {
    prototype: 'void workqueue_destroy(struct workqueue *wq)',
    takes: [WQ],
    means: says('ends the threads of an empty work queue', 'Ends the workers of a queue on which nothing is queued.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the threads have said that they end', 'when the workers have said that they end'),
    returns: NOTHING,
    duty: says('nothing is queued', 'nothing is queued any more'),
    panics: says('something queued', 'when something is queued (DIAGNOSTIC)'),
    catches: [remark('It waits for their word, not for their end.')],
  }),
  flag('workqueue(9)', 'WQ_MPSAFE', { value: WQ_MPSAFE, means: says('function runs without the big lock', 'The worker needs no big lock.') }), // prettier-ignore
  flag('workqueue(9)', 'WQ_PERCPU', { value: WQ_PERCPU, means: says('a thread for each CPU', 'A worker bound to each CPU.') }), // prettier-ignore
]

/** softint(9) and workqueue(9) in 6. */
export const deferred6: readonly CallFacts[] = [...softint, workqueueCreate('6'), ...workqueue]

/** The same in 10.1. */
export const deferred101: readonly CallFacts[] = [
  ...softint,
  call('softint(9)', 'softint_schedule_cpu', {
    prototype: 'void softint_schedule_cpu(void *handle, struct cpu_info *ci)',
    takes: [HANDLE, takes('ci', 'cpu', 'where, the caller’s own too', 'not allowed')],
    means: says('asks for a soft interrupt on a CPU', 'Asks for the handler on a CPU.'),
    callers: PINNED,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('without SOFTINT_RCPU, may be moved to another CPU', 'for a handler without SOFTINT_RCPU, and as softint_schedule'), // prettier-ignore
  }),
  workqueueCreate('10.1'),
  ...workqueue,
  call('workqueue(9)', 'workqueue_wait', {
    prototype: 'void workqueue_wait(struct workqueue *wq, struct work *wk)',
    takes: [WQ, takes('wk', 'item of work', 'the item')],
    means: says('waits for an item of work', 'Waits until the item’s function was called and has returned.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the function does not run'),
    returns: NOTHING,
    duty: says('nobody queues it meanwhile'),
    catches: [remark('In the worker itself it returns at once.')],
  }),
  flag('workqueue(9)', 'WQ_FPU', { value: WQ_FPU, means: says('worker may use floating point', 'The worker runs in a floating-point window.') }), // prettier-ignore
]
