/** What is left of a run that is over. */
import type { Ended, Verdict } from '@kt/explore'

/** What every kernel of every system can show of itself. */
export interface Views {
  readonly console: readonly string[]
  readonly psText: () => string
  readonly ddbPs: () => string
  /** Only OpenBSD's has system calls to record. */
  readonly kdump?: () => string
}

/** The views of the kernel that a run leaves. The explorer knows of no more than its console. */
export function viewsOf({ kernel }: Ended): Views {
  return kernel as Views
}

/** What the kernel stopped over: a clause, a row or a `UB:` id; null where it did not stop, or over nothing that has one. */
export function stoppedBy(verdict: Verdict): string | null {
  if (verdict.kind === 'panic') return verdict.clause
  return verdict.kind === 'undefined' || verdict.kind === 'dead-handle' ? verdict.id : null
}
