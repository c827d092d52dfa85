import type { Divergence, Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../kernel.js'
import type { Kernel } from '../releases/5.1.js'

/** A row as it is written down, for the releases that have it. */
export interface Row<K> {
  readonly id: string
  /** What the page says, or that it says nothing. */
  readonly page: string
  readonly kernel: string
  readonly observe: (trial: Trial<K>) => string
  /** Whether the readings show something different; false when left out. */
  readonly differs?: boolean
  /** Clauses that do not hold under `'kernel'`. */
  readonly breaks?: readonly string[]
  /** What of this is otherwise in 4.2, where a row is for both releases. */
  readonly in42?: { readonly differs?: boolean; readonly breaks?: readonly string[] }
}

/** Rows that both releases have, told in calls that both have; and those of 5.1 alone. */
export type CommonRow = Row<OpenbsdKernel>
export type NewerRow = Row<Kernel>

/** A row as release 5.1 has it. */
export function rowOf51<K>({ id, page, kernel, observe, differs = false, breaks = [] }: Row<K>): Divergence<K> {
  return { id, page, kernel, breaks, differs, observe }
}

/** A row as release 4.2 has it. */
export function rowOf42<K>(row: Row<K>): Divergence<K> {
  return { ...rowOf51(row), ...row.in42 }
}
