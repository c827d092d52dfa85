import { ref } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import type { Td } from '../../../td.js'
import { historyOf, NAMES_IN_8 } from '../../history.js'
import { waits } from './spawn.js'

// What the page says about its names, other pages and the past.

type Check = (trial: Trial<Kernel>) => void

/** FB8-KP-08: where both families have a function of one kind, one works on processes and the other on threads. */
export const anotherFamily: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  for (const { thread, process } of Object.values(NAMES_IN_8)) {
    const [a, b] = [k[thread as keyof Kernel], k[process as keyof Kernel]]
    holds(
      typeof a === 'function' && typeof b === 'function' && a !== b,
      `${thread} and ${process} are not two functions`,
    )
  }
  equal('kthread_create' in k, false, 'whether the former name of kproc_create is still there')
  const seen = valueOf(
    k.boot(function* () {
      const newpp = ref<Proc>()
      const newtdpp = ref<Td>()
      const before = k.allproc.length
      yield* k.kthread_add(() => waits(k, 'go'), null, null, newtdpp, 0, 0, 'thread')
      const ofThread = [k.allproc.length - before, newtdpp.value!.td_proc.p_pid]
      yield* k.kproc_create(() => waits(k, 'go'), null, newpp, 0, 0, 'process')
      return [...ofThread, k.allproc.length - before, Math.sign(newpp.value!.p_pid)]
    }),
  )
  equal(seen, [0, 0, 1, 1], 'more processes and pid for kthread_add, the same and sign of the pid for kproc_create')
  trial.saw('kthread_add: a thread of process 0; kproc_create: a process; no kthread_create')
}

/** FB8-KP-42: five pages, of which the release has kthread(9) too; what the others are about is there to be called. */
export const seeAlso: Check = (trial) => {
  const { seeAlso: pages } = trial.page('kproc(9)')
  equal(pages, ['rfork(2)', 'exit1(9)', 'kthread(9)', 'SYSINIT(9)', 'wakeup(9)'], 'SEE ALSO')
  equal(trial.page('kthread(9)').seeAlso.includes('kproc(9)'), true, 'whether kthread(9) names this page')
  const k = trial.createKernel()
  equal([typeof k.SYSINIT, typeof k.wakeup, k.RFPROC], ['function', 'function', 0x10], 'SYSINIT, wakeup, RFPROC')
  trial.saw(pages.join(', '))
}

/** FB8-KP-43: the names and ages that HISTORY gives, against those of the sources (FB8-D-19). */
export const history: Check = (trial) => {
  equal(trial.page('kproc(9)').history, 'FreeBSD 2.2', 'the release that HISTORY begins with')
  const past = historyOf(trial.reading)
  equal(
    Object.entries(past).map(([role, { since, before5, before8 }]) => [role, since, before5, before8]),
    [
      ['start', '2.2', 'kthread_start', 'kthread_start'],
      ['shutdown', '4.0', 'shutdown_kproc', 'kthread_shutdown'],
      ['create', '4.0', 'kthread_create', 'kthread_create'],
      ['exit', '4.0', 'kthread_exit', 'kthread_exit'],
      ['resume', '4.0', 'resume_kproc', 'kthread_resume'],
      ['suspend', '4.0', 'shutdown_kproc', 'kthread_suspend'],
      ['suspend_check', '4.0', 'kproc_suspend_loop', 'kthread_suspend_check'],
    ],
    'first release, name before 5.0 and name before 8.0 of each function',
  )
  trial.saw(Object.values(past).map(({ before5 }) => before5).join(', ')) // prettier-ignore
}
