import type { Story } from '../story.js'

export const outPointerStories: readonly Story[] = [
  {
    id: 'out-pointer/null',
    topic: 'out-pointer',
    asks: 'May the out-pointer be null?',
    differ: 'It may everywhere; on NetBSD not together with KTHREAD_MUSTJOIN.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-27'] },
      'netbsd/10.1': { clauses: ['NB10-KT-30'] },
      'openbsd/4.2': { clauses: ['OB-KT-18'] },
      'openbsd/5.1': { clauses: ['OB-KT-18'] },
      'freebsd/8.0': { clauses: ['FB8-KT-35'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const { error } = yield* os.createBy(
        function* () {
          yield* log.add('the thread runs')
          yield* os.exit(0)
        },
        { out: null },
      )
      yield* os.pause(5)
      return [os.errno(error), ...(yield* log.lines())].join(', and ')
    },
  },
  {
    id: 'out-pointer/awaited',
    topic: 'out-pointer',
    asks: 'May it be null for a thread that somebody is to wait for?',
    differ:
      'On NetBSD KTHREAD_MUSTJOIN needs an out-pointer, and kthread_create() panics without; elsewhere the creation does not know who waits.',
    bites:
      'Who adds KTHREAD_MUSTJOIN to a creation from elsewhere has to add the variable too; nobody returns an error for it.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-28', 'NB-D-05'] },
      'netbsd/10.1': { clauses: ['NB10-KT-30', 'NB-D-05'] },
      'openbsd/4.2': {
        clauses: ['OB-KT-18'],
        nearest: 'a creation as any other: waiting is between the driver and its thread',
      },
      'openbsd/5.1': {
        clauses: ['OB-KT-18'],
        nearest: 'a creation as any other: waiting is between the driver and its thread',
      },
      'freebsd/8.0': {
        clauses: ['FB8-KT-35'],
        nearest: 'a creation as any other: waiting is between the driver and its thread',
      },
    },
    schedules: 'own',
    *tell(os) {
      const { error } = yield* os.createBy(() => os.exit(0), { isAwaited: true, out: null })
      return os.errno(error)
    },
  },
  {
    id: 'out-pointer/first',
    topic: 'out-pointer',
    asks: 'Is the variable set when the thread first looks at it?',
    differ:
      'On OpenBSD it is, under the big lock; kthread_create() of NetBSD stores it when the thread may run already, and so does kthread_add() of the FreeBSD kernel, whose page relies on it.',
    bites:
      'A thread that finds itself by the variable of its creator, as it may on OpenBSD, finds null on NetBSD and FreeBSD when another CPU is quick.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-26', 'NB-D-20'] },
      'netbsd/10.1': { clauses: ['NB10-KT-29', 'NB-D-20'] },
      'openbsd/4.2': { clauses: ['OB-KT-17', 'OB-Q-03'] },
      'openbsd/5.1': { clauses: ['OB-KT-17', 'OB-Q-03'] },
      'freebsd/8.0': { clauses: ['FB8-KT-34', 'FB8-KT-70', 'FB8-D-11'] },
    },
    *tell(os) {
      const log = os.log()
      const out = os.k.ref<unknown>()
      const { thread } = yield* os.create(() => log.add(out.value === null ? 'still null' : 'set'), {
        out,
        isAwaited: true,
      })
      yield* os.wait(thread!)
      return `it is ${(yield* log.lines()).join()}`
    },
  },
  {
    id: 'out-pointer/error',
    topic: 'out-pointer',
    asks: 'Is the variable touched when the creation fails?',
    differ:
      'It keeps what it held everywhere; the error is ENOMEM for want of a stack, which only the page of FreeBSD mentions.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-60', 'NB-D-03'] },
      'netbsd/10.1': { clauses: ['NB10-KT-58', 'NB-D-03'] },
      'openbsd/4.2': { clauses: ['OB-KT-28', 'OB-D-02'] },
      'openbsd/5.1': { clauses: ['OB-KT-28', 'OB-D-02'] },
      'freebsd/8.0': { clauses: ['FB8-KT-74'] },
    },
    schedules: 'own',
    *tell(os) {
      const before = {}
      const out = os.k.ref<unknown>(before)
      os.failNextStack()
      const { error } = yield* os.createBy(() => os.exit(0), { out })
      return `${os.errno(error)}: it ${out.value === before ? 'keeps what it held' : 'has changed'}`
    },
  },
]
