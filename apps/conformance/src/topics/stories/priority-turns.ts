import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'

const SILENT = { clauses: [] } as const
const MS = 1_000_000

/** Who takes the CPU from whom, when there is one. */
export const turnStories: readonly Story[] = [
  {
    id: 'priority/slice',
    topic: 'priority',
    asks: 'A thread computes for long and does not sleep: when does another of the same priority have its turn?',
    differ:
      'On NetBSD after a quantum of 100 ms; OpenBSD and FreeBSD never take the CPU from a kernel thread for the sake of an equal one.',
    bites: 'A loop that is harmless on NetBSD starves all its equals elsewhere: yield in it, or sleep.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-44'] },
      'netbsd/10.1': { clauses: ['NB10-KT-43'] },
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': { clauses: ['FB8-D-09'] },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      for (const name of ['first', 'second']) {
        yield* os.createAs(
          function* () {
            yield* log.add(`${name} begins ${os.k.now}`)
            yield* os.k.work(1000 * MS)
            yield* log.add(`${name} ends ${os.k.now}`)
          },
          { name },
        )
      }
      yield* os.pause(5 * os.k.hz)
      const lines = yield* log.lines()
      const at = (event: string) =>
        Number(
          lines
            .find((line) => line.startsWith(event))!
            .split(' ')
            .at(-1),
        )
      if (at('second begins') >= at('first ends')) return 'when the first has ended'
      return `within ${Math.ceil((at('second begins') - at('first begins')) / (100 * MS)) * 100} ms`
    },
  },
  {
    id: 'priority/preempts',
    topic: 'priority',
    asks: 'A thread wakes one that is more urgent: does that one run at once?',
    differ: 'Nowhere, as long as neither is of the urgency of interrupts: the waker goes on until it sleeps.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': SILENT,
      'netbsd/10.1': SILENT,
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': SILENT,
    },
    options: { ncpu: 1 },
    schedules: 'own',
    tell: (os) => wakes(os, os.priorities.pager),
  },
  {
    id: 'priority/preempts-interrupt',
    topic: 'priority',
    asks: 'And one that is as urgent as a network interrupt?',
    differ:
      'On NetBSD from PRI_USER_RT on, and on FreeBSD at 64 and below, it runs at once; on OpenBSD the waker goes on.',
    bites:
      'On OpenBSD nothing takes the CPU from code in the kernel but an interrupt: long work has to sleep in between.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': SILENT,
      'netbsd/10.1': SILENT,
      'openbsd/4.2': { clauses: [], nearest: 'a sleep at PSWP, the most urgent there is' },
      'openbsd/5.1': { clauses: [], nearest: 'a sleep at PSWP, the most urgent there is' },
      'freebsd/8.0': { clauses: [], nearest: 'sched_prio() of PI_NET' },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    tell: (os) => wakes(os, os.priorities.interrupt),
  },
]

/** A thread of the urgency of block I/O wakes one that is more urgent, on one CPU. */
function* wakes(os: Driver, priority: number): Steps<string> {
  const log = os.log()
  const { io } = os.priorities
  yield* os.createAs(
    function* () {
      yield* os.sleepAt(log, priority)
      yield* log.add('woken')
    },
    { name: 'urgent', priority },
  )
  yield* os.createAs(
    function* () {
      yield* os.sleepAt({}, io, 2)
      yield* os.wakeup(log)
      yield* log.add('waker')
    },
    { name: 'waker', priority: io },
  )
  yield* os.pause(6)
  return (yield* log.lines())[0] === 'woken' ? 'it runs at once' : 'the waker goes on'
}
