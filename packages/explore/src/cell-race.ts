import { cellAccess, Due, type Mover, type Thread } from '@kt/core'

/** Two accesses to a cell that nothing orders, one of them a write. */
export interface Race {
  readonly cell: string
  readonly threads: readonly [string, string]
}

/**
 * What the next step of one races with: another thread that is about to access the same cell, one of the two to write.
 * Nothing orders them. Of several threads the first by name, so that it does not matter in which order they stand.
 */
export function raceOf(mover: Mover, others: readonly Mover[]): Race | null {
  if (mover instanceof Due) return null
  const mine = cellAccess(mover)
  if (mine === null) return null
  const rivals: string[] = []
  for (const other of others) {
    if (other === mover || other instanceof Due) continue
    const access = cellAccess(other)
    if (access?.cell === mine.cell && (access.isWrite || mine.isWrite)) rivals.push(nameOf(other))
  }
  const rival = rivals.toSorted()[0]
  if (rival === undefined) return null
  const [first, second] = [nameOf(mover), rival].toSorted()
  return { cell: mine.cell.name, threads: [first!, second!] }
}

/** What people call a thread. */
export function nameOf(thread: Thread): string {
  return thread.name ?? thread.process.name
}
