import { createKernel, type Proc, type Td } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

export const exitWakeupMissed: Exhibit = exhibit({
  id: 'freebsd/exit-wakeup-missed',
  title: 'A driver sleeps on its thread, which has left',
  release: 'FreeBSD 8.0',
  tells:
    'At unload a driver tells its thread to leave and sleeps on the pointer of it, because kthread_exit() wakes whoever sleeps there. It does so before anything else, with no lock that the driver could hold (FB8-D-16): a thread that leaves at once wakes nobody. kproc_exit() takes the lock of its process first, and so does a driver that sleeps with that lock.',
  shows: 'lost-wakeup',
  make: () => createKernel({ ncpu: 2, daemons: 'none' }),
  *mistake(k) {
    const newtdpp = k.ref<Td>()
    function* worker(): Steps<void> {
      yield* k.kthread_exit()
    }
    yield* k.kthread_add(worker, null, null, newtdpp, 0, 0, 'worker')
    yield* k.tsleep(newtdpp.value!, k.PWAIT, 'unload', 0)
  },
  *mend(k) {
    const newpp = k.ref<Proc>()
    function* worker(): Steps<void> {
      yield* k.kproc_exit(0)
    }
    yield* k.kproc_create(worker, null, newpp, k.RFSTOPPED, 0, 'worker')
    const p = newpp.value!
    yield* k.PROC_LOCK(p)
    yield* k.sched_add(p.newest!, 0)
    yield* k.msleep(p, p.p_mtx, k.PWAIT, 'unload', 0)
    yield* k.PROC_UNLOCK(p)
  },
  token: 'kt1:freebsd/exit-wakeup-missed:EA05vDP3',
})
