import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, looksLocked: boolean): Steps<void> {
  const lock = k.mutex('lock')
  const cv = k.condvar('work')
  const isDying = k.cell(false, { name: 'is_dying', atomic: true })
  const isGone = k.cell(false, { name: 'is_gone' })
  function* daemon(): Steps<void> {
    for (;;) {
      if (looksLocked) yield* k.mutex_enter(lock)
      if (yield* isDying.read()) break
      if (!looksLocked) yield* k.mutex_enter(lock)
      yield* k.cv_wait(cv, lock)
      yield* k.mutex_exit(lock)
    }
    if (!looksLocked) yield* k.mutex_enter(lock)
    yield* isGone.write(true)
    yield* k.cv_broadcast(cv)
    yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, daemon, null, null, 'daemon')
  yield* k.mutex_enter(lock)
  yield* isDying.write(true)
  yield* k.cv_broadcast(cv)
  while (!(yield* isGone.read())) yield* k.cv_wait(cv, lock)
  yield* k.mutex_exit(lock)
}

export const exitFlagUnlocked: Exhibit = exhibit({
  id: 'netbsd/exit-flag-unlocked',
  title: 'A daemon looks at its exit flag before it takes the lock',
  release: 'NetBSD 10.1',
  tells:
    'Detach sets the flag and broadcasts with the mutex held, and it is right. The daemon has looked just before, takes the mutex after it and sleeps through its own end; detach waits for it for ever. The look and the sleep belong under one hold of the mutex.',
  shows: 'lost-wakeup',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:netbsd/exit-flag-unlocked:ECklhcak',
})
