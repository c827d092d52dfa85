import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'

/** Who answers alike: on NetBSD and OpenBSD there is nothing to tell the story to. */
const ALIKE: Story['alike'] = [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']]

function cells(...clauses: readonly string[]): Story['cells'] {
  return {
    'netbsd/6': { clauses: [], lacks: 'kthread_shutdown' },
    'netbsd/10.1': { clauses: [], lacks: 'kthread_shutdown' },
    'openbsd/4.2': { clauses: [], lacks: 'kthread_shutdown' },
    'openbsd/5.1': { clauses: [], lacks: 'kthread_shutdown' },
    'freebsd/8.0': { clauses },
  }
}

/** A daemon: has itself suspended at shutdown, and looks every ten ticks. */
function* daemon(os: Driver, place: 'first' | 'last'): Steps<never> {
  const suspension = os.suspension()
  yield* os.shutdown!.register(place)
  for (;;) {
    yield* suspension.look()
    yield* os.pause(10)
  }
}

/** One that has itself registered, and is busy with other things for a hundred seconds. */
function* deaf(os: Driver): Steps<void> {
  yield* os.shutdown!.register('last')
  yield* os.pause(100 * os.k.hz)
}

/** Lines of the console as the cell of a table has them. */
function quoted(lines: readonly string[]): string {
  return lines.length === 0 ? 'the console says nothing' : lines.map((line) => `“${line}”`).join(', ')
}

/** What the console says about threads: not about the daemons that every kernel has, nor how long it was up. */
function aboutThreads(lines: readonly string[]): string[] {
  return lines.filter((line) => line.includes('system thread'))
}

export const shutdownStories: readonly Story[] = [
  {
    id: 'shutdown/threads',
    topic: 'shutdown',
    asks: 'Can a kernel thread be out of the way before the system syncs its disks and goes down?',
    differ:
      'On FreeBSD a thread registers kthread_shutdown() for shutdown_pre_sync and is suspended at its next look; on NetBSD and OpenBSD no call suspends it, and the shutdown hooks that a driver may register there, which kt does not model, run after the sync.',
    bites:
      'On NetBSD and OpenBSD a kernel thread that nobody stops by other means is still at work while the disks are synced.',
    alike: ALIKE,
    cells: cells('FB8-KT-59', 'FB8-KT-60', 'FB8-KT-61', 'FB8-KT-67', 'FB8-KT-68'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      yield* os.create(
        function* () {
          yield* os.shutdown!.register('last')
          for (;;) {
            yield* suspension.look()
            yield* log.add('at work')
            yield* os.pause(10)
          }
        },
        { name: 'syncd' },
      )
      yield* os.pause(100)
      const lines = yield* os.shutdown!.goDown()
      const { length } = yield* log.lines()
      yield* os.pause(100)
      const isAtRest = (yield* log.lines()).length === length
      const synced = lines.findIndex((line) => line.includes('synced'))
      return `${quoted(aboutThreads(lines.slice(0, synced)))} before the disks are synced, and it ${isAtRest ? 'works no more' : 'works on'}`
    },
  },
  {
    id: 'shutdown/late',
    topic: 'shutdown',
    asks: 'A thread does not stop when the system goes down: how long is it waited for, and what is said?',
    differ:
      "FreeBSD's kthread_shutdown() waits kern.shutdown.kproc_shutdown_wait seconds, 60 by default, says so on the console, and goes on without the thread; the other systems wait for no kernel thread by themselves.",
    bites:
      'A thread that registers kthread_shutdown() and sleeps for long, or never looks, costs every shutdown a minute.',
    alike: ALIKE,
    cells: cells('FB8-KT-61', 'FB8-O-28', 'FB8-O-01'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      yield* os.create(() => deaf(os), { name: 'deaf' })
      yield* os.pause(1)
      const lines = yield* os.shutdown!.goDown()
      return `${quoted(aboutThreads(lines))}, and the system goes down without it`
    },
  },
  {
    id: 'shutdown/limit',
    topic: 'shutdown',
    asks: 'What if the time that a shutdown gives a thread is set to zero?',
    differ:
      'FreeBSD takes kern.shutdown.kproc_shutdown_wait as it is for the ticks of kthread_suspend(), where zero has no end; the other systems have no such number.',
    bites: 'Zero is not "do not wait": one thread that does not look, and the machine never goes down.',
    alike: ALIKE,
    cells: cells('FB8-O-29', 'FB8-O-06'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      yield* os.create(() => deaf(os), { name: 'deaf' })
      yield* os.pause(1)
      const over = os.happening('over')
      const shutdown = os.shutdown!
      shutdown.setPatience(0)
      yield* os.create(function* () {
        yield* shutdown.goDown()
        yield* over.raise()
      })
      const error = yield* over.wait(90 * os.k.hz)
      return `${quoted(aboutThreads(os.k.console))}, ${error === 0 ? 'and down within' : 'and still waiting after'} 90 s`
    },
  },
  {
    id: 'shutdown/panic',
    topic: 'shutdown',
    asks: 'Are threads suspended when the kernel panics?',
    differ:
      'No: FreeBSD calls the handlers of a shutdown in a panic too, and kthread_shutdown() then does nothing and says nothing; the other systems suspend no kernel thread when they go down.',
    bites:
      'What relies on the thread being parked, such as a handler of shutdown_post_sync, cannot do so in a panic: the thread may be at work beside it.',
    alike: ALIKE,
    cells: cells('FB8-D-14'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      const lines = os.shutdown!.panic()
      yield* os.pause(1)
      const asked = aboutThreads(lines)
      return `${quoted(lines.slice(0, 1))}, and ${asked.length === 0 ? 'nobody is asked to stop' : quoted(asked)}`
    },
  },
  {
    id: 'shutdown/order',
    topic: 'shutdown',
    asks: 'In which order are threads suspended when the system goes down?',
    differ:
      'On FreeBSD by the priority of their registration, lower numbers first and equals as they came, one after another; the other systems suspend none.',
    bites:
      'Each is waited for in turn, so that daemons that serve one another have to be registered in the right order: who is needed by another goes last.',
    alike: ALIKE,
    cells: cells('FB8-KT-67', 'FB8-KT-59'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      yield* os.create(() => daemon(os, 'last'), { name: 'first-made' })
      yield* os.pause(1)
      yield* os.create(() => daemon(os, 'last'), { name: 'second-made' })
      yield* os.pause(1)
      yield* os.create(() => daemon(os, 'first'), { name: 'urgent' })
      yield* os.pause(100)
      const lines = yield* os.shutdown!.goDown()
      return aboutThreads(lines)
        .map((line) => /`(.*)'/.exec(line)![1]!)
        .join(', ')
    },
  },
  {
    id: 'shutdown/ended',
    topic: 'shutdown',
    asks: 'What of a registration for shutdown whose thread has ended meanwhile?',
    differ:
      'On FreeBSD it stays, and kthread_shutdown() is called for a thread that is gone: as the page has it that is refused at once, and its kernel waits for it the whole time; the other systems register no thread for it.',
    bites:
      'A driver that has been unloaded and left its handler behind delays every FreeBSD shutdown by a minute: EVENTHANDLER_DEREGISTER() belongs to the end of such a thread.',
    alike: ALIKE,
    cells: cells('FB8-O-21', 'FB8-D-25', 'FB8-D-14'),
    schedules: 'own',
    options: { daemons: 'stock' },
    *tell(os) {
      yield* os.create(
        function* () {
          yield* os.shutdown!.register('last')
          yield* os.pause(10)
        },
        { name: 'gone' },
      )
      yield* os.pause(1)
      return quoted(aboutThreads(yield* os.shutdown!.goDown(100)))
    },
  },
]
