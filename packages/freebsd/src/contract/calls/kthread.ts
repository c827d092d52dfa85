import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { AT_ONCE, HOWTO, MAY_SLEEP, NEVER } from './words.js'

const PAGE = 'kthread(9)'
const TD = takes('td', 'thread', 'the kernel thread', 'not allowed', 'FB8-KT-55')

/** kthread(9) of 8.0: threads. kproc_kthread_add, which is on both pages, is told with the processes. */
export const kthread: readonly CallFacts[] = [
  call(PAGE, 'kthread_start', {
    prototype: 'void kthread_start(const void *udata)',
    takes: [takes('udata', 'descriptor: name, function, out: thread', 'a kthread_desc: arg0, func, global_threadpp', 'not allowed', 'FB8-KT-19', 'FB8-KT-20')], // prettier-ignore
    means: says('starts a daemon as a thread of process 0', 'Starts a daemon of the kernel as a thread of process 0.', 'FB8-KT-17', 'FB8-KT-26'), // prettier-ignore
    callers: says('SYSINIT', 'SYSINIT, from SI_SUB_INTRINSIC on', 'FB8-KT-18', 'FB8-D-15'),
    returnsWhen: says('at once; the thread may have begun', 'when the thread exists', 'FB8-KT-24', 'FB8-D-11'),
    returns: { ...says('nothing'), clauses: ['FB8-KT-04'] },
    duty: says('func ends by kthread_exit', 'func ends by kthread_exit', 'FB8-KT-46', 'FB8-KT-47'),
    panics: says('too early, cannot be created', 'before process 0 exists, and when the thread cannot be created', 'FB8-D-15'), // prettier-ignore
    catches: [
      remark('In 8.0 nobody calls it: the daemons that the page names are processes.', 'FB8-D-01'),
      remark('What it starts cannot run before the devices are configured.', 'FB8-D-15', 'FB8-O-15'),
    ],
  }),
  call(PAGE, 'kthread_add', {
    prototype:
      'int kthread_add(void (*func)(void *), void *arg, struct proc *procp, struct thread **newtdpp, int flags, int pages, const char *fmt, ...)',
    takes: [
      takes('func', 'main function', 'what the thread executes', 'not allowed', 'FB8-KT-31'),
      takes('arg', 'argument', 'handed to func', 'null stays null', 'FB8-KT-32'),
      takes('procp', 'process', 'whose thread it becomes', 'null: process 0', 'FB8-KT-29', 'FB8-KT-30'),
      takes('newtdpp', 'out: thread', 'receives the thread', 'null: not wanted', 'FB8-KT-34', 'FB8-KT-35'),
      takes('flags', 'RF flags', 'RFSTOPPED; others have no effect', '0: it is queued', 'FB8-KT-36', 'FB8-D-20'),
      takes('pages', 'stack pages', 'pages of kernel stack', '0: the default', 'FB8-KT-38', 'FB8-KT-39', 'FB8-D-12'),
      takes('fmt', 'name format', 'the name, as printf(9) makes it; 19 characters survive', 'not allowed', 'FB8-KT-40', 'FB8-KT-41', 'FB8-D-22'), // prettier-ignore
    ],
    means: says('adds a kernel thread to a process', 'Adds a kernel thread to a process, process 0 by default.', 'FB8-KT-14', 'FB8-KT-27', 'FB8-KT-29'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: says('at once; the thread may have begun', 'when the thread exists; it may have run by then', 'FB8-KT-33', 'FB8-D-11'), // prettier-ignore
    returns: says('0 or errno: ENOMEM', '0; ENOMEM without a stack; nothing limits the number of threads', 'FB8-KT-62', 'FB8-KT-74'), // prettier-ignore
    duty: says('func ends by kthread_exit', 'func ends by kthread_exit', 'FB8-KT-46', 'FB8-KT-47'),
    panics: says('too early', 'before process 0 exists', 'FB8-D-15'),
    flags: ['RFSTOPPED'],
    catches: [
      remark('In the kernel newtdpp is stored last of all: the thread must not read it.', 'FB8-D-11'),
      remark('It was kthread_create up to 7.x, and made a process then.', 'FB8-KT-79', 'FB8-KT-80'),
      remark('The new thread runs at the priority of the newest thread of its process.', 'FB8-O-14'),
    ],
  }),
  call(PAGE, 'kthread_exit', {
    prototype: 'void kthread_exit(void)',
    means: says(
      'wakes who sleeps on the thread, then ends it',
      'Wakes whoever sleeps on the thread that calls it, and then ends that thread; the last one ends its process.',
      'FB8-KT-45',
      'FB8-KT-75',
      'FB8-D-16',
      'FB8-D-24',
    ),
    callers: says('kernel threads, of themselves', 'a kernel thread, to end itself', 'FB8-KT-45', 'FB8-KT-46'),
    returnsWhen: { ...NEVER, clauses: ['FB8-KT-06'] },
    returns: { ...says('nothing'), clauses: ['FB8-KT-06'] },
    duty: says('holds no lock', 'the thread holds neither Giant nor another lock', 'FB8-O-24'),
    panics: says('Giant held, two leave together', 'with Giant held (INVARIANTS); when two leave a process together', 'FB8-O-24', 'FB8-D-24'), // prettier-ignore
    catches: [
      remark('The wakeup comes first of all: it proves no end, and a request to suspend is the same wakeup.', 'FB8-D-16', 'FB8-O-22'), // prettier-ignore
      remark('There is no exit code.', 'FB8-KT-06'),
      remark('The structure of the thread is the next one’s soon.', 'FB8-O-03'),
    ],
  }),
  call(PAGE, 'kthread_suspend', {
    prototype: 'int kthread_suspend(struct thread *td, int timo)',
    takes: [
      TD,
      takes('timo', 'ticks, 0 without end', 'ticks to wait', '0: without end; less than 0: one', 'FB8-KT-56', 'FB8-O-06'), // prettier-ignore
    ],
    means: says(
      'asks a thread to park itself and waits for its word',
      'Asks a thread to park itself, and waits until it says that it does. Nothing stops it from outside.',
      'FB8-KT-49',
      'FB8-KT-54',
      'FB8-KT-57',
      'FB8-KT-58',
    ),
    callers: MAY_SLEEP,
    returnsWhen: says('when the thread has acknowledged or the time is over', 'when the thread has said that it parks, or the time is over', 'FB8-KT-56', 'FB8-KT-57'), // prettier-ignore
    returns: says('0, EWOULDBLOCK or EINVAL', '0: it parks; EWOULDBLOCK: not in time; EINVAL: it is no kernel thread', 'FB8-KT-64', 'FB8-KT-73', 'FB8-O-01'), // prettier-ignore
    duty: says('the thread calls its check in its loop', 'the thread calls kthread_suspend_check in its loop', 'FB8-KT-49'), // prettier-ignore
    panics: says('INVARIANTS', 'in the kernel always, with INVARIANTS', 'FB8-D-04'),
    catches: [
      remark(
        'The word of a thread that parks before the caller sleeps is lost: give a time, and ask again.',
        'FB8-D-03',
      ),
      remark('After EWOULDBLOCK the request stands: it parks at its next check.', 'FB8-O-08'),
      remark('It wakes everybody who sleeps on the thread.', 'FB8-D-18'),
      remark('While the machine is cold it returns 0, with nobody parked.', 'FB8-D-05'),
    ],
  }),
  call(PAGE, 'kthread_resume', {
    prototype: 'int kthread_resume(struct thread *td)',
    takes: [TD],
    means: says('takes a request to park back', 'Takes the request back, and lets a parked thread go on.', 'FB8-KT-53', 'FB8-KT-54'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('0 or EINVAL', '0, parked or not; EINVAL: it is no kernel thread', 'FB8-KT-63', 'FB8-KT-72', 'FB8-O-07'), // prettier-ignore
    catches: [
      remark('A thread on its way to park misses it, and sleeps on until another resume.', 'FB8-D-06'),
      remark('One resume undoes any number of requests; a suspender that waits is not told.', 'FB8-O-02', 'FB8-O-04'),
    ],
  }),
  call(PAGE, 'kthread_suspend_check', {
    prototype: 'void kthread_suspend_check(struct thread *td)',
    takes: [{ ...TD, text: 'the calling thread', clauses: ['FB8-KT-50'] }],
    means: says('parks the caller while it is asked to', 'Parks the caller while it is asked to, and is over at once if it is not.', 'FB8-KT-51', 'FB8-KT-52'), // prettier-ignore
    callers: says('kernel threads, of themselves', 'a kernel thread, in its loop', 'FB8-KT-49', 'FB8-KT-50'),
    returnsWhen: says('when nobody asks any more', 'at once, or when the thread was resumed', 'FB8-KT-51', 'FB8-KT-53'),
    returns: { ...says('nothing'), clauses: ['FB8-KT-09'] },
    duty: says('holds no lock', 'the thread holds no lock that others want meanwhile', 'FB8-O-10'),
    panics: says(
      'another thread',
      'by the page for another thread than the caller; the kernel parks the caller',
      'FB8-D-07',
    ),
    catches: [remark('Locks stay held while it is parked, all but Giant.', 'FB8-O-10')],
  }),
  call(PAGE, 'kthread_shutdown', {
    prototype: 'void kthread_shutdown(void *arg, int howto)',
    takes: [takes('arg', 'thread', 'the thread', 'not allowed'), HOWTO],
    means: says('suspends a thread at shutdown', 'Suspends the thread while the system shuts down, and says on the console how that goes.', 'FB8-KT-59', 'FB8-KT-60', 'FB8-KT-61'), // prettier-ignore
    callers: says('handlers of shutdown events', 'the event shutdown_pre_sync, as a handler', 'FB8-KT-59', 'FB8-KT-67'),
    returnsWhen: says('when the thread has acknowledged or the time is over', 'when the thread has said that it parks, or after 60 seconds', 'FB8-KT-61', 'FB8-O-28'), // prettier-ignore
    returns: { ...says('nothing'), clauses: ['FB8-KT-05'] },
    duty: says('the thread calls its check in its loop', 'the thread calls kthread_suspend_check in its loop', 'FB8-KT-69'), // prettier-ignore
    catches: [
      remark('In a panic it does nothing.', 'FB8-D-14'),
      remark('A thread that ends does not take its handler along.', 'FB8-O-21'),
    ],
  }),
]
