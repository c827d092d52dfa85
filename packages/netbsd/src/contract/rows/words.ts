import type { Trial } from '@kt/core/contract'
import type { Outcome, Steps } from '@kt/core'
import type { NetbsdKernel } from '../../kernel.js'

/** What rows run on: a release's kernel, made by the trial. */
export type K = NetbsdKernel

/** How a run ended, in the words a row compares: without messages, which differ between equal verdicts. */
export function ending(outcome: Outcome<unknown>): string {
  switch (outcome.kind) {
    case 'done':
      return 'returns'
    case 'panic':
      return `panic ${outcome.clause ?? ''}`.trim()
    case 'undefined':
      return outcome.id
    case 'deadlock':
      return `hangs: ${outcome.stuck.map(({ name, wmesg }) => `${name} ${wmesg ?? 'spins'}`).join(', ')}`
    case 'livelock':
      return 'livelock'
    case 'fault':
      throw outcome.error
  }
}

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
