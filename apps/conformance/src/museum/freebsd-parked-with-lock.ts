import { createKernel, type Kernel, type Td } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, keepsLock: boolean): Steps<void> {
  const queue = k.sx('queue')
  const newtdpp = k.ref<Td>()
  function* flusher(): Steps<void> {
    yield* k.sx_xlock(queue)
    if (!keepsLock) yield* k.sx_xunlock(queue)
    yield* k.kthread_suspend_check(k.curthread)
    if (keepsLock) yield* k.sx_xunlock(queue)
    yield* k.kthread_exit()
  }
  yield* k.kthread_add(flusher, null, null, newtdpp, 0, 0, 'flusher')
  // As kthread_shutdown() does; the buffers are synced after it.
  yield* k.kthread_suspend(newtdpp.value!, 1)
  yield* k.sx_xlock(queue)
  yield* k.sx_xunlock(queue)
  yield* k.kthread_resume(newtdpp.value!)
}

export const parkedWithLock: Exhibit = exhibit({
  id: 'freebsd/parked-with-lock',
  title: 'Shutdown parks a thread that holds a lock',
  release: 'FreeBSD 8.0',
  tells:
    'A thread checks for suspension with a lock held, and is parked with it: nothing but Giant is given up there (FB8-O-10). Whoever needs the lock next, the sync at shutdown first of all, waits for a thread that nobody will resume. A loop checks at its top, where it holds nothing.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2, daemons: 'none' }),
  mistake: (k) => program(k, true),
  mend: (k) => program(k, false),
  token: 'kt1:freebsd/parked-with-lock:E0Thed',
})
