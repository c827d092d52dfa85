import { expect } from 'vitest'
import { ref, type Kernel, type Proc, type Steps } from '../src/releases/8.0.js'

/** Processes for a scenario to create, and attempts to. */

/** What the console says when there is no memory for a stack. */
export const NO_STACK = 'vm_thread_new: kstack allocation failed'

/** Ends its process at once. */
export function* exits(k: Kernel): Steps<never> {
  return yield* k.kproc_exit(0)
}

/** Ends its process once it is woken. */
export function* waits(k: Kernel, chan = 'go'): Steps<never> {
  yield* k.tsleep(chan, 0, 'waits', 0)
  return yield* k.kproc_exit(0)
}

/** What a creation returned, and ticks and new processes it cost. */
export function* attempt(
  k: Kernel,
  flags = 0,
  pages = 0,
): Steps<readonly [error: number, ticks: number, made: number]> {
  const [ticks, processes] = [k.ticks, k.allproc.length]
  const newpp = ref<Proc>()
  const error = yield* k.kproc_create(() => waits(k), null, newpp, flags, pages, 'attempt')
  expect(newpp.value === null).toBe(error !== 0)
  return [error, k.ticks - ticks, k.allproc.length - processes]
}
