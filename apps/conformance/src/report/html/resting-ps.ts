import type { ReportedCell, ReportedStory } from '../topics.js'

/**
 * What `ps` shows of a release in nearly every run: the threads of the system itself. Told once, so that the `ps` of a
 * run can be told by what is not among it.
 */
export interface RestingPs {
  /** Lines of a release that are told once, in order. */
  linesOf(release: string): readonly string[]
  /** What there is to tell of a `ps` besides them; null where that is simpler told whole. */
  besides(release: string, ps: string): Besides | null
}

export interface Besides {
  /** The head, and the lines that are not among them. */
  readonly lines: readonly string[]
  /** Those of them that this `ps` does not have. */
  readonly missing: readonly string[]
  /** How many of them it has. */
  readonly left: number
}

/** A line is of the machine at rest when at least this part of the runs shows it. */
const SHARE = 0.86

/** Columns that change with every thread there is and with every schedule, whatever the line is about. */
const RESTLESS = new Set(['NLWP', 'CPU', 'C'])

export function restingPs(stories: readonly ReportedStory[]): RestingPs {
  const cells = stories.flatMap((story) => story.cells)
  const releases = [...new Set(cells.map(({ release }) => release))]
  const resting = new Map<string, ReadonlyMap<string, string>>(
    releases.map((release) => [release, commonLines(cells.filter((cell) => cell.release === release))]),
  )
  return {
    linesOf: (release) => [...(resting.get(release)?.values() ?? [])],
    besides: (release, ps) => {
      const known = resting.get(release) ?? new Map<string, string>()
      const shown = linesIn(ps)
      const missing = [...known].filter(([key]) => !shown.has(key)).map(([, line]) => line)
      if (missing.length * 2 >= known.size) return null
      const kept = [...shown].filter(([key]) => !known.has(key)).map(([, line]) => line)
      return { lines: [headOf(ps), ...kept], missing, left: known.size - missing.length }
    },
  }
}

/** Lines that the runs have in common, each as the first run shows it, under what makes it that line. */
function commonLines(cells: readonly ReportedCell[]): ReadonlyMap<string, string> {
  const shown = cells.flatMap(({ page }) => (page.evidence === null ? [] : [linesIn(page.evidence.ps)]))
  // Of a single run nothing can be told apart from its system.
  if (shown.length < 2) return new Map()
  const common = new Map<string, string>()
  for (const [key, line] of shown.flatMap((lines) => [...lines])) {
    if (common.has(key)) continue
    if (shown.filter((lines) => lines.has(key)).length >= shown.length * SHARE) common.set(key, line)
  }
  return common
}

/** The lines of a `ps` by what is in them, the restless columns aside. Two that are alike in that stay two. */
function linesIn(ps: string): Map<string, string> {
  const restless = restlessColumns(headOf(ps))
  const lines = new Map<string, string>()
  for (const line of ps.split('\n').slice(1)) {
    const key = restless.reduce(
      (text, [from, to]) => text.slice(0, from) + ' '.repeat(to - from) + text.slice(to),
      line,
    )
    lines.set(lines.has(key) ? `${key} ${lines.size}` : key, line)
  }
  return lines
}

/** Where these columns are: numbers end where their name ends. */
function restlessColumns(head: string): readonly (readonly [from: number, to: number])[] {
  const names = [...head.matchAll(/\S+/g)].map((found) => ({ name: found[0], to: found.index + found[0].length }))
  return names.flatMap(({ name, to }, at) => (RESTLESS.has(name) ? [[names[at - 1]?.to ?? 0, to] as const] : []))
}

function headOf(ps: string): string {
  return ps.split('\n')[0] ?? ''
}
