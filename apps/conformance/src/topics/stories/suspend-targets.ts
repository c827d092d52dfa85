import type { Steps } from '@kt/core'
import type { Story } from '../story.js'
import { ALL } from './alike.js'
import { handshakes, onlyFreebsd, OTHERS } from './suspend-cells.js'

/** Who is suspended: a sleeper, oneself, a thread that has ended, a process. */
export const suspendTargetStories: readonly Story[] = [
  {
    id: 'suspend/sleeping',
    topic: 'suspend',
    asks: 'Does a request to suspend wake a thread that sleeps?',
    differ:
      "FreeBSD's kthread_suspend() wakes whoever sleeps on the address of the thread, so a thread that sleeps on itself and no other; a handshake of NetBSD and OpenBSD wakes a sleep on the softc, and none of these.",
    bites:
      'A thread that waits for work on an address of its own does not hear kthread_suspend() until there is work, and at shutdown that takes a minute: such sleeps need a time limit.',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: handshakes('FB8-KT-58', 'FB8-O-09', 'FB8-D-18'),
    schedules: 'own',
    *tell(os) {
      const answers: string[] = []
      for (const where of ['something else', 'itself']) {
        const suspension = os.suspension()
        const work = {}
        const made = yield* os.create(function* () {
          yield* os.sleepOn(where === 'itself' ? (os.self().handle as object) : work)
          yield* suspension.look()
        })
        yield* os.pause(10)
        const error = yield* suspension.suspend(made.thread!, 10)
        answers.push(`asleep on ${where}: ${error === 0 ? 'woken' : `not woken, ${os.errno(error)}`}`)
      }
      return answers.join('; ')
    },
  },
  {
    id: 'suspend/self',
    topic: 'suspend',
    asks: 'May a thread suspend itself by the call that suspends others?',
    differ:
      "No: kthread_suspend() and the suspender's half of a handshake wait for a word that only the caller itself could say; the request stands, and the thread stops at its next look.",
    bites:
      'With a time-out of 0 such a thread waits for itself for ever; a thread that wants to stop of its own accord just sleeps.',
    alike: [ALL],
    cells: handshakes('FB8-O-05'),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const suspension = os.suspension()
      yield* os.create(function* () {
        const error = yield* suspension.suspend(os.self(), 10)
        yield* log.add(os.errno(error))
        yield* suspension.look()
        yield* log.add('goes on')
      })
      yield* os.pause(200)
      const [error, ...more] = yield* log.lines()
      return `${error ?? 'nothing'}, and at its next look the thread ${more.length === 0 ? 'stops' : 'goes on'}`
    },
  },
  {
    id: 'suspend/ended',
    topic: 'suspend',
    asks: 'What do suspend and resume say of a thread that has ended?',
    differ:
      "FreeBSD's page refuses what is no kernel thread with EINVAL, and its kernel still takes one that has ended for one; with a handshake on NetBSD and OpenBSD nobody answers, and the suspender has to time out.",
    bites:
      'On FreeBSD 8.0 no EINVAL tells that the thread has gone, and once its structure is given to another thread, that one is suspended.',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: handshakes('FB8-KT-72', 'FB8-KT-73', 'FB8-D-25', 'FB8-O-03'),
    schedules: 'own',
    *tell(os) {
      const suspension = os.suspension()
      const made = yield* os.create(() => os.pause(1), { isAwaited: true })
      yield* os.wait(made.thread!)
      yield* os.pause(10)
      const suspended = yield* suspension.suspend(made.thread!, 10)
      const resumed = yield* suspension.resume(made.thread!)
      return `suspend: ${os.errno(suspended)}; resume: ${os.errno(resumed)}`
    },
  },
  {
    id: 'suspend/process',
    topic: 'suspend',
    asks: 'Can a kernel process be suspended like a thread, and is a word of either side ever lost?',
    differ:
      "FreeBSD's kproc_suspend() and kproc_suspend_check() share one channel and the lock of the process, so that its kernel loses nothing, unlike kthread_suspend(); NetBSD and OpenBSD have no such calls.",
    bites:
      'The calls of kthread(9) and of kproc(9) are not the same under two names: what is safe with kproc_suspend() hangs now and then with kthread_suspend().',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: onlyFreebsd('kproc_suspend', 'FB8-KP-25', 'FB8-KP-26', 'FB8-KP-27', 'FB8-D-17'),
    schedulesMax: 1500,
    *tell(os) {
      const processes = os.processes!
      const suspension = processes.suspension()
      const over = os.happening('over')
      const process = yield* processes.create(function* () {
        yield* suspension.rest()
        yield* suspension.look()
        yield* over.raise()
        yield* os.sleepOn(over)
      })
      yield* suspension.awaitRest()
      const suspended = yield* suspension.suspend(process, 0)
      const resumed = yield* suspension.resume(process)
      yield* over.wait()
      return `suspend: ${os.errno(suspended)}; resume: ${os.errno(resumed)}, and the process goes on`
    },
  },
  {
    id: 'suspend/withdrawn',
    topic: 'suspend',
    asks: 'A request is taken back before it is obeyed: what does who still waits in the suspension hear?',
    differ:
      'Of a thread nothing, on FreeBSD as with a handshake: the wait ends by its time-out. On FreeBSD kproc_suspend() of a process returns 0, because both sides share a channel.',
    bites:
      'The 0 of kproc_suspend() does not prove that the process has stopped: somebody may have resumed it instead.',
    alike: [OTHERS, ['freebsd/8.0']],
    cells: handshakes('FB8-O-02', 'FB8-O-23', 'FB8-D-06'),
    schedules: 'own',
    *tell(os) {
      const { processes } = os
      const answers: string[] = []
      for (const what of processes === null ? ['thread'] : ['thread', 'process']) {
        const suspension = what === 'process' ? processes!.suspension() : os.suspension()
        function* body(): Steps<void> {
          yield* os.pause(500)
          yield* suspension.look()
        }
        const target = what === 'process' ? yield* processes!.create(body) : (yield* os.create(body)).thread!
        yield* os.create(function* () {
          yield* os.pause(10)
          yield* suspension.resume(target)
        })
        const error = yield* suspension.suspend(target, 100)
        answers.push(`${what}: ${os.errno(error)}`)
      }
      return answers.join('; ')
    },
  },
]
