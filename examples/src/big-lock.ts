/**
 * Two threads that did not say KTHREAD_MPSAFE, on two CPUs: each owns the big lock while it executes, so their work
 * never overlaps, and sleeping lets the other in.
 */
import { createKernel } from '@kt/netbsd/10.1'

const k = createKernel({ ncpu: 2 })
const MS = 1_000_000

function* giant(name: string) {
  for (const step of ['first', 'second']) {
    const begin = k.now / MS
    yield* k.work(5 * MS)
    console.log(`${name}, ${step} half: cpu${k.curcpu().ci_index}, ${begin} to ${k.now / MS} ms`)
    yield* k.tsleep(name, 0, 'rest', 1)
  }
  yield* k.kthread_exit(0)
}

k.boot(function* main() {
  yield* k.kthread_create(k.PRI_NONE, 0, k.cpu_lookup(0), giant, 'left', null, 'left')
  yield* k.kthread_create(k.PRI_NONE, 0, k.cpu_lookup(1), giant, 'right', null, 'right')
  yield* k.kpause('wait', false, 10, null)
})
