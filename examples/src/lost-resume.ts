/**
 * Two races of FreeBSD 8.0's thread suspension, which the kernel had until 2010: on two CPUs the word that a thread parks
 * can come before anybody listens for it, and so can the word that it may go on. As the page has it neither happens.
 */
import { createKernel, ref, seededOracle, type Td } from '@kt/freebsd/8.0'

/** Suspends and resumes a thread; says how that went. */
function suspendAndResume(reading: 'page' | 'kernel', seed: number): string {
  const k = createKernel({ reading, ncpu: 2, daemons: 'none', oracle: seededOracle(seed) })
  const outcome = k.boot(function* main() {
    const worker = ref<Td>()
    yield* k.kthread_add(work, null, null, worker, 0, 0, 'worker')
    yield* k.pause('main', 10 + (seed % 5))
    const error = yield* k.kthread_suspend(worker.value!, 100)
    const isParked = worker.value!.td_wmesg === 'ktsusp'
    yield* k.kthread_resume(worker.value!)
    yield* k.pause('main', 10)
    if (error === k.EWOULDBLOCK && isParked) return 'the word was lost: EWOULDBLOCK, and it is parked'
    if (worker.value!.td_wmesg === 'ktsusp') return 'the resume was lost: parked, and nobody asks it to'
    return 'suspended and resumed'
  })
  return outcome.kind === 'done' ? outcome.value : outcome.kind

  function* work() {
    for (;;) {
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.pause('work', 3)
    }
  }
}

for (const reading of ['page', 'kernel'] as const) {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= 300; seed++) {
    const how = suspendAndResume(reading, seed)
    counts.set(how, (counts.get(how) ?? 0) + 1)
  }
  console.log(`as the ${reading} has it, in 300 schedules:`)
  for (const how of [...counts.keys()].toSorted()) console.log(`  ${counts.get(how)} x ${how}`)
}
