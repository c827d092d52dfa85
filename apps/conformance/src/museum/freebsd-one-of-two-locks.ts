import { createKernel, type Kernel } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, keepsOuter: boolean): Steps<void> {
  const outer = k.sx('topology')
  const inner = k.mtx('queue')
  const isReady = k.cell(false, { name: 'is_ready' })
  function* worker(): Steps<void> {
    yield* k.sx_xlock(outer)
    yield* k.mtx_lock(inner)
    yield* isReady.write(true)
    yield* k.wakeup(isReady)
    yield* k.mtx_unlock(inner)
    yield* k.sx_xunlock(outer)
    yield* k.kthread_exit()
  }
  yield* k.kthread_add(worker, null, null, null, 0, 0, 'worker')
  yield* k.sx_xlock(outer)
  if (!keepsOuter) yield* k.sx_xunlock(outer)
  yield* k.mtx_lock(inner)
  while (!(yield* isReady.read())) yield* k.msleep(isReady, inner, k.PVM, 'ready', 0)
  yield* k.mtx_unlock(inner)
  if (keepsOuter) yield* k.sx_xunlock(outer)
}

export const oneOfTwoLocks: Exhibit = exhibit({
  id: 'freebsd/one-of-two-locks',
  title: 'A sleeper gives up one of its two locks',
  release: 'FreeBSD 8.0',
  tells:
    'msleep() gives up the mutex that it is told of, and Giant; a lock taken before that mutex stays with the sleeper, as it does with one that is parked (FB8-O-10). Whoever would wake it needs both, gets neither, and both wait for ever. Nobody sleeps for an event with a lock that the way to the event needs, as GEOM found with its topology lock.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2, daemons: 'none' }),
  mistake: (k) => program(k, true),
  mend: (k) => program(k, false),
  token: 'kt1:freebsd/one-of-two-locks:Eo6GJO',
})
