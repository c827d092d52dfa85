import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, wakesAll: boolean): Steps<void> {
  const lock = k.mutex('lock')
  const cv = k.condvar('slot')
  const isFull = k.cell(false, { name: 'is_full' })
  const wake = () => (wakesAll ? k.cv_broadcast(cv) : k.cv_signal(cv))
  /** Waits until the one slot is as said, and makes it the other. */
  function* turn(wants: boolean): Steps<void> {
    yield* k.mutex_enter(lock)
    while ((yield* isFull.read()) !== wants) yield* k.cv_wait(cv, lock)
    yield* isFull.write(!wants)
    yield* wake()
    yield* k.mutex_exit(lock)
  }
  function* consumer(): Steps<void> {
    yield* turn(true)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, consumer, null, null, 'consumer/%d', 0)
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, consumer, null, null, 'consumer/%d', 1)
  yield* turn(false)
  yield* turn(false)
}

export const twoKindsOfWaiters: Exhibit = exhibit({
  id: 'netbsd/two-kinds-of-waiters',
  title: 'One is woken where two kinds of waiters sleep',
  release: 'NetBSD 10.1',
  tells:
    'Whoever wants the slot full and whoever wants it empty sleep on one condition variable, and each change wakes one. When that is of the wrong kind it sleeps again, and the one for whom the change was made is never told. Where waiters differ, all are woken, or each kind has a condition variable of its own.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:netbsd/two-kinds-of-waiters:EBdEBSEqMK',
})
