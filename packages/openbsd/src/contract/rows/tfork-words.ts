import type { Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { ProcessOptions } from '../../start-process.js'
import type { __tfork, StartFunction } from '../../tfork.js'
import { asUser, tell, type K51 } from './words.js'

/** Boots a kernel with kern.rthreads on, and tells the story as a user process: what it says, or how the run ended. */
export function tellUser(
  trial: Trial<K51>,
  user: Partial<ProcessOptions>,
  story: (k: K51) => Steps<string>,
  options: Record<string, unknown> = {},
): string {
  return tell(trial, options, function* (k) {
    k.sysctl('kern.rthreads', 1)
    return yield* asUser(k, { name: 'prog', ...user }, () => story(k))
  })
}

/** Makes a thread of the calling process, on a stack of its own: what the call returns. */
export function* thread(k: K51, startfunc: StartFunction<string>, params: Partial<__tfork> = {}): Steps<number> {
  const stack = yield* k.mmap(0x4000)
  return yield* k.__tfork_thread(
    { tf_tcb: 'tcb', tf_tid: null, tf_flags: 0, ...params },
    stack.end,
    startfunc,
    'startarg',
  )
}

/** The function of a thread that stays as long as its process. */
export function stays(k: K51): StartFunction<unknown> {
  return function* () {
    yield* k.__thrsleep('for ever', 0, null, null)
  }
}

/** The function of a thread that returns at once. */
export function* returns(): Steps<void> {}

/** Makes threads that stay until one cannot be had: how many. */
export function* fillWithThreads(k: K51): Steps<number> {
  for (let made = 0; ; made++) if ((yield* thread(k, stays(k))) === -1) return made
}

/** Numbers of the kernel that stay as they are when nothing was created. */
export function footprint(k: K51): string {
  return [k.sysctl('kern.nprocs'), k.uvmexp.forks, ...k.forkstat].join()
}
