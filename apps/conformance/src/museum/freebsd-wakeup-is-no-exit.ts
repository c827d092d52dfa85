import { createKernel, type Kernel, type Td } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, looks: boolean): Steps<void> {
  const lock = k.mtx('softc')
  const isGone = k.cell(false, { name: 'is_gone' })
  const softc = k.cell(true, { name: 'softc', atomic: true })
  const newtdpp = k.ref<Td>()
  function* worker(): Steps<void> {
    if (!(yield* softc.read())) yield* k.panic('worker: the softc is gone')
    yield* k.mtx_lock(lock)
    yield* isGone.write(true)
    yield* k.wakeup(newtdpp.value!)
    yield* k.mtx_unlock(lock)
    yield* k.kthread_exit()
  }
  /** Wants the worker suspended, hurries it, and waits for its word to this day. */
  function* suspender(td: Td): Steps<void> {
    yield* k.kthread_suspend(td, 0)
  }
  yield* k.kthread_add(worker, null, null, newtdpp, k.RFSTOPPED, 0, 'worker')
  const td = newtdpp.value!
  yield* k.kthread_add(suspender, td, null, null, 0, 0, 'suspender')
  yield* k.mtx_lock(lock)
  yield* k.sched_add(td, 0)
  if (looks) while (!(yield* isGone.read())) yield* k.msleep(td, lock, k.PWAIT, 'unload', 0)
  else yield* k.msleep(td, lock, k.PWAIT, 'unload', 0)
  yield* k.mtx_unlock(lock)
  yield* softc.write(false)
}

export const wakeupIsNoExit: Exhibit = exhibit({
  id: 'freebsd/wakeup-is-no-exit',
  title: 'A wakeup on a thread is taken for its exit',
  release: 'FreeBSD 8.0',
  tells:
    'Whoever waits for a thread sleeps on the pointer of it. But kthread_suspend() wakes that address too, to hurry its target, and a driver that takes any wakeup for the exit frees what the thread still uses (FB8-D-18, FB8-O-22). It has to look at a flag that only the thread sets.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  options: { strategy: 'dfs', preemptions: 1 },
  token: 'kt1:freebsd/wakeup-is-no-exit:EIooI4zf',
})
