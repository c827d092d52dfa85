import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, mayOvertake: boolean): Steps<void> {
  const lock = k.mutex('lock')
  const cv = k.condvar('ready')
  const isReady = k.cell(false, { name: 'is_ready', atomic: true })
  function* worker(): Steps<void> {
    if (!mayOvertake) yield* k.mutex_enter(lock)
    yield* isReady.write(true)
    yield* k.cv_signal(cv)
    if (!mayOvertake) yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker')
  yield* k.mutex_enter(lock)
  while (!(yield* isReady.read())) yield* k.cv_wait(cv, lock)
  yield* k.mutex_exit(lock)
}

export const signalWithoutMutex: Exhibit = exhibit({
  id: 'netbsd/signal-without-mutex',
  title: 'A condition is made true and signalled without the mutex',
  release: 'NetBSD 10.1',
  tells:
    'The waiter has seen the condition false and is about to sleep when the other thread makes it true and signals. Nobody sleeps yet, so the signal is lost, and being atomic does not help the variable. Signalled with the mutex held, it cannot come in between: condvar(9) asks for that, and every user that joins its threads does it.',
  shows: 'lost-wakeup',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, true),
  mend: (k) => program(k, false),
  token: 'kt1:netbsd/signal-without-mutex:EDVuxtZK',
})
