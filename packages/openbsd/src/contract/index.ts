import type { Contract, PageFacts } from '@kt/core/contract'
import * as ob42 from '../releases/4.2.js'
import * as ob51 from '../releases/5.1.js'
import { calls42, calls51 } from './calls.js'
import { kthreadRows, tforkRows } from './divergences.js'
import { kthread2007 } from './kthread-2007.js'
import { notes } from './notes.js'
import { notOfSchedules42, notOfSchedules51, proofs42, proofs51 } from './proofs.js'
import { kthreadQuestions, tforkQuestions } from './open-questions.js'
import { rowOf42, rowOf51 } from './row.js'
import { tfork2011 } from './tfork-2011.js'

const kthreadFacts: PageFacts = {
  page: 'kthread(9)',
  date: 'May 31, 2007',
  header: 'sys/kthread.h',
  functions: ['kthread_create', 'kthread_exit', 'kthread_create_deferred'],
  codeReferences: [],
  seeAlso: ['fork1(9)'],
  history: null,
}

const tforkFacts: PageFacts = {
  page: '__tfork_thread(3)',
  date: 'December 24, 2011',
  header: 'sys/unistd.h',
  functions: ['__tfork_thread', '__tfork'],
  codeReferences: [],
  seeAlso: ['rfork(2)'],
  history: 'OpenBSD 5.1',
}

/** kthread(9) of May 31, 2007 on OpenBSD 4.2, which shipped it. */
export const openbsd42: Contract<ob42.Kernel> = {
  os: 'openbsd',
  release: '4.2',
  label: 'OpenBSD 4.2',
  pages: [kthreadFacts],
  createKernel: (options) => ob42.createKernel(options),
  clauses: kthread2007,
  divergences: [...kthreadRows, ...kthreadQuestions].map(rowOf42),
  notes,
  proofs: proofs42,
  notOfSchedules: notOfSchedules42,
  calls: calls42,
}

/** The same page on OpenBSD 5.1, whose kernel had moved on, and __tfork_thread(3) of December 24, 2011. */
export const openbsd51: Contract<ob51.Kernel> = {
  os: 'openbsd',
  release: '5.1',
  label: 'OpenBSD 5.1',
  pages: [kthreadFacts, tforkFacts],
  createKernel: (options) => ob51.createKernel(options),
  clauses: [...kthread2007, ...tfork2011],
  divergences: [
    ...kthreadRows.map(rowOf51),
    ...tforkRows.map(rowOf51),
    ...kthreadQuestions.map(rowOf51),
    ...tforkQuestions.map(rowOf51),
  ],
  notes,
  proofs: proofs51,
  notOfSchedules: notOfSchedules51,
  calls: calls51,
}

/** The contracts of this package, oldest release first. */
export const contracts: readonly [Contract<ob42.Kernel>, Contract<ob51.Kernel>] = [openbsd42, openbsd51]
