import { by, none, purpose, type Purpose } from './purpose.js'

const USER_ONLY = 'This release has no threads of user processes here.'
const NO_PARKING = 'Nothing parks a thread: test a flag under a mutex in its loop, and wait on a condition variable.'
const OPENBSD_PARKING = 'Nothing parks a thread: test a flag in its loop, and tsleep; the big lock is the interlock.'

/** Making, ending and parking threads. */
export const threads: readonly Purpose[] = [
  purpose(
    'create a kernel thread',
    {
      netbsd: by('kthread_create', 'It may run before newlp is stored, and joins only what has KTHREAD_MUSTJOIN.'),
      openbsd: by(
        'kthread_create',
        'It makes a process, not before process 1 exists, and nobody can wait for its end.',
      ),
      freebsd: by('kthread_add kproc_create', 'A thread or a process: kthread_create was renamed in 8.0, and what it made is what kproc_create makes.'), // prettier-ignore
    },
    'create',
  ),
  purpose(
    'add a thread to a process, made where there is none',
    {
      netbsd: by('kthread_create', 'Every kernel thread is one of process 0: there is no other to put it in.'),
      openbsd: by('kthread_create', 'Every kernel thread is a process of its own: there are none to group.'),
      freebsd: by('kproc_kthread_add', 'A thread of a new process may run before tdptr is set.'),
    },
    'create',
  ),
  purpose(
    'be called back when the boot has got far enough',
    {
      netbsd: by(
        'config_interrupts config_mountroot config_defer config_finalize_register',
        'Choose by what is waited for: interrupts, the root file system, the siblings, the end of configuration.',
      ),
      openbsd: by('kthread_create_deferred', 'After boot it defers nothing: the callback runs at once, on the caller.'),
      freebsd: by('SYSINIT', 'It is a declaration: the place in the boot is chosen when the kernel is built.'),
    },
    'boot',
  ),
  purpose(
    'start a daemon while the system boots',
    {
      netbsd: by('kthread_create', 'There is no descriptor: call it from code that boot runs, while cold too.'),
      openbsd: by('kthread_create_deferred', 'It calls back and creates nothing: the callback calls kthread_create.'),
      freebsd: by('kproc_start kthread_start', 'Given to SYSINIT with a descriptor; a failure is a panic.'),
    },
    'boot',
  ),
  purpose(
    'hold the boot back',
    {
      netbsd: [
        by('config_pending_incr config_pending_decr', 'It holds back the end of configuration, and takes nothing.'),
        by('config_pending_incr config_pending_decr', 'It holds back the end of configuration, and takes a device.'),
      ],
      openbsd: by('config_pending_incr config_pending_decr', 'It holds back the mount of the root file system, and takes nothing.'), // prettier-ignore
      freebsd: none('Nothing here holds the boot back: take a later place with SYSINIT.'),
    },
    'boot',
  ),
  purpose(
    'end the calling thread',
    {
      netbsd: by('kthread_exit', 'A KTHREAD_MUSTJOIN thread waits in it for its joiner.'),
      openbsd: by('kthread_exit', 'Nobody is told: wake whoever waits before it.'),
      freebsd: by(
        'kthread_exit kproc_exit',
        'kthread_exit takes no code, and its wakeup comes before the end and proves none.',
      ),
    },
    'exit',
  ),
  purpose(
    'wait for the end of a thread',
    {
      netbsd: by('kthread_join KTHREAD_MUSTJOIN', 'Once for each thread that was created with KTHREAD_MUSTJOIN, and for no other.'), // prettier-ignore
      openbsd: by('tsleep wakeup', 'There is no join: the thread wakes who waits, and may still execute afterwards.'),
      freebsd: by('msleep PROC_LOCK', 'There is no join: kthread_exit wakes who sleeps on the thread; take a lock, test, and sleep with it as interlock.'), // prettier-ignore
    },
    'join',
  ),
  purpose(
    'end a thread that never ran',
    {
      netbsd: [
        by('kthread_destroy', 'Only for a thread in LSIDL; 10.1 has it no more.'),
        none('kthread_destroy is gone: start the thread, and let it end by itself.'),
      ],
      openbsd: none('A thread that was created runs: let its function test whether to end at once.'),
      freebsd: none('A thread made with RFSTOPPED has to be started, and ends by itself.'),
    },
    'flags',
  ),
  purpose(
    'create a thread that does not run yet',
    {
      netbsd: by('KTHREAD_IDLE', 'No page says how to start it.'),
      openbsd: none('Nothing does: the function of the thread sleeps until it is woken.'),
      freebsd: by('RFSTOPPED', 'The caller starts it with sched_add, once.'),
    },
    'flags',
  ),
  purpose('make a sleeper run whatever it waits for', {
    netbsd: by('setrunnable', 'For sleepers only in 6.'),
    openbsd: by('setrunnable', 'Stopped threads too.'),
    freebsd: none('Nothing here wakes by thread: wake its channel.'),
  }),
  purpose(
    'start a thread that was created stopped',
    {
      netbsd: [
        none('setrunnable panics for it in 6, which queues such threads by hand.'),
        by('setrunnable', 'It starts a thread in LSIDL in this release; in 6 it panics.'),
      ],
      openbsd: none('There are no such threads.'),
      freebsd: by('sched_add', 'With the lock of the thread held, and once.'),
    },
    'flags',
  ),
  purpose(
    'let a thread run without the big lock',
    {
      netbsd: by('KTHREAD_MPSAFE', 'A promise at creation: the thread locks for itself.'),
      openbsd: by('KERNEL_UNLOCK', 'Threads begin with one hold of the big lock, which they may give up.'),
      freebsd: by('kthread_add', 'Threads begin without Giant: who needs it takes it.'),
    },
    'big-lock',
  ),
  purpose('execute on behalf of interrupts', {
    netbsd: by('KTHREAD_INTR', "The kernel's own: use softint_establish."),
    openbsd: none('Nothing marks a thread so: use timeouts or a work queue.'),
    freebsd: by('swi_add', 'The thread comes with the handler.'),
  }),
  purpose(
    'have a thread time-shared',
    {
      netbsd: by('KTHREAD_TS', 'At creation; by default the priority is fixed.'),
      openbsd: none('There are no classes: the priority of a thread follows its sleeps and its work.'),
      freebsd: by('sched_class', 'After creation, with the lock of the thread held.'),
    },
    'priority',
  ),
  purpose(
    'choose a priority',
    {
      netbsd: by('PRI_NONE kthread_create', 'At creation; higher is more urgent.'),
      openbsd: by('tsleep', 'A priority comes with a sleep and counts from the wakeup on; lower is more urgent.'),
      freebsd: by(
        'sched_prio sched_user_prio',
        'After creation, with the lock of the thread held; lower is more urgent.',
      ),
    },
    'priority',
  ),
  purpose(
    'keep a thread on a CPU',
    {
      netbsd: by('kthread_create', 'By its parameter ci, from birth on and for good.'),
      openbsd: [
        none('Nothing binds a kernel thread.'),
        none('sched_peg_curproc, by which a thread binds itself, is not modelled.'),
      ],
      freebsd: by('sched_bind sched_unbind cpuset_setthread', 'The thread binds itself; only a CPU set may be given to another.'), // prettier-ignore
    },
    'cpu',
  ),
  purpose(
    'use floating point',
    {
      netbsd: [
        none('Kernel threads may not use it in this release.'),
        by(
          'kthread_fpu_enter kthread_fpu_exit WQ_FPU',
          'The x86 port of this release has no hook: the unit stays closed.',
        ),
      ],
      openbsd: [
        none('Nothing here lets a kernel thread use it.'),
        none('fpu_kernel_enter of amd64 and i386, for stretches without a sleep, is not modelled.'),
      ],
      freebsd: none('Nothing here lets a kernel thread use it.'),
    },
    'fpu',
  ),
  purpose(
    'have a thread park itself',
    {
      netbsd: none(NO_PARKING),
      openbsd: none(OPENBSD_PARKING),
      freebsd: by('kthread_suspend kproc_suspend', 'The thread has to check in its loop, and its word can be lost: give a time.'), // prettier-ignore
    },
    'suspend',
  ),
  purpose(
    'let a parked thread go on',
    {
      netbsd: none(NO_PARKING),
      openbsd: none(OPENBSD_PARKING),
      freebsd: by('kthread_resume kproc_resume', 'A thread on its way to park can miss it.'),
    },
    'suspend',
  ),
  purpose(
    'park while asked to',
    {
      netbsd: none(NO_PARKING),
      openbsd: none(OPENBSD_PARKING),
      freebsd: by('kthread_suspend_check kproc_suspend_check', 'With itself, in its loop, and without a lock.'),
    },
    'suspend',
  ),
  purpose(
    'stop a thread before the disks are synced',
    {
      netbsd: none('No call suspends it: the shutdown hooks of a driver, not modelled, run after the sync and stop no thread.'), // prettier-ignore
      openbsd: none('No call suspends it: the shutdown hooks of a driver, not modelled, run after the sync and stop no thread.'), // prettier-ignore
      freebsd: by('kproc_shutdown kthread_shutdown', 'Registered with shutdown_pre_sync; a thread that ends leaves its handler behind.'), // prettier-ignore
    },
    'shutdown',
  ),
  purpose('create a thread of a user process', {
    netbsd: none(USER_ONLY),
    openbsd: [none('__tfork_thread is new in 5.1; this release has rfork(2).'), by('__tfork_thread __tfork', 'kern.rthreads has to be on, and is off when the system boots.')], // prettier-ignore
    freebsd: none(USER_ONLY),
  }),
  purpose('end, name or block a thread of a user process', {
    netbsd: none(USER_ONLY),
    openbsd: [
      none('New with __tfork_thread in 5.1.'),
      by('__threxit getthrid __thrsleep __thrwakeup __set_tcb __get_tcb', 'All but the last two fail while kern.rthreads is off.'), // prettier-ignore
    ],
    freebsd: none(USER_ONLY),
  }),
  purpose('copy a process by flags', {
    netbsd: none('Kernel threads take KTHREAD_* flags, of which none is about what is shared.'),
    openbsd: by('rfork RFPROC RFFDG RFCFDG RFMEM RFSIGSHARE RFNOWAIT', 'For user code: kthread_create takes no flags.'),
    freebsd: by('kproc_create RFNOWAIT RFHIGHPID RFCFDG RFPPWAIT RFPROC RFFDG RFMEM RFSIGSHARE', 'kproc_create takes the flags, and refuses RFCFDG.'), // prettier-ignore
  }),
]
