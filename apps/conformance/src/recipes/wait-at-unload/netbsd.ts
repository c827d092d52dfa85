// NetBSD: detach stops the thread of its driver and joins it. FreeBSD 8.0 had a sleep on the thread in place of the join.
import * as netbsd from '@kt/netbsd/10.1'

/** The softc; `isThere` stands for its memory. */
function netbsdSoftc(k: netbsd.Kernel) {
  const isThere = k.cell(true, { name: 'softc', atomic: true })
  const isDying = k.cell(false, { name: 'sc_dying' })
  return { lock: k.mutex('sc_lock'), cv: k.condvar('sc_cv'), isDying, isThere, thread: k.ref<netbsd.Lwp>() }
}

function* netbsdThread(k: netbsd.Kernel, sc: ReturnType<typeof netbsdSoftc>): netbsd.Steps<never> {
  yield* k.mutex_enter(sc.lock)
  // The look at the flag and the sleep are under one hold of the mutex, so that no broadcast comes between them.
  while (!(yield* sc.isDying.read())) yield* k.cv_wait(sc.cv, sc.lock)
  yield* k.mutex_exit(sc.lock)
  if (!(yield* sc.isThere.read())) yield* k.panic('the softc is gone')
  // It waits in there for the join. Whoever is joined says nothing more: the join is the word that it is done.
  return yield* k.kthread_exit(0)
}

function* netbsdAttach(k: netbsd.Kernel, sc: ReturnType<typeof netbsdSoftc>): netbsd.Steps<number> {
  // MUSTJOIN from the beginning: nobody else can be joined. And no newlp, no join: it must not be null.
  const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
  return yield* k.kthread_create(k.PRI_NONE, flags, null, () => netbsdThread(k, sc), sc, sc.thread, 'driver')
}

function* netbsdDetach(k: netbsd.Kernel, sc: ReturnType<typeof netbsdSoftc>): netbsd.Steps<void> {
  yield* k.mutex_enter(sc.lock)
  yield* sc.isDying.write(true)
  yield* k.cv_broadcast(sc.cv)
  yield* k.mutex_exit(sc.lock)
  // Once only, and with no lock held that the thread needs.
  yield* k.kthread_join(sc.thread.value!)
  yield* sc.isThere.write(false)
}

export const onNetbsd: { make(): netbsd.Kernel; main(k: netbsd.Kernel): netbsd.Steps<void> } = {
  make: () => netbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = netbsdSoftc(k)
    if ((yield* netbsdAttach(k, sc)) === 0) yield* netbsdDetach(k, sc)
  },
}
