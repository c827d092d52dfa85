import type { Story } from '../story.js'

const NO_FLAG = 'giving the lock up as the first thing it does, as the reaper does: there is no flag'
const NO_GIANT = 'nothing to say: who does not ask for Giant does not get it'

export const bigLockStories: readonly Story[] = [
  {
    id: 'big-lock/held',
    topic: 'big-lock',
    asks: 'Does a thread have the big lock when it begins, if its creator said nothing of locks?',
    differ:
      'On NetBSD, without KTHREAD_MPSAFE, and on OpenBSD it has the big lock; on FreeBSD no thread begins with Giant.',
    bites:
      'A driver that leaned on the big lock runs beside itself on FreeBSD until its thread takes Giant or a lock of its own.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-36', 'NB-D-11'] },
      'netbsd/10.1': { clauses: ['NB10-KT-37', 'NB-D-11'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'] },
      'openbsd/5.1': { clauses: ['OB-Q-02'] },
      'freebsd/8.0': { clauses: [] },
    },
    *tell(os) {
      const depth = os.k.cell(-1, { name: 'depth', atomic: true })
      const told = os.happening('told')
      yield* os.createPlain(function* () {
        yield* depth.write(os.bigLockDepth())
        yield* told.raise()
      })
      yield* told.wait()
      return (yield* depth.read()) > 0 ? 'it has the lock' : 'it does not have the lock'
    },
  },
  {
    id: 'big-lock/mpsafe',
    topic: 'big-lock',
    asks: 'May a thread that has said it needs no big lock begin while another has the lock?',
    differ:
      'With KTHREAD_MPSAFE on NetBSD, and always on FreeBSD, it begins at once; on OpenBSD it has to wait for the lock that it then gives up.',
    bites:
      'On OpenBSD even a thread that gives the lock up first of all begins only when whoever has the lock sleeps or lets go.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-35'] },
      'netbsd/10.1': { clauses: ['NB10-KT-36'] },
      'openbsd/4.2': { clauses: ['OB-Q-02'], nearest: NO_FLAG },
      'openbsd/5.1': { clauses: ['OB-Q-02'], nearest: NO_FLAG },
      'freebsd/8.0': { clauses: [], nearest: NO_GIANT },
    },
    *tell(os) {
      const began = os.k.cell(false, { name: 'began', atomic: true })
      yield* os.takeBigLock()
      yield* os.createUnlocked(function* () {
        yield* began.write(true)
      })
      const early = yield* began.read()
      yield* os.dropBigLock()
      return early ? 'it begins beside the owner' : 'not yet, when the owner looks'
    },
  },
  {
    id: 'big-lock/parallel',
    topic: 'big-lock',
    asks: 'May two threads of which nobody said anything mix their steps, if neither sleeps?',
    differ:
      'On NetBSD and OpenBSD the big lock makes each go on until it sleeps or ends; on FreeBSD two CPUs execute both at once.',
    bites: 'Code that is safe between two sleeps under the big lock needs a mutex on FreeBSD.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-36'] },
      'netbsd/10.1': { clauses: ['NB10-KT-37'] },
      'openbsd/4.2': { clauses: [] },
      'openbsd/5.1': { clauses: [] },
      'freebsd/8.0': { clauses: [] },
    },
    *tell(os) {
      const log = os.log()
      yield* os.createPlain(function* () {
        yield* log.add('first')
        yield* log.add('first')
      }, 'first')
      yield* os.createPlain(() => log.add('second'), 'second')
      yield* os.pause(1)
      return areMixed(yield* log.lines()) ? 'their steps mix' : 'one after the other'
    },
  },
  {
    id: 'big-lock/beside',
    topic: 'big-lock',
    asks: 'Once it runs, may a thread that needs no big lock mix its steps with those of the owner?',
    differ: 'Everywhere: the lock keeps nobody out who does not take it.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-35'] },
      'netbsd/10.1': { clauses: ['NB10-KT-36'] },
      'openbsd/4.2': { clauses: [], nearest: NO_FLAG },
      'openbsd/5.1': { clauses: [], nearest: NO_FLAG },
      'freebsd/8.0': { clauses: [], nearest: NO_GIANT },
    },
    *tell(os) {
      const log = os.log()
      yield* os.createUnlocked(function* () {
        yield* log.add('thread')
        yield* log.add('thread')
      })
      // Where a thread begins with the lock it needs a moment in which nobody has it.
      yield* os.pause(1)
      yield* os.takeBigLock()
      yield* log.add('owner')
      yield* os.dropBigLock()
      return areMixed(yield* log.lines()) ? 'their steps mix' : 'one after the other'
    },
  },
  {
    id: 'big-lock/sleep',
    topic: 'big-lock',
    asks: 'Is the big lock given up while its owner sleeps, and had again afterwards?',
    differ: 'Everywhere a sleep gives up all holds, and has as many again before it returns.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-36', 'NB-D-11'] },
      'netbsd/10.1': { clauses: ['NB10-KT-37', 'NB-D-11'] },
      'openbsd/4.2': { clauses: [] },
      'openbsd/5.1': { clauses: [] },
      'freebsd/8.0': { clauses: ['FB8-O-10'] },
    },
    *tell(os) {
      const isReady = os.k.cell(false, { name: 'is_ready', atomic: true })
      const answer = os.k.cell('', { name: 'answer', atomic: true })
      yield* os.takeBigLock()
      yield* os.createPlain(function* () {
        yield* os.takeBigLock()
        yield* os.takeBigLock()
        const before = os.bigLockDepth()
        yield* isReady.write(true)
        yield* os.wakeup(isReady)
        yield* os.sleepOn(answer)
        const after = os.bigLockDepth()
        yield* answer.write(
          after === before ? 'given up, and had again as often' : `had again ${after} times of ${before}`,
        )
        yield* os.wakeup(isReady)
        yield* os.dropBigLock()
        yield* os.dropBigLock()
      })
      while (!(yield* isReady.read())) yield* os.sleepOn(isReady)
      // Who has the lock here has it because the thread, which had it until it slept, does not.
      yield* os.wakeup(answer)
      while ((yield* answer.read()) === '') yield* os.sleepOn(isReady)
      yield* os.dropBigLock()
      return yield* answer.read()
    },
  },
]

/** Whether somebody came back after another had spoken. */
function areMixed(lines: readonly string[]): boolean {
  const turns = lines.filter((line, n) => line !== lines[n - 1])
  return turns.length > new Set(turns).size
}
