import type { Contract, Proof } from '@kt/core/contract'
import type { NetbsdKernel } from '../kernel.js'
import type * as nb10 from '../releases/10.1.js'
import type * as nb6 from '../releases/6.js'
import { ofCreate } from './proofs/create.js'
import { ofDestroy, ofExit } from './proofs/exit.js'
import { ofFpu } from './proofs/fpu.js'
import { ofJoin } from './proofs/join.js'
import type { Shared } from './proofs/words.js'

const shared: readonly Shared[] = [...ofCreate, ...ofExit, ...ofJoin]

function of6({ clauses6, kernel6, ...rest }: Shared): Proof<NetbsdKernel> {
  return { ...rest, clauses: clauses6, kernel: kernel6 }
}

function of10({ clauses10, kernel10, ...rest }: Shared): Proof<NetbsdKernel> {
  return { ...rest, clauses: clauses10, kernel: kernel10 }
}

/** What is checked under every schedule in NetBSD 6. */
export const proofs6: readonly Proof<nb6.Kernel>[] = [...shared.map(of6), ...ofDestroy]

/** The same in NetBSD 10.1. */
export const proofs10: readonly Proof<nb10.Kernel>[] = [...shared.map(of10), ...ofFpu]

type NotOfSchedules = Contract<unknown>['notOfSchedules']

const ON_ITS_CPU =
  'On which CPU a thread is: schedules in which any thread may go next have no CPUs to choose from, and the check runs the scheduler.'

/** Clauses whose words sound like a promise about schedules and are about something else. */
export const notOfSchedules6: NotOfSchedules = {
  'NB6-KT-19': ON_ITS_CPU,
}

/** The same of the newer page. */
export const notOfSchedules10: NotOfSchedules = {
  'NB10-KT-08': 'What a kernel thread is: there is no call that would take one to user mode.',
  'NB10-KT-22': ON_ITS_CPU,
}
