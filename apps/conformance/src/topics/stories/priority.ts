import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'
import { ALL } from './alike.js'
import { turnStories } from './priority-turns.js'

const SILENT = { clauses: [] } as const
const MS = 1_000_000

export const priorityStories: readonly Story[] = [
  {
    id: 'priority/default',
    topic: 'priority',
    asks: 'Which priority has a new kernel thread of which nothing was said?',
    differ:
      'PRI_NONE of kthread_create() is 96 on NetBSD; OpenBSD and FreeBSD copy what process 0 has, 4 and 68 once it is at rest.',
    bites: 'The three numbers are not on one scale: give names, as PVM and PRIBIO, and never a number from elsewhere.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-15'] },
      'netbsd/10.1': { clauses: ['NB10-KT-19'] },
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': { clauses: ['FB8-O-14'] },
    },
    schedules: 'own',
    *tell(os) {
      const { thread } = yield* os.createAs(() => os.pause(1), {})
      return `priority ${os.priorityOf(thread!)}`
    },
  },
  {
    id: 'priority/early',
    topic: 'priority',
    asks: 'Has a thread that is created while the system boots the priority of one that is created later?',
    differ:
      'On NetBSD and FreeBSD it has; on OpenBSD process 0, whose priority it copies, is at 0 until it first sleeps.',
    bites:
      'On OpenBSD a thread that is created from a deferred function is more urgent than all others until it sleeps.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-15', 'NB-G-16'] },
      'netbsd/10.1': { clauses: ['NB10-KT-19', 'NB-G-16'] },
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': { clauses: ['FB8-O-14', 'FB8-O-15'] },
    },
    schedules: 'own',
    cold(os) {
      const early = os.log()
      os.attachDeferring(function* () {
        yield* os.createAs(() => early.add(`${os.priorityOf()}`), {})
      })
      return early
    },
    *tell(os, booted) {
      yield* os.pause(20)
      const late = yield* seenBy(os, function* (see) {
        yield* os.createAs(() => see(os.priorityOf()), {})
      })
      const [early] = yield* booted!.lines()
      return Number(early) === late ? 'it has' : `it has ${early}, and a later one ${late}`
    },
  },
  {
    id: 'priority/direction',
    topic: 'priority',
    asks: 'Of two threads that wait for a CPU, does the one with the higher or the lower number come first?',
    differ: 'On NetBSD the higher number is the more urgent, on OpenBSD and FreeBSD the lower.',
    bites: 'Arithmetic on priorities, as PRI_BIO + 1, goes the other way after a port.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-14'] },
      'netbsd/10.1': { clauses: ['NB10-KT-18'] },
      'openbsd/4.2': { clauses: [], nearest: 'the priority of the sleep that it comes from' },
      'openbsd/5.1': { clauses: [], nearest: 'the priority of the sleep that it comes from' },
      'freebsd/8.0': {
        clauses: ['FB8-O-19'],
        nearest: 'sched_prio() before sched_add() of a thread made with RFSTOPPED',
      },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    *tell(os) {
      const { pager, io } = os.priorities
      const numbers = { low: Math.min(pager, io), high: Math.max(pager, io) }
      // In both orders: who came first must not matter.
      const firsts = new Set<string>()
      for (const order of [['low', 'high'] as const, ['high', 'low'] as const]) {
        const log = os.log()
        for (const name of order) {
          yield* os.createAs(
            function* () {
              yield* os.sleepAt(log, numbers[name])
              yield* log.add(name)
            },
            { name, priority: numbers[name] },
          )
        }
        yield* os.pause(2)
        yield* os.wakeup(log)
        yield* os.pause(2)
        firsts.add((yield* log.lines())[0]!)
      }
      return firsts.size === 1 ? `the ${[...firsts].join('')} number first` : 'who came first'
    },
  },
  {
    id: 'priority/create',
    topic: 'priority',
    asks: 'Can its creator give a thread a priority, so that it begins with it?',
    differ:
      'NetBSD takes it as the first argument of kthread_create(); on FreeBSD it is set between RFSTOPPED and sched_add(); on OpenBSD it cannot be said.',
    bites: 'On OpenBSD a thread begins with what process 0 has, and only its own sleeps change that.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-14'] },
      'netbsd/10.1': { clauses: ['NB10-KT-18'] },
      'openbsd/4.2': { clauses: [], nearest: 'kthread_create() without it: there is no such argument' },
      'openbsd/5.1': { clauses: [], nearest: 'kthread_create() without it: there is no such argument' },
      'freebsd/8.0': {
        clauses: ['FB8-O-19'],
        nearest: 'RFSTOPPED, sched_prio() and sched_add(): kthread_add() takes none',
      },
    },
    schedules: 'own',
    *tell(os) {
      const { io } = os.priorities
      const begins = yield* seenBy(os, function* (see) {
        yield* os.createAs(() => see(os.priorityOf()), { priority: io })
      })
      return begins === io ? 'it begins with the priority that was asked for' : 'it begins with another'
    },
  },
  {
    id: 'priority/inherits',
    topic: 'priority',
    asks: 'Does a thread have the priority of the thread that created it?',
    differ: 'Nowhere: NetBSD has a default of its own, and OpenBSD and FreeBSD copy process 0, whoever asks.',
    bites:
      'On FreeBSD that is so in process 0: elsewhere a thread has what the newest thread of its process has, be it the creator.',
    alike: [ALL],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-15', 'NB-G-11'] },
      'netbsd/10.1': { clauses: ['NB10-KT-19', 'NB-G-11'] },
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': { clauses: ['FB8-O-14'] },
    },
    schedules: 'own',
    *tell(os) {
      const { io } = os.priorities
      const creator = yield* seenBy(os, function* (see) {
        yield* os.createAs(
          function* () {
            yield* os.sleepAt({}, io, 1)
            const made = yield* os.createAs(() => os.pause(1), { name: 'made' })
            yield* see(os.priorityOf(made.thread!) === os.priorityOf() ? 1 : 0)
          },
          { priority: io },
        )
      })
      return creator === 1 ? 'it has that of its creator' : 'it does not'
    },
  },
  {
    id: 'priority/sleep',
    topic: 'priority',
    asks: 'What does the priority argument of a sleep do to a kernel thread?',
    differ:
      'NetBSD and the scheduler of FreeBSD (ULE) ignore it; on OpenBSD the thread has it from then on, until the next sleep.',
    bites: 'On OpenBSD the argument of tsleep() is how urgent the thread is afterwards: PWAIT puts it behind PRIBIO.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-45', 'NB6-KT-46'] },
      'netbsd/10.1': { clauses: ['NB10-KT-43', 'NB10-KT-44'] },
      'openbsd/4.2': SILENT,
      'openbsd/5.1': SILENT,
      'freebsd/8.0': SILENT,
    },
    schedules: 'own',
    *tell(os) {
      const { io } = os.priorities
      const log = os.log()
      const { thread } = yield* os.createAs(function* () {
        yield* log.add(`${os.priorityOf()}`)
        yield* os.sleepAt({}, io, 4)
        yield* log.add(`${os.priorityOf()}`)
        yield* os.pause(1)
        yield* log.add(`${os.priorityOf()}`)
      }, {})
      yield* os.pause(2)
      const asleep = os.priorityOf(thread!)
      yield* os.pause(8)
      const [before, after, later] = (yield* log.lines()).map(Number)
      if (asleep === before && after === before) return 'nothing'
      const kept = after !== io ? 'while it sleeps' : later === io ? 'from then on' : 'until its next sleep'
      return asleep === io ? `it has that priority ${kept}` : 'something else'
    },
  },
  {
    id: 'priority/class',
    topic: 'priority',
    asks: 'Is there a class in which a thread that computes much falls behind?',
    differ:
      'With KTHREAD_TS on NetBSD its priority falls as it computes and rises as it rests; OpenBSD and FreeBSD leave a kernel thread where it is.',
    bites: 'Elsewhere a thread for background work keeps its priority, however much it computes.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-40', 'NB6-KT-41', 'NB6-KT-42', 'NB6-KT-43', 'NB-D-12'] },
      'netbsd/10.1': { clauses: ['NB10-KT-39', 'NB10-KT-40', 'NB10-KT-41', 'NB10-KT-42', 'NB-D-12'] },
      'openbsd/4.2': { clauses: [], nearest: 'kthread_create(): there is no such flag' },
      'openbsd/5.1': { clauses: [], nearest: 'kthread_create(): there is no such flag' },
      'freebsd/8.0': {
        clauses: [],
        nearest: 'sched_class() of PRI_TIMESHARE, which moves only a priority for user mode',
      },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    *tell(os) {
      const { pager, io } = os.priorities
      const isMoreUrgent = (one: number, other: number) => (one - other) * (pager - io) > 0
      const log = os.log()
      yield* os.createAs(
        function* () {
          for (let sample = 0; sample < 10; sample++) {
            yield* os.k.work(100 * MS)
            yield* log.add(`${os.priorityOf()}`)
          }
          yield* os.sleepAt(log, os.priorityOf(), 10 * os.k.hz)
          yield* log.add(`${os.priorityOf()}`)
        },
        { isTimeShared: true },
      )
      yield* os.pause(15 * os.k.hz)
      const samples = (yield* log.lines()).map(Number)
      const rested = samples.pop()!
      const tired = samples.reduce((one, other) => (isMoreUrgent(one, other) ? other : one))
      if (samples.every((sample) => sample === rested)) return 'its priority stays as it is'
      const falls = isMoreUrgent(samples[0]!, tired) ? 'it falls behind as it computes' : 'it keeps up as it computes'
      return `${falls}${isMoreUrgent(rested, tired) ? ', and recovers as it rests' : ''}`
    },
  },
  ...turnStories,
]

/** What a thread has seen, when it has. */
function* seenBy(os: Driver, begin: (see: (value: number) => Steps<void>) => Steps<void>): Steps<number> {
  const seen = os.k.cell(-1, { name: 'seen', atomic: true })
  const told = os.happening('told')
  yield* begin(function* (value) {
    yield* seen.write(value)
    yield* told.raise()
  })
  yield* told.wait()
  return yield* seen.read()
}
