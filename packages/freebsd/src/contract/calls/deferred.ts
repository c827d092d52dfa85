import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { INTR_MPSAFE } from '../../intr.js'
import { ANYBODY, ARG, AT_ONCE, MAY_SLEEP, NAME, NOTHING } from './words.js'

const TQ = takes('tq', 'work queue', 'the queue', 'not allowed')
const TASK = takes('task', 'item of work', 'the task', 'not allowed')
const CONTEXT = takes('context', 'argument', 'a cell with the queue')

/** taskqueue(9) and swi(9). */
export const deferred: readonly CallFacts[] = [
  call('taskqueue(9)', 'TASK_INIT', {
    kind: 'macro',
    prototype: 'TASK_INIT(struct task *task, int priority, task_fn_t *func, void *context)',
    takes: [
      takes('priority', 'priority', 'higher comes first'),
      takes('func', 'handler of an item', 'called with context and how often it was queued'),
      takes('context', 'argument', 'handed to func'),
    ],
    means: says('an item of work that is ready', 'Makes a task ready; here it is what comes back.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the item', 'the task'),
  }),
  call('taskqueue(9)', 'taskqueue_create', {
    prototype:
      'struct taskqueue *taskqueue_create(const char *name, int mflags, taskqueue_enqueue_fn enqueue, void *context)',
    takes: [
      NAME,
      takes('mflags', 'memory flags', 'whether it may wait for memory'),
      takes('enqueue', 'handler of an enqueue', 'told when there is work: taskqueue_thread_enqueue'),
      CONTEXT,
    ],
    means: says('makes a work queue without threads', 'Makes a queue, which has no threads yet.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the queue'),
    duty: says('threads are started', 'taskqueue_start_threads after it'),
  }),
  call('taskqueue(9)', 'taskqueue_start_threads', {
    prototype: 'int taskqueue_start_threads(struct taskqueue **tqp, int count, int pri, const char *name, ...)',
    takes: [
      takes('tqp', 'in: work queue', 'a cell with the queue'),
      takes('count', 'number of threads', 'how many'),
      takes('pri', 'priority', 'what they run at'),
      takes('name', 'name format', 'their name, as printf(9) makes it', null, 'FB8-O-17'),
    ],
    means: says('makes the threads of a work queue', 'Makes the threads of a queue, in process 0.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the threads exist'),
    returns: says('0 or errno: EINVAL, ENOMEM', '0; EINVAL for less than one; ENOMEM'),
    catches: [remark('Of a single thread the name is taken as a format once more.', 'FB8-O-17')],
  }),
  call('taskqueue(9)', 'taskqueue_thread_enqueue', {
    prototype: 'void taskqueue_thread_enqueue(void *context)',
    takes: [CONTEXT],
    means: says('tells the threads of a work queue', 'Tells the threads of a queue that there is work: what taskqueue_create is given.'), // prettier-ignore
    callers: says('the work queue', 'the queue itself'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('taskqueue(9)', 'taskqueue_enqueue', {
    prototype: 'int taskqueue_enqueue(struct taskqueue *tq, struct task *task)',
    takes: [TQ, TASK],
    means: says('queues an item of work, counting repetitions', 'Queues a task by its priority; one that is queued is only counted.'), // prettier-ignore
    callers: says(
      'who may take a mutex',
      'whoever may take a sleep mutex; an interrupt thread, and no fast interrupt handler',
    ),
    returnsWhen: AT_ONCE,
    returns: says('0'),
  }),
  call('taskqueue(9)', 'taskqueue_drain', {
    prototype: 'void taskqueue_drain(struct taskqueue *tq, struct task *task)',
    takes: [TQ, TASK],
    means: says('waits for an item of work', 'Waits until a task is neither queued nor running.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the function does not run'),
    returns: NOTHING,
  }),
  call('taskqueue(9)', 'taskqueue_run', {
    prototype: 'void taskqueue_run(struct taskqueue *tq)',
    takes: [TQ],
    means: says('runs a work queue empty', 'Runs what is queued, on the caller.'),
    callers: says('the threads of the queue', 'the threads of the queue'),
    returnsWhen: says('when nothing is queued'),
    returns: NOTHING,
  }),
  call('taskqueue(9)', 'taskqueue_free', {
    prototype: 'void taskqueue_free(struct taskqueue *tq)',
    takes: [TQ],
    means: says('runs a work queue empty and ends its threads', 'Runs what is queued, then ends the threads.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the threads have said that they end'),
    returns: NOTHING,
    catches: [remark('It waits for their word, not for their end.'), remark('It is not to be used afterwards.', 'UB:taskqueue')], // prettier-ignore
  }),
  call('swi(9)', 'swi_add', {
    prototype:
      'int swi_add(struct intr_event **eventp, const char *name, driver_intr_t handler, void *arg, int pri, enum intr_type flags, void **cookiep)',
    takes: [
      takes('eventp', 'in and out: event', 'the event to share, or receives the new one', 'null: one of its own'),
      NAME,
      takes('handler', 'handler', 'may not sleep', null, 'FB8-O-16'),
      ARG,
      takes('pri', 'priority', 'SWI_*: the thread runs at PI_SOFT + 4 pri'),
      takes('flags', 'INTR flags', 'INTR_MPSAFE', '0: it runs with Giant'),
      takes('cookiep', 'out: soft interrupt', 'receives what swi_sched takes', 'null: not wanted'),
    ],
    means: says('registers a soft interrupt with a thread', 'Adds a handler of software interrupts, in a thread of process intr.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('0 or errno: EINVAL', '0, or EINVAL'),
    flags: ['INTR_MPSAFE'],
  }),
  call('swi(9)', 'swi_sched', {
    prototype: 'void swi_sched(void *cookie, int flags)',
    takes: [
      takes('cookie', 'soft interrupt', 'what swi_add gave'),
      takes('flags', 'SWI flags, not looked at', 'not looked at here', '0'),
    ],
    means: says('asks for a soft interrupt', 'Asks for the handler.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  flag('swi(9)', 'INTR_MPSAFE', { value: INTR_MPSAFE, means: says('function runs without the big lock', 'The handler needs no Giant.') }), // prettier-ignore
]
