import type { Contract, Proof } from '@kt/core/contract'
import type * as ob42 from '../releases/4.2.js'
import type * as ob51 from '../releases/5.1.js'
import { ofKthread } from './proofs/kthread.js'
import { ofTfork } from './proofs/tfork.js'

/** What is checked under every schedule in OpenBSD 4.2. */
export const proofs42: readonly Proof<ob42.Kernel>[] = ofKthread

/** The same in OpenBSD 5.1. */
export const proofs51: readonly Proof<ob51.Kernel>[] = [...ofKthread, ...ofTfork]

type NotOfSchedules = Contract<unknown>['notOfSchedules']

/** Clauses whose words sound like a promise about schedules and are about something else: none of the older page. */
export const notOfSchedules42: NotOfSchedules = {}

/** The same with __tfork_thread(3). */
export const notOfSchedules51: NotOfSchedules = {
  'OB-TF-08': 'What the two take: “only” counts parameters.',
  'OB-TF-13': 'What the function is given: “only” counts arguments.',
}
