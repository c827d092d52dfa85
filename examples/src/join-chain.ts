/**
 * A joins B, and B joins C before it exits. Fine in 10.1, where every thread has its own join slot. In 6 there is one
 * slot for the whole system: A's join occupies it, B waits for it, and C waits for ever to be joined.
 */
import * as netbsd10 from '@kt/netbsd/10.1'
import * as netbsd6 from '@kt/netbsd/6'
import { ref, type Lwp } from '@kt/netbsd/10.1'

for (const netbsd of [netbsd6, netbsd10]) {
  const k = netbsd.createKernel()
  const { kthread_create, kthread_exit, kthread_join, PRI_NONE } = k
  const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
  const b = ref<Lwp>()
  const c = ref<Lwp>()

  function* runC() {
    yield* kthread_exit(0)
  }
  function* runB() {
    yield* kthread_join(c.value!)
    yield* kthread_exit(0)
  }

  const outcome = k.boot(function* a() {
    yield* kthread_create(PRI_NONE, flags, null, runC, null, c, 'C')
    yield* kthread_create(PRI_NONE, flags, null, runB, null, b, 'B')
    return yield* kthread_join(b.value!)
  })

  console.log(`NetBSD ${k.release}: ${outcome.kind}`)
  if (outcome.kind !== 'deadlock') continue
  for (const { name, call, wmesg } of outcome.stuck) console.log(`  ${name} sleeps in ${call}, wait message ${wmesg}`)
}
