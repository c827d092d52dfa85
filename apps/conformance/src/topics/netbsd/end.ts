import type { Out, Steps } from '@kt/core'
import type { Lwp } from '@kt/netbsd'
import type { Kernels, NetbsdKernel } from '../releases.js'
import type { Daemon, EndWords } from '../words/end.js'
import type { KernelThread } from '../words/threads.js'
import { lwpOf, NetbsdThread } from './threads.js'

/** What the softc of a driver with a thread has. */
interface NetbsdDaemon extends Daemon {
  readonly thread: NetbsdThread
  /** Tells it to stop. */
  readonly tell: () => Steps<void>
}

export function endWords(k: NetbsdKernel): EndWords {
  return {
    ending(thread) {
      const l = lwpOf(thread)
      return {
        lives: l.l_stat !== k.LSZOMB,
        // A dead one is called (zombie) there, and its number may be another's once it is freed.
        isListed: !l.isFree && k.ps().some(({ pid, lid }) => pid === 0 && lid === l.l_lid),
        isFreed: l.isFree,
      }
    },
    pids: () => [...new Set(k.ps().map(({ pid }) => pid))],
    *startDaemon(work, { last } = {}) {
      const lock = k.mutex('sc_lock')
      const cv = k.condvar('sc_cv')
      const isDying = k.cell(false, { name: 'sc_dying' })
      const newlp: Out<Lwp> = k.ref<Lwp>()
      function* daemon(): Steps<void> {
        yield* work()
        yield* k.mutex_enter(lock)
        while (!(yield* isDying.read())) yield* k.cv_wait(cv, lock)
        yield* k.mutex_exit(lock)
        yield* work()
        if (last !== undefined) yield* last()
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      yield* k.kthread_create(k.PRI_NONE, flags, null, daemon, 'softc', newlp, 'daemon')
      function* tell(): Steps<void> {
        yield* k.mutex_enter(lock)
        yield* isDying.write(true)
        yield* k.cv_broadcast(cv)
        yield* k.mutex_exit(lock)
      }
      return { thread: new NetbsdThread(newlp.value!), tell } satisfies NetbsdDaemon
    },
    *stopDaemon(daemon) {
      const { thread, tell } = daemon as NetbsdDaemon
      yield* tell()
      yield* k.kthread_join(thread.handle)
    },
    // What only 6 has: a thread that never ran can be ended from outside.
    ...('kthread_destroy' in k ? { destroy: (thread) => destroy(k, thread) } : {}),
  }
}

function* destroy(k: Kernels['netbsd/6'], thread: KernelThread): Steps<void> {
  yield* k.kthread_destroy(lwpOf(thread))
}
