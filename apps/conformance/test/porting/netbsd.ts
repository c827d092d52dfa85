/** A driver with a thread, as the porting guides show it piece by piece: NetBSD. */
import * as netbsd from '@kt/netbsd/10.1'
import type { Shown } from './shown.js'

type Softc = ReturnType<typeof softcOf>

function softcOf(k: netbsd.Kernel) {
  const isDying = k.cell(false, { name: 'sc_dying' })
  return { lock: k.mutex('sc_lock'), cv: k.condvar('sc_cv'), isDying, thread: k.ref<netbsd.Lwp>() }
}

// NetBSD 10.1
function* attach(k: netbsd.Kernel, sc: Softc): netbsd.Steps<number> {
  const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
  return yield* k.kthread_create(k.PRI_NONE, flags, null, () => main(k, sc), sc, sc.thread, 'drv%d', 0)
}

// NetBSD 10.1
function* main(k: netbsd.Kernel, sc: Softc): netbsd.Steps<void> {
  yield* k.mutex_enter(sc.lock)
  while (!(yield* sc.isDying.read())) yield* k.cv_wait(sc.cv, sc.lock)
  yield* k.mutex_exit(sc.lock)
  yield* k.kthread_exit(0) // waits in there for the join
}

// NetBSD 10.1
function* detach(k: netbsd.Kernel, sc: Softc): netbsd.Steps<void> {
  yield* k.mutex_enter(sc.lock)
  yield* sc.isDying.write(true)
  yield* k.cv_broadcast(sc.cv)
  yield* k.mutex_exit(sc.lock)
  yield* k.kthread_join(sc.thread.value!) // once, with no lock held
}

export const netbsdDriver: Shown<netbsd.Kernel> = {
  make: () => netbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = softcOf(k)
    if ((yield* attach(k, sc)) === 0) yield* detach(k, sc)
  },
}
