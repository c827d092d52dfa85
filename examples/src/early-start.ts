/**
 * Who sees the handle first? `kthread_create` stores it when the thread may run already (clause NB10-KT-29, row
 * NB-D-20). On one CPU it takes a thread of priority 128 or more, which preempts its creator in the kernel.
 */
import { createKernel, ref, type Lwp } from '@kt/netbsd/10.1'

for (const pri of [96, 128]) {
  const k = createKernel()
  const newlp = ref<Lwp>()

  function* early() {
    console.log(`priority ${pri}: the thread finds ${newlp.value === null ? 'null' : 'its handle'} in newlp`)
    yield* k.kthread_exit(0)
  }

  k.boot(function* main() {
    yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, early, null, newlp, 'early')
  })
}
