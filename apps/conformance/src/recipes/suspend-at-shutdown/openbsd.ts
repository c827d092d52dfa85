// OpenBSD: no call suspends a kernel thread at shutdown. This is a driver's own, and NOTHING CALLS IT: you have to.
import * as openbsd from '@kt/openbsd/5.1'

/** `isSynced` stands for the disks, which have to be left alone from then on. */
function openbsdSyncer(k: openbsd.Kernel) {
  const [isAsked, isParked] = [k.cell(false, { name: 'sc_asked' }), k.cell(false, { name: 'sc_parked' })]
  return { isAsked, isParked, isSynced: k.cell(false, { name: 'disks' }) }
}

function* openbsdSyncerThread(k: openbsd.Kernel, sc: ReturnType<typeof openbsdSyncer>): openbsd.Steps<never> {
  for (;;) {
    // The place of the look is here, with nothing half done and no lock held: the thread may stay here for good.
    while (yield* sc.isAsked.read()) {
      yield* sc.isParked.write(true)
      yield* k.wakeup(sc.isParked)
      yield* k.tsleep(sc.isAsked, k.PWAIT, 'parked', 0)
    }
    // The request may come during a transfer. This one is gone through with; whoever asks waits for it.
    yield* k.tsleep('disk', k.PRIBIO, 'biowait', 1)
    if (yield* sc.isSynced.read()) yield* k.panic('written after the sync')
    if (!(yield* sc.isAsked.read())) yield* k.tsleep(sc, k.PWAIT, 'syncer', k.hz)
  }
}

/** For a shutdown path that runs before the sync; 0, or EWOULDBLOCK. Not in a panic: nobody else runs any more. */
function* openbsdBeforeSync(k: openbsd.Kernel, sc: ReturnType<typeof openbsdSyncer>): openbsd.Steps<number> {
  let error = 0
  yield* sc.isAsked.write(true)
  yield* k.wakeup(sc)
  // A machine that goes down does not wait for ever for one thread: a minute, as FreeBSD does.
  while (error === 0 && !(yield* sc.isParked.read())) error = yield* k.tsleep(sc.isParked, k.PWAIT, 'down', 60 * k.hz)
  return error
}

export const onOpenbsd = {
  make: (): openbsd.Kernel => openbsd.createKernel({ ncpu: 2 }),
  *main(k: openbsd.Kernel): openbsd.Steps<number> {
    const sc = openbsdSyncer(k)
    if ((yield* k.kthread_create(() => openbsdSyncerThread(k, sc), sc, null, 'syncer')) !== 0) return 1
    yield* k.tsleep('uptime', k.PWAIT, 'uptime', 1)
    const error = yield* openbsdBeforeSync(k, sc)
    if (error === 0) yield* sc.isSynced.write(true)
    yield* k.tsleep('power', k.PWAIT, 'power', 2 * k.hz)
    return error
  },
  // With a minute that may be over at any time, every schedule could be the one in which the thread was not waited for.
  options: { model: 'smp', freeTimers: false, preemptions: 0 },
}
