import type { Contract, PageFacts } from '@kt/core/contract'
import * as fb80 from '../releases/8.0.js'
import { calls } from './calls.js'
import { divergences } from './divergences.js'
import { kproc2007 } from './kproc-2007.js'
import { kthreadCreation } from './kthread-create.js'
import { kthreadSuspension } from './kthread-suspend.js'
import { notes } from './notes.js'
import { notOfSchedules, proofs } from './proofs.js'
import { openQuestions } from './open-questions.js'
import { rowOf } from './row.js'

const kthreadFacts: PageFacts = {
  page: 'kthread(9)',
  date: 'November 2009',
  header: 'sys/kthread.h',
  functions: [
    'kthread_start',
    'kthread_shutdown',
    'kthread_add',
    'kthread_exit',
    'kthread_resume',
    'kthread_suspend',
    'kthread_suspend_check',
  ],
  codeReferences: [],
  seeAlso: ['kproc(9)', 'SYSINIT(9)', 'wakeup(9)'],
  history: 'FreeBSD 2.2',
}

const kprocFacts: PageFacts = {
  page: 'kproc(9)',
  date: 'October 19, 2007',
  header: 'sys/kthread.h',
  functions: [
    'kproc_start',
    'kproc_shutdown',
    'kproc_create',
    'kproc_exit',
    'kproc_resume',
    'kproc_suspend',
    'kproc_suspend_check',
  ],
  codeReferences: [],
  seeAlso: ['rfork(2)', 'exit1(9)', 'kthread(9)', 'SYSINIT(9)', 'wakeup(9)'],
  history: 'FreeBSD 2.2',
}

/** kthread(9) as of November 2009 and kproc(9) of October 19, 2007 on FreeBSD 8.0, which shipped them. */
export const freebsd80: Contract<fb80.Kernel> = {
  os: 'freebsd',
  release: '8.0',
  label: 'FreeBSD 8.0',
  pages: [kthreadFacts, kprocFacts],
  createKernel: (options) => fb80.createKernel(options),
  clauses: [...kthreadCreation, ...kthreadSuspension, ...kproc2007],
  divergences: [...divergences, ...openQuestions].map(rowOf),
  notes,
  proofs,
  notOfSchedules,
  calls,
}

/** The contracts of this package. */
export const contracts: readonly [Contract<fb80.Kernel>] = [freebsd80]
