import { ref } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import type { Td } from '../../td.js'
import { historyOf, NAMES_IN_8, type Role } from '../history.js'
import { added, quiet, sleeps, tell, type K } from './words.js'

const ROLES = Object.keys(NAMES_IN_8) as Role[]

/** FB8-D-19: each function of the thread family with what it was called, where that is known. */
export function namesOfThePast(trial: Trial<K>): string {
  const history = historyOf(trial.reading)
  const told = ROLES.map((role) => {
    const { since, before5, before8 } = history[role]
    return `${NAMES_IN_8[role].thread} ${since ?? '?'}, ${before5 ?? '?'}, ${before8 ?? '?'}`
  })
  return `since, name before 5.0, name before 8.0: ${told.join('; ')}`
}

/** FB8-D-22: a long name in its places, and the line in a graph that keeps the first one. */
export function longNames(trial: Trial<K>): string {
  return tell(trial, { ktrMask: quiet(trial).KTR_SCHED }, function* (k) {
    const long = 'abcdefghij'.repeat(12)
    const add = (yield* added(k, long, sleeps(k))).td_name
    const procptr = ref<Proc>()
    const [first, second] = [ref<Td>(), ref<Td>()]
    yield* k.kproc_kthread_add(sleeps(k), null, procptr, first, 0, 0, 'process', 'thread %d', 1)
    yield* k.kproc_kthread_add(sleeps(k), null, procptr, second, 0, 0, 'unused', '%s', long)
    yield* k.pause('start', 5)
    const tid = second.value!.td_tid
    const listed = k.kinfo_proc().find(({ ki_tid }) => ki_tid === tid)!.ki_ocomm
    const id = `${first.value!.td_tid}"`
    const record = k.ktr.find(({ text }) => text.includes('state:"running"') && text.includes(` tid ${id}`))!
    const line = /id:"(.*) tid/.exec(record.text)![1]
    return (
      `kthread_add '${add}'; kproc_kthread_add '${second.value!.td_name}', listed '${listed}'; ` +
      `a thread named '${first.value!.td_name}' is '${line}' in a graph`
    )
  })
}
