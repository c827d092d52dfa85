import { createKernel, type Lwp } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

export const unloadedUnderThread: Exhibit = exhibit({
  id: 'netbsd/unloaded-under-thread',
  title: 'A module is unloaded while its thread returns from it',
  release: 'NetBSD 10.1',
  tells:
    'The last thing that the thread does is to say that it is done; but the call of kthread_exit() after it is still code of the module, and whoever was told may have unmapped that. No word of the thread can be late enough. kthread_join() returns when the thread is in the kernel for good (NB-D-06).',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  *mistake(k) {
    const lock = k.mutex('lock')
    const cv = k.condvar('done')
    const isDone = k.cell(false, { name: 'is_done' })
    const text = k.cell(true, { name: 'module text', atomic: true })
    function* worker(): Steps<void> {
      yield* k.mutex_enter(lock)
      yield* isDone.write(true)
      yield* k.cv_broadcast(cv)
      yield* k.mutex_exit(lock)
      if (!(yield* text.read())) yield* k.panic('trap: page fault in the text of a module that is gone')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker')
    yield* k.mutex_enter(lock)
    while (!(yield* isDone.read())) yield* k.cv_wait(cv, lock)
    yield* k.mutex_exit(lock)
    yield* text.write(false)
  },
  *mend(k) {
    const newlp = k.ref<Lwp>()
    const text = k.cell(true, { name: 'module text', atomic: true })
    function* worker(): Steps<void> {
      if (!(yield* text.read())) yield* k.panic('trap: page fault in the text of a module that is gone')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, worker, null, newlp, 'worker')
    yield* k.kthread_join(newlp.value!)
    yield* text.write(false)
  },
  token: 'kt1:netbsd/unloaded-under-thread:EEo5lbm7',
})
