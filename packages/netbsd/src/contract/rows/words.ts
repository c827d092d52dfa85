import { ending, type Trial } from '@kt/core/contract'
import type { Steps } from '@kt/core'
import type { NetbsdKernel } from '../../kernel.js'

/** What rows run on: a release's kernel, made by the trial. */
export type K = NetbsdKernel

/** Boots a kernel, runs the story, and gives what the story says, or how it ended instead. */
export function tell(trial: Trial<K>, options: Record<string, unknown>, story: (k: K) => Steps<string>): string {
  const outcome = trial.createKernel(options).boot(story)
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** A thread's function that ends at once. */
export function ends(k: K): () => Steps<void> {
  return function* () {
    yield* k.kthread_exit(0)
  }
}
