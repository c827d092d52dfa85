import type { Contract, PageFacts } from '@kt/core/contract'
import * as nb10 from '../releases/10.1.js'
import * as nb6 from '../releases/6.js'
import { calls101, calls6 } from './calls.js'
import { divergences10, divergences6 } from './divergences.js'
import { kthread101 } from './kthread-10.1.js'
import { kthread2011 } from './kthread-2011.js'
import { notes } from './notes.js'
import { notOfSchedules10, notOfSchedules6, proofs10, proofs6 } from './proofs.js'

const page6: PageFacts = {
  page: 'kthread(9)',
  date: 'August 7, 2011',
  header: 'sys/kthread.h',
  functions: ['kthread_create', 'kthread_destroy', 'kthread_exit', 'kthread_join'],
  codeReferences: ['sys/kern/kern_kthread.c', 'sys/sys/kthread.h'],
  seeAlso: ['condvar(9)', 'driver(9)', 'softint(9)', 'workqueue(9)'],
  history: 'NetBSD 1.4',
}

const page10: PageFacts = {
  page: 'kthread(9)',
  date: 'April 21, 2015',
  header: 'sys/kthread.h',
  functions: ['kthread_create', 'kthread_exit', 'kthread_join', 'kthread_fpu_enter', 'kthread_fpu_exit'],
  codeReferences: [],
  seeAlso: [],
  history: null,
}

/** kthread(9) of August 7, 2011 on NetBSD 6. */
export const netbsd6: Contract<nb6.Kernel> = {
  os: 'netbsd',
  release: '6',
  label: 'NetBSD 6',
  pages: [page6],
  createKernel: (options) => nb6.createKernel(options),
  clauses: kthread2011,
  divergences: divergences6,
  notes,
  proofs: proofs6,
  notOfSchedules: notOfSchedules6,
  calls: calls6,
}

/** kthread(9) on NetBSD 10.1. */
export const netbsd101: Contract<nb10.Kernel> = {
  os: 'netbsd',
  release: '10.1',
  label: 'NetBSD 10.1',
  pages: [page10],
  createKernel: (options) => nb10.createKernel(options),
  clauses: kthread101,
  divergences: divergences10,
  notes,
  proofs: proofs10,
  notOfSchedules: notOfSchedules10,
  calls: calls101,
}

/** The contracts of this package, oldest release first. */
export const contracts: readonly [Contract<nb6.Kernel>, Contract<nb10.Kernel>] = [netbsd6, netbsd101]
