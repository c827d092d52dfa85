import type { Cell, Out, Steps } from '@kt/core'
import type { Proc } from '@kt/openbsd'
import type { OpenbsdKernel } from '../releases.js'
import type { Daemon, EndWords } from '../words/end.js'
import { OpenbsdThread, procOf } from './threads.js'

/** What the softc of a driver with a thread has. */
interface OpenbsdDaemon extends Daemon {
  readonly thread: OpenbsdThread
  readonly isDying: Cell<boolean>
}

export function endWords(k: OpenbsdKernel): EndWords {
  return {
    ending(thread) {
      const p = procOf(thread)
      return {
        lives: p.p_stat !== k.SDEAD && p.p_stat !== k.SZOMB,
        isListed: !p.isFree && k.ps().some(({ comm }) => comm === p.p_comm),
        isFreed: p.isFree,
      }
    },
    pids: () => [...new Set(k.ps().map(({ pid }) => pid))],
    *startDaemon(work, { last } = {}) {
      const isDying = k.cell(false, { name: 'sc_dying', atomic: true })
      const newpp: Out<Proc> = k.ref<Proc>()
      const isDone = k.cell(false, { name: 'sc_done', atomic: true })
      function* daemon(): Steps<void> {
        yield* work()
        while (!(yield* isDying.read())) yield* k.tsleep(isDying, k.PWAIT, 'daemon', 0)
        yield* work()
        yield* isDone.write(true)
        yield* k.wakeup(isDone)
        if (last !== undefined) yield* last()
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(daemon, 'softc', newpp, 'daemon')
      return { thread: new OpenbsdThread(newpp.value!, isDone), isDying } satisfies OpenbsdDaemon
    },
    *stopDaemon(daemon) {
      const { thread, isDying } = daemon as OpenbsdDaemon
      yield* isDying.write(true)
      yield* k.wakeup(isDying)
      while (!(yield* thread.isDone!.read())) yield* k.tsleep(thread.isDone!, k.PWAIT, 'detach', 0)
    },
  }
}
