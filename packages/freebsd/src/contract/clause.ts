import type { Clause, ClauseKind, Trial } from '@kt/core/contract'
import type { Kernel } from '../releases/8.0.js'

type Check = (trial: Trial<Kernel>) => void

/** A row of kthread(9)'s list. */
export function kthreadClause(
  id: string,
  section: string,
  says: string,
  kind: ClauseKind,
  check: Check,
): Clause<Kernel> {
  return { id, page: 'kthread(9)', section, says, kind, check }
}

/** A row of kproc(9)'s list. */
export function kprocClause(id: string, section: string, says: string, kind: ClauseKind, check: Check): Clause<Kernel> {
  return { id, page: 'kproc(9)', section, says, kind, check }
}
