import { createKernel, type Kernel, type Proc } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, asOne: boolean): Steps<void> {
  const newpp = k.ref<Proc>()
  function* first(): Steps<void> {
    if (asOne) yield* k.kproc_exit(0)
    yield* k.kthread_exit()
  }
  function* second(): Steps<void> {
    yield* k.kthread_exit()
  }
  yield* k.kproc_create(first, null, newpp, k.RFSTOPPED, 0, 'driver')
  const p = newpp.value!
  const td = p.newest!
  yield* k.kthread_add(second, null, p, null, 0, 0, 'second')
  yield* k.sched_add(td, 0)
}

export const twoLeaveTogether: Exhibit = exhibit({
  id: 'freebsd/two-leave-together',
  title: 'The last two threads of a process leave at once',
  release: 'FreeBSD 8.0',
  tells:
    'kthread_exit() looks without a lock whether its caller is the last thread. Two that leave together both see two, each goes as one of many, and the kernel finds a process without threads (FB8-D-24). With one thread that ends the process by kproc_exit(), which waits for the others, nobody has to count.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  options: { strategy: 'dfs', preemptions: 2 },
  token: 'kt1:freebsd/two-leave-together:EG1eyiMC',
})
