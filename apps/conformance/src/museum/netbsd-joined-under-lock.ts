import { createKernel, type Kernel, type Lwp } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, keepsLock: boolean): Steps<void> {
  const lock = k.mutex('softc')
  const newlp = k.ref<Lwp>()
  function* worker(): Steps<void> {
    yield* k.mutex_enter(lock)
    yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, worker, null, newlp, 'worker')
  yield* k.mutex_enter(lock)
  if (!keepsLock) yield* k.mutex_exit(lock)
  yield* k.kthread_join(newlp.value!)
  if (keepsLock) yield* k.mutex_exit(lock)
}

export const joinedUnderLock: Exhibit = exhibit({
  id: 'netbsd/joined-under-lock',
  title: 'Detach joins a thread with the lock that the thread wants',
  release: 'NetBSD 10.1',
  tells:
    'Detach takes the lock of its device, tells the thread to stop and joins it. The thread needs the lock once more before it can end, and kthread_join() gives no lock up (NB-D-06). What is waited for must need nothing that the waiter keeps.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, true),
  mend: (k) => program(k, false),
  token: 'kt1:netbsd/joined-under-lock:EWf88m',
})
