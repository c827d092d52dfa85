import type { Story } from '../story.js'

export const flagsStories: readonly Story[] = [
  {
    id: 'flags/unknown',
    topic: 'flags',
    asks: 'What comes of a flag that nobody has defined?',
    differ:
      'NetBSD and FreeBSD take no notice of bits that they do not know; kthread_create() of OpenBSD has no flags to get wrong.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB-G-02'] },
      'netbsd/10.1': { clauses: ['NB-G-02'] },
      'openbsd/4.2': { clauses: ['OB-KT-03'], nearest: 'kthread_create() without flags, of which it has none' },
      'openbsd/5.1': { clauses: ['OB-KT-03'], nearest: 'kthread_create() without flags, of which it has none' },
      'freebsd/8.0': { clauses: ['FB8-D-20'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const { error } = yield* os.createBy(
        function* () {
          yield* log.add('the thread runs')
          yield* os.exit(0)
        },
        { flags: UNKNOWN },
      )
      yield* os.pause(5)
      return [os.errno(error), ...(yield* log.lines())].join(', and ')
    },
  },
  {
    id: 'flags/stopped',
    topic: 'flags',
    asks: 'Can a thread be created that does not run before it is told to?',
    differ:
      'On NetBSD KTHREAD_IDLE leaves it in LSIDL, and no page says how to start it; on FreeBSD RFSTOPPED leaves it for the creator to sched_add(); on OpenBSD its function has to sleep.',
    bites:
      'What one system leaves stopped has to be started by the call of that system: a wakeup() starts such a thread on OpenBSD only.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-32', 'NB-D-10', 'NB-G-01'] },
      'netbsd/10.1': { clauses: ['NB10-KT-33', 'NB-D-10', 'NB-G-01'] },
      'openbsd/4.2': { clauses: [], nearest: 'a function that sleeps until it is told to begin: it runs before that' },
      'openbsd/5.1': { clauses: [], nearest: 'a function that sleeps until it is told to begin: it runs before that' },
      'freebsd/8.0': { clauses: ['FB8-KT-36', 'FB8-KT-37', 'FB8-O-19'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const thread = yield* os.createStopped(() => log.add('runs when it is started'))
      yield* os.pause(5)
      const state = os.stateOf(thread)
      yield* log.add('(start)')
      yield* os.start(thread)
      yield* os.pause(5)
      const lines = yield* log.lines()
      return `it is left in ${state}, and ${lines[0] === '(start)' ? lines.slice(1).join(', ') : 'runs all the same'}`
    },
  },
  {
    id: 'flags/awaited',
    topic: 'flags',
    asks: 'Must one say at the creation that somebody will wait for the end?',
    differ:
      'On NetBSD one has to, by KTHREAD_MUSTJOIN, or kthread_join() is a mistake; on OpenBSD nobody is woken by the end as such; on FreeBSD kthread_exit() wakes who sleeps on the thread, announced or not.',
    bites:
      'A thread made without KTHREAD_MUSTJOIN cannot be waited for later on: the kernel of NetBSD 10.1 panics with DIAGNOSTIC, and that of 6 waits for ever.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-57', 'NB-D-08'] },
      'netbsd/10.1': { clauses: ['NB10-KT-49', 'NB-D-08'] },
      'openbsd/4.2': { clauses: ['OB-Q-14'], nearest: 'a sleep on the process, which nobody ends' },
      'openbsd/5.1': { clauses: ['OB-Q-14'], nearest: 'a sleep on the process, which nobody ends' },
      'freebsd/8.0': {
        clauses: ['FB8-KT-75', 'FB8-D-16'],
        nearest: 'a sleep on the thread, which kthread_exit() ends',
      },
    },
    schedules: 'own',
    *tell(os) {
      const { thread } = yield* os.create(() => os.pause(2))
      yield* os.wait(thread!)
      return 'no: who waits goes on when the thread ends'
    },
  },
]

/** A bit that no system gives a meaning to at a creation. */
const UNKNOWN = 0x0800_0000
