import type { Story } from '../story.js'
import { ALL } from './alike.js'
import { handshakes, onlyFreebsd, OTHERS } from './suspend-cells.js'
import { suspendTargetStories } from './suspend-targets.js'

/** Requests to suspend and to resume, and what becomes of them. */
export const suspendStories: readonly Story[] = [
  {
    id: 'suspend/acknowledged',
    topic: 'suspend',
    asks: 'When the call that suspends a thread returns, has the thread stopped?',
    differ:
      "FreeBSD's kthread_suspend() waits for the word of the thread, which its kernel can lose; NetBSD and OpenBSD have no such call, and a handshake in the driver does the same.",
    bites:
      'On FreeBSD 8.0 a thread that answers at once is not heard, and a kthread_suspend() without a time-out never returns.',
    alike: [ALL],
    cells: handshakes('FB8-KT-56', 'FB8-KT-57', 'FB8-D-03'),
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* suspension.rest()
        yield* suspension.look()
        yield* log.add('goes on')
      })
      yield* suspension.awaitRest()
      const error = yield* suspension.suspend(made.thread!, 0)
      const lines = yield* log.lines()
      return `${os.errno(error)}, and the thread ${lines.includes('goes on') ? 'has gone on' : 'stays where it is'}`
    },
  },
  {
    id: 'suspend/timeout',
    topic: 'suspend',
    asks: 'A thread does not look for longer than its suspender waits: what becomes of the request?',
    differ:
      "Nowhere is it taken back: FreeBSD's kthread_suspend() gives up with EWOULDBLOCK, and so do the sleeps of a handshake.",
    bites:
      'Who treats the error as "not suspended" and forgets about it finds the thread asleep for ever: it has to be resumed all the same.',
    alike: [ALL],
    cells: handshakes('FB8-KT-56', 'FB8-O-01', 'FB8-O-08'),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* os.pause(100)
        yield* suspension.look()
        yield* log.add('goes on')
      })
      const error = yield* suspension.suspend(made.thread!, 10)
      yield* os.pause(200)
      const stands = (yield* log.lines()).length === 0
      yield* suspension.resume(made.thread!)
      yield* os.pause(10)
      const hasGoneOn = (yield* log.lines()).length > 0
      const later = stands ? 'it stops at its next look' : 'it does not stop any more'
      return `${os.errno(error)}; ${later}, ${hasGoneOn ? 'and goes on when it is resumed' : 'and a resumption is not heard'}`
    },
  },
  {
    id: 'suspend/zero',
    topic: 'suspend',
    asks: 'What does a time-out of zero ticks mean to who suspends a thread?',
    differ: 'The same to kthread_suspend() as to the sleeps of the other systems: no time-out at all.',
    bites:
      'Zero is no way to ask without waiting: with a thread that never looks the suspender waits for ever, and so does a shutdown with kern.shutdown.kproc_shutdown_wait at 0.',
    alike: [ALL],
    cells: handshakes('FB8-O-06', 'FB8-O-29'),
    schedules: 'own',
    *tell(os) {
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* os.pause(100)
        yield* suspension.look()
      })
      const before = os.k.ticks
      const error = yield* suspension.suspend(made.thread!, 0)
      return `${os.errno(error)}, ${os.k.ticks - before < 50 ? 'at once' : 'as late as the thread looks'}`
    },
  },
  {
    id: 'suspend/negative',
    topic: 'suspend',
    asks: 'What does a time-out of less than zero ticks mean to who suspends a thread?',
    differ:
      "FreeBSD's kthread_suspend() takes it for one tick; the other systems have no such call, and their sleeps are not to be given such a number.",
    bites: 'On FreeBSD a difference of two times that has become negative goes unnoticed.',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: onlyFreebsd('kthread_suspend', 'FB8-O-06'),
    schedules: 'own',
    *tell(os) {
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* os.pause(100)
        yield* suspension.look()
      })
      const before = os.k.ticks
      const error = yield* suspension.suspend(made.thread!, -1)
      return `${os.errno(error)}, ${os.k.ticks - before < 50 ? 'almost at once' : 'as late as the thread looks'}`
    },
  },
  {
    id: 'suspend/resume',
    topic: 'suspend',
    asks: 'Is a resumption remembered that comes when nothing is suspended?',
    differ:
      'Nowhere: kthread_resume() of FreeBSD succeeds and leaves nothing behind, as clearing a flag does, and the next suspension holds until it is undone.',
    bites: null,
    alike: [ALL],
    cells: handshakes('FB8-KT-53', 'FB8-KT-54', 'FB8-KT-63', 'FB8-O-07'),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* suspension.rest()
        yield* suspension.look()
        yield* log.add('goes on')
      })
      yield* suspension.awaitRest()
      const early = yield* suspension.resume(made.thread!)
      yield* suspension.suspend(made.thread!, 0)
      yield* os.pause(10)
      const holds = (yield* log.lines()).length === 0
      const error = yield* suspension.resume(made.thread!)
      yield* os.pause(10)
      const goesOn = (yield* log.lines()).length > 0
      const later = holds ? 'not remembered' : 'remembered: the thread does not stop'
      return `${os.errno(early)}, and ${later}; in time ${os.errno(error)}, and the thread ${goesOn ? 'goes on' : 'sleeps on'}`
    },
  },
  {
    id: 'suspend/lost',
    topic: 'suspend',
    asks: 'A thread is resumed the moment it has said that it stops: does it go on?',
    differ:
      'On NetBSD and OpenBSD a handshake under a lock cannot lose it; on FreeBSD kthread_resume() is to do the same, and its kernel wakes a thread that is not asleep yet, which then sleeps for good.',
    bites:
      'On FreeBSD 8.0 a resumption that comes too early leaves the thread asleep with nobody to wake it: only another kthread_resume() helps.',
    alike: [ALL],
    cells: handshakes('FB8-KT-53', 'FB8-KT-54', 'FB8-D-06'),
    *tell(os) {
      const suspension = os.suspension()
      const over = os.happening('over')
      const made = yield* os.create(function* () {
        yield* suspension.rest()
        yield* suspension.look()
        yield* over.raise()
        yield* os.sleepOn(suspension)
      })
      yield* suspension.awaitRest()
      yield* suspension.suspend(made.thread!, 0)
      yield* suspension.resume(made.thread!)
      yield* over.wait()
      return 'it goes on'
    },
  },
  {
    id: 'suspend/counts',
    topic: 'suspend',
    asks: 'A thread is suspended twice: what does the second call say, and does one resumption do?',
    differ:
      "Everywhere the request is a flag and no count, so that one resumption undoes any number; a handshake sees that the thread has stopped, and FreeBSD's kthread_suspend() waits for a word that a parked thread does not say again.",
    bites:
      'On FreeBSD kthread_suspend() of a thread that is suspended already takes its whole time-out and fails, and with a time-out of 0 it never returns.',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: handshakes('FB8-O-04'),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* suspension.rest()
        yield* suspension.look()
        yield* log.add('goes on')
      })
      yield* suspension.awaitRest()
      const first = yield* suspension.suspend(made.thread!, 100)
      const second = yield* suspension.suspend(made.thread!, 100)
      yield* suspension.resume(made.thread!)
      yield* os.pause(10)
      const goesOn = (yield* log.lines()).length > 0
      return `${os.errno(first)}, then ${os.errno(second)}; one resumption ${goesOn ? 'undoes both' : 'is not enough'}`
    },
  },
  {
    id: 'suspend/twice-parked',
    topic: 'suspend',
    asks: 'A thread that was resumed is asked to stop again at once: does it run in between?',
    differ: 'Nowhere: whoever is parked looks again before it goes on, in kthread_suspend_check() and in a handshake.',
    bites: null,
    alike: [ALL],
    cells: handshakes('FB8-KT-52', 'FB8-KT-53', 'FB8-O-04'),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      const made = yield* os.create(function* () {
        yield* suspension.rest()
        for (let round = 0; round < 3; round++) {
          yield* suspension.look()
          yield* log.add('runs')
          yield* os.pause(10)
        }
      })
      yield* suspension.awaitRest()
      yield* suspension.suspend(made.thread!, 0)
      yield* suspension.resume(made.thread!)
      const error = yield* suspension.suspend(made.thread!, 0)
      const { length } = yield* log.lines()
      return `${os.errno(error)}, and it ${length === 0 ? 'has not run' : 'has run'} in between`
    },
  },
  ...suspendTargetStories,
]
