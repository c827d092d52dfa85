/**
 * A driver of OpenBSD 4.2 wants a thread while its device attaches, when none can be made: it defers. At detach the two
 * shake hands, because nothing joins a kernel thread.
 */
import { createKernel, ref, type Proc } from '@kt/openbsd/4.2'

const k = createKernel()
const thread = ref<Proc>()
let isDying = false

function* scanner() {
  // The handle is there before the thread's first instruction, so it can sleep on it.
  while (!isDying) yield* k.tsleep(thread.value!, k.PWAIT, 'owidle', 0)
  thread.value = null
  yield* k.wakeup(thread)
  yield* k.kthread_exit(0)
}

function* detach() {
  isDying = true
  yield* k.wakeup(thread.value!)
  while (thread.value !== null) yield* k.tsleep(thread, k.PWAIT, 'owdt', 0)
}

k.attach(function* () {
  console.log(
    `at attach tsleep returns ${yield* k.tsleep(k, k.PWAIT, 'probe', 100)} after ${k.now} ns: the machine is cold`,
  )
  yield* k.kthread_create_deferred(function* () {
    const error = yield* k.kthread_create(scanner, null, thread, '%s', 'onewire0')
    console.log(`later: kthread_create returns ${error}, process ${thread.value!.p_pid}`)
  }, null)
}, 'onewire0')

k.boot(function* main() {
  console.log(`running: ${k.sysctl('kern.nprocs')} slots of the process table`)
  yield* detach()
  yield* k.settle()
  console.log(`detached and reaped: ${k.sysctl('kern.nprocs')}`)
})
