/** A driver with a thread, as the porting guides show it piece by piece: FreeBSD. */
import * as freebsd from '@kt/freebsd/8.0'
import type { Shown } from './shown.js'

type Softc = ReturnType<typeof softcOf>

function softcOf(k: freebsd.Kernel) {
  const [isDying, isGone] = [k.cell(false, { name: 'sc_dying' }), k.cell(false, { name: 'sc_gone' })]
  return { mtx: k.mtx('sc_mtx'), isDying, isGone, thread: k.ref<freebsd.Td>() }
}

// FreeBSD 8.0
function* attach(k: freebsd.Kernel, sc: Softc): freebsd.Steps<number> {
  const error = yield* k.kthread_add(() => main(k, sc), sc, null, sc.thread, k.RFSTOPPED, 0, 'drv%d', 0)
  if (error !== 0) return error
  const td = sc.thread.value!
  yield* k.thread_lock(td)
  yield* k.sched_prio(td, k.PRIBIO) // what kthread_add does not take is set before the thread is queued
  yield* k.sched_add(td, k.SRQ_BORING)
  yield* k.thread_unlock(td)
  return 0
}

// FreeBSD 8.0
function* main(k: freebsd.Kernel, sc: Softc): freebsd.Steps<void> {
  yield* k.mtx_lock(sc.mtx)
  while (!(yield* sc.isDying.read())) yield* k.msleep(sc, sc.mtx, k.PWAIT, 'drv', 0)
  yield* sc.isGone.write(true)
  yield* k.mtx_unlock(sc.mtx)
  yield* k.kthread_exit() // wakes who sleeps on the thread
}

// FreeBSD 8.0
function* detach(k: freebsd.Kernel, sc: Softc): freebsd.Steps<void> {
  yield* k.mtx_lock(sc.mtx)
  yield* sc.isDying.write(true)
  yield* k.wakeup(sc)
  while (!(yield* sc.isGone.read())) yield* k.msleep(sc.thread.value!, sc.mtx, k.PWAIT, 'detach', 0)
  yield* k.mtx_unlock(sc.mtx)
}

export const freebsdDriver: Shown<freebsd.Kernel> = {
  make: () => freebsd.createKernel({ ncpu: 2, daemons: 'none' }),
  *main(k) {
    const sc = softcOf(k)
    if ((yield* attach(k, sc)) === 0) yield* detach(k, sc)
  },
}
