import type { Clause, ClauseKind, Trial } from '@kt/core/contract'

/** A row of the list of kthread(9). */
export function clause<K>(
  id: string,
  section: string,
  says: string,
  kind: ClauseKind,
  check: (trial: Trial<K>) => void,
): Clause<K> {
  return { id, page: 'kthread(9)', section, says, kind, check }
}
