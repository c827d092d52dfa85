import { equal, holds, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'

// What the pages say about themselves: sources, neighbours, history, date.

/** NB6-KT-63. */
export function codeReferences2011(trial: Trial<NetbsdKernel>): void {
  const { codeReferences, header } = trial.page('kthread(9)')
  equal(codeReferences, ['sys/kern/kern_kthread.c', 'sys/sys/kthread.h'], 'CODE REFERENCES')
  holds(codeReferences.includes(`sys/${header}`), 'the header of the SYNOPSIS is not among them')
  trial.saw(codeReferences.join(', '))
}

/** NB6-KT-64: each page that is named describes calls that this kernel has. */
export function seeAlso2011(trial: Trial<NetbsdKernel>): void {
  const neighbours: Readonly<Record<string, string>> = {
    'condvar(9)': 'cv_wait',
    'driver(9)': 'config_interrupts',
    'softint(9)': 'softint_establish',
    'workqueue(9)': 'workqueue_create',
  }
  const { seeAlso } = trial.page('kthread(9)')
  equal(seeAlso, Object.keys(neighbours), 'SEE ALSO')
  const k = trial.createKernel()
  const missing = seeAlso.filter((page) => !(neighbours[page]! in k))
  equal(missing, [], 'pages whose calls this kernel lacks')
  trial.saw(seeAlso.map((page) => `${page}: ${neighbours[page]!}`).join(', '))
}

/** NB6-KT-65. */
export function history2011(trial: Trial<NetbsdKernel>): void {
  const { history } = trial.page('kthread(9)')
  equal(history, 'NetBSD 1.4', 'HISTORY')
  trial.saw(`first appeared in ${String(history)}`)
}

/** NB6-KT-66: the page of the day on which KTHREAD_MUSTJOIN took the place, and the bit, of KTHREAD_JOINABLE. */
export function date2011(trial: Trial<NetbsdKernel>): void {
  const { date } = trial.page('kthread(9)')
  equal(date, 'August 7, 2011', 'date')
  const k = trial.createKernel()
  equal(k.KTHREAD_MUSTJOIN, 0x10, 'KTHREAD_MUSTJOIN')
  holds(!('KTHREAD_JOINABLE' in k), 'KTHREAD_JOINABLE is still there')
  trial.saw(`${date}; KTHREAD_MUSTJOIN, no KTHREAD_JOINABLE`)
}

/** NB10-KT-61: the date was not changed when the floating-point calls were added. */
export function date101(trial: Trial<NetbsdKernel>): void {
  const { date, functions } = trial.page('kthread(9)')
  equal(date, 'April 21, 2015', 'date')
  const added = functions.filter((name) => name.startsWith('kthread_fpu_'))
  equal(added, ['kthread_fpu_enter', 'kthread_fpu_exit'], 'functions that are younger than the date')
  trial.saw(`${date}, with ${added.join(' and ')}`)
}

/** NB10-KT-62. */
export function silent101(trial: Trial<NetbsdKernel>): void {
  const { codeReferences, seeAlso, history } = trial.page('kthread(9)')
  equal({ codeReferences, seeAlso, history }, { codeReferences: [], seeAlso: [], history: null }, 'sections at the end')
  trial.saw('no code references, no neighbours, no history')
}
