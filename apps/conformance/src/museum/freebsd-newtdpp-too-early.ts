import { createKernel, type Kernel, type Td } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, startsLater: boolean): Steps<void> {
  const newtdpp = k.ref<Td>()
  function* worker(): Steps<void> {
    yield* k.kthread_suspend_check(newtdpp.value!)
    yield* k.kthread_exit()
  }
  yield* k.kthread_add(worker, null, null, newtdpp, startsLater ? k.RFSTOPPED : 0, 0, 'worker')
  if (startsLater) yield* k.sched_add(newtdpp.value!, 0)
}

export const newtdppTooEarly: Exhibit = exhibit({
  id: 'freebsd/newtdpp-too-early',
  title: 'A daemon looks for itself in its global pointer',
  release: 'FreeBSD 8.0',
  tells:
    'The example of kthread(9) passes its global thread pointer to calls from within the thread. The kernel stores it last of all, when the thread runs already on another CPU (FB8-D-11). Created with RFSTOPPED, as taskqueue(9) does, it begins when all is in place; or it takes curthread.',
  shows: 'assertion',
  make: () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:freebsd/newtdpp-too-early:EA00s5pr',
})
