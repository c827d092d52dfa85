import type { Story } from '../story.js'
import type { KernelThread } from '../words/threads.js'
import { ALL, FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf, FREEBSD_WAIT, howFar, OPENBSD_WAIT } from './ending.js'
import { unloadStories } from './unload.js'

export const joinStories: readonly Story[] = [
  {
    id: 'join/returns',
    topic: 'join',
    asks: 'When who waits for a thread goes on, has the thread ended?',
    differ:
      'NetBSD promises it for kthread_join(); on OpenBSD the big lock sees to it that the flag of a driver comes to the same; on FreeBSD the wakeup is the first thing that kthread_exit() does, and the thread may still run.',
    bites:
      'On FreeBSD the thread can still be at work in kthread_exit() when its waiter goes on: do not count threads, and do not reuse its number or its stack, on the strength of the wakeup.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB6-KT-54', 'NB-D-06'),
      by('NB10-KT-48', 'NB-D-06'),
      { ...by('OB-Q-14', 'OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by('FB8-D-16'), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const made = yield* os.create(function* () {}, { isAwaited: true })
      yield* os.wait(made.thread!)
      return yield* howFar(os, made.thread!)
    },
  },
  {
    id: 'join/gone',
    topic: 'join',
    asks: 'What does one find who comes to wait when the thread was done long ago?',
    differ:
      'On NetBSD the thread waits in kthread_exit() until somebody joins it; on OpenBSD and FreeBSD it is gone, and the wait is over because a flag says so.',
    bites:
      'A thread of NetBSD that is created with KTHREAD_MUSTJOIN and never joined stays for ever; on OpenBSD and FreeBSD a waiter that sleeps without a look at the flag does.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB6-KT-48', 'NB6-KT-55', 'NB6-KT-58'),
      by('NB10-KT-46', 'NB10-KT-49'),
      { ...by('OB-Q-13', 'OB-Q-15', 'OB-D-13'), nearest: OPENBSD_WAIT },
      { ...by('FB8-D-16'), nearest: FREEBSD_WAIT },
    ),
    schedules: 'own',
    *tell(os) {
      const made = yield* os.create(function* () {}, { isAwaited: true })
      yield* os.pause(os.k.hz)
      const before = yield* howFar(os, made.thread!)
      yield* os.wait(made.thread!)
      return `before the wait ${before}; the wait comes back`
    },
  },
  {
    id: 'join/twice',
    topic: 'join',
    asks: 'Can one wait for the same thread again?',
    differ:
      'kthread_join() of NetBSD is for once; a flag, as on OpenBSD and FreeBSD, stays set, and a second wait is over at once.',
    bites:
      'Who stops a thread from detach and from shutdown waits twice: on NetBSD that needs a claim of who joins, or it panics or hangs.',
    alike: [NETBSD, [...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-56', 'NB-D-07'),
      by('NB10-KT-49', 'NB-D-07'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by(), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const made = yield* os.create(function* () {}, { isAwaited: true })
      yield* os.wait(made.thread!)
      yield* os.wait(made.thread!)
      return 'the second wait comes back too'
    },
  },
  {
    id: 'join/two-waiters',
    topic: 'join',
    asks: 'Can two threads wait for the same one?',
    differ:
      'On NetBSD one thread has one joiner, and a second breaks the contract whenever it comes; on OpenBSD and FreeBSD a wakeup is for all who sleep, and both go on.',
    bites: 'Detach and shutdown that come together need a claim under a lock on NetBSD: only one of them may join.',
    alike: [NETBSD, [...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-56', 'NB-D-07', 'NB-G-07'),
      by('NB10-KT-49', 'NB-D-07', 'NB-G-07'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by('FB8-O-13'), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const isOver = os.happening('over')
      const made = yield* os.create(function* () {}, { isAwaited: true })
      yield* os.create(
        function* () {
          yield* os.wait(made.thread!)
          yield* isOver.raise()
        },
        { name: 'second' },
      )
      yield* os.wait(made.thread!)
      yield* isOver.wait()
      return 'both go on'
    },
  },
  {
    id: 'join/self',
    topic: 'join',
    asks: 'What if a thread waits for its own end?',
    differ:
      'It sleeps for ever on all of them, and nobody notices: in kthread_join() on NetBSD, elsewhere in its own wait.',
    bites:
      'Code that ends a thread is called by that very thread sooner or later: it has to ask who calls. In NetBSD 6 such a thread also has the one slot that all joins share.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB-G-07'),
      by('NB-G-07'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by(), nearest: FREEBSD_WAIT },
    ),
    schedules: 'own',
    *tell(os) {
      const self = os.k.ref<KernelThread>()
      const made = yield* os.create(
        function* () {
          yield* os.pause(1)
          yield* os.wait(self.value!)
        },
        { isAwaited: true },
      )
      self.value = made.thread
      yield* os.pause(2 * os.k.hz)
      return `two seconds later ${yield* howFar(os, made.thread!)}`
    },
  },
  {
    id: 'join/not-awaited',
    topic: 'join',
    asks: 'Can one wait for a thread that was not created to be waited for?',
    differ:
      'NetBSD forbids to join a thread without KTHREAD_MUSTJOIN; on OpenBSD the end of a thread wakes nobody who sleeps on it; on FreeBSD kthread_exit() does, but a thread that leaves first is missed.',
    bites:
      'A thread that somebody else made cannot be waited for on any of them: on FreeBSD it seems to work until the wakeup comes before the sleep.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB6-KT-57', 'NB-D-08'),
      by('NB10-KT-49', 'NB-D-08'),
      { ...by('OB-Q-14', 'OB-Q-15'), nearest: 'a sleep on the process, which nothing ends' },
      { ...by('FB8-D-16'), nearest: 'a sleep on the thread, with nothing to keep kthread_exit() from coming first' },
    ),
    *tell(os) {
      const made = yield* os.create(function* () {})
      yield* os.wait(made.thread!)
      return 'the wait comes back'
    },
  },
  {
    id: 'join/timeout',
    topic: 'join',
    asks: 'Can one give up waiting for a thread after a time?',
    differ:
      'All of them give up with EWOULDBLOCK where the wait is a flag of the driver and a timed sleep; kthread_join() of NetBSD has no time-out, so there the flag comes first and the join after it.',
    bites: null,
    alike: [ALL],
    cells: cellsOf(
      { ...by('NB6-KT-54'), nearest: 'a flag and cv_timedwait(), then kthread_join()' },
      { ...by('NB10-KT-48'), nearest: 'a flag and cv_timedwait(), then kthread_join()' },
      { ...by('OB-Q-15'), nearest: 'a flag and tsleep() with ticks' },
      { ...by(), nearest: 'a flag under a mutex and msleep() with ticks' },
    ),
    *tell(os) {
      const mayEnd = os.happening('may_end')
      const isDone = os.happening('done')
      const made = yield* os.create(
        function* () {
          yield* mayEnd.wait()
          yield* isDone.raise()
        },
        { isAwaited: true },
      )
      const error = yield* isDone.wait(2)
      yield* mayEnd.raise()
      yield* os.wait(made.thread!)
      return `the wait gives up with ${os.errno(error)}`
    },
  },
  {
    id: 'join/chain',
    topic: 'join',
    asks: 'Can a thread that is waited for wait for another one before it ends?',
    differ:
      'NetBSD 6 has one slot for all joins of the system, and a join inside a join can hang; NetBSD 10.1 has a slot for each thread, and on OpenBSD and FreeBSD each thread has its own flag.',
    bites:
      'On NetBSD 6 a thread that is being joined must not join: whoever joins the master joins its workers first. Nothing warns, and every later join of the system hangs too.',
    alike: [['netbsd/6'], ['netbsd/10.1', ...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-54', 'NB-G-07'),
      by('NB10-KT-48', 'NB-G-07'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by(), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const worker = yield* os.create(function* () {}, { isAwaited: true })
      const master = yield* os.create(() => os.wait(worker.thread!), { name: 'master', isAwaited: true })
      yield* os.wait(master.thread!)
      return 'all three go on'
    },
  },
  ...unloadStories,
]
