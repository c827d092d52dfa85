/** Rows of the comparison: a story with the answers of all releases. */
import { isLeftOpen } from '../contracts.js'
import { answerOf, type Answer } from './answer.js'
import { RELEASES, type PerRelease, type ReleaseName } from './releases.js'
import type { Cell, Story } from './story.js'

/**
 * How a cell stands. `conforms`: the page speaks of it, and all releases answer alike. `differs`: the page speaks of it,
 * and others answer otherwise. `contradicts`: page and kernel answer differently. `nearest`: there is no such call, and
 * the nearest idiom was told. `lacks`: nor is there an idiom. `silent`: the page does not speak of it. `unexplored`: not
 * told. `broken`: a fault of ours.
 */
export type CellState =
  'conforms' | 'differs' | 'contradicts' | 'nearest' | 'lacks' | 'silent' | 'unexplored' | 'broken'

export interface CellResult extends Cell {
  readonly release: ReleaseName
  readonly state: CellState
  readonly page: Answer
  readonly kernel: Answer
}

export interface Row {
  readonly story: Story
  readonly cells: readonly CellResult[]
  /** Who answers the same under the page's reading, as the runs say; who was not asked stands alone. */
  readonly groups: readonly (readonly ReleaseName[])[]
  /** Whether not all who were asked answer the same. */
  readonly differs: boolean
  /** What is wrong with the row, null when nothing is: the sentence about it has gone stale, or the story broke down. */
  readonly complaint: string | null
}

/**
 * Tells a story to releases, under both readings. `differ` and `alike` are held against the answers of all of them.
 *
 * @param checks - As `TellingOptions` has it.
 */
export function rowOf(story: Story, asked: readonly ReleaseName[] = RELEASES, checks?: number): Row {
  const answers = Object.fromEntries(
    asked.map((release) => [
      release,
      { page: answerOf(story, release, 'page', checks), kernel: answerOf(story, release, 'kernel', checks) },
    ]),
  ) as Partial<PerRelease<{ readonly page: Answer; readonly kernel: Answer }>>
  const wordsOf = (release: ReleaseName): string => answers[release]!.page.words
  const groups = groupsOf(asked, wordsOf)
  // Who was not asked has not answered otherwise.
  const told = asked.filter((release) => story.cells[release].unexplored === undefined)
  const differs = groupsOf(told, wordsOf).length > 1
  const cells = asked.map((release): CellResult => {
    const { page, kernel } = answers[release]!
    const cell = story.cells[release]
    return { ...cell, release, page, kernel, state: stateOf(cell, page, kernel, differs) }
  })
  return { story, cells, groups, differs, complaint: complaintOf(story, cells, groups) }
}

function groupsOf(asked: readonly ReleaseName[], words: (release: ReleaseName) => string): ReleaseName[][] {
  const groups = new Map<string, ReleaseName[]>()
  for (const release of asked) groups.set(words(release), [...(groups.get(words(release)) ?? []), release])
  return [...groups.values()]
}

function stateOf(cell: Cell, page: Answer, kernel: Answer, differs: boolean): CellState {
  if (page.isBroken || kernel.isBroken) return 'broken'
  if (cell.unexplored !== undefined) return 'unexplored'
  if (cell.lacks !== undefined) return 'lacks'
  if (page.words !== kernel.words) return 'contradicts'
  if (cell.nearest !== undefined) return 'nearest'
  if (cell.clauses.every(isLeftOpen)) return 'silent'
  return differs ? 'differs' : 'conforms'
}

function complaintOf(
  story: Story,
  cells: readonly CellResult[],
  groups: readonly (readonly ReleaseName[])[],
): string | null {
  const broken = cells.find(({ state }) => state === 'broken')
  if (broken !== undefined) {
    const { page, kernel, release } = broken
    return `${release}: ${page.isBroken ? page.words : kernel.words}`
  }
  const asked = cells.map(({ release }) => release)
  const expected = story.alike
    .map((group) => group.filter((release) => asked.includes(release)))
    .filter((group) => group.length > 0)
  return shape(expected) === shape(groups)
    ? null
    : `the story says that ${tell(expected)} answer alike, and the runs say ${tell(groups)}`
}

function shape(groups: readonly (readonly ReleaseName[])[]): string {
  return groups
    .map((group) => group.toSorted().join(' '))
    .toSorted()
    .join(' | ')
}

function tell(groups: readonly (readonly ReleaseName[])[]): string {
  return groups.map((group) => group.join(' and ')).join(', ')
}
