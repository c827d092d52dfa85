import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'
import type { Tuning } from '../words/schedule.js'

const MS = 1_000_000
const NO_BINDING = 'kthread_create() without it: there is no such argument'

export const cpuStories: readonly Story[] = [
  {
    id: 'cpu/moves',
    topic: 'cpu',
    asks: 'May a thread of which nothing was said execute on one CPU now and on another later?',
    differ: 'Everywhere it may: it goes where there is room for it when it wakes.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-20'] },
      'netbsd/10.1': { clauses: ['NB10-KT-23'] },
      'openbsd/4.2': { clauses: [] },
      'openbsd/5.1': { clauses: [] },
      'freebsd/8.0': { clauses: ['FB8-O-14'] },
    },
    schedules: 'own',
    tell: (os) => wanders(os, {}),
  },
  {
    id: 'cpu/bound',
    topic: 'cpu',
    asks: 'Can a thread be created for one CPU, so that it never executes on another?',
    differ:
      'NetBSD takes the CPU as an argument of kthread_create(); on FreeBSD its CPU set is narrowed between RFSTOPPED and sched_add(); kthread_create() of OpenBSD takes none, and sched_peg_curproc() of 5.1, by which a thread binds itself later, kt does not model.',
    bites: 'Data of one CPU that only its own thread touches needs a lock on OpenBSD.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-18', 'NB6-KT-19', 'NB-D-29'] },
      'netbsd/10.1': { clauses: ['NB10-KT-21', 'NB10-KT-22', 'NB-D-29'] },
      'openbsd/4.2': { clauses: [], nearest: NO_BINDING },
      'openbsd/5.1': { clauses: [], nearest: NO_BINDING },
      'freebsd/8.0': {
        clauses: ['FB8-O-14'],
        nearest: 'RFSTOPPED, cpuset_setthread() and sched_add(), or sched_bind() by the thread itself',
      },
    },
    schedules: 'own',
    tell: (os) => wanders(os, { cpu: 1 }),
  },
]

/** A thread works and sleeps in turn while others keep the CPUs busy, and tells where it was. */
function* wanders(os: Driver, tuning: Tuning): Steps<string> {
  const log = os.log()
  const over = os.happening('over')
  for (const [name, ms] of [
    ['even', 20],
    ['odd', 30],
  ] as const) {
    yield* os.createAs(
      function* () {
        for (let round = 0; round < 20; round++) {
          yield* os.k.work(ms * MS)
          yield* os.pause(1)
        }
      },
      { name },
    )
  }
  yield* os.createAs(function* () {
    for (let round = 0; round < 20; round++) {
      yield* log.add(`${os.cpu()}`)
      yield* os.k.work(10 * MS)
      yield* os.pause(1)
    }
    yield* over.raise()
  }, tuning)
  yield* over.wait()
  const cpus = new Set(yield* log.lines())
  if (cpus.size > 1) return 'on one CPU, then on another'
  return cpus.has(`${tuning.cpu}`) ? 'only on the one it was created for' : 'always on the same'
}
