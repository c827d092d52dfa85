import type { Story } from '../story.js'
import { ALL, FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf, FREEBSD_WAIT, memory, OPENBSD_WAIT } from './ending.js'

/** What drivers wait for: to be safe when they free their softc and their module goes. */
export const unloadStories: readonly Story[] = [
  {
    id: 'join/unload',
    topic: 'join',
    asks: 'Detach has stopped its thread and waited for it: can the thread still touch the softc, or execute the module?',
    differ:
      'On all of them it touches neither, if detach is right: NetBSD joins, OpenBSD goes by its big lock, and FreeBSD goes to sleep on the thread under the mutex under which the thread looks at the request to stop.',
    bites:
      'On FreeBSD the request to stop and the sleep belong under one hold of the mutex: between two holds the thread can set its flag and be on its way, still in the module.',
    alike: [ALL],
    cells: cellsOf(
      by('NB6-KT-54', 'NB-D-06'),
      by('NB10-KT-48', 'NB-D-06'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by('FB8-D-16'), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const softc = memory(os, 'a softc')
      const text = memory(os, 'a module')
      const daemon = yield* os.startDaemon(() => softc.touch(), { last: () => text.touch() })
      yield* os.stopDaemon(daemon)
      yield* softc.free()
      yield* text.free()
      return 'it touches neither'
    },
  },
  {
    id: 'join/by-itself',
    topic: 'join',
    asks: 'And a thread that ends by itself: can it still execute the module when its waiter goes on?',
    differ:
      'On NetBSD and OpenBSD it cannot; on FreeBSD its waiter can come between the flag that the thread sets and its call of kthread_exit(), which is in the module.',
    bites:
      'On FreeBSD a thread whose module can go must not end before it is told to, or it is a process of its own: kproc_exit() takes the lock of the process before it wakes anybody, and kthread_exit() takes none that a driver could hold.',
    alike: [[...NETBSD, ...OPENBSD], FREEBSD],
    cells: cellsOf(
      by('NB6-KT-54', 'NB6-KT-58', 'NB-D-06'),
      by('NB10-KT-48', 'NB10-KT-49', 'NB-D-06'),
      { ...by('OB-Q-15'), nearest: OPENBSD_WAIT },
      { ...by('FB8-D-16'), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const softc = memory(os, 'a softc')
      const text = memory(os, 'a module')
      const made = yield* os.create(() => softc.touch(), { isAwaited: true, last: () => text.touch() })
      yield* os.wait(made.thread!)
      yield* softc.free()
      yield* text.free()
      return 'it touches neither'
    },
  },
  {
    id: 'join/naive',
    topic: 'join',
    asks: 'A thread says that it is done, and nothing else is waited for: may its module be unloaded then?',
    differ:
      'On OpenBSD it may, because nobody runs until the thread gives up the big lock deep in kthread_exit(); on NetBSD and FreeBSD the thread still has the call of kthread_exit() before it, and that is code of the module.',
    bites:
      'The flag and wakeup() of an OpenBSD driver are no proof elsewhere: no word of a thread can come late enough. NetBSD has kthread_join() for that.',
    alike: [[...NETBSD, ...FREEBSD], OPENBSD],
    cells: cellsOf(by('NB6-KT-47'), by('NB10-KT-45'), by('OB-Q-15'), by('FB8-D-16')),
    *tell(os) {
      const text = memory(os, 'a module')
      const isDone = os.happening('done')
      yield* os.create(() => isDone.raise(), { last: () => text.touch() })
      yield* isDone.wait()
      yield* text.free()
      return 'nothing goes wrong'
    },
  },
  {
    id: 'join/under-lock',
    topic: 'join',
    asks: 'What if one waits with a lock held that the thread needs before it ends?',
    differ:
      'NetBSD and OpenBSD hang, with the mutex or the rwlock kept over the sleep; FreeBSD panics as soon as somebody wants a mutex whose owner sleeps.',
    bites:
      'On NetBSD and FreeBSD it works whenever the thread had the lock before, which is nearly always; on OpenBSD it hangs at once, as the thread cannot begin before its waiter sleeps.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB-D-06'),
      by('NB-D-06'),
      { ...by('OB-Q-02'), nearest: OPENBSD_WAIT },
      { ...by('FB8-O-10'), nearest: FREEBSD_WAIT },
    ),
    *tell(os) {
      const lock = os.lock('softc')
      const made = yield* os.create(
        function* () {
          yield* lock.enter()
          yield* lock.leave()
        },
        { isAwaited: true },
      )
      yield* lock.enter()
      yield* os.wait(made.thread!)
      yield* lock.leave()
      return 'both go on'
    },
  },
]
