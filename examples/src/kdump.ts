/**
 * The system call behind __tfork_thread is no C function, yet kdump shows it: its way out in the new thread under an
 * older name, as OpenBSD 5.1 labelled it. While kern.rthreads is 0, as it is at boot, there are no threads at all.
 */
import { createKernel, ref } from '@kt/openbsd/5.1'

const k = createKernel()

function* thread() {
  yield* k.user(1000)
}

function* program() {
  const stack = yield* k.mmap(4096)
  const params = { tf_tcb: null, tf_tid: ref<number>(), tf_flags: 0 }
  yield* k.__tfork_thread(params, stack.end, thread, null)
  yield* k.syscall('sysctl', function* () {
    k.sysctl('kern.rthreads', 1)
  })
  yield* k.__tfork_thread(params, stack.end, thread, null)
  yield* k.nanosleep(1e7)
  return 0
}

k.boot(function* main() {
  k.process({ name: 'prog', uid: 1000, ktrace: true }, program)
  yield* k.tsleep('a while', k.PWAIT, 'wait', 10)
})
console.log(k.kdump())
