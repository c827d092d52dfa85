import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { NEVER } from './words.js'

const PAGE = 'kthread(9)'

/** kthread(9), the same page in both releases; of the descriptors the kernel of 5.1 thinks otherwise. */
export function kthreadOf(release: '4.2' | '5.1'): readonly CallFacts[] {
  return [
    call(PAGE, 'kthread_create', {
      prototype: 'int kthread_create(void (*func)(void *), void *arg, struct proc **newpp, const char *fmt, ...)',
      takes: [
        takes('func', 'main function', 'what the thread executes', 'not allowed', 'OB-KT-15'),
        takes('arg', 'argument', 'handed to func', 'null; in the kernel the new process (OB-D-04)', 'OB-KT-16', 'OB-D-04'), // prettier-ignore
        takes('newpp', 'out: process', 'receives the process', 'null: not wanted', 'OB-KT-17', 'OB-KT-18'),
        takes('fmt', 'name format', 'the name, as printf(9) makes it; 16 characters survive', 'not allowed', 'OB-KT-19', 'OB-D-15'), // prettier-ignore
      ],
      means: says(
        'creates a process of the system, forked from process 0',
        'Creates a kernel thread: a process of the system, forked from process 0, with its memory, its limits and a copy of its descriptors.',
        'OB-KT-06',
        'OB-KT-07',
        'OB-KT-08',
        'OB-KT-09',
        'OB-KT-10',
      ),
      callers: says(
        'who may sleep, once process 1 exists',
        'any process, where it may sleep, once the system is up: not an interrupt, nobody who holds a mutex',
        'OB-KT-14',
        'OB-KT-22',
        'OB-D-14',
      ),
      returnsWhen: says(
        'at once; the thread has not begun',
        'when the process exists; the caller goes on, and the thread waits its turn',
        'OB-KT-15',
      ),
      returns: says(
        '0 or errno: EAGAIN, ENOMEM',
        '0; EAGAIN when the process table is full, of whomever; ENOMEM, which the page does not have',
        'OB-KT-27',
        'OB-KT-28',
        'OB-KT-29',
        'OB-KT-30',
        'OB-D-02',
        'OB-D-03',
      ),
      duty: says('func ends by kthread_exit', 'func ends by kthread_exit; nobody can wait for it', 'OB-KT-20'),
      panics: says(
        'before process 1, interrupt, mutex held',
        'before process 1 exists; in an interrupt or with a mutex held; when func returns',
        'OB-KT-22',
        'OB-D-10',
        'OB-D-14',
        'OB-D-09',
      ),
      catches: [
        remark('There is no way to wait for its end: pass a wakeup by hand.', 'OB-Q-15'),
        remark('A driver that attaches is too early: kthread_create_deferred.', 'OB-KT-22', 'OB-KT-23'),
        remark('The process that newpp received is good until the reaper has freed it, and no longer.', 'OB-D-13'),
        ...(release === '5.1' ? [remark('The descriptors are no copy in this kernel, but shared.', 'OB-D-01')] : []),
      ],
    }),
    call(PAGE, 'kthread_exit', {
      prototype: 'void kthread_exit(int ecode)',
      takes: [takes('ecode', 'exit code', 'printed on the console', '0: nothing is printed', 'OB-KT-21', 'OB-D-08')],
      means: says('ends the calling process; nobody can wait for it', 'Ends the kernel thread that calls it, a process. Nobody can wait for it.', 'OB-KT-20', 'OB-Q-15'), // prettier-ignore
      callers: says('kernel threads, of themselves', 'a kernel thread, to end itself', 'OB-KT-20', 'OB-Q-10'),
      returnsWhen: { ...NEVER, clauses: ['OB-KT-04'] },
      returns: { ...says('nothing'), clauses: ['OB-KT-04', 'OB-KT-31'] },
      panics: says('process 1', 'for the thread that was made too early and is process 1', 'OB-D-10'),
      catches: [
        remark('The exit code is stored where nobody can get at it.', 'OB-KT-33', 'OB-D-08'),
        remark('The slot in the process table is free when the reaper has run.', 'OB-Q-13'),
      ],
    }),
    call(PAGE, 'kthread_create_deferred', {
      prototype: 'void kthread_create_deferred(void (*func)(void *), void *arg)',
      takes: [
        takes('func', 'callback', 'called when threads can be created; not a thread itself', 'not allowed', 'OB-KT-24'),
        takes('arg', 'argument', 'handed to func', 'null stays null', 'OB-KT-24'),
      ],
      means: says(
        'calls back when threads can be created',
        'Has func called when threads can be created. It creates nothing itself: func calls kthread_create.',
        'OB-KT-23',
        'OB-KT-24',
        'OB-KT-25',
        'OB-KT-26',
      ),
      callers: says('drivers while they attach', 'a driver, as while it attaches', 'OB-KT-23'),
      returnsWhen: says(
        'at once, or when func has returned',
        'at once during boot; after it when func has returned, which the caller itself runs',
        'OB-D-11',
      ),
      returns: { ...says('nothing'), clauses: ['OB-KT-05'] },
      duty: says('func creates the thread', 'func calls kthread_create, and looks at what that returns', 'OB-KT-26'),
      panics: says('no memory', 'without memory to put it off', 'OB-D-12'),
      catches: [
        remark(
          'After boot it defers nothing: func runs at once, on the caller, with the locks of the caller.',
          'OB-D-11',
        ),
        remark('A deferral made inside a callback is called ahead of those still queued.', 'OB-Q-07'),
      ],
    }),
  ]
}
