import type { Out, Steps } from '@kt/core'
import { createKernel, type Proc } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { ProcessWords, ShutdownWords, StopWords, Suspension } from '../words/stop.js'
import type { KernelThread } from '../words/threads.js'
import { tdOf } from './threads.js'

export function stopWords(k: FreebsdKernel): StopWords {
  return {
    suspension: () => ({
      ...restOn(k, () => k.curthread),
      *suspend(thread, ticks) {
        return yield* k.kthread_suspend(tdOf(thread), ticks)
      },
      *resume(thread) {
        return yield* k.kthread_resume(tdOf(thread))
      },
      *look() {
        yield* k.kthread_suspend_check(k.curthread)
      },
    }),
    self() {
      const td = k.curthread
      return { handle: td, name: () => td.td_name }
    },
    processes: processWords(k),
    shutdown: shutdownWords(k),
    signals: null,
  }
}

/** A sleep on the thread or the process itself, which is what a request to suspend wakes. The lock is for who waits for it. */
function restOn(k: FreebsdKernel, address: () => object): Pick<Suspension, 'rest' | 'awaitRest'> {
  const mtx = k.mtx('rest')
  const isResting = k.cell(false, { name: 'is_resting' })
  return {
    *rest() {
      yield* k.mtx_lock(mtx)
      yield* isResting.write(true)
      yield* k.wakeup(isResting)
      yield* k.msleep(address(), mtx, k.PWAIT | k.PDROP, 'work', 0)
    },
    *awaitRest() {
      yield* k.mtx_lock(mtx)
      while (!(yield* isResting.read())) yield* k.msleep(isResting, mtx, k.PWAIT, 'rest', 0)
      yield* k.mtx_unlock(mtx)
    },
  }
}

/** What kproc(9) has beside kthread(9). */
function processWords(k: FreebsdKernel): ProcessWords {
  const procOf = ({ handle }: KernelThread): Proc => handle as Proc
  return {
    *create(body) {
      const newpp: Out<Proc> = k.ref<Proc>()
      function* func(): Steps<void> {
        yield* body()
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(func, 'arg', newpp, 0, 0, '%s', 'worker')
      const handle = newpp.value!
      return { handle, name: () => handle.p_comm }
    },
    suspension: () => ({
      ...restOn(k, () => k.curproc),
      *suspend(process, ticks) {
        return yield* k.kproc_suspend(procOf(process), ticks)
      },
      *resume(process) {
        return yield* k.kproc_resume(procOf(process))
      },
      *look() {
        yield* k.kproc_suspend_check(k.curproc)
      },
    }),
  }
}

function shutdownWords(k: FreebsdKernel): ShutdownWords {
  /** Goes down in a thread of its own, up to the handlers that come after the sync. */
  function* down(begin: () => Steps): Steps<readonly string[]> {
    const before = k.console.length
    const isSynced = k.cell(false, { name: 'is_synced', atomic: true })
    function* hold(): Steps<void> {
      yield* isSynced.write(true)
      yield* k.wakeup(isSynced)
      yield* k.tsleep('power', k.PWAIT, 'held', 0)
    }
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', hold, null, k.SHUTDOWN_PRI_FIRST)
    yield* k.kthread_add(begin, 'arg', null, null, 0, 0, 'reboot')
    // Without a lock a wakeup may come too early: who looks once a second needs none.
    while (!(yield* isSynced.read())) yield* k.tsleep(isSynced, k.PWAIT, 'down', k.hz)
    return k.console.slice(before)
  }

  return {
    *register(place) {
      const priority = place === 'first' ? k.SHUTDOWN_PRI_FIRST : k.SHUTDOWN_PRI_LAST
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, k.curthread, priority)
    },
    setPatience(seconds) {
      k.sysctl('kern.shutdown.kproc_shutdown_wait', seconds)
    },
    goDown: (delayTicks = 0) =>
      down(function* () {
        if (delayTicks > 0) yield* k.pause('later', delayTicks)
        yield* k.reboot(k.RB_HALT)
      }),
    panic: () => panicConsole(k),
  }
}

/** Another machine of the release panics, with a thread that looks every ten ticks. */
function panicConsole({ reading }: FreebsdKernel): readonly string[] {
  const other = createKernel({ ncpu: 2, reading })
  other.boot(function* () {
    const { EVENTHANDLER_REGISTER, kthread_add, kthread_shutdown, kthread_suspend_check, panic, pause } = other
    function* daemon(): Steps<void> {
      yield* EVENTHANDLER_REGISTER('shutdown_pre_sync', kthread_shutdown, other.curthread, other.SHUTDOWN_PRI_LAST)
      for (;;) {
        yield* kthread_suspend_check(other.curthread)
        yield* pause('work', 10)
      }
    }
    yield* kthread_add(daemon, 'arg', null, null, 0, 0, 'syncd')
    yield* pause('rest', 100)
    yield* panic('out of luck')
  })
  return other.console
}
