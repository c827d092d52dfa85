import { createKernel, type Kernel, type Lwp } from '@kt/netbsd/6'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

/** A thread to be joined. */
function* create(k: Kernel, body: () => Steps, name: string): Steps<Lwp> {
  const newlp = k.ref<Lwp>()
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, body, null, newlp, name)
  return newlp.value!
}

function* end(k: Kernel): Steps<void> {
  yield* k.kthread_exit(0)
}

export const joinSlot: Exhibit = exhibit({
  id: 'netbsd/join-slot',
  title: 'A thread that is being joined joins another',
  release: 'NetBSD 6',
  tells:
    'The kernel of NetBSD 6 has one slot for all joins of the system. While main waits for the master in it, the master wants it to wait for its worker before it ends, and gets it never; 10.1 has none of this (NB-G-07). With such a kernel whoever joins the master joins the worker first.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2, reading: 'kernel' }),
  *mistake(k) {
    function* master(): Steps<void> {
      const worker = yield* create(k, () => end(k), 'worker')
      yield* k.kthread_join(worker)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_join(yield* create(k, master, 'master'))
  },
  *mend(k) {
    const worker = yield* create(k, () => end(k), 'worker')
    const master = yield* create(k, () => end(k), 'master')
    yield* k.kthread_join(worker)
    yield* k.kthread_join(master)
  },
  token: 'kt1:netbsd/join-slot:EinCnC',
})
