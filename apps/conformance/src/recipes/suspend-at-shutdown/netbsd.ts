// NetBSD: no call suspends a kernel thread at shutdown. This is a driver's own, and NOTHING CALLS IT: you have to.
import * as netbsd from '@kt/netbsd/10.1'

/** `isSynced` stands for the disks, which have to be left alone from then on. */
function netbsdSyncer(k: netbsd.Kernel) {
  const [isAsked, isParked] = [k.cell(false, { name: 'sc_asked' }), k.cell(false, { name: 'sc_parked' })]
  const isSynced = k.cell(false, { name: 'disks', atomic: true })
  return { lock: k.mutex('sc_lock'), cv: k.condvar('sc_cv'), isAsked, isParked, isSynced }
}

function* netbsdSyncerThread(k: netbsd.Kernel, sc: ReturnType<typeof netbsdSyncer>): netbsd.Steps<never> {
  yield* k.mutex_enter(sc.lock)
  for (;;) {
    // The place of the look is here, with nothing half done and no other lock held: the thread may stay here for good.
    while (yield* sc.isAsked.read()) {
      yield* sc.isParked.write(true)
      yield* k.cv_broadcast(sc.cv)
      yield* k.cv_wait(sc.cv, sc.lock)
    }
    yield* k.mutex_exit(sc.lock)
    // The request may come during a transfer. This one is gone through with; whoever asks waits for it.
    yield* k.kpause('biowait', false, 1, null)
    if (yield* sc.isSynced.read()) yield* k.panic('written after the sync')
    yield* k.mutex_enter(sc.lock)
    if (!(yield* sc.isAsked.read())) yield* k.cv_timedwait(sc.cv, sc.lock, k.hz)
  }
}

/** For a shutdown path that runs before the sync; 0, or EWOULDBLOCK. Not in a panic: nobody else runs any more. */
function* netbsdBeforeSync(k: netbsd.Kernel, sc: ReturnType<typeof netbsdSyncer>): netbsd.Steps<number> {
  let error = 0
  yield* k.mutex_enter(sc.lock)
  yield* sc.isAsked.write(true)
  yield* k.cv_broadcast(sc.cv)
  // A machine that goes down does not wait for ever for one thread: a minute, as FreeBSD does.
  while (error === 0 && !(yield* sc.isParked.read())) error = yield* k.cv_timedwait(sc.cv, sc.lock, 60 * k.hz)
  yield* k.mutex_exit(sc.lock)
  return error
}

export const onNetbsd = {
  make: (): netbsd.Kernel => netbsd.createKernel({ ncpu: 2 }),
  *main(k: netbsd.Kernel): netbsd.Steps<number> {
    const sc = netbsdSyncer(k)
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, () => netbsdSyncerThread(k, sc), sc, null, 'syncer')
    yield* k.kpause('uptime', false, 1, null)
    const error = yield* netbsdBeforeSync(k, sc)
    if (error === 0) yield* sc.isSynced.write(true)
    yield* k.kpause('power', false, 2 * k.hz, null)
    return error
  },
  // With a minute that may be over at any time, every schedule could be the one in which the thread was not waited for.
  options: { model: 'smp', freeTimers: false, preemptions: 0 },
}
