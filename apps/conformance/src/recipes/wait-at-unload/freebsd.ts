// FreeBSD 8.0: detach sleeps on its thread, which kthread_exit() wakes, and a flag says that this was what woke it.
import * as freebsd from '@kt/freebsd/8.0'

/** The softc; `isThere` stands for its memory. */
function freebsdSoftc(k: freebsd.Kernel) {
  const isThere = k.cell(true, { name: 'softc', atomic: true })
  const [isDying, isGone] = [k.cell(false, { name: 'sc_dying' }), k.cell(false, { name: 'sc_gone' })]
  return { mtx: k.mtx('sc_mtx'), isDying, isGone, isThere, thread: k.ref<freebsd.Td>() }
}

function* freebsdThread(k: freebsd.Kernel, sc: ReturnType<typeof freebsdSoftc>): freebsd.Steps<never> {
  yield* k.mtx_lock(sc.mtx)
  while (!(yield* sc.isDying.read())) yield* k.msleep(sc, sc.mtx, k.PWAIT, 'driver', 0)
  if (!(yield* sc.isThere.read())) yield* k.panic('the softc is gone')
  // No wakeup of its own: that of kthread_exit() comes when the thread has left the module for good.
  yield* sc.isGone.write(true)
  yield* k.mtx_unlock(sc.mtx)
  return yield* k.kthread_exit()
}

function* freebsdAttach(k: freebsd.Kernel, sc: ReturnType<typeof freebsdSoftc>): freebsd.Steps<number> {
  return yield* k.kthread_add(() => freebsdThread(k, sc), sc, null, sc.thread, 0, 0, 'driver')
}

function* freebsdDetach(k: freebsd.Kernel, sc: ReturnType<typeof freebsdSoftc>): freebsd.Steps<void> {
  yield* k.mtx_lock(sc.mtx)
  yield* sc.isDying.write(true)
  yield* k.wakeup(sc)
  // Under the same hold as the request: the thread cannot see that before this sleep, and so its exit finds the sleeper.
  // A request to suspend wakes the same address, so the flag is looked at.
  while (!(yield* sc.isGone.read())) yield* k.msleep(sc.thread.value!, sc.mtx, k.PWAIT, 'detach', 0)
  yield* k.mtx_unlock(sc.mtx)
  yield* sc.isThere.write(false)
}

export const onFreebsd: { make(): freebsd.Kernel; main(k: freebsd.Kernel): freebsd.Steps<void> } = {
  make: () => freebsd.createKernel({ ncpu: 2, daemons: 'none' }),
  *main(k) {
    const sc = freebsdSoftc(k)
    if ((yield* freebsdAttach(k, sc)) === 0) yield* freebsdDetach(k, sc)
  },
}
