import type { Contract, Proof } from '@kt/core/contract'
import type { Kernel } from '../releases/8.0.js'
import { ofCreation } from './proofs/create.js'
import { ofExit } from './proofs/exit.js'
import { ofSuspension } from './proofs/suspend.js'

/** What is checked under every schedule. */
export const proofs: readonly Proof<Kernel>[] = [...ofCreation, ...ofExit, ...ofSuspension]

/** Clauses whose words sound like a promise about schedules and are about something else. */
export const notOfSchedules: Contract<unknown>['notOfSchedules'] = {
  'FB8-KT-11': 'The order of the parameters: the name of the process stands before the format.',
  'FB8-KT-28': 'What a kernel thread is: there is no call that would take one to user mode.',
  'FB8-KT-81': 'Names of the past.',
  'FB8-KP-17': 'What the function is given: “only” counts arguments.',
}
