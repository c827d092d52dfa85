// OpenBSD: there is no call to wait with; detach goes by a flag, as on FreeBSD 8.0, and the big lock does the rest.
import * as openbsd from '@kt/openbsd/5.1'

/** The softc; `isThere` stands for its memory. */
function openbsdSoftc(k: openbsd.Kernel) {
  const isThere = k.cell(true, { name: 'softc', atomic: true })
  const isDying = k.cell(false, { name: 'sc_dying', atomic: true })
  return { isDying, isThere, hasThread: k.cell(false, { name: 'sc_has_thread', atomic: true }) }
}

function* openbsdThread(k: openbsd.Kernel, sc: ReturnType<typeof openbsdSoftc>): openbsd.Steps<never> {
  // Under the big lock nobody comes between the look at the flag and the sleep: where FreeBSD has a mutex is nothing.
  while (!(yield* sc.isDying.read())) yield* k.tsleep(sc, k.PWAIT, 'driver', 0)
  if (!(yield* sc.isThere.read())) yield* k.panic('the softc is gone')
  // From here to the end of kthread_exit() there must be no sleep: the first one lets detach go on.
  yield* sc.hasThread.write(false)
  yield* k.wakeup(sc.hasThread)
  return yield* k.kthread_exit(0)
}

function* openbsdAttach(k: openbsd.Kernel, sc: ReturnType<typeof openbsdSoftc>): openbsd.Steps<number> {
  // Whoever asks for the thread counts it: a device can be gone before its thread has begun.
  yield* sc.hasThread.write(true)
  const error = yield* k.kthread_create(() => openbsdThread(k, sc), sc, null, 'driver')
  if (error !== 0) yield* sc.hasThread.write(false)
  return error
}

function* openbsdDetach(k: openbsd.Kernel, sc: ReturnType<typeof openbsdSoftc>): openbsd.Steps<void> {
  yield* sc.isDying.write(true)
  yield* k.wakeup(sc)
  // The wakeup is the driver's own: kthread_exit() wakes nobody who sleeps on the thread.
  while (yield* sc.hasThread.read()) yield* k.tsleep(sc.hasThread, k.PWAIT, 'detach', 0)
  yield* sc.isThere.write(false)
}

export const onOpenbsd: { make(): openbsd.Kernel; main(k: openbsd.Kernel): openbsd.Steps<void> } = {
  make: () => openbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = openbsdSoftc(k)
    if ((yield* openbsdAttach(k, sc)) === 0) yield* openbsdDetach(k, sc)
  },
}
