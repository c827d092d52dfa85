import type { Clause, ClauseKind, Trial } from '@kt/core/contract'

/** A row of a page's list. */
export function clause<K>(
  id: string,
  section: string,
  says: string,
  kind: ClauseKind,
  check: (trial: Trial<K>) => void,
): Clause<K> {
  return { id, section, says, kind, check }
}
