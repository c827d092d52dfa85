import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'

/** Who comes first, creator or thread. */
function* first(os: Driver): Steps<string> {
  const log = os.log()
  const { thread } = yield* os.create(() => log.add('the thread runs'), { isAwaited: true })
  yield* log.add('the creator goes on')
  yield* os.wait(thread!)
  return (yield* log.lines()).join(', then ')
}

export const createStories: readonly Story[] = [
  {
    id: 'create/runs-when',
    topic: 'create',
    asks: 'May the thread run before the creator goes on?',
    differ:
      'On OpenBSD the creator holds the big lock, and the thread waits until it sleeps; on NetBSD and FreeBSD either may be first.',
    bites:
      'What an OpenBSD driver sets up after kthread_create() has to be there before kthread_create() on NetBSD and before kthread_add() on FreeBSD.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-34'] },
      'netbsd/10.1': { clauses: ['NB10-KT-35'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: ['FB8-KT-33'] },
    },
    tell: first,
  },
  {
    id: 'create/usual-first',
    topic: 'create',
    asks: 'On one CPU, who goes first as a rule?',
    differ:
      'The creator everywhere: a thread with the usual priority does not take the CPU from a creator who is in the kernel.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-34'] },
      'netbsd/10.1': { clauses: ['NB10-KT-35'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: ['FB8-KT-33'] },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    tell: first,
  },
  {
    id: 'create/usual-first-two',
    topic: 'create',
    asks: 'On two CPUs, one of them idle, does the thread wait for a creator who is busy?',
    differ:
      'On NetBSD and FreeBSD the idle CPU takes the thread; on OpenBSD the thread has to have the big lock first, which the creator keeps until it sleeps.',
    bites: 'Work that a driver hands to a thread to have it done meanwhile is done afterwards on OpenBSD.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-34'] },
      'netbsd/10.1': { clauses: ['NB10-KT-35'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: ['FB8-KT-33'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const { thread } = yield* os.create(() => log.add('the thread runs'), { isAwaited: true })
      yield* os.k.work(SECOND)
      yield* log.add('the creator goes on after a second of work')
      yield* os.wait(thread!)
      return (yield* log.lines()).join(', then ')
    },
  },
  {
    id: 'create/process',
    topic: 'create',
    asks: 'Is the thread a process of its own, or one of process 0?',
    differ:
      'On NetBSD and FreeBSD the thread is one of process 0; on OpenBSD kthread_create() forks process 0, and the thread is a process with a number of its own.',
    bites:
      'Every thread takes a slot of the process table on OpenBSD, and a handle that is a process there is an LWP or a thread elsewhere.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-06', 'NB6-KT-10'] },
      'netbsd/10.1': { clauses: ['NB10-KT-08', 'NB10-KT-11'] },
      'openbsd/4.2': { clauses: ['OB-KT-06', 'OB-KT-07'] },
      'openbsd/5.1': { clauses: ['OB-KT-06', 'OB-KT-07'] },
      'freebsd/8.0': { clauses: ['FB8-KT-14', 'FB8-KT-30'] },
    },
    *tell(os) {
      const log = os.log()
      const inProcess = function* () {
        const { pid } = os.here().process
        yield* log.add(pid === 0 ? 'a thread of process 0' : 'a process of its own')
      }
      const { thread } = yield* os.create(inProcess, { isAwaited: true })
      yield* os.wait(thread!)
      return (yield* log.lines()).join()
    },
  },
  {
    id: 'create/parent',
    topic: 'create',
    asks: 'When a process of a user asks for it, whose thread is it, and whose child?',
    differ:
      'Nowhere that of who asks: on NetBSD and FreeBSD it is a thread of process 0, on OpenBSD a process, the child of process 0.',
    bites: null,
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-08', 'NB-D-28'] },
      'netbsd/10.1': { clauses: ['NB10-KT-09', 'NB-D-28'] },
      'openbsd/4.2': { clauses: ['OB-KT-07', 'OB-KT-14'] },
      'openbsd/5.1': { clauses: ['OB-KT-07', 'OB-KT-14'] },
      'freebsd/8.0': { clauses: ['FB8-KT-30', 'FB8-O-14'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      os.asUser(() =>
        os.create(function* () {
          const { pid, ppid } = os.here().process
          yield* log.add(pid === 0 ? 'a thread of process 0' : `a process, child of process ${ppid}`)
        }),
      )
      yield* os.pause(20)
      return (yield* log.lines()).join()
    },
  },
  {
    id: 'create/user-thread',
    topic: 'create',
    asks: 'Can a thread be made in the process of a user?',
    differ:
      'OpenBSD 5.1 has __tfork_thread() for it, and 4.2 has nothing; FreeBSD adds a kernel thread to any process, and NetBSD to process 0 only.',
    bites:
      'On FreeBSD the process of the user cannot end before the kernel thread that was added to it; on NetBSD the thread has nothing to do with that process.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2'], ['openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-08'], nearest: 'a kernel thread, which is in process 0 whoever asks for it' },
      'netbsd/10.1': { clauses: ['NB10-KT-09'], nearest: 'a kernel thread, which is in process 0 whoever asks for it' },
      'openbsd/4.2': { clauses: [], lacks: '__tfork_thread' },
      'openbsd/5.1': { clauses: ['OB-TF-10', 'OB-TF-47', 'OB-Q-20'] },
      'freebsd/8.0': {
        clauses: ['FB8-KT-29', 'FB8-D-23', 'FB8-O-20'],
        nearest: 'kthread_add() with the process of the user: the thread never leaves the kernel',
      },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      os.userThread(function* () {
        const { name } = os.here().process
        yield* log.add(name === 'user' ? 'it is in the process of the user' : `it is in process ${name}`)
      })
      yield* os.pause(20)
      return (yield* log.lines()).join()
    },
  },
  {
    id: 'create/stale',
    topic: 'create',
    asks: 'May the thread be gone when its creator first looks at the handle?',
    differ:
      'On OpenBSD it has not even begun; on NetBSD and FreeBSD it may have run and ended by then, and the handle is a dangling pointer.',
    bites:
      'On NetBSD the handle is good only with KTHREAD_MUSTJOIN, and on FreeBSD only while the thread is kept from leaving; code from OpenBSD looks at the new thread without either.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB-G-20'] },
      'netbsd/10.1': { clauses: ['NB-G-20'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: ['FB8-D-11'] },
    },
    *tell(os) {
      yield* os.create(() => os.exit(0))
      return (yield* os.look(() => os.k.psText().includes('worker'))) ? 'it is there' : 'it is gone'
    },
  },
  {
    id: 'create/own-process',
    topic: 'create',
    asks: 'How does one get a kernel thread that is a process of its own?',
    differ:
      'On OpenBSD kthread_create() makes nothing else, and on FreeBSD kproc_create() makes one; NetBSD has had no kernel processes since 2007.',
    bites:
      'The kthread_create() of FreeBSD before 8.0 is kproc_create() now: its users get processes, and those of kthread_add() do not.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-06'], lacks: 'kproc_create' },
      'netbsd/10.1': { clauses: ['NB10-KT-08'], lacks: 'kproc_create' },
      'openbsd/4.2': { clauses: ['OB-KT-06', 'OB-KT-07'] },
      'openbsd/5.1': { clauses: ['OB-KT-06', 'OB-KT-07'] },
      'freebsd/8.0': { clauses: ['FB8-KP-14', 'FB8-KP-15', 'FB8-KT-12'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      yield* os.createKernelProcess(function* () {
        const { pid, name, ppid } = os.here().process
        yield* log.add(pid === 0 ? 'a thread of process 0' : `a process called ${name}, child of process ${ppid}`)
      })
      yield* os.pause(5)
      return (yield* log.lines()).join()
    },
  },
  {
    id: 'create/herd',
    topic: 'create',
    asks: 'Of three threads, which begins first as a rule, on one CPU?',
    differ: 'They begin as they were created everywhere: equals wait in a queue.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB-G-06'] },
      'netbsd/10.1': { clauses: ['NB-G-06'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: [] },
    },
    options: { ncpu: 1 },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      for (const name of ['first', 'second', 'third']) yield* os.create(() => log.add(name), { name })
      yield* os.pause(5)
      return `they begin in the order ${(yield* log.lines()).join(', ')}`
    },
  },
  {
    id: 'create/overtaken',
    topic: 'create',
    asks: 'Of two threads, may the one that was created later begin first?',
    differ: 'Everywhere it may: nobody promises on several CPUs that threads begin as they were created.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [] },
      'netbsd/10.1': { clauses: [] },
      'openbsd/4.2': { clauses: [] },
      'openbsd/5.1': { clauses: [] },
      'freebsd/8.0': { clauses: [] },
    },
    *tell(os) {
      const log = os.log()
      yield* os.create(() => log.add('the first'), { name: 'first' })
      const { thread } = yield* os.create(() => log.add('the second'), { name: 'second', isAwaited: true })
      yield* os.wait(thread!)
      return `${(yield* log.lines())[0]} begins first`
    },
  },
]

const SECOND = 1_000_000_000
