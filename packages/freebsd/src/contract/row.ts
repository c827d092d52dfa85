import type { Divergence, Trial } from '@kt/core/contract'
import type { Kernel } from '../releases/8.0.js'

/** A row as it is written down. */
export interface Row {
  readonly id: string
  /** What the page says, or that it says nothing. */
  readonly page: string
  readonly kernel: string
  readonly observe: (trial: Trial<Kernel>) => string
  /** Whether the readings show something different; false when left out. */
  readonly differs?: boolean
  /** Clauses that do not hold under `'kernel'`. */
  readonly breaks?: readonly string[]
}

/** A row as the contract has it. */
export function rowOf({ id, page, kernel, observe, differs = false, breaks = [] }: Row): Divergence<Kernel> {
  return { id, page, kernel, breaks, differs, observe }
}
