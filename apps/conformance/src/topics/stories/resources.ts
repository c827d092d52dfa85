import type { Story } from '../story.js'
import { ALL } from './alike.js'

export const resourcesStories: readonly Story[] = [
  {
    id: 'resources/stack',
    topic: 'resources',
    asks: 'When are structure and stack of a thread that has ended free for others?',
    differ:
      'On OpenBSD a reaper frees them soon; on NetBSD the next thread that ends, or is created, does so for the one before, and on FreeBSD the next creation.',
    bites:
      'A handle that seems to work after the end of its thread does so by chance, and until another thread is created.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB-G-09'] },
      'netbsd/10.1': { clauses: ['NB-G-09'] },
      'openbsd/4.2': { clauses: ['OB-Q-13', 'OB-D-13'] },
      'openbsd/5.1': { clauses: ['OB-Q-13', 'OB-D-13'] },
      'freebsd/8.0': { clauses: ['FB8-O-03', 'FB8-D-25'] },
    },
    schedules: 'own',
    *tell(os) {
      const other = yield* os.create(() => os.pause(20), { name: 'other', isAwaited: true })
      const { thread } = yield* os.create(() => os.pause(1))
      yield* os.pause(10)
      if (os.ending(thread!).isFreed) return 'soon, by themselves'
      yield* os.wait(other.thread!)
      yield* os.pause(10)
      if (os.ending(thread!).isFreed) return 'when the next thread ends'
      yield* os.create(() => os.pause(1))
      return os.ending(thread!).isFreed ? 'when the next thread is created' : 'later'
    },
  },
  {
    id: 'resources/number',
    topic: 'resources',
    asks: 'Has the next thread the number of the one that ended before?',
    differ:
      'On FreeBSD it has: the lowest free thread id is taken; on NetBSD an LWP gets a new id, and on OpenBSD a random process id.',
    bites: 'On FreeBSD a thread id that was kept soon names another thread.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [] },
      'netbsd/10.1': { clauses: [] },
      'openbsd/4.2': { clauses: ['OB-Q-16'] },
      'openbsd/5.1': { clauses: ['OB-Q-16'] },
      'freebsd/8.0': { clauses: ['FB8-D-25', 'FB8-O-03'] },
    },
    schedules: 'own',
    *tell(os) {
      const numbers = new Set<number>()
      for (let n = 0; n < 4; n++) {
        const { thread } = yield* os.create(() => os.pause(1))
        numbers.add(os.numberOf(thread!))
        yield* os.pause(10)
      }
      return numbers.size === 1 ? 'it has' : 'it has another'
    },
  },
  {
    id: 'resources/files',
    topic: 'resources',
    asks: 'Does a thread share memory and open files with process 0?',
    differ:
      'Memory everywhere; files on NetBSD and FreeBSD; the page of OpenBSD has the descriptor table copied, as 4.2 does, and 5.1 shares it.',
    bites: 'On OpenBSD 4.2 a thread does not see what process 0 opens or closes later.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-10'] },
      'netbsd/10.1': { clauses: ['NB10-KT-11'] },
      'openbsd/4.2': { clauses: ['OB-KT-08', 'OB-KT-10', 'OB-D-01'] },
      'openbsd/5.1': { clauses: ['OB-KT-08', 'OB-KT-10', 'OB-D-01'] },
      'freebsd/8.0': { clauses: ['FB8-KT-30'] },
    },
    schedules: 'own',
    *tell(os) {
      const { thread } = yield* os.create(() => os.pause(1))
      const { memory, files } = os.sharesWithProcess0(thread!)
      if (memory && files) return 'both'
      return memory ? 'memory, and not the files' : 'not the memory'
    },
  },
  {
    id: 'resources/unjoined',
    topic: 'resources',
    asks: 'What becomes of a thread that was created to be waited for, if nobody does?',
    differ: 'On NetBSD it stays in kthread_exit() for ever, stack and all; elsewhere it ends, and nobody hears of it.',
    bites:
      'On NetBSD a forgotten kthread_join() of a KTHREAD_MUSTJOIN thread costs a stack, on every error path that leaves early.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-47', 'NB6-KT-48'] },
      'netbsd/10.1': { clauses: ['NB10-KT-45', 'NB10-KT-46'] },
      'openbsd/4.2': { clauses: ['OB-Q-15'], nearest: 'a flag and a wakeup(), which the thread makes whoever listens' },
      'openbsd/5.1': { clauses: ['OB-Q-15'], nearest: 'a flag and a wakeup(), which the thread makes whoever listens' },
      'freebsd/8.0': { clauses: ['FB8-D-16'], nearest: 'a wakeup() on the thread, which it makes whoever listens' },
    },
    schedules: 'own',
    *tell(os) {
      yield* os.create(() => os.pause(1), { isAwaited: true })
      yield* os.pause(1000)
      const line = os.k
        .psText()
        .split('\n')
        .find((entry) => entry.includes('worker'))
      if (line === undefined) return 'it is gone'
      return /kthrwait/.test(line) ? 'it waits in its exit' : 'it is still there'
    },
  },
  {
    id: 'resources/memory-after',
    topic: 'resources',
    asks: 'Is more left of two hundred threads that came and went than of one?',
    differ: 'Nowhere, as far as the system lists what it has.',
    bites: null,
    alike: [ALL],
    cells: {
      'netbsd/6': { clauses: ['NB-G-09'] },
      'netbsd/10.1': { clauses: ['NB-G-09'] },
      'openbsd/4.2': { clauses: ['OB-Q-13'] },
      'openbsd/5.1': { clauses: ['OB-Q-13'] },
      'freebsd/8.0': { clauses: [] },
    },
    schedules: 'own',
    *tell(os) {
      const listed: number[] = []
      for (let n = 0; n < 200; n++) {
        const made = yield* os.create(() => os.pause(1), { isAwaited: true })
        yield* os.wait(made.thread!)
        yield* os.pause(2)
        if (n === 0 || n === 199) listed.push(os.k.psText().split('\n').length)
      }
      return listed[0] === listed[1] ? 'no' : `${listed[1]! - listed[0]!} lines of ps`
    },
  },
]
