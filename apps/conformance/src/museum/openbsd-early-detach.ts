import { createKernel, type Kernel } from '@kt/openbsd/5.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, countsFirst: boolean): Steps<void> {
  const softc = k.cell(true, { name: 'softc' })
  const isDying = k.cell(false, { name: 'is_dying' })
  const hasThread = k.cell(countsFirst, { name: 'has_thread' })
  function* events(): Steps<void> {
    if (!(yield* softc.read())) yield* k.panic('events: the softc is gone')
    yield* hasThread.write(true)
    while (!(yield* isDying.read())) yield* k.tsleep(softc, k.PWAIT, 'events', 0)
    yield* hasThread.write(false)
    yield* k.wakeup(hasThread)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(events, softc, null, 'events')
  // The device is there for a moment.
  yield* k.tsleep(program, k.PWAIT, 'attached', 1)
  yield* isDying.write(true)
  yield* k.wakeup(softc)
  while (yield* hasThread.read()) yield* k.tsleep(hasThread, k.PWAIT, 'detach', 0)
  yield* softc.write(false)
}

export const earlyDetach: Exhibit = exhibit({
  id: 'openbsd/early-detach',
  title: 'A device goes before its thread has begun',
  release: 'OpenBSD 5.1',
  tells:
    'The thread itself says that there is one, when it begins. A device that is pulled out before that seems to have none; its memory is freed, and then the thread begins. The creation may have been deferred, and a thread that was created waits for its turn (OB-Q-02): whoever asks for the thread counts it, as usb(4) does with config_pending.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:openbsd/early-detach:EALAwdbgcg',
})
