import { ref, type Steps } from '@kt/core'
import { equal } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import type { Td } from '../../../td.js'

/** Creates a kernel process that has to come into being. */
export function* spawn(k: Kernel, func: () => Steps, name = 'worker', flags = 0): Steps<Proc> {
  const newpp = ref<Proc>()
  equal(yield* k.kproc_create(func, null, newpp, flags, 0, '%s', name), 0, `kproc_create of ${name}`)
  return newpp.value!
}

/** A body that ends its process. */
export function* exits(k: Kernel, ecode = 0): Steps<never> {
  return yield* k.kproc_exit(ecode)
}

/** A body that sleeps until `chan` is woken, and then ends its process. */
export function* waits(k: Kernel, chan: string): Steps<never> {
  yield* k.tsleep(chan, k.PWAIT, 'waits', 1e9)
  return yield* k.kproc_exit(0)
}

/** A body with a loop as the page has it: it looks whether it is to stop, and does a round of work every few ticks. */
export function* loops(k: Kernel, round: () => void, ticks = 5): Steps<never> {
  for (;;) {
    yield* k.kproc_suspend_check(k.curproc)
    round()
    yield* k.pause('work', ticks)
  }
}

/** Starts a thread that was created with `RFSTOPPED`. */
export function* start(k: Kernel, td: Td): Steps<void> {
  yield* k.thread_lock(td)
  yield* k.sched_add(td, k.SRQ_BORING)
  yield* k.thread_unlock(td)
}

/** Sleeps for some ticks, so that others get their turn. */
export function* pause(k: Kernel, ticks: number): Steps<void> {
  yield* k.pause('pause', ticks)
}

/** Names of all processes, in order of creation. */
export function names(k: Kernel): string[] {
  return k.allproc.map(({ p_comm }) => p_comm)
}

/** The wait messages of a process's threads, the newest first; of one that does not sleep null. */
export function wmesgs(process: Proc): (string | null)[] {
  return process.p_threads.map(({ td_wmesg }) => td_wmesg)
}
