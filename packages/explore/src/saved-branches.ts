import type { Op } from './op.js'
import type { Branch } from './wakeup-tree.js'
import type { Actor } from './world.js'

/** A branch without those under it, and how many these are; −1 settled for all. */
export type SavedBranch = readonly [
  actor: Actor,
  op: Op | null,
  answers: readonly number[],
  settled: number,
  branches: number,
]

/** A tree as a row, each branch before those under it: a tree can be deeper than what `JSON` can follow. */
export function inARow(roots: readonly Branch[]): SavedBranch[] {
  const row: SavedBranch[] = []
  const left = roots.toReversed()
  for (let branch = left.pop(); branch !== undefined; branch = left.pop()) {
    const { actor, op, answers, settled, branches } = branch
    // JSON has no infinity.
    row.push([actor, op, answers, settled === Infinity ? -1 : settled, branches.length])
    left.push(...branches.toReversed())
  }
  return row
}

/** The tree again. */
export function asTree(row: readonly SavedBranch[]): Branch[] {
  const roots: Branch[] = []
  const open = [{ branches: roots, left: Infinity }]
  for (const [actor, op, answers, settled, count] of row) {
    while (open.at(-1)!.left === 0) open.pop()
    const above = open.at(-1)!
    const branch: Branch = { actor, op, answers, settled: settled < 0 ? Infinity : settled, branches: [] }
    above.branches.push(branch)
    above.left--
    open.push({ branches: branch.branches, left: count })
  }
  return roots
}
