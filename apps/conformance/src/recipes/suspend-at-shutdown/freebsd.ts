// FreeBSD 8.0: a handler of shutdown_pre_sync, and kthread_shutdown() is the handler that suspends a thread.
import * as freebsd from '@kt/freebsd/8.0'

/** `isSynced` stands for the disks, which have to be left alone from then on. */
function freebsdSyncer(k: freebsd.Kernel) {
  return { isSynced: k.cell(false, { name: 'disks', atomic: true }), thread: k.ref<freebsd.Td>() }
}

function* freebsdSyncerThread(k: freebsd.Kernel, sc: ReturnType<typeof freebsdSyncer>): freebsd.Steps<never> {
  for (;;) {
    // The place of the look is here, with nothing half done and no lock held: it may be the thread's last step.
    yield* k.kthread_suspend_check(k.curthread)
    if (yield* sc.isSynced.read()) yield* k.panic('written after the sync')
    // On the thread itself, which is what the request wakes; for a second at most, since one that comes before the sleep
    // finds nobody in it.
    yield* k.tsleep(k.curthread, k.PPAUSE, 'syncer', k.hz)
  }
}

/** Threads with a lower priority number go first: who is needed by another is suspended after it. */
function* freebsdSyncerAttach(k: freebsd.Kernel, sc: ReturnType<typeof freebsdSyncer>): freebsd.Steps<number> {
  const error = yield* k.kthread_add(() => freebsdSyncerThread(k, sc), sc, null, sc.thread, 0, 0, 'syncer')
  if (error !== 0) return error
  // For a process it is kproc_shutdown(). Keep the tag: a thread that ends has to be deregistered.
  yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, sc.thread.value!, k.SHUTDOWN_PRI_LAST)
  return 0
}

export const onFreebsd = {
  make: (): freebsd.Kernel => freebsd.createKernel({ ncpu: 2, daemons: 'none' }),
  *main(k: freebsd.Kernel): freebsd.Steps<void> {
    const sc = freebsdSyncer(k)
    function* synced() {
      yield* sc.isSynced.write(true)
      yield* k.pause('power', 2 * k.hz)
    }
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', synced, sc, k.SHUTDOWN_PRI_FIRST)
    if ((yield* freebsdSyncerAttach(k, sc)) === 0) yield* k.reboot(k.RB_HALT)
  },
  // The minute that the handler waits is over whenever timers may fire at will, and then the system goes down regardless.
  options: { model: 'smp', freeTimers: false, preemptions: 2 },
}
