import type { CommonRow, NewerRow } from './row.js'
import * as create from './rows/kthread-create.js'
import * as run from './rows/kthread-run.js'
import * as limits from './rows/tfork-limits.js'
import * as thread from './rows/tfork-thread.js'

/** Where kthread(9) and the kernels part, or might be thought to. */
export const kthreadRows: readonly CommonRow[] = [
  {
    id: 'OB-D-01',
    page: 'A kernel thread has a copy of the descriptor table of process 0.',
    kernel: '4.2 copies the table; from 4.4 on, so in 5.1, it is shared.',
    observe: create.descriptorTable,
    differs: true,
    breaks: ['OB-KT-10'],
    in42: { differs: false, breaks: [] },
  },
  {
    id: 'OB-D-02',
    page: 'EAGAIN is the only error.',
    kernel: 'ENOMEM as well, without memory for the kernel stack; it takes an injected fault to see it.',
    observe: create.noKernelStack,
  },
  {
    id: 'OB-D-03',
    page: 'EAGAIN at the limit of system processes.',
    kernel: 'There is one limit for everything that has a slot, so users can use it up, and the system for the users.',
    observe: create.oneTable,
  },
  {
    id: 'OB-D-04',
    page: 'The function receives the argument.',
    kernel: 'A null argument becomes the new process.',
    observe: create.nullArgument,
    differs: true,
    breaks: ['OB-KT-16'],
  },
  {
    id: 'OB-D-05',
    page: 'A kernel thread shares the limits of process 0.',
    kernel: 'One object for both, until a limit of either is set: that splits it.',
    observe: create.sharedLimits,
  },
  {
    id: 'OB-D-06',
    page: 'A kernel thread cannot be swapped out.',
    kernel:
      'Nor can anybody: the pass that looks for somebody trims page maps, and passes over the system and the exiting.',
    observe: run.notSwapped,
  },
  {
    id: 'OB-D-07',
    page: 'Signals to everybody and to a group do not reach a kernel thread; silent on others.',
    kernel: 'Root reaches it by its number, the kernel by psignal; neither ends it.',
    observe: run.signals,
  },
  {
    id: 'OB-D-08',
    page: 'There is an exit code, and nothing useful can be done with it.',
    kernel: 'Printed when not 0; 8 bits are stored, and nobody can wait for them.',
    observe: run.exitCode,
  },
  {
    id: 'OB-D-09',
    page: 'A kernel thread ends by kthread_exit.',
    kernel: 'Nothing catches a function that returns: it falls into a return to user mode that never was.',
    observe: run.functionReturns,
    differs: true,
  },
  {
    id: 'OB-D-10',
    page: 'Threads can be created only when the system is up.',
    kernel: 'Nothing looks: a thread made earlier takes process id 1, and the system goes down when it exits.',
    observe: create.beforeInit,
    differs: true,
    breaks: ['OB-KT-22'],
  },
  {
    id: 'OB-D-11',
    page: 'A deferred function is called back later.',
    kernel: 'After boot it is called at once, by whoever defers it.',
    observe: run.deferredAfterBoot,
  },
  {
    id: 'OB-D-12',
    page: 'A deferral returns nothing, and no failure is spoken of.',
    kernel: 'It panics when there is no memory to put it off, which after boot it needs no more.',
    observe: run.deferralWithoutMemory,
  },
  {
    id: 'OB-D-13',
    page: 'newpp receives the process; silent on how long that is good.',
    kernel: 'Until the thread has exited and the reaper has freed the record.',
    observe: run.staleRecord,
  },
  {
    id: 'OB-D-14',
    page: 'Any process may create a kernel thread.',
    kernel:
      'Any that may sleep: not an interrupt, and nobody who holds a mutex; 5.1 asserts the latter with DIAGNOSTIC.',
    observe: create.whereItMaySleep,
    differs: true,
  },
  {
    id: 'OB-D-15',
    page: 'The name is what the format makes.',
    kernel: 'Cut to 16 characters without a word.',
    observe: create.longName,
  },
]

/** Where __tfork_thread(3) and the kernel part, or might be thought to. */
export const tforkRows: readonly NewerRow[] = [
  {
    id: 'OB-D-20',
    page: 'The limit of a user is MAXUPRC, which is 80.',
    kernel: 'It is the soft RLIMIT_NPROC: 80 only without a login class, and root has none.',
    observe: limits.perUserLimit,
  },
  {
    id: 'OB-D-21',
    page: 'The limit of the system is one of threads.',
    kernel: 'Processes, threads and zombies count together, and the last five slots are for root.',
    observe: limits.whatIsCounted,
  },
  {
    id: 'OB-D-22',
    page: 'No word of EFAULT.',
    kernel: 'EFAULT when params cannot be read.',
    observe: thread.badParams,
  },
  {
    id: 'OB-D-23',
    page: 'tf_tid receives the number of the thread; on a failure there is none.',
    kernel: 'Where it cannot be stored the thread is created all the same, and the creator gets SIGSEGV.',
    observe: thread.badTid,
    differs: true,
    breaks: ['OB-TF-17'],
  },
  {
    id: 'OB-D-24',
    page: 'Silent on which error comes first.',
    kernel: 'EFAULT, EINVAL, ENOTSUP, EAGAIN of the table, EAGAIN of the user, ENOMEM.',
    observe: limits.precedence,
  },
  {
    id: 'OB-D-25',
    page: 'ENOMEM for memory of all kinds, with soft limits that can be raised.',
    kernel: 'Only for the kernel stack; no limit is involved.',
    observe: limits.noKernelStack,
  },
  {
    id: 'OB-D-26',
    page: 'The address of the thread control block becomes tf_tcb.',
    kernel: 'A null tf_tcb becomes the address of the record in the kernel.',
    observe: thread.nullTcb,
    differs: true,
    breaks: ['OB-TF-16'],
  },
  {
    id: 'OB-D-27',
    page: 'The result is the process id of the new thread.',
    kernel: 'Its number plus 1000000, which ps, kdump and wait4 do not take for a process id.',
    observe: thread.numberOfThread,
  },
  {
    id: 'OB-D-28',
    page: '__tfork may be seen in the output of kdump.',
    kernel: 'As the call of the creator; the return of the new thread has the name of rfork.',
    observe: thread.inKdump,
  },
  {
    id: 'OB-D-29',
    page: 'The thread begins with its stack pointer at stack.',
    kernel: 'It comes out of the kernel on the stack of its creator, where a signal may find it.',
    observe: thread.earlySignal,
    differs: true,
    breaks: ['OB-TF-11'],
  },
  {
    id: 'OB-D-30',
    page: 'When startfunc returns the thread exits.',
    kernel: 'By __threxit, which fails once kern.rthreads is off, and which the i386 stub hands a left-over pointer.',
    observe: thread.startfuncReturns,
    differs: true,
    breaks: ['OB-TF-14'],
  },
  {
    id: 'OB-D-31',
    page: 'One header for the function and the system call.',
    kernel: 'The header has the structure; the function is in the thread library, which declares it itself.',
    observe: thread.whereTheFunctionIs,
  },
  {
    id: 'OB-D-32',
    page: 'No word of counters.',
    kernel: 'Threads of users count among the kernel threads.',
    observe: limits.counters,
  },
  {
    id: 'OB-D-33',
    page: 'ENOTSUP while kern.rthreads is not enabled.',
    kernel: 'The same, and that is how the system boots.',
    observe: limits.offByDefault,
  },
  {
    id: 'OB-D-34',
    page: 'Both yield an int.',
    kernel: 'A number of the kind process ids are, which fits.',
    observe: thread.typeOfResult,
  },
  {
    id: 'OB-D-35',
    page: 'EAGAIN at the threads of a user under execution.',
    kernel: 'They count for the real user id until the reaper has run, dead as they are.',
    observe: limits.slotOfTheDead,
  },
]
