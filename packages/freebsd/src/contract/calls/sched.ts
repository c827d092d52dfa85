import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { ANYBODY, AT_ONCE, HOLDER, MAY_SLEEP, NOTHING, WHEN_HAD } from './words.js'

const TD = takes('td', 'thread', 'the thread', 'not allowed')
const LOCKED = says('who holds the lock of scheduling', 'whoever holds the lock of the thread, thread_lock')
const TURN = says('when it is the caller’s turn again')

function scheduling(
  name: string,
  parameter: string,
  what: string,
  does: ReturnType<typeof says>,
  duty?: ReturnType<typeof says>,
  type: 'int' | 'u_char' = 'int',
): CallFacts {
  // prettier-ignore
  return call('sys/sched.h', name, {
    prototype: `void ${name}(struct thread *td, ${type} ${parameter})`,
    takes: [TD, takes(parameter, what, what)],
    means: does,
    callers: LOCKED,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    ...(duty === undefined ? {} : { duty }),
  })
}

/** Scheduling, which has headers and no page. */
export const sched: readonly CallFacts[] = [
  call('sys/proc.h', 'thread_lock', {
    kind: 'macro',
    prototype: 'thread_lock(td)',
    takes: [TD],
    means: says('takes the lock of scheduling', 'Takes the lock of scheduling of a thread, a spin mutex.'),
    callers: ANYBODY,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
  }),
  call('sys/proc.h', 'thread_unlock', {
    kind: 'macro',
    prototype: 'thread_unlock(td)',
    takes: [TD],
    means: says('releases the lock of scheduling', 'Releases it; preemption that was asked for happens here.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('sys/sched.h', 'sched_add', {
    prototype: 'void sched_add(struct thread *td, int flags)',
    takes: [TD, takes('flags', 'SRQ flags', 'SRQ_BORING', '0: SRQ_BORING')],
    means: says(
      'starts a thread that was created stopped',
      'Queues a thread that was created with RFSTOPPED.',
      'FB8-KT-37',
    ),
    callers: LOCKED,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('called once', 'once for each such thread', 'FB8-O-19'),
    panics: says('queued already', 'for a thread that runs or is queued (INVARIANTS)', 'UB:double-start', 'FB8-O-19'),
    catches: [remark('The thread has the priority of its template unless the caller sets another before.', 'FB8-O-14', 'FB8-O-19')], // prettier-ignore
  }),
  scheduling(
    'sched_prio',
    'prio',
    'priority',
    says('sets a priority', 'Sets priority and base priority, 0 to 255.'),
    undefined,
    'u_char',
  ),
  scheduling(
    'sched_user_prio',
    'prio',
    'priority',
    says('sets a user priority', 'Sets the priority in user mode.'),
    undefined,
    'u_char',
  ),
  scheduling('sched_class', 'class', 'scheduling class', says('sets a scheduling class', 'Sets the class: PRI_ITHD, PRI_REALTIME, PRI_TIMESHARE, PRI_IDLE.')), // prettier-ignore
  scheduling('sched_bind', 'cpu', 'cpu by its number', says('binds the caller to a CPU', 'Moves the caller to a CPU, and keeps it there.', 'UB:sched-bind'), says('undone', 'sched_unbind')), // prettier-ignore
  call('sys/sched.h', 'sched_unbind', {
    prototype: 'void sched_unbind(struct thread *td)',
    takes: [TD],
    means: says('frees the caller from its CPU', 'Lets it go elsewhere again.'),
    callers: LOCKED,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('sys/sched.h', 'sched_relinquish', {
    prototype: 'void sched_relinquish(struct thread *td)',
    means: says(
      'to the tail of its priority',
      'Goes to the tail of its own place in the queue. Here it takes no thread.',
    ),
    callers: says('threads', 'a thread'),
    returnsWhen: TURN,
    returns: NOTHING,
  }),
  call('uio(9)', 'uio_yield', {
    prototype: 'void uio_yield(void)',
    means: says('to the tail of its user priority', 'Goes to the tail of the queue at its user priority, without Giant meanwhile.'), // prettier-ignore
    callers: says('threads', 'a thread'),
    returnsWhen: TURN,
    returns: NOTHING,
    catches: [
      remark('A kernel thread keeps that priority, and falls behind all others until a sleep gives it another.'),
    ],
  }),
  call('critical_enter(9)', 'critical_enter', {
    prototype: 'void critical_enter(void)',
    means: says('keeps the caller from being preempted', 'Keeps the caller from being preempted until the matching critical_exit. Nests.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('undone as often', 'critical_exit as often, and no sleep meanwhile', 'FB8-O-16'),
  }),
  call('critical_enter(9)', 'critical_exit', {
    prototype: 'void critical_exit(void)',
    means: says('lets the caller be preempted again', 'Undoes one critical_enter; after the last the caller may give way at once.', 'UB:critical'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('cpuset(2)', 'cpuset_setthread', {
    prototype: 'int cpuset_setthread(lwpid_t id, cpuset_t *mask)',
    takes: [
      takes('id', 'thread by its number', 'whose'),
      takes('mask', 'set of CPUs', 'here a bit for each CPU', '0: EINVAL'),
    ],
    means: says('gives a thread a set of CPUs', 'Gives a thread a set of CPUs of its own.'),
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('0 or errno: ESRCH, EINVAL, EDEADLK', '0; ESRCH: no such thread; EINVAL: no CPU; EDEADLK: CPUs that are not there'), // prettier-ignore
  }),
]
