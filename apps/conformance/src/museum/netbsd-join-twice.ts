import { createKernel, type Kernel, type Lwp } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, claims: boolean): Steps<void> {
  const lock = k.mutex('lock')
  const isClaimed = k.cell(false, { name: 'is_claimed' })
  const newlp = k.ref<Lwp>()
  function* worker(): Steps<void> {
    yield* k.kthread_exit(0)
  }
  /** Detach and shutdown both come here. */
  function* stop(): Steps<void> {
    if (claims) {
      yield* k.mutex_enter(lock)
      const isMine = !(yield* isClaimed.read())
      yield* isClaimed.write(true)
      yield* k.mutex_exit(lock)
      if (!isMine) return
    }
    yield* k.kthread_join(newlp.value!)
  }
  function* shutdown(): Steps<void> {
    yield* stop()
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, worker, null, newlp, 'worker')
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, shutdown, null, null, 'shutdown')
  yield* stop()
}

export const joinTwice: Exhibit = exhibit({
  id: 'netbsd/join-twice',
  title: 'Detach and shutdown join the same thread',
  release: 'NetBSD 10.1',
  tells:
    'A thread is joined once. Of two joiners that come together the kernel catches the second; one that comes later joins a thread that has been freed (NB-D-07). Whoever stops the thread first claims it under a lock.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:netbsd/join-twice:EEo8s1Nx',
})
