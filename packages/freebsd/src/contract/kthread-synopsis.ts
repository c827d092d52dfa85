import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/8.0.js'
import * as family from './checks/kthread/family.js'
import * as signaturesAdd from './checks/kthread/signatures-add.js'
import * as signatures from './checks/kthread/signatures.js'
import { kthreadClause } from './clause.js'

/** What kthread(9) says of names, arguments and the two families: FB8-KT-01 to 16. */
export const kthreadSynopsis: readonly Clause<Kernel>[] = [
  kthreadClause(
    'FB8-KT-01',
    'NAME',
    'The family has seven functions, start, shutdown, add, exit, resume, suspend and suspend_check; kproc_kthread_add is shown beside them and not named.',
    'executed',
    signatures.family,
  ),
  kthreadClause(
    'FB8-KT-02',
    'SYNOPSIS',
    'All of them but kthread_add stand under sys/kthread.h.',
    'described',
    signatures.header,
  ),
  kthreadClause(
    'FB8-KT-03',
    'SYNOPSIS',
    'kthread_add and kproc_kthread_add stand under sys/unistd.h, where the values of RF* flags come from.',
    'executed',
    signatures.flagHeader,
  ),
  kthreadClause(
    'FB8-KT-04',
    'SYNOPSIS',
    'kthread_start takes one pointer to data that it leaves as it is, and yields nothing.',
    'executed',
    signatures.startSignature,
  ),
  kthreadClause(
    'FB8-KT-05',
    'SYNOPSIS',
    'kthread_shutdown takes a thread and howto and yields nothing: the shape of a handler of shutdown events.',
    'executed',
    signatures.shutdownSignature,
  ),
  kthreadClause(
    'FB8-KT-06',
    'SYNOPSIS',
    'kthread_exit takes nothing, so no exit code, and never comes back.',
    'executed',
    signatures.exitSignature,
  ),
  kthreadClause(
    'FB8-KT-07',
    'SYNOPSIS',
    'kthread_resume takes a thread and yields an int.',
    'executed',
    signatures.resumeSignature,
  ),
  kthreadClause(
    'FB8-KT-08',
    'SYNOPSIS',
    'kthread_suspend takes a thread and a time-out and yields an int.',
    'executed',
    signatures.suspendSignature,
  ),
  kthreadClause(
    'FB8-KT-09',
    'SYNOPSIS',
    'kthread_suspend_check takes a thread and yields nothing.',
    'executed',
    signatures.checkSignature,
  ),
  kthreadClause(
    'FB8-KT-10',
    'SYNOPSIS',
    'kthread_add takes a function, its argument, a process, an out-pointer, flags, pages and a format with arguments, and yields an int.',
    'executed',
    signaturesAdd.addSignature,
  ),
  kthreadClause(
    'FB8-KT-11',
    'SYNOPSIS',
    'kproc_kthread_add takes pointers to pointers for process and thread, and the name of the process before the format, and yields an int.',
    'executed',
    signaturesAdd.kprocAddSignature,
  ),
  kthreadClause(
    'FB8-KT-12',
    'DESCRIPTION',
    'From 8.0 on the older functions of the prefix kthread_ go by kproc_.',
    'executed',
    family.renamed,
  ),
  kthreadClause(
    'FB8-KT-13',
    'DESCRIPTION',
    'They were renamed because what they make is a process.',
    'described',
    family.madeProcesses,
  ),
  kthreadClause(
    'FB8-KT-14',
    'DESCRIPTION',
    'The new family makes real threads: a creation adds one to a process and makes no process.',
    'executed',
    family.makesRealThreads,
  ),
  kthreadClause(
    'FB8-KT-15',
    'DESCRIPTION',
    'The renamed functions are on the page kproc(9).',
    'described',
    family.otherPage,
  ),
  kthreadClause(
    'FB8-KT-16',
    'DESCRIPTION',
    'kproc_kthread_add is on both pages, because half of its work belongs to each.',
    'described',
    family.straddles,
  ),
]
