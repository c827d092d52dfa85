/** What a release answers when a story is told to it, in words that come from the runs. */
import type { Report, Verdict } from '@kt/explore'
import { stoppedBy, viewsOf } from '../scenario/ended.js'
import { exploreTelling, replayTelling, tellingOf, type Reading, type Telling } from './program.js'
import type { ReleaseName } from './releases.js'
import type { Story } from './story.js'

/** One of the things that were seen, and how often. */
export interface Seen {
  readonly words: string
  /** Schedules that showed it. */
  readonly schedules: number
  /** Replays one of them. */
  readonly token: string
  /** What the kernel stopped over: a clause, a row or a `UB:` id; null where it did not stop. */
  readonly stoppedBy: string | null
}

/** What one release answered under one reading. */
export interface Answer {
  readonly release: ReleaseName
  readonly reading: Reading
  /** All that was seen, in one line. */
  readonly words: string
  /** In the order of the alphabet. None where the story was not told. */
  readonly seen: readonly Seen[]
  readonly schedules: number
  /** Whether every schedule was run that can be told from the others; false for a story told once. */
  readonly complete: boolean
  /** Whether the story broke down instead of giving an answer: a fault of ours. */
  readonly isBroken: boolean
  /** How the first of `seen` came about. Null where there is none. */
  readonly evidence: AnswerEvidence | null
}

/** A run as a reader can follow it. */
export interface AnswerEvidence {
  readonly token: string
  /** How many steps it took. */
  readonly stepCount: number
  /** The first of them, 500 at most: who made each, and what it was. The token makes all of them again. */
  readonly steps: readonly { readonly who: string; readonly what: string }[]
  readonly console: readonly string[]
  /** The system's own `ps` at the end. */
  readonly ps: string
  readonly nowNs: number
  readonly events: number
  readonly traceHash: string
}

/** Steps that evidence keeps: nobody reads thousands of a thread that looks every tick. */
const STEPS_KEPT = 500

/** Tells a story to a release and keeps what it answers. */
export function answerOf(story: Story, release: ReleaseName, reading: Reading, checks?: number): Answer {
  const telling = tellingOf(story, release, reading, checks === undefined ? {} : { checks })
  const { lacks, unexplored } = story.cells[release]
  const common = { release, reading }
  if (unexplored !== undefined) return untold(common, `not told: ${unexplored}`)
  if (lacks !== undefined) return lacking(telling, lacks)
  try {
    const report = exploreTelling(telling)
    const seen = seenIn(report)
    const isBroken = report.outcomes.some(({ verdict }) => isFault(verdict))
    return {
      ...common,
      words: seen.map(({ words }) => words).join('; or '),
      seen,
      schedules: report.schedules,
      complete: story.schedules !== 'own' && report.complete,
      isBroken,
      evidence: isBroken || seen[0] === undefined ? null : evidenceOf(telling, seen[0].token),
    }
  } catch (error) {
    return broken(common, `the story broke down, a fault of ours: ${String(error)}`)
  }
}

/** Of a call that is missing, that it is missing is what can be seen. */
function lacking({ release, reading, make }: Telling, call: string): Answer {
  const common = { release, reading }
  if (call in make()) return broken(common, `the story says that there is no ${call}, and there is`)
  return { ...untold(common, `there is no ${call}`), complete: true }
}

function untold(common: Pick<Answer, 'release' | 'reading'>, words: string): Answer {
  return { ...common, words, seen: [], schedules: 0, complete: false, isBroken: false, evidence: null }
}

function broken(common: Pick<Answer, 'release' | 'reading'>, words: string): Answer {
  return { ...untold(common, words), isBroken: true }
}

/** Outcomes that say the same in words are one. In the order of the alphabet: how often each comes differs by release. */
function seenIn({ outcomes }: Report): Seen[] {
  const seen = new Map<string, Seen>()
  for (const { verdict, count, token } of outcomes) {
    const words = wordsOf(verdict)
    const before = seen.get(words)
    const stop = stoppedBy(verdict)
    if (before === undefined) seen.set(words, { words, schedules: count, token, stoppedBy: stop })
    else seen.set(words, { ...before, schedules: before.schedules + count })
  }
  return [...seen.values()].toSorted((a, b) => (a.words < b.words ? -1 : 1))
}

/** What a run comes to, as the cell of a table has it. */
function wordsOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ok':
      return String(verdict.value)
    case 'panic':
      return `panic: ${verdict.message}`
    case 'dead-handle':
      return `a stale handle: ${verdict.message}`
    case 'undefined':
      return `no defined behaviour (${verdict.id})`
    case 'deadlock': {
      const main = verdict.stuck.find(({ name }) => name === 'main') ?? verdict.stuck[0]
      return `waits for ever${main?.call == null ? '' : ` in ${main.call}`}`
    }
    case 'lost-wakeup':
      return `a wakeup comes too early, and ${verdict.lost.sleeper} sleeps for ever`
    case 'leak':
      return `${verdict.what} is left asleep`
    case 'shutdown':
      return 'the system goes down'
    case 'livelock':
    case 'starvation':
      return 'goes round for ever'
    case 'assertion':
    case 'race':
    case 'cut':
      return `the story broke down, a fault of ours: ${verdict.kind === 'assertion' ? verdict.message : verdict.kind}`
  }
}

/** A story that throws, or that has no end, answers nothing. */
function isFault({ kind }: Verdict): boolean {
  return kind === 'assertion' || kind === 'race' || kind === 'cut'
}

function evidenceOf(telling: Telling, token: string): AnswerEvidence {
  const { steps, ended } = replayTelling(telling, token).story
  const views = viewsOf(ended)
  const { trace } = ended.machine
  return {
    token,
    stepCount: steps.length,
    steps: steps.slice(0, STEPS_KEPT).map(({ who, what }) => ({ who, what })),
    console: [...views.console],
    ps: views.psText(),
    nowNs: ended.outcome.nowNs,
    events: trace?.length ?? 0,
    traceHash: trace?.hash() ?? '',
  }
}
