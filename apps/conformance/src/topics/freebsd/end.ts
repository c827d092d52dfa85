import type { Cell, Out, Steps } from '@kt/core'
import type { Proc, Td } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { Daemon, EndWords, ProcessEnd } from '../words/end.js'
import { FreebsdThread, handshakeOf, tdOf } from './threads.js'

/** What the softc of a driver with a thread has. */
interface FreebsdDaemon extends Daemon {
  readonly thread: FreebsdThread
  readonly isDying: Cell<boolean>
}

export function endWords(k: FreebsdKernel): EndWords {
  return {
    ending(thread) {
      const td = tdOf(thread)
      return {
        lives: td.td_state !== k.TDS_INACTIVE,
        isListed: k.kinfo_proc().some(({ ki_tid, ki_ocomm }) => ki_tid === td.td_tid && ki_ocomm === td.td_name),
        isFreed: td.isRecycled,
      }
    },
    pids: () => [...new Set(k.kinfo_proc().map(({ ki_pid }) => ki_pid))],
    *startDaemon(work, { last } = {}) {
      const handshake = handshakeOf(k)
      const { lock, isGone } = handshake
      const isDying = k.cell(false, { name: 'sc_dying' })
      const newtdpp: Out<Td> = k.ref<Td>()
      function* daemon(): Steps<void> {
        yield* work()
        yield* k.mtx_lock(lock)
        while (!(yield* isDying.read())) yield* k.msleep(isDying, lock, k.PWAIT, 'daemon', 0)
        yield* k.mtx_unlock(lock)
        yield* work()
        yield* k.mtx_lock(lock)
        yield* isGone.write(true)
        yield* k.mtx_unlock(lock)
        if (last !== undefined) yield* last()
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(daemon, 'softc', null, newtdpp, 0, 0, 'daemon')
      return { thread: new FreebsdThread(newtdpp.value!, handshake), isDying } satisfies FreebsdDaemon
    },
    *stopDaemon(daemon) {
      const { thread, isDying } = daemon as FreebsdDaemon
      const { lock, isGone } = thread.handshake!
      yield* k.mtx_lock(lock)
      yield* isDying.write(true)
      yield* k.wakeup(isDying)
      // Asleep on the thread before it can look at the flag: so kthread_exit() finds the sleeper, on every schedule.
      while (!(yield* isGone.read())) yield* k.msleep(thread.handle, lock, k.PWAIT, 'unload', 0)
      yield* k.mtx_unlock(lock)
    },
    *runProcess([first, ...others], [end, ...otherEnds]) {
      const newpp: Out<Proc> = k.ref<Proc>()
      yield* k.kproc_create(mainOf(k, first!, end!), 'arg', newpp, k.RFSTOPPED, 0, 'driver')
      const p = newpp.value!
      const threads = [p.newest!]
      for (const [at, other] of others.entries()) {
        const newtdpp: Out<Td> = k.ref<Td>()
        yield* k.kthread_add(mainOf(k, other, otherEnds[at]!), 'arg', p, newtdpp, k.RFSTOPPED, 0, 'other')
        threads.push(newtdpp.value!)
      }
      // Who holds the lock of the process until it sleeps is not overtaken by the wakeup of kproc_exit().
      yield* k.PROC_LOCK(p)
      for (const td of threads) yield* k.sched_add(td, 0)
      yield* k.msleep(p, p.p_mtx, k.PWAIT, 'driver', 0)
      yield* k.PROC_UNLOCK(p)
    },
  }
}

function mainOf(k: FreebsdKernel, main: () => Steps, end: ProcessEnd): () => Steps<void> {
  return function* () {
    yield* main()
    if (end === 'thread exit') yield* k.kthread_exit()
    else if (end === 'process exit') yield* k.kproc_exit(0)
  }
}
