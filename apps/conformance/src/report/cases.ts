/**
 * A report as a list of verdicts, for formats that know only tests. Each verdict is in one of seven states, and every
 * format keeps them apart: by its own means where it has them, and by the word in front of the reason where it has not.
 */
import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import type { ProofResult } from '../prove.js'
import { printable } from '../terminal.js'
import type { Report } from './json.js'
import type { ReportedAnswer, ReportedCell, ReportedStory } from './topics.js'

/**
 * `xfail`: fails, as a contract says of the kernel under schedules. `skip`: there is no such call. `silent`: the page
 * does not speak of it. `contradicts`: page and kernel part. `unexplored`: nothing failed, and a bound left schedules out.
 */
export type CaseState = 'pass' | 'fail' | 'xfail' | 'skip' | 'silent' | 'contradicts' | 'unexplored'

export interface Case {
  /** One word, and the only one of its kind in its suite: `NB10-KT-48/page`, `join/returns@netbsd/10.1`. */
  readonly id: string
  /** The promise or the question, in one line. */
  readonly title: string
  readonly state: CaseState
  /** Why it is in that state, in one line. Null only for `pass`. */
  readonly reason: string | null
  /** Whether it is a fault of ours. */
  readonly isBroken: boolean
  /** What was seen, in lines. */
  readonly seen: readonly string[]
}

export interface Suite {
  /** `netbsd/10.1/kthread(9)`. */
  readonly name: string
  readonly cases: readonly Case[]
}

/** Every verdict of a report: for each release its pages, its rows on page and kernel and its topics, then what is of no release. */
export function suitesOf({ releases, clauses, divergences, stories, proofs }: Report): readonly Suite[] {
  const suites = releases.flatMap(({ release, pages }): Suite[] => [
    ...pages.map(({ page }) => ({
      name: `${release}/${page}`,
      cases: clauses
        .filter((clause) => clause.release === release && clause.page === page)
        .map((clause) => clauseCase(clause, divergences)),
    })),
    { name: `${release}/divergences`, cases: divergences.filter((row) => row.release === release).map(rowCase) },
    {
      name: `${release}/topics`,
      cases: stories.flatMap((story) =>
        story.cells.filter((cell) => cell.release === release).map((cell) => cellCase(story, cell)),
      ),
    },
    { name: `${release}/proofs`, cases: (proofs ?? []).filter((proof) => proof.release === release).map(proofCase) },
  ])
  return [...suites, { name: 'comparison', cases: stories.map(storyCase) }].filter(({ cases }) => cases.length > 0)
}

function clauseCase(clause: ClauseResult, rows: readonly DivergenceResult[]): Case {
  const { id, reading, says, state, message, isBroken, divergence, release, evidence } = clause
  const row = rows.find((candidate) => candidate.id === divergence && candidate.release === release)
  const because = divergence === null ? null : `${divergence}${row === undefined ? '' : `: ${row.says.kernel}`}`
  return {
    id: `${id}/${reading}`,
    title: oneLine(says),
    state,
    reason: lineOrNull(state === 'contradicts' ? because : message),
    isBroken,
    seen: [...evidence.saw, ...(state === 'contradicts' && message !== null ? [message] : [])].map(oneLine),
  }
}

function rowCase({ id, says, saw, state, differs, isBroken }: DivergenceResult): Case {
  const seen = [`reading page: ${saw.page}`, `reading kernel: ${saw.kernel}`].map(oneLine)
  const expected = differs ? 'the readings should differ' : 'the readings should show the same'
  return {
    id,
    title: oneLine(`${says.page} / ${says.kernel}`),
    state,
    reason: state === 'pass' ? null : oneLine(`${expected}; ${seen.join('; ')}`),
    isBroken,
    seen,
  }
}

function cellCase({ asks, schedules }: ReportedStory, cell: ReportedCell): Case {
  const [state, reason] = cellState(cell, schedules === 'all')
  const { id, page, kernel } = cell
  return {
    id,
    title: oneLine(asks),
    state,
    reason: lineOrNull(reason),
    isBroken: state === 'fail',
    seen: [seenLine('page', page), ...(page.words === kernel.words ? [] : [seenLine('kernel', kernel)])],
  }
}

function seenLine(reading: string, { words, schedules }: ReportedAnswer): string {
  return oneLine(`reading ${reading}: ${words} (${schedules} ${schedules === 1 ? 'schedule' : 'schedules'})`)
}

function cellState(cell: ReportedCell, isOfAllSchedules: boolean): readonly [CaseState, string | null] {
  const { state, page, kernel, nearest, lacks, unexplored } = cell
  switch (state) {
    case 'broken':
      return ['fail', page.isBroken ? page.words : kernel.words]
    case 'unexplored':
      return ['unexplored', unexplored]
    case 'lacks':
      return ['skip', `there is no ${lacks ?? 'such call'}`]
    case 'nearest':
      return ['skip', `there is no such call; nearest: ${nearest ?? 'none'}`]
    case 'contradicts':
      return ['contradicts', `the page: ${page.words}; the kernel: ${kernel.words}`]
    case 'silent':
      return ['silent', `the page does not speak of it; the kernel: ${kernel.words}`]
    case 'conforms':
    case 'differs':
      return isOfAllSchedules && !page.complete
        ? ['unexplored', `only the first ${page.schedules} schedules were run`]
        : ['pass', null]
  }
}

function proofCase(
  { clauses, says, reading, state, schedules, message, isBroken, token }: ProofResult,
  at: number,
): Case {
  const states = { proved: 'pass', bounded: 'unexplored', broken: 'xfail', fail: 'fail' } as const
  const bound = state === 'bounded' ? `only the first ${schedules} schedules were run` : null
  return {
    // A clause may have several proofs, so the place in the list is part of the name.
    id: `${clauses[0] ?? 'proof'}/${reading}/schedules-${at + 1}`,
    title: oneLine(says),
    state: states[state],
    reason: lineOrNull(message ?? bound),
    isBroken,
    seen: [`${schedules} schedules`, ...(token === null ? [] : [`kt replay ${token}`])].map(oneLine),
  }
}

/** The sentence about a row, held against its runs. */
function storyCase({ id, differ, complaint, cells }: ReportedStory): Case {
  return {
    id,
    title: oneLine(differ),
    state: complaint === null ? 'pass' : 'fail',
    reason: lineOrNull(complaint),
    isBroken: cells.some(({ state }) => state === 'broken'),
    seen: cells.map(({ release, page }) => oneLine(`${release}: ${page.words}`)),
  }
}

function lineOrNull(text: string | null): string | null {
  return text === null ? null : oneLine(text)
}

/** Names of threads and lines of a console come from programs under test, and control characters may be in them. */
function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '))
}
