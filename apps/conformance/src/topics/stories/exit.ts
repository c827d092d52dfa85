import type { Story } from '../story.js'
import { ALL, FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf, howFar } from './ending.js'
import { processStories } from './process.js'

const NO_DESTROY = { clauses: [], lacks: 'kthread_destroy' }

export const exitStories: readonly Story[] = [
  {
    id: 'exit/steps',
    topic: 'exit',
    asks: 'Which steps of the end of a thread can another thread see?',
    differ:
      'On NetBSD a dead thread stays in ps until the next one comes or goes; on OpenBSD until the reaper has run; on FreeBSD it is out of ps in the moment in which it ends.',
    bites:
      'A thread that ps does not show is over on FreeBSD, while on NetBSD and OpenBSD ps shows threads that are over.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(by('NB6-KT-51', 'NB-G-09'), by('NB10-KT-47', 'NB-G-09'), by('OB-KT-20', 'OB-Q-13'), by('FB8-KT-45')),
    *tell(os) {
      const made = yield* os.create(function* () {})
      yield* os.pause(1)
      return yield* howFar(os, made.thread!)
    },
  },
  {
    id: 'exit/leftovers',
    topic: 'exit',
    asks: 'When is what a thread was made of free for another one?',
    differ:
      'On OpenBSD as soon as the reaper has run; on NetBSD and FreeBSD the last thread that ended is freed by the creation of another one, on NetBSD by the end of another one too.',
    bites:
      'A handle of NetBSD or FreeBSD seems to be good for long after its thread has ended, and goes bad in the moment in which somebody else creates a thread.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(by('NB-G-09'), by('NB-G-09'), by('OB-D-13', 'OB-Q-13'), by('FB8-O-03')),
    schedules: 'own',
    *tell(os) {
      const made = yield* os.create(function* () {})
      yield* os.pause(os.k.hz)
      const alone = yield* howFar(os, made.thread!)
      yield* os.create(() => os.pause(1), { name: 'next' })
      return `a second later ${alone}; once another is created, ${yield* howFar(os, made.thread!)}`
    },
  },
  {
    id: 'exit/wakes',
    topic: 'exit',
    asks: 'Is one woken who sleeps on the handle of a thread that ends?',
    differ: 'On FreeBSD kthread_exit() wakes who sleeps on the thread; NetBSD and OpenBSD wake nobody there.',
    bites:
      'A driver of FreeBSD that sleeps on its thread until that has ended sleeps for ever on NetBSD and OpenBSD: there the thread has to wake it, or it joins.',
    alike: [[...NETBSD, ...OPENBSD], FREEBSD],
    cells: cellsOf(by(), by(), by('OB-Q-14'), by('FB8-D-16', 'FB8-KT-75')),
    schedules: 'own',
    *tell(os) {
      const made = yield* os.create(() => os.pause(2))
      const error = yield* os.sleepOn(made.thread!.handle as object, os.k.hz)
      return error === 0 ? 'it wakes up' : `nobody wakes it, and it has ${os.errno(error)} after a second`
    },
  },
  {
    id: 'exit/comes-back',
    topic: 'exit',
    asks: 'Does the call of exit come back, so that code after it is executed?',
    differ: 'It comes back on none of them.',
    bites: null,
    alike: [ALL],
    cells: cellsOf(
      by('NB6-KT-04', 'NB6-KT-51'),
      by('NB10-KT-04', 'NB10-KT-47'),
      by('OB-KT-04', 'OB-KT-20'),
      by('FB8-KT-06', 'FB8-KT-45'),
    ),
    *tell(os) {
      const log = os.log()
      const made = yield* os.create(
        function* () {
          yield* os.exit(0)
          yield* log.add('code after it is executed')
        },
        { isAwaited: true },
      )
      yield* os.wait(made.thread!)
      const [after = 'it never comes back'] = yield* log.lines()
      return after
    },
  },
  {
    id: 'exit/outside',
    topic: 'exit',
    asks: 'Can another thread end one that was started?',
    differ:
      'On none of them: kthread_destroy() of NetBSD 6 panics unless the thread has never run, and the others have no such call.',
    bites: 'A thread ends by itself only: a driver asks it to, with a flag and a wakeup, and waits.',
    alike: [['netbsd/6'], ['netbsd/10.1', ...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-50'),
      { ...NO_DESTROY, ...by('NB10-KT-01') },
      { ...NO_DESTROY, ...by('OB-Q-15') },
      NO_DESTROY,
    ),
    *tell(os) {
      const mayEnd = os.happening('may_end')
      const made = yield* os.create(() => mayEnd.wait())
      yield* os.destroy!(made.thread!)
      yield* mayEnd.raise()
      return yield* howFar(os, made.thread!)
    },
  },
  {
    id: 'exit/never-ran',
    topic: 'exit',
    asks: 'Can a thread be ended that was created and has yet to be started?',
    differ:
      'NetBSD 6 has kthread_destroy() for a thread that KTHREAD_IDLE left unstarted; NetBSD 10.1 dropped it, and the others never had one.',
    bites:
      'On NetBSD 10.1 and FreeBSD a thread that was created unstarted has to be started to get rid of it: its function has to look whether it is wanted at all.',
    alike: [['netbsd/6'], ['netbsd/10.1', ...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-49', 'NB6-KT-50'),
      { ...NO_DESTROY, ...by('NB10-KT-01') },
      { ...NO_DESTROY, ...by('OB-Q-15') },
      { ...NO_DESTROY, ...by('FB8-O-19') },
    ),
    *tell(os) {
      const log = os.log()
      const thread = yield* os.createStopped(() => log.add('its function runs'))
      yield* os.destroy!(thread)
      const [ran = 'its function never runs'] = yield* log.lines()
      return `${ran}; ${yield* howFar(os, thread)}`
    },
  },
  {
    id: 'exit/lock-held',
    topic: 'exit',
    asks: 'What if a thread ends with a lock held?',
    differ:
      'NetBSD panics with the name of the lock; OpenBSD does not look, and the next one who wants the rwlock waits for ever; on FreeBSD what follows is not defined.',
    bites: 'On OpenBSD nobody complains where it happens: the thread that hangs is another one, and much later.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(by('NB-G-10'), by('NB-G-10'), by(), by('FB8-O-24', 'UB:exit-with-lock')),
    *tell(os) {
      const lock = os.lock('softc')
      const made = yield* os.create(() => lock.enter(), { isAwaited: true })
      yield* os.wait(made.thread!)
      yield* lock.enter()
      return 'the next one gets it'
    },
  },
  {
    id: 'exit/creator',
    topic: 'exit',
    asks: 'Does a thread live on when the thread that created it ends?',
    differ: 'It does on all of them: whoever creates it, it belongs to process 0 or is a child of that.',
    bites: null,
    alike: [ALL],
    cells: cellsOf(by('NB-G-11'), by('NB-G-11'), by('OB-Q-12'), by('FB8-KT-29')),
    *tell(os) {
      const mayRun = os.happening('may_run')
      const hasRun = os.happening('has_run')
      function* child() {
        yield* mayRun.wait()
        yield* hasRun.raise()
      }
      const creator = yield* os.create(() => os.create(child, { name: 'child' }), { name: 'creator', isAwaited: true })
      yield* os.wait(creator.thread!)
      yield* mayRun.raise()
      yield* hasRun.wait()
      return 'it does'
    },
  },
  ...processStories,
]
