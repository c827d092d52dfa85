import type { CommonRow, NewerRow } from './row.js'
import * as create from './rows/open-create.js'
import * as deferred from './rows/open-deferred.js'
import * as end from './rows/open-end.js'
import * as race from './rows/open-race.js'
import * as tfork from './rows/open-tfork.js'

/** What kthread(9) leaves open. */
export const kthreadQuestions: readonly CommonRow[] = [
  {
    id: 'OB-Q-01',
    page: 'Says nothing: what if func returns instead of calling kthread_exit?',
    kernel: 'Control falls into a return to user mode that never was; here a panic, and with `lenient` an exit with 0.',
    observe: end.functionReturns,
    // The page says how a thread ends, so that its reading stops at the one that does not; the kernel has no answer.
    differs: true,
  },
  {
    id: 'OB-Q-02',
    page: 'Says nothing: does the creator go on first, or the new thread?',
    kernel: 'The creator, until it sleeps; new threads wait at the tail of their queue, or for the big lock.',
    observe: create.whoRunsFirst,
  },
  {
    id: 'OB-Q-03',
    page: 'Says nothing: are *newpp and the name there when func begins?',
    kernel: 'Always, and P_SYSTEM too: the creator holds the big lock until all are set.',
    observe: create.readyBeforeFunc,
  },
  {
    id: 'OB-Q-04',
    page: 'Says nothing: how long may a name be?',
    kernel: '16 characters survive, and nobody says so.',
    observe: create.longName,
  },
  {
    id: 'OB-Q-05',
    page: 'Says nothing: what of a format that is null or does not fit its values?',
    kernel: 'A mistake of the caller that has no errno; here an error before anything is created.',
    observe: create.badFormat,
  },
  {
    id: 'OB-Q-06',
    page: 'Says nothing: what if arg is read from the variable that newpp points to?',
    kernel: 'The value from before the call is handed over.',
    observe: create.argumentIsOutPointer,
  },
  {
    id: 'OB-Q-07',
    page: 'Says nothing: in what order are deferred functions called, and what of one deferred by another?',
    kernel: 'In the order of registration; one deferred when the queue runs, or later, is called at once.',
    observe: deferred.deferredOrder,
  },
  {
    id: 'OB-Q-08',
    page: 'Says nothing: may a deferred function sleep?',
    kernel: 'It may: it runs on process 0, no longer cold, and meanwhile others run; the next one waits for it.',
    observe: deferred.callbackSleeps,
  },
  {
    id: 'OB-Q-09',
    page: 'Says nothing: what if a null function is deferred?',
    kernel: 'It would crash when its turn comes; here the call that registers it is an error.',
    observe: deferred.deferredNull,
  },
  {
    id: 'OB-Q-10',
    page: 'Says nothing: what if kthread_exit is called by something else than a kernel thread?',
    kernel: 'It ends whatever is current: in a system call the user process.',
    observe: end.exitOfUserProcess,
  },
  {
    id: 'OB-Q-11',
    page: 'Says nothing: what exit codes are there?',
    kernel: 'All of int are printed, the low 8 bits are kept.',
    observe: end.exitCodes,
  },
  {
    id: 'OB-Q-12',
    page: 'Says nothing: what becomes of a thread whose creator ends?',
    kernel: 'Nothing: it is a child of process 0, which must not end.',
    observe: create.creatorDies,
  },
  {
    id: 'OB-Q-13',
    page: 'Says nothing: when is the slot of a thread that has ended free again?',
    kernel: 'When the reaper has run.',
    observe: end.slotIsFree,
  },
  {
    id: 'OB-Q-14',
    page: 'Says nothing: who is woken when a thread ends?',
    kernel: 'The reaper; in 4.2 init too, with SIGCHLD. Nobody who sleeps on the process.',
    observe: end.wokenAtExit,
  },
  {
    id: 'OB-Q-15',
    page: 'Says nothing: can a thread be waited for, or killed?',
    kernel: 'Only by a handshake of its own; a signal does no more than end its sleep with PCATCH.',
    observe: end.joinOrKill,
  },
  {
    id: 'OB-Q-16',
    page: 'Says nothing: which process id does a thread get?',
    kernel: 'A random one once boot is done; here from a seed, so that runs repeat.',
    observe: create.processIds,
  },
  {
    id: 'OB-Q-25',
    page: 'Says nothing: what of threads that end before there is a reaper?',
    kernel: 'They keep their slots until there is one.',
    observe: deferred.beforeTheReaper,
  },
  {
    id: 'OB-Q-26',
    page: 'Says nothing: what if the table is full while the system boots?',
    kernel: 'It panics, and says what it could not fork.',
    observe: deferred.tableFullInBoot,
  },
]

/** What __tfork_thread(3) leaves open. */
export const tforkQuestions: readonly NewerRow[] = [
  {
    id: 'OB-Q-17',
    page: 'Says nothing: what if the stack is NULL, not aligned, or has no room?',
    kernel:
      'Nobody looks. On amd64 the new thread faults at its first push, on i386 the caller, before the system call.',
    observe: tfork.badStack,
  },
  {
    id: 'OB-Q-18',
    page: 'Says nothing: what if startfunc is NULL?',
    kernel: 'The new thread jumps to address 0, and SIGSEGV ends the process.',
    observe: tfork.nullStartfunc,
  },
  {
    id: 'OB-Q-19',
    page: 'Says nothing: which signals does the new thread hold back, and which are pending?',
    kernel: 'It has its creator’s mask and nothing pending.',
    observe: tfork.signalState,
  },
  {
    id: 'OB-Q-20',
    page: 'Says nothing: what is the new thread called?',
    kernel: 'As its creator: threads have no names of their own.',
    observe: tfork.threadName,
  },
  {
    id: 'OB-Q-21',
    page: 'Says nothing: what if several calls name the same tf_tid?',
    kernel: 'Each stores its number there, and the last store stays.',
    observe: tfork.sameWord,
  },
  {
    id: 'OB-Q-22',
    page: 'Says nothing: what of a thread that is made while the process ends?',
    kernel: 'It is made, nobody tells it to end, and the process waits until it does.',
    observe: race.creationAgainstExit,
  },
  {
    id: 'OB-Q-23',
    page: 'Says nothing: do all who see the number of the new thread see the same?',
    kernel: 'The caller’s result, tf_tid and getthrid agree.',
    observe: tfork.whoSeesTheNumber,
  },
  {
    id: 'OB-Q-24',
    page: 'Says nothing: what becomes of threads when kern.rthreads is switched off?',
    kernel: 'They run on; no new ones, and their system calls fail, two of them by value instead of errno.',
    observe: tfork.switchedOffLater,
  },
  {
    id: 'OB-Q-27',
    page: 'Says nothing: for which user do threads count after setuid?',
    kernel: 'For the new one, all of them.',
    observe: tfork.setuidWithThreads,
  },
]
