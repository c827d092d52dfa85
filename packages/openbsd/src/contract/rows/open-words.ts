import type { Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { ProcessOptions } from '../../start-process.js'
import { type K51 } from './words.js'

/**
 * Boots a kernel and tells a story in user mode, by a process that may have threads and need not survive.
 *
 * @returns What the process said last, `nothing` if it did not get to saying anything.
 */
export function tellUser(
  trial: Trial<K51>,
  options: Record<string, unknown>,
  process: Partial<ProcessOptions>,
  story: (k: K51, say: (words: string) => void) => Steps<void>,
): string {
  const k = trial.createKernel(options)
  let said = 'nothing'
  const outcome = k.boot(function* () {
    k.sysctl('kern.rthreads', 1)
    k.process({ name: 'prog', ...process }, () =>
      story(k, (words) => {
        said = words
      }),
    )
    // Long enough for every story here; time costs nothing.
    yield* k.tsleep('the story', k.PWAIT, 'story', 5 * k.hz)
  })
  return outcome.kind === 'done' ? said : ending(outcome)
}

/** Makes the call, and gives the class of what it threw, or what it returned. */
export function* thrown(call: () => Steps): Steps<string> {
  try {
    return `returned ${String(yield* call())}`
  } catch (error) {
    return error instanceof Error ? error.name : 'something else'
  }
}
