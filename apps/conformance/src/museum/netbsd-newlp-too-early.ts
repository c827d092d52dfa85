import { createKernel, type Kernel, type Lwp } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

export const newlpTooEarly: Exhibit = exhibit({
  id: 'netbsd/newlp-too-early',
  title: 'A thread looks for itself where its creator will store it',
  release: 'NetBSD 10.1',
  tells:
    'kthread_create() stores the new thread through newlp when that may run already, or have run and gone (NB-D-20). A thread that reads the variable finds nothing there. It knows itself as curlwp; npf(4) fills the variable beforehand, and threadpool(9) waits for its creator.',
  shows: 'assertion',
  make: () => createKernel({ ncpu: 2 }),
  *mistake(k: Kernel) {
    const newlp = k.ref<Lwp>()
    function* worker(): Steps<void> {
      if (newlp.value === null) throw new Error('the worker does not know who it is')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, newlp, 'worker')
  },
  // The threadpool's way: the variable is the creator's until it says that it is filled.
  *mend(k: Kernel) {
    const newlp = k.ref<Lwp>()
    const lock = k.mutex('pool')
    const cv = k.condvar('filled')
    const isFilled = k.cell(false, { name: 'is_filled' })
    function* worker(): Steps<void> {
      yield* k.mutex_enter(lock)
      while (!(yield* isFilled.read())) yield* k.cv_wait(cv, lock)
      yield* k.mutex_exit(lock)
      if (newlp.value === null) throw new Error('the worker does not know who it is')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, newlp, 'worker')
    yield* k.mutex_enter(lock)
    yield* isFilled.write(true)
    yield* k.cv_broadcast(cv)
    yield* k.mutex_exit(lock)
  },
  token: 'kt1:netbsd/newlp-too-early:EA88pyoC',
})
