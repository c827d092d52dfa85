import type { Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import { ref, type Kernel, type Proc, type Td } from '../../../releases/8.0.js'
import { historyOf, NAMES_IN_8, type Role } from '../../history.js'
import { addsLooper, isParked, suspends } from './suspend-words.js'
import { adds, exits, runs, waits, type Check } from './words.js'

// SEE ALSO and HISTORY: what the page tells is compared with the past that the trial's reading holds true.

/** FB8-KT-75: processes, sysinits and wakeups have to do with threads: an end is a wakeup on the thread. */
export const seeAlso: Check = (trial) => {
  equal(trial.page('kthread(9)').seeAlso, ['kproc(9)', 'SYSINIT(9)', 'wakeup(9)'], 'SEE ALSO')
  const seen = runs(trial, function* (k) {
    for (const name of ['kproc_create', 'SYSINIT', 'wakeup'] as const) equal(typeof k[name], 'function', name)
    const td = yield* adds(k, () => waits(k, 'go'), 'leaves')
    const results: (number | boolean)[] = []
    yield* adds(k, function* () {
      results.push(yield* k.tsleep(td, k.PVM, 'exit', 0), k.tdfind(td.td_tid) === null)
      yield* exits(k)
    })
    yield* k.pause('wait', 5)
    equal(results, [], 'what the sleeper has to tell before the end of the thread')
    yield* k.wakeup('go')
    yield* k.pause('wait', 1)
    return results
  })
  equal(seen, [0, true], 'result of a sleep on the thread, and whether that is gone by then')
  trial.saw('whoever sleeps on a thread is woken by its kthread_exit')
}

/** FB8-KT-76: a function of 2.2 that made processes, by the name it has today (FB8-D-19). */
export const startBefore8: Check = (trial) => {
  const { since, before5, before8 } = historyOf(trial.reading).start
  trial.saw(
    `since ${since ?? 'nobody knows when'}; before 5.0 ${before5 ?? 'unknown'}, before 8.0 ${before8 ?? 'unknown'}`,
  )
  equal([before8, before5], ['kthread_start', 'kthread_start'], 'names of kthread_start before 8.0 and before 5.0')
  equal([`FreeBSD ${since}`, since], [trial.page('kthread(9)').history, '2.2'], 'the release it dates from')
  // What it did then is another function's now.
  const made = runs(trial, function* (k) {
    const before = counted(k)
    yield* k.kproc_start({ arg0: 'daemon', func: () => leavesProcess(k), global_procpp: null })
    return grown(k, before)
  })
  equal(made, { processes: 1, threads: 1 }, 'what kproc_start makes')
}

/** FB8-KT-77: in 8.0 it makes a thread, and no process. */
export const startSince8: Check = (trial) => {
  equal(trial.contract.release, '8.0', 'release')
  const made = runs(trial, function* (k) {
    const before = counted(k)
    const { p_numthreads } = k.proc0
    yield* k.kthread_start({ arg0: 'daemon', func: () => exits(k), global_threadpp: null })
    equal(k.proc0.p_numthreads, p_numthreads + 1, 'threads of process 0')
    return grown(k, before)
  })
  equal(made, { processes: 0, threads: 1 }, 'what kthread_start makes')
  trial.saw(`kthread_start makes ${made.threads} thread and ${made.processes} processes`)
}

/** FB8-KT-78: five functions of 4.0, under whatever name; in 8.0 each takes one thread and leaves its process alone. */
export const othersSince4: Check = (trial) => {
  const past = historyOf(trial.reading)
  const five: readonly Role[] = ['shutdown', 'exit', 'resume', 'suspend', 'suspend_check']
  for (const role of five) equal(past[role].since, '4.0', `first release of ${NAMES_IN_8[role].thread}`)
  runs(trial, function* (k) {
    const one = yield* addsLooper(k, 'one')
    const other = yield* addsLooper(k, 'other')
    equal([one.td.td_proc, other.td.td_proc], [k.proc0, k.proc0], 'processes of the two threads')
    yield* suspends(k, one.td)
    holds(!isParked(k, other.td), 'kthread_suspend parked another thread of the process')
    equal(yield* k.kthread_resume(one.td), 0, 'kthread_resume')
    yield* k.kthread_shutdown(other.td, k.RB_AUTOBOOT)
    holds(isParked(k, other.td) && !isParked(k, one.td), 'kthread_shutdown did not park one thread and no other')
    const before = counted(k)
    yield* adds(k, () => exits(k), 'leaves')
    yield* k.pause('wait', 1)
    equal(grown(k, before), { processes: 0, threads: 0 }, 'what is left of a thread that called kthread_exit')
    equal(k.proc0.p_state, k.PRS_NORMAL, 'state of its process')
  })
  trial.saw(`since 4.0, before 5.0 as ${five.map((role) => past[role].before5).join(', ')}; in 8.0 on threads`)
}

/** FB8-KT-79: what was kthread_create is kthread_add; 8.0 has nothing by the old name. */
export const createIsAdd: Check = (trial) => {
  const { before8 } = historyOf(trial.reading).create
  const { thread } = NAMES_IN_8.create
  equal([before8, thread], ['kthread_create', 'kthread_add'], 'names before 8.0 and in 8.0')
  runs(trial, function* (k) {
    equal([before8! in k, thread in k], [false, true], `whether 8.0 has ${before8}, and ${thread}`)
    const before = counted(k)
    equal(yield* k.kthread_add(() => exits(k), null, null, ref<Td>(), 0, 0, 'new'), 0, 'kthread_add')
    equal(grown(k, before), { processes: 0, threads: 1 }, 'what kthread_add makes')
  })
  trial.saw(`${before8} became ${thread}`)
}

/** FB8-KT-80: whoever wants what kthread_create made calls kproc_create. */
export const processesAreKproc: Check = (trial) => {
  const { process } = NAMES_IN_8.create
  equal(process, 'kproc_create', 'the function that makes processes')
  const made = runs(trial, function* (k) {
    holds(process in k, `8.0 has no ${process}`)
    const before = counted(k)
    equal(yield* k.kproc_create(() => leavesProcess(k), null, ref<Proc>(), 0, 0, 'new'), 0, 'kproc_create')
    return grown(k, before)
  })
  equal(made, { processes: 1, threads: 1 }, 'what kproc_create makes')
  trial.saw(`kproc_create makes ${made.processes} process with ${made.threads} thread`)
}

const OLD_NAMES: Readonly<Partial<Record<Role, string>>> = {
  shutdown: 'shutdown_kproc',
  resume: 'resume_kproc',
  suspend: 'shutdown_kproc',
  suspend_check: 'kproc_suspend_loop',
}

/** FB8-KT-81: four functions had other names before 5.0, which 8.0 does not have (FB8-D-19). */
export const namesBefore5: Check = (trial) => {
  const found = foundNames(trial)
  trial.saw(Object.entries(found).map(([role, name]) => `${role}: ${name}`).join(', ')) // prettier-ignore
  const k = trial.createKernel()
  equal(
    Object.values(OLD_NAMES).filter((name) => name in k),
    [],
    'old names that 8.0 has',
  )
  equal(found, OLD_NAMES, 'names before 5.0')
}

function foundNames({ reading }: Trial<Kernel>): Partial<Record<Role, string | null>> {
  const past = historyOf(reading)
  return Object.fromEntries((Object.keys(OLD_NAMES) as Role[]).map((role) => [role, past[role].before5]))
}

function* leavesProcess(k: Kernel): Steps<never> {
  return yield* k.kproc_exit(0)
}

interface Counted {
  readonly processes: number
  readonly threads: number
}

/** Processes, and threads of all of them. */
function counted(k: Kernel): Counted {
  return { processes: k.allproc.length, threads: k.kinfo_proc().length }
}

function grown(k: Kernel, before: Counted): Counted {
  const now = counted(k)
  return { processes: now.processes - before.processes, threads: now.threads - before.threads }
}
