import type { CallFacts, Clause, Divergence, PageFacts } from '@kt/core/contract'
import { releaseOf, type AnyContract } from './contracts.js'
import { falseFriend, type Bite, type Difference, type Namesake } from './friends.js'

/** A call that both releases have and that does not mean the same in them. */
interface ChangedCall {
  readonly name: string
  readonly bite: Bite
  readonly differences: readonly Difference[]
  /** The call before and after. */
  readonly both: readonly Namesake[]
}

/** A section of a page whose sentences were changed. */
interface ChangedSection {
  readonly section: string
  readonly gone: readonly Clause<unknown>[]
  readonly come: readonly Clause<unknown>[]
}

/** A row on page and kernel that both releases have, and in which one parts from its page and the other does not. */
interface TurnedRow {
  readonly from: Divergence<unknown>
  readonly to: Divergence<unknown>
}

/** What became of pages and kernel from one release of a system to another. */
export interface SystemDrift {
  readonly pagesGone: readonly PageFacts[]
  readonly pagesCome: readonly PageFacts[]
  /** Clauses that say the same in both. */
  readonly kept: number
  /** Of pages that both have. */
  readonly sections: readonly ChangedSection[]
  readonly rows: {
    readonly gone: readonly Divergence<unknown>[]
    readonly come: readonly Divergence<unknown>[]
    readonly turned: readonly TurnedRow[]
  }
}

/** What differs between two releases. */
export interface Drift {
  readonly from: AnyContract
  readonly to: AnyContract
  readonly added: readonly CallFacts[]
  readonly removed: readonly CallFacts[]
  readonly changed: readonly ChangedCall[]
  /** Calls that both have and that mean the same. */
  readonly same: readonly string[]
  /** Null between two systems, whose pages have nothing to do with each other. */
  readonly system: SystemDrift | null
}

/** What became of the calls, the pages and the divergences of a release in another one. */
export function drift(from: AnyContract, to: AnyContract): Drift {
  const before = new Map(from.calls.map((facts) => [facts.name, facts]))
  const after = new Map(to.calls.map((facts) => [facts.name, facts]))
  const changed: ChangedCall[] = []
  const same: string[] = []
  for (const [name, facts] of before) {
    const other = after.get(name)
    if (other === undefined) continue
    const both = [
      { release: releaseOf(from), facts },
      { release: releaseOf(to), facts: other },
    ]
    const friend = falseFriend(both)
    if (friend === null) same.push(name)
    else changed.push({ ...friend, both })
  }
  return {
    from,
    to,
    added: to.calls.filter(({ name }) => !before.has(name)),
    removed: from.calls.filter(({ name }) => !after.has(name)),
    changed,
    same,
    system: from.os === to.os ? systemDrift(from, to) : null,
  }
}

function systemDrift(from: AnyContract, to: AnyContract): SystemDrift {
  const key = ({ page, section }: Clause<unknown>): string => `${page}, ${section}`
  const said = (clause: Clause<unknown>): string => `${key(clause)}: ${clause.says}`
  const onlyIn = (one: AnyContract, other: AnyContract): Clause<unknown>[] => {
    const others = new Set(other.clauses.map(said))
    return one.clauses.filter((clause) => hasPage(other, clause.page) && !others.has(said(clause)))
  }
  const gone = onlyIn(from, to)
  const come = onlyIn(to, from)
  const sections = [...new Set([...gone, ...come].map(key))]
  return {
    pagesGone: from.pages.filter(({ page }) => !hasPage(to, page)),
    pagesCome: to.pages.filter(({ page }) => !hasPage(from, page)),
    kept: from.clauses.filter(({ page }) => hasPage(to, page)).length - gone.length,
    sections: sections.map((section) => ({
      section,
      gone: gone.filter((clause) => key(clause) === section),
      come: come.filter((clause) => key(clause) === section),
    })),
    rows: {
      gone: from.divergences.filter(({ id }) => !to.divergences.some((row) => row.id === id)),
      come: to.divergences.filter(({ id }) => !from.divergences.some((row) => row.id === id)),
      turned: from.divergences.flatMap((row) => {
        const other = to.divergences.find(({ id }) => id === row.id)
        return other === undefined || standing(row) === standing(other) ? [] : [{ from: row, to: other }]
      }),
    },
  }
}

function hasPage({ pages }: AnyContract, name: string): boolean {
  return pages.some(({ page }) => page === name)
}

/** Whether the readings of a row differ, and whether clauses break: what changes when a kernel catches up with its page. */
function standing({ differs, breaks }: Divergence<unknown>): string {
  return `${String(differs)} ${String(breaks.length > 0)}`
}
