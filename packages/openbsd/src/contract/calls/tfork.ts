import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { AT_ONCE, NOTHING, USER_CODE } from './words.js'

const PAGE = '__tfork_thread(3)'
const PARAMS = takes(
  'params',
  'tcb, tid and flags',
  'tf_tcb, tf_tid and tf_flags, read once at entry',
  'null: EFAULT',
  'OB-TF-04',
  'OB-TF-15',
  'OB-D-22',
)
const LIMITS = [
  remark('kern.rthreads is 0 when the system boots.', 'OB-D-33'),
  remark('The number is that of the process table plus 1000000: no process id for ps or wait4.', 'OB-D-27'),
]
const ERRNOS =
  'EFAULT for a bad params, EINVAL for tf_flags, ENOTSUP without kern.rthreads, EAGAIN at the limit of the system or the user, ENOMEM'
const ERROR_CLAUSES = ['OB-TF-30', 'OB-TF-31', 'OB-TF-32', 'OB-TF-34', 'OB-TF-37', 'OB-TF-38', 'OB-TF-40', 'OB-TF-43', 'OB-D-24'] // prettier-ignore
const OFF = remark('While kern.rthreads is 0 it fails.', 'OB-Q-24')

/** __tfork_thread(3) and the calls of threads beside it, in 5.1. */
export const tfork: readonly CallFacts[] = [
  call(PAGE, '__tfork_thread', {
    prototype:
      'int __tfork_thread(const struct __tfork *params, void *stack, void (*startfunc)(void *), void *startarg)',
    takes: [
      PARAMS,
      takes('stack', 'stack pointer', 'initial stack pointer: the address above the last byte', 'SIGSEGV', 'OB-TF-11', 'OB-Q-17'), // prettier-ignore
      takes('startfunc', 'main function', 'what the thread calls', 'SIGSEGV in the new thread', 'OB-TF-12', 'OB-Q-18'),
      takes('startarg', 'argument', 'its only argument', 'null stays null', 'OB-TF-13'),
    ],
    means: says(
      'creates a thread of the calling user process',
      'Creates a thread in the calling process, which calls startfunc on a stack of its own. For user code.',
      'OB-TF-02',
      'OB-TF-09',
      'OB-TF-10',
      'OB-TF-12',
    ),
    callers: { ...USER_CODE, clauses: ['OB-TF-10'] },
    returnsWhen: says('at once; the thread may have begun', 'when the thread exists, in its caller only', 'OB-TF-27', 'OB-TF-18'), // prettier-ignore
    returns: says('a thread number, or -1 and errno', `the number of the thread; -1 with errno: ${ERRNOS}`, 'OB-TF-26', ...ERROR_CLAUSES), // prettier-ignore
    duty: says('startfunc may return', 'none: when startfunc returns the thread exits', 'OB-TF-14', 'OB-D-30'),
    catches: [
      ...LIMITS,
      remark('Until startfunc begins, a signal is handled on the stack of the creator.', 'OB-D-29'),
      remark('A null tf_tcb becomes an address of the kernel.', 'OB-D-26'),
    ],
  }),
  call(PAGE, '__tfork', {
    prototype: 'int __tfork(const struct __tfork *params)',
    takes: [PARAMS],
    means: says(
      'creates a thread that returns from the call too',
      'The system call under __tfork_thread: the new thread comes back from it as well, on the same stack.',
      'OB-TF-08',
      'OB-TF-21',
      'OB-TF-22',
    ),
    callers: says('assembler code of a library', 'a stub in assembler: C cannot call it', 'OB-TF-23', 'OB-TF-24'),
    returnsWhen: says('at once; the thread may have begun', 'when the thread exists, in both', 'OB-TF-28', 'OB-TF-29'),
    returns: says('a thread number and 0 there, or -1 and errno', `the number in the caller, 0 in the new thread; -1 with errno: ${ERRNOS}`, 'OB-TF-28', 'OB-TF-29', 'OB-TF-33', ...ERROR_CLAUSES), // prettier-ignore
    modelledAs: 'rawTfork',
    catches: [
      ...LIMITS,
      remark('In kdump the return of the new thread goes by the name of rfork.', 'OB-D-28', 'OB-TF-25'),
    ],
  }),
  call('getthrid(2)', 'getthrid', {
    prototype: 'pid_t getthrid(void)',
    means: says('number of the calling thread', 'The number of the calling thread, as __tfork_thread returned it.', 'OB-D-27'), // prettier-ignore
    callers: USER_CODE,
    returnsWhen: AT_ONCE,
    returns: says(
      'a thread number, or -1 and errno',
      'the number; -1 with ENOTSUP while kern.rthreads is 0',
      'OB-Q-24',
    ),
    catches: [OFF],
  }),
  call('__threxit(2)', '__threxit', {
    prototype: 'void __threxit(pid_t *notdead)',
    takes: [takes('notdead', 'out: 0', 'gets a 0 when nobody needs the stack any more', 'null: not wanted')],
    means: says('ends the calling thread of a user process', 'Ends the calling thread; the last one takes the process along, with status 0.'), // prettier-ignore
    callers: USER_CODE,
    returnsWhen: says('never, or at once with an error', 'never; at once with an error while kern.rthreads is 0', 'OB-Q-24'), // prettier-ignore
    returns: says('-1 and errno', '-1 with EINVAL, and only then', 'OB-Q-24'),
    catches: [remark('It can fail: switched off, kern.rthreads lets no thread end.', 'OB-D-30', 'OB-Q-24')],
  }),
  call('__thrsleep(2)', '__thrsleep', {
    prototype: 'int __thrsleep(void *ident, clockid_t clock_id, const struct timespec *tp, void *lock)',
    takes: [
      takes('ident', 'channel of this process', 'any value; in another process it is another'),
      takes('clock_id', 'clock', 'not looked at here'),
      takes('tp', 'absolute time', 'until when', 'null: without end'),
      takes('lock', 'out: 0', 'gets a 0 when the thread sleeps', 'null: none'),
    ],
    means: says('sleeps on a channel of the process', 'Sleeps until __thrwakeup on the same value.'),
    callers: USER_CODE,
    returnsWhen: says('when woken or the time is over', 'when somebody wakes the channel, or the time is over'),
    returns: says('0 or errno: ENOTSUP, EFAULT, EWOULDBLOCK, EINTR', '0, or as its value ENOTSUP, EFAULT, EWOULDBLOCK or EINTR', 'OB-Q-24'), // prettier-ignore
    catches: [remark('The error is its value; errno is not set.'), OFF],
  }),
  call('__thrwakeup(2)', '__thrwakeup', {
    prototype: 'int __thrwakeup(void *ident, int n)',
    takes: [
      takes('ident', 'channel of this process', 'any value; in another process it is another'),
      takes('n', 'number of sleepers', 'how many', '0: all'),
    ],
    means: says('wakes some sleepers of the process', 'Wakes n of those in this process who sleep there.'),
    callers: USER_CODE,
    returnsWhen: AT_ONCE,
    returns: says('0 or errno: ENOTSUP, ESRCH', '0, or as its value ENOTSUP, or ESRCH when nobody sleeps there', 'OB-Q-24'), // prettier-ignore
    catches: [OFF],
  }),
  call('__set_tcb(2)', '__set_tcb', {
    prototype: 'void __set_tcb(void *tcb)',
    takes: [takes('tcb', 'control block', 'its address')],
    means: says('sets the control block', 'Sets the address of the control block of the calling thread.'),
    callers: USER_CODE,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('__get_tcb(2)', '__get_tcb', {
    prototype: 'void *__get_tcb(void)',
    means: says('gets the control block', 'The address of the control block of the calling thread.'),
    callers: USER_CODE,
    returnsWhen: AT_ONCE,
    returns: says('the address'),
  }),
]
