import type { Divergence, Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../kernel.js'
import type * as nb10 from '../releases/10.1.js'
import type * as nb6 from '../releases/6.js'
import * as create from './rows/create.js'
import * as end from './rows/end.js'
import * as run from './rows/run.js'

/** What a row says, for both releases. */
interface Row<K> {
  readonly id: string
  readonly page: string
  readonly kernel: string
  readonly observe: (trial: Trial<K>) => string
  /** Whether the readings show something different; false for both releases when left out. */
  readonly differs?: boolean
  /** Clauses that do not hold under `'kernel'`, by release. */
  readonly breaks6?: readonly string[]
  readonly breaks10?: readonly string[]
}

const both: readonly Row<NetbsdKernel>[] = [
  {
    id: 'NB-D-01',
    page: 'The argument may be null.',
    kernel: 'A null argument becomes the LWP itself.',
    observe: create.nullArgument,
  },
  {
    id: 'NB-D-02',
    page: 'EAGAIN at the system limit of processes and at RLIMIT_NPROC.',
    kernel: 'Neither is looked at: kernel threads have not been processes since 2007.',
    observe: create.processLimits,
    differs: true,
    breaks6: ['NB6-KT-61', 'NB6-KT-62'],
    breaks10: ['NB10-KT-59', 'NB10-KT-60'],
  },
  {
    id: 'NB-D-03',
    page: 'No word of ENOMEM.',
    kernel: 'ENOMEM is the first error there is; it takes an injected fault to see it.',
    observe: create.noStack,
  },
  {
    id: 'NB-D-04',
    page: 'The format must not be null.',
    kernel: 'A null format makes a nameless thread.',
    observe: create.nullName,
    differs: true,
    breaks6: ['NB6-KT-30'],
    breaks10: ['NB10-KT-32'],
  },
  {
    id: 'NB-D-05',
    page: 'KTHREAD_MUSTJOIN needs a newlp.',
    kernel: 'Asserted only with DIAGNOSTIC, when the thread exists already.',
    observe: create.nullOutPointer,
    differs: true,
  },
  {
    id: 'NB-D-06',
    page: 'Join waits until the target has terminated.',
    kernel: 'Join waits until the target has passed its exit barrier; its exit may be yet to do.',
    observe: end.joinReturnsWhen,
    differs: true,
    breaks6: ['NB6-KT-54'],
    breaks10: ['NB10-KT-48'],
  },
  {
    id: 'NB-D-07',
    page: 'A thread is joined once.',
    kernel: 'A second join hangs (6) or trips an assertion (10.1), and is a use after free once the LWP is collected.',
    observe: end.joinTwice,
    differs: true,
    breaks6: ['NB6-KT-56'],
  },
  {
    id: 'NB-D-08',
    page: 'Only a thread created with KTHREAD_MUSTJOIN is joined.',
    kernel: '6 does not look and hangs, every other join with it; 10.1 asserts with DIAGNOSTIC, else hangs.',
    observe: end.joinWithoutMustjoin,
    differs: true,
    breaks6: ['NB6-KT-57'],
  },
  {
    id: 'NB-D-10',
    page: 'KTHREAD_IDLE leaves the thread in LSIDL, and nothing starts it.',
    kernel: 'The same; 6 starts such a thread by hand, 10.1 by setrunnable.',
    observe: run.startingIdle,
  },
  {
    id: 'NB-D-11',
    page: 'The big lock is held whenever the thread runs.',
    kernel: 'Held from just before its function on, and given up by every sleep, yield and preemption.',
    observe: run.bigLockWhileRunning,
  },
  {
    id: 'NB-D-12',
    page: 'PRI_NONE selects a default priority.',
    kernel: 'The 63 of a time-shared thread lasts until the first recalculation, which says 43 or less.',
    observe: run.timeSharedDefault,
  },
  {
    id: 'NB-D-13',
    page: 'SCHED_RR has a fixed priority.',
    kernel: 'The base is fixed; the effective priority rises while it is lent one.',
    observe: run.lentPriority,
  },
  {
    id: 'NB-D-14',
    page: 'KTHREAD_IDLE does not depend on ci.',
    kernel: 'The same in both releases; a version between pages crashed without a CPU.',
    observe: create.idleWithoutCpu,
  },
  {
    id: 'NB-D-15',
    page: 'KTHREAD_INTR is for internal use.',
    kernel: 'It needs KTHREAD_MPSAFE with it, by assertion.',
    observe: create.interruptNeedsMpsafe,
  },
  {
    id: 'NB-D-19',
    page: 'The name comes from the format.',
    kernel: 'And is cut to 15 characters without a word.',
    observe: create.longName,
  },
  {
    id: 'NB-D-20',
    page: 'newlp receives the LWP.',
    kernel: 'Stored after the thread was made runnable, which may run before.',
    observe: create.runsBeforeHandle,
  },
  {
    id: 'NB-D-21',
    page: 'kthread_exit takes a code.',
    kernel: 'Printed when not 0, before the thread waits for its joiner, who cannot get it.',
    observe: end.exitCode,
  },
  {
    id: 'NB-D-22',
    page: 'Only a kernel thread calls kthread_exit.',
    kernel: 'Nothing checks; a user process goes with its last LWP.',
    observe: end.exitOfUserProcess,
    differs: true,
    breaks6: ['NB6-KT-52'],
    breaks10: ['NB10-KT-47'],
  },
  {
    id: 'NB-D-23',
    page: 'The function must not return.',
    kernel: 'It falls into the return to user mode with a frame of lwp0: no defined behaviour.',
    observe: end.functionReturns,
    differs: true,
  },
  {
    id: 'NB-D-24',
    page: 'Kernel threads are not swapped out.',
    kernel: 'Nothing is, in these releases.',
    observe: run.notSwapped,
  },
  {
    id: 'NB-D-25',
    page: 'The page has a date.',
    kernel: '10.1 kept the date of 2015 when the floating-point calls came.',
    observe: end.pageDate,
  },
  {
    id: 'NB-D-26',
    page: 'Join yields an int and names no values.',
    kernel: 'Always 0.',
    observe: end.joinResult,
  },
  {
    id: 'NB-D-27',
    page: 'Limits are those of process 0.',
    kernel: 'And the limit of threads is not looked at for process 0.',
    observe: create.limitsOfProcess0,
  },
  {
    id: 'NB-D-28',
    page: 'Any process may ask for a thread.',
    kernel: 'The same: the template is always lwp0, whoever asks.',
    observe: create.anyCaller,
  },
  {
    id: 'NB-D-29',
    page: 'A bound thread only ever executes on its CPU.',
    kernel: 'The same, and an offline CPU still runs it.',
    observe: run.offlineCpu,
  },
]

const only6: readonly Row<nb6.Kernel>[] = [
  {
    id: 'NB-D-09',
    page: 'Any other thread in the kernel may destroy an idle one.',
    kernel: 'The caller must be an LWP of process 0, by assertion.',
    observe: end.destroyFromUserProcess,
    differs: true,
    breaks6: ['NB6-KT-49'],
  },
]

const only10: readonly Row<nb10.Kernel>[] = [
  {
    id: 'NB-D-16',
    page: 'The unit can be used between enter and exit wherever there is one.',
    kernel: 'The x86 port has no hook: the bit is kept and the unit stays closed.',
    observe: run.unitByPort,
    differs: true,
    breaks10: ['NB10-KT-14'],
  },
  {
    id: 'NB-D-17',
    page: 'Silent on who else may call.',
    kernel: 'Kernel threads only, and not in an interrupt, by assertion.',
    observe: run.unitCallers,
  },
  {
    id: 'NB-D-18',
    page: 'The last exit zeroes the registers.',
    kernel: 'A thread that ends with its window open leaves them as they are.',
    observe: run.unitOfDeadThread,
    differs: true,
  },
]

function divergences<K>(rows: readonly Row<K>[], breaks: 'breaks6' | 'breaks10'): Divergence<K>[] {
  return rows
    .map((row) => ({ ...row, differs: row.differs ?? false, breaks: row[breaks] ?? [] }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Where page and kernel part in NetBSD 6, or might be thought to. */
export const divergences6: readonly Divergence<nb6.Kernel>[] = divergences<nb6.Kernel>([...both, ...only6], 'breaks6')

/** The same in NetBSD 10.1. */
export const divergences10: readonly Divergence<nb10.Kernel>[] = divergences<nb10.Kernel>(
  [...both, ...only10],
  'breaks10',
)
