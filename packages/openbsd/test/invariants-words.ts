import type { Thread } from '@kt/core'

/** Something that holds of every machine at every moment does not. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

export function fail(message: string): never {
  throw new InvariantBroken(message)
}

export function name(thread: Thread): string {
  return `${thread.name ?? 'unnamed'} (${thread.id})`
}
