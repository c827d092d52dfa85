/** The comparison, as a report has it: every field named, so that what is published changes only on purpose. */
import type { Answer, AnswerEvidence, Seen } from '../topics/answer.js'
import type { ReleaseName } from '../topics/releases.js'
import type { CellResult, CellState, Row } from '../topics/row.js'
import type { Topic } from '../topics/topics.js'

/** A story with what every release answered. */
export interface ReportedStory {
  /** `join/returns`. */
  readonly id: string
  readonly topic: Topic
  /** The question. */
  readonly asks: string
  /** How the releases differ, in one sentence. */
  readonly differ: string
  /** What goes wrong for who takes one answer for another, null where nothing does. */
  readonly bites: string | null
  /** Whether not all releases answer the same under the page's reading. */
  readonly differs: boolean
  /** Releases that answer the same under the page's reading. */
  readonly groups: readonly (readonly string[])[]
  /** `all`: told under every schedule, or as many as its bound allows. `own`: once, with the release's own choices. */
  readonly schedules: 'all' | 'own'
  /** What is wrong with the row, null when nothing is. */
  readonly complaint: string | null
  readonly cells: readonly ReportedCell[]
}

/** One release's part in a story. */
export interface ReportedCell {
  /** `join/returns@netbsd/10.1`. */
  readonly id: string
  readonly release: ReleaseName
  readonly state: CellState
  /** Clauses, rows and notes on it, those among them of what the page leaves open. */
  readonly clauses: readonly string[]
  /** The catch, where there is no such call and the nearest idiom was told. */
  readonly nearest: string | null
  /** The call that is missing, where there is no idiom for it either. */
  readonly lacks: string | null
  /** Why the story was not told, null where it was. */
  readonly unexplored: string | null
  readonly page: ReportedAnswer
  readonly kernel: ReportedAnswer
}

/** What a release answered under one reading. */
export interface ReportedAnswer {
  readonly words: string
  readonly seen: readonly Seen[]
  readonly schedules: number
  /** Whether these are all schedules that can be told from each other. */
  readonly complete: boolean
  readonly isBroken: boolean
  readonly evidence: AnswerEvidence | null
}

/** How many cells of a release are in each state. */
export type CellCounts = Readonly<Record<CellState, number>>

const STATES: readonly CellState[] = [
  'conforms',
  'differs',
  'contradicts',
  'nearest',
  'lacks',
  'silent',
  'unexplored',
  'broken',
]

export function reportedStory({ story, cells, groups, differs, complaint }: Row): ReportedStory {
  const { id, topic, asks, differ, bites, schedules = 'all' } = story
  return {
    id,
    topic,
    asks,
    differ,
    bites,
    differs,
    groups,
    schedules,
    complaint,
    cells: cells.map((cell) => reportedCell(id, cell)),
  }
}

function reportedCell(story: string, cell: CellResult): ReportedCell {
  const { release, state, clauses, nearest = null, lacks = null, unexplored = null, page, kernel } = cell
  return {
    id: `${story}@${release}`,
    release,
    state,
    clauses,
    nearest,
    lacks,
    unexplored,
    page: reportedAnswer(page),
    kernel: reportedAnswer(kernel),
  }
}

function reportedAnswer({ words, seen, schedules, complete, isBroken, evidence }: Answer): ReportedAnswer {
  return {
    words,
    seen: seen.map(({ words, schedules, token, stoppedBy }) => ({ words, schedules, token, stoppedBy })),
    schedules,
    complete,
    isBroken,
    evidence: evidence === null ? null : reportedEvidence(evidence),
  }
}

function reportedEvidence(evidence: AnswerEvidence): AnswerEvidence {
  const { token, stepCount, steps, console, ps, nowNs, events, traceHash } = evidence
  return {
    token,
    stepCount,
    steps: steps.map(({ who, what }) => ({ who, what })),
    console,
    ps,
    nowNs,
    events,
    traceHash,
  }
}

export function countCells(stories: readonly ReportedStory[], release: string): CellCounts {
  const cells = stories.flatMap((story) => story.cells.filter((cell) => cell.release === release))
  const counts = STATES.map((state) => [state, cells.filter((cell) => cell.state === state).length] as const)
  return Object.fromEntries(counts) as CellCounts
}
