import type { Clause, ClauseKind, Trial } from '@kt/core/contract'

type Check<K> = (trial: Trial<K>) => void

/** A row of kthread(9)'s list. */
export function kthreadClause<K>(
  id: string,
  section: string,
  says: string,
  kind: ClauseKind,
  check: Check<K>,
): Clause<K> {
  return { id, page: 'kthread(9)', section, says, kind, check }
}

/** A row of __tfork_thread(3)'s list. */
export function tforkClause<K>(
  id: string,
  section: string,
  says: string,
  kind: ClauseKind,
  check: Check<K>,
): Clause<K> {
  return { id, page: '__tfork_thread(3)', section, says, kind, check }
}
