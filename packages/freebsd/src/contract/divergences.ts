import type { Row } from './row.js'
import * as create from './rows/create.js'
import * as daemons from './rows/daemons.js'
import * as exit from './rows/exit.js'
import * as names from './rows/names.js'
import * as shutdown from './rows/shutdown.js'
import * as suspend from './rows/suspend.js'
import * as target from './rows/target.js'

/** Where the pages and the kernel of 8.0 part, or might be thought to. */
export const divergences: readonly Row[] = [
  {
    id: 'FB8-D-01',
    page: 'kthread_start starts bufdaemon, pagedaemon, vmdaemon and syncer, so that they are threads.',
    kernel: 'kproc_start does, and they are processes; nobody in 8.0 calls kthread_start.',
    observe: daemons.whatDaemonsAre,
  },
  {
    id: 'FB8-D-02',
    page: 'EINVAL is for what is no kernel thread.',
    kernel: 'thread0 gets it too, because its mark is in the wrong word of flags; nor is process 0 a kernel process.',
    observe: target.firstThread,
    differs: true,
  },
  {
    id: 'FB8-D-03',
    page: 'kthread_suspend waits until the thread says that it parks.',
    kernel: 'It asks, hurries the thread and goes to sleep without a lock: a word that comes before the sleep is lost.',
    observe: suspend.lostWord,
    differs: true,
    breaks: ['FB8-KT-57'],
  },
  {
    id: 'FB8-D-04',
    page: 'Nothing is said of kernels that check their assertions.',
    kernel: 'With INVARIANTS the sleep of kthread_suspend breaks the rules of sleeping, and every call panics.',
    observe: suspend.withInvariants,
    differs: true,
    breaks: ['FB8-KT-52'],
  },
  {
    id: 'FB8-D-05',
    page: '0 means that the thread is suspended.',
    kernel: 'While the system is cold no sleep waits: 0 at once, with a thread that has not run; and a check spins.',
    observe: suspend.whileCold,
    differs: true,
  },
  {
    id: 'FB8-D-06',
    page: 'kthread_resume tells the thread to go on.',
    kernel:
      'One that has yet to fall asleep does not hear of it and sleeps on; a suspender that still waits is not told.',
    observe: suspend.lostResume,
    differs: true,
  },
  {
    id: 'FB8-D-07',
    page: 'kthread_suspend_check is called with the current thread.',
    kernel: 'Nothing looks: with another the caller says that this one parks, and parks itself.',
    observe: target.checkForAnother,
    differs: true,
    breaks: ['FB8-KT-50'],
  },
  {
    id: 'FB8-D-08',
    page: 'The main function of a descriptor has no parameters, that of kthread_add and kproc_create one.',
    kernel: 'The former is called with a null pointer; a trap frame that comes along is not for them.',
    observe: create.argumentsOfMain,
  },
  {
    id: 'FB8-D-09',
    page: 'A kernel thread never leaves the kernel.',
    kernel: 'As long as its function runs, so that nothing divides its time; for the return see FB8-D-10.',
    observe: exit.kernelModeOnly,
  },
  {
    id: 'FB8-D-10',
    page: 'A main function should not return.',
    kernel:
      'In a kernel process that is reported and ends the process; in process 0 it falls into a user mode that never was.',
    observe: exit.mainReturns,
  },
  {
    id: 'FB8-D-11',
    page: 'The pointer to the new thread is set; in the example the thread relies on it.',
    kernel: 'kthread_add queues the thread first, which may run and even end before the pointer is set.',
    observe: create.storedHandle,
    differs: true,
    breaks: ['FB8-KT-70'],
  },
  {
    id: 'FB8-D-12',
    page: 'The size of the stack is what is asked for, and 0 asks for the default.',
    kernel: '1 and less ask for the default too, and 32 pages is the most.',
    observe: create.stackPages,
    differs: true,
    breaks: ['FB8-KT-38'],
  },
  {
    id: 'FB8-D-13',
    page: 'kproc_create fails with EAGAIN or EINVAL.',
    kernel: 'Also with ENOMEM; that and EAGAIN take half a second, and EAGAIN may be said on the console.',
    observe: create.failuresOfCreate,
  },
  {
    id: 'FB8-D-14',
    page: 'kthread_shutdown suspends the thread when the system goes down.',
    kernel: 'However it does, except in a panic; and EINVAL counts as done.',
    observe: shutdown.howItGoesDown,
  },
  {
    id: 'FB8-D-15',
    page: 'kthread_start is for SYSINIT.',
    kernel: 'Only from SI_SUB_INTRINSIC on, a panic before; what it starts cannot run until the system is not cold.',
    observe: create.calledEarly,
  },
  {
    id: 'FB8-D-16',
    page: 'The end of a kernel process wakes who sleeps on it; silent on threads.',
    kernel: 'Both exits do that first, when nothing of the end has happened yet.',
    observe: exit.wakeupOfExit,
  },
  {
    id: 'FB8-D-17',
    page: 'Both checks sleep by tsleep.',
    kernel: 'That of processes has the lock of the process for an interlock, that of threads no lock at all.',
    observe: suspend.lockOfCheck,
  },
  {
    id: 'FB8-D-18',
    page: 'A request to suspend is for the thread it names.',
    kernel: 'It wakes whoever sleeps on the address of that thread, such as one that waits for its end.',
    observe: suspend.kick,
    differs: true,
  },
  {
    id: 'FB8-D-19',
    page: 'kthread_suspend was shutdown_kproc before 5.0; kthread_start is of 2.2, and kthread_shutdown of 4.0.',
    kernel: 'It was suspend_kproc; the other two were kproc_start and kproc_shutdown in 7.x.',
    observe: names.namesOfThePast,
    differs: true,
    breaks: ['FB8-KT-76', 'FB8-KT-81', 'FB8-KP-43'],
  },
  {
    id: 'FB8-D-20',
    page: 'kthread_add takes RFSTOPPED; the calls that create processes take flags of rfork(2).',
    kernel: 'Other flags have no effect on a thread, nor in kproc_kthread_add when its process is there already.',
    observe: create.otherFlags,
  },
  {
    id: 'FB8-D-21',
    page: 'Nothing is said of what kproc_kthread_add returns.',
    kernel: 'What kproc_create or kthread_add does, whichever it is about.',
    observe: create.resultsOfCreateOrAdd,
  },
  {
    id: 'FB8-D-22',
    page: 'The name of a thread is what the format makes.',
    kernel: '19 characters of it, 16 in lists; graphs keep the first name, which can be that of the process.',
    observe: names.longNames,
  },
  {
    id: 'FB8-D-23',
    page: 'A kernel thread can be added to a process.',
    kernel: "To any: in a user's it is as good as the others, and the last to leave ends it as a kernel process.",
    observe: create.inUserProcess,
  },
  {
    id: 'FB8-D-24',
    page: 'kthread_exit ends a thread.',
    kernel: 'The only one takes its process along; of two that leave at once neither may see that it is the last.',
    observe: exit.lastThreads,
    differs: true,
  },
  {
    id: 'FB8-D-25',
    page: 'EINVAL is for what is no kernel thread.',
    kernel: 'A thread that has left still passes for one, and so does another kernel thread that has its structure.',
    observe: target.whatIsAKernelThread,
    differs: true,
    breaks: ['FB8-KT-55'],
  },
]
