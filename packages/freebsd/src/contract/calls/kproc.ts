import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { AT_ONCE, HOWTO, MAY_SLEEP, NEVER } from './words.js'

const PAGE = 'kproc(9)'
const P = takes('p', 'process', 'the kernel process', 'not allowed')
const FUNC = takes('func', 'main function', 'what the first thread executes', 'not allowed', 'FB8-KP-17')
const PAGES = takes('pages', 'stack pages', 'pages of kernel stack', '0: the default', 'FB8-KP-20', 'FB8-D-12')
const CREATED = says('0 or errno: EAGAIN, EINVAL, ENOMEM', '0; EINVAL for RFCFDG; EAGAIN at kern.maxproc; ENOMEM, which the page does not have', 'FB8-KP-37', 'FB8-KP-40', 'FB8-KP-41', 'FB8-D-13') // prettier-ignore
const SLOW = remark('EAGAIN and ENOMEM come half a second later.', 'FB8-D-13')

/** kproc(9) of 8.0: processes, and kproc_kthread_add, which makes either. */
export const kproc: readonly CallFacts[] = [
  call(PAGE, 'kproc_start', {
    prototype: 'void kproc_start(const void *udata)',
    takes: [takes('udata', 'descriptor: name, function, out: process', 'a kproc_desc: arg0, func, global_procpp', 'not allowed', 'FB8-KP-10')], // prettier-ignore
    means: says('starts a daemon as a process', 'Starts a daemon of the kernel as a process of its own.', 'FB8-KP-09'),
    callers: says('SYSINIT', 'SYSINIT, from SI_SUB_INTRINSIC on', 'FB8-KP-09', 'FB8-D-15'),
    returnsWhen: says('at once; the thread has not begun', 'when the process exists', 'FB8-KP-13'),
    returns: { ...says('nothing'), clauses: ['FB8-KP-02'] },
    duty: says('func ends by kproc_exit', 'func ends by kproc_exit', 'FB8-KP-22'),
    panics: says('too early, cannot be created', 'before process 0 exists, and when the process cannot be created', 'FB8-D-15'), // prettier-ignore
    catches: [remark('What it starts cannot run before the devices are configured.', 'FB8-O-15')],
  }),
  call(PAGE, 'kproc_create', {
    prototype:
      'int kproc_create(void (*func)(void *), void *arg, struct proc **newpp, int flags, int pages, const char *fmt, ...)',
    takes: [
      FUNC,
      takes('arg', 'argument', 'handed to func', 'null stays null', 'FB8-KP-17'),
      takes('newpp', 'out: process', 'receives the process', 'null: not wanted', 'FB8-KP-18'),
      takes('flags', 'RF flags', 'flags of rfork(2)', '0: a child of process 0, queued', 'FB8-KP-19'),
      PAGES,
      takes('fmt', 'name format', 'the name, as printf(9) makes it; 19 characters survive', 'not allowed', 'FB8-KP-21', 'FB8-D-22'), // prettier-ignore
    ],
    means: says('creates a process of the kernel', 'Creates a process of the kernel, which shares the memory of process 0, with one thread.', 'FB8-KP-14', 'FB8-KP-15', 'FB8-KP-16'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('at once; the thread has not begun', 'when the process exists; newpp is set before it can run', 'FB8-KP-18'), // prettier-ignore
    returns: CREATED,
    duty: says('func ends by kproc_exit', 'func ends by kproc_exit', 'FB8-KP-22'),
    panics: says('too early', 'before process 0 exists', 'FB8-D-15'),
    flags: ['RFNOWAIT', 'RFHIGHPID', 'RFSTOPPED', 'RFCFDG', 'RFPPWAIT'],
    catches: [SLOW, remark('It was kthread_create up to 7.x.', 'FB8-KP-08', 'FB8-KP-43', 'FB8-KT-80')],
  }),
  call(PAGE, 'kproc_exit', {
    prototype: 'void kproc_exit(int ecode)',
    takes: [takes('ecode', 'exit status', 'status of the process; 8 bits survive', null, 'FB8-KP-23')],
    means: says(
      'wakes who sleeps on the process, then ends it',
      'Wakes whoever sleeps on the process of the caller, waits until its other threads have left, and ends it.',
      'FB8-KP-22',
      'FB8-KP-24',
    ),
    callers: says('kernel processes, of themselves', 'a kernel process, to end itself', 'FB8-KP-22'),
    returnsWhen: { ...NEVER, clauses: ['FB8-KP-05'] },
    returns: { ...says('nothing'), clauses: ['FB8-KP-05'] },
    duty: says('holds no lock', 'the thread holds neither Giant nor another lock', 'FB8-O-24'),
    panics: says('Giant held', 'with Giant held (INVARIANTS)', 'FB8-O-24'),
    catches: [
      remark('The wakeup comes before the end. Take the lock of the process, decide, and sleep with it as interlock.', 'FB8-D-16'), // prettier-ignore
      remark('A thread that never leaves keeps it waiting.', 'FB8-O-25'),
    ],
  }),
  call(PAGE, 'kproc_suspend', {
    prototype: 'int kproc_suspend(struct proc *p, int timo)',
    takes: [P, takes('timo', 'ticks, 0 without end', 'ticks to wait', '0: without end', 'FB8-KP-27', 'FB8-O-06')],
    means: says('asks a process to park itself and waits for its word', 'Asks a process to park itself, and waits until it says that it does.', 'FB8-KP-25', 'FB8-KP-27'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('when the process has acknowledged or the time is over', 'when the process has said that it parks, or the time is over', 'FB8-KP-27'), // prettier-ignore
    returns: says('0, EWOULDBLOCK or EINVAL', '0: it parks; EWOULDBLOCK: not in time; EINVAL: it is no process of the kernel', 'FB8-KP-37', 'FB8-KP-39'), // prettier-ignore
    duty: says(
      'the process calls its check in its loop',
      'the process calls kproc_suspend_check in its loop',
      'FB8-KP-25',
    ),
    catches: [
      remark('A resume meanwhile releases the suspender too, with 0.', 'FB8-O-23'),
      remark('After EWOULDBLOCK the request stands.', 'FB8-O-08'),
    ],
  }),
  call(PAGE, 'kproc_resume', {
    prototype: 'int kproc_resume(struct proc *p)',
    takes: [P],
    means: says('takes a request to park a process back', 'Takes the request back, and lets a parked process go on.', 'FB8-KP-25', 'FB8-KP-27'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('0 or EINVAL', '0, parked or not; EINVAL: it is no process of the kernel', 'FB8-KP-37', 'FB8-KP-39'),
    catches: [remark('A suspender that still waits is told that it succeeded.', 'FB8-O-23')],
  }),
  call(PAGE, 'kproc_suspend_check', {
    prototype: 'void kproc_suspend_check(struct proc *p)',
    takes: [{ ...P, text: 'the process of the caller' }],
    means: says('parks the calling process while it is asked to', 'Parks the caller while its process is asked to.', 'FB8-KP-25', 'FB8-KP-26'), // prettier-ignore
    callers: says('kernel processes, of themselves', 'a kernel process, in its loop', 'FB8-KP-25'),
    returnsWhen: says('when nobody asks any more', 'at once, or when the process was resumed', 'FB8-KP-26'),
    returns: { ...says('nothing'), clauses: ['FB8-KP-06'] },
    catches: [remark('Two threads of a process that both call it wake each other for ever.', 'FB8-O-11')],
  }),
  call(PAGE, 'kproc_shutdown', {
    prototype: 'void kproc_shutdown(void *arg, int howto)',
    takes: [takes('arg', 'process', 'the process', 'not allowed'), HOWTO],
    means: says('suspends a process at shutdown', 'Suspends the process while the system shuts down, and says on the console how that goes.', 'FB8-KP-28'), // prettier-ignore
    callers: says('handlers of shutdown events', 'the event shutdown_pre_sync, as a handler', 'FB8-KP-28', 'FB8-KP-38'),
    returnsWhen: says('when the process has acknowledged or the time is over', 'when the process has said that it parks, or after 60 seconds', 'FB8-KP-28', 'FB8-O-28'), // prettier-ignore
    returns: { ...says('nothing'), clauses: ['FB8-KP-03'] },
    duty: says('the process calls its check in its loop', 'the process calls kproc_suspend_check in its loop', 'FB8-KP-38'), // prettier-ignore
    catches: [
      remark('In a panic it does nothing.', 'FB8-D-14'),
      remark('A process that ends does not take its handler along.', 'FB8-O-21'),
    ],
  }),
  call(PAGE, 'kproc_kthread_add', {
    prototype:
      'int kproc_kthread_add(void (*func)(void *), void *arg, struct proc **procptr, struct thread **tdptr, int flags, int pages, char *procname, const char *fmt, ...)',
    takes: [
      takes('func', 'main function', 'what the thread executes', 'not allowed', 'FB8-KP-29'),
      takes('arg', 'argument', 'handed to func', 'null stays null'),
      takes('procptr', 'in and out: process', 'holds the process to add to, or receives the new one', 'null in it: a new process', 'FB8-KP-30', 'FB8-KP-31'), // prettier-ignore
      takes('tdptr', 'out: thread', 'receives the thread', 'null: not wanted', 'FB8-KP-32'),
      takes('flags', 'RF flags', 'flags of rfork(2)', '0', 'FB8-KP-33', 'FB8-D-20'),
      { ...PAGES, clauses: ['FB8-KP-33', 'FB8-D-12'] },
      takes('procname', 'name of a new process', 'a string, no format', 'not allowed', 'FB8-KP-34', 'FB8-KP-35'),
      takes('fmt', 'name format', 'the name of the thread, as printf(9) makes it', 'not allowed', 'FB8-KP-36'),
    ],
    means: says(
      'adds a kernel thread to a process, which it makes if there is none',
      'Adds a kernel thread to a process of the kernel; where there is none yet, it makes one.',
      'FB8-KT-42',
      'FB8-KT-43',
      'FB8-KP-29',
    ),
    callers: MAY_SLEEP,
    returnsWhen: says('at once; the thread may have begun', 'when the thread exists; it may have run by then', 'FB8-KP-32'), // prettier-ignore
    returns: says('0 or errno: EAGAIN, EINVAL, ENOMEM', '0, or what kproc_create or kthread_add returned', 'FB8-D-21'),
    duty: says('func ends by kthread_exit', 'func ends by kthread_exit', 'FB8-KT-46'),
    panics: says('too early', 'before process 0 exists', 'FB8-D-15'),
    flags: ['RFNOWAIT', 'RFHIGHPID', 'RFSTOPPED', 'RFCFDG', 'RFPPWAIT'],
    catches: [
      remark('A thread of a new process may run before tdptr is set, and before it has its name.', 'FB8-D-22'),
      remark(
        'A process that exists is not renamed: procname is not looked at, nor are flags but RFSTOPPED.',
        'FB8-D-20',
      ),
    ],
  }),
]
