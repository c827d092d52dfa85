/** A driver with a thread, as the porting guides show it piece by piece: OpenBSD. */
import * as openbsd from '@kt/openbsd/5.1'
import type { Shown } from './shown.js'

type Softc = ReturnType<typeof softcOf>

function softcOf(k: openbsd.Kernel) {
  const isDying = k.cell(false, { name: 'sc_dying', atomic: true })
  return { isDying, hasThread: k.cell(false, { name: 'sc_has_thread', atomic: true }) }
}

// OpenBSD 5.1
function* attach(k: openbsd.Kernel, sc: Softc): openbsd.Steps<void> {
  yield* sc.hasThread.write(true) // detach may come before the thread has begun
  yield* k.kthread_create_deferred(() => create(k, sc), sc)
}

function* create(k: openbsd.Kernel, sc: Softc): openbsd.Steps<void> {
  const error = yield* k.kthread_create(() => main(k, sc), sc, null, 'drv%d', 0)
  if (error !== 0) yield* sc.hasThread.write(false)
}

// OpenBSD 5.1
function* main(k: openbsd.Kernel, sc: Softc): openbsd.Steps<void> {
  while (!(yield* sc.isDying.read())) yield* k.tsleep(sc, k.PWAIT, 'drv', 0)
  yield* sc.hasThread.write(false)
  yield* k.wakeup(sc.hasThread) // no sleep from here on
  yield* k.kthread_exit(0)
}

// OpenBSD 5.1
function* detach(k: openbsd.Kernel, sc: Softc): openbsd.Steps<void> {
  yield* sc.isDying.write(true)
  yield* k.wakeup(sc)
  while (yield* sc.hasThread.read()) yield* k.tsleep(sc.hasThread, k.PWAIT, 'detach', 0)
}

export const openbsdDriver: Shown<openbsd.Kernel> = {
  make: () => openbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = softcOf(k)
    yield* attach(k, sc)
    yield* detach(k, sc)
  },
}
