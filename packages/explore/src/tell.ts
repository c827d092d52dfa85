import { waiting, type ThreadReport } from '@kt/core'
import type { Failure, Report } from './report.js'
import type { Story, StoryStep } from './story.js'
import { show, type Verdict } from './verdict.js'

/** Lines of a schedule before its middle is left out. */
const SCHEDULE_LINES_MAX = 10
const PS_LINES_MAX = 6

/** How a failure is told. */
export interface TellOptions {
  /** The command that replays a token; default `kt replay TOKEN`. */
  readonly command?: (token: string) => string
  /** The clause in our words, for a verdict that names one. */
  readonly clause?: (id: string) => string | null
}

/**
 * Tells a failure in at most 25 lines: one sentence, the clause, the schedule in thread names and calls, who is stuck
 * and who could have woken whom, the token and the command that replays it.
 */
export function tell(failure: Failure, options: TellOptions = {}): string[] {
  const { verdict, story, token } = failure
  const { command = (text) => `kt replay ${text}`, clause = () => null } = options
  const id = clauseOf(verdict)
  const says = id === null ? null : clause(id)
  return [
    sentence(verdict),
    ...(id === null ? [] : [says === null ? id : `${id}: ${says}`]),
    '',
    ...tellSchedule(story),
    '',
    ...tellStuck(verdict, story),
    `replay: ${command(token)}`,
  ]
}

function clauseOf(verdict: Verdict): string | null {
  if (verdict.kind === 'panic') return verdict.clause
  return verdict.kind === 'undefined' || verdict.kind === 'dead-handle' ? verdict.id : null
}

/** What happened, in one sentence. */
export function sentence(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ok': {
      const asleep =
        verdict.asleep.length === 0
          ? ''
          : `, and ${list(verdict.asleep)} ${verdict.asleep.length === 1 ? 'sleeps' : 'sleep'} on`
      return `all is well: main returned${verdict.value === undefined ? '' : ` ${show(verdict.value)}`}${asleep}`
    }
    case 'panic':
      return `the kernel panics${by(verdict.thread)}: ${verdict.message}`
    case 'undefined':
      return `the release has no defined behaviour here${by(verdict.thread)}: ${verdict.message}`
    case 'dead-handle':
      return `a dead thread is used${by(verdict.thread)}: ${verdict.handle} had ended (${verdict.message})`
    case 'assertion':
      return `${verdict.thread} fails: ${verdict.message}`
    case 'deadlock':
      return `deadlock: ${list(verdict.stuck.map(({ name }) => name))} can never go on`
    case 'lost-wakeup': {
      const { sleeper, channel, by: waker, call } = verdict.lost
      return `lost wakeup: ${waker} calls ${call} before ${sleeper} sleeps on ${channel}, and nobody wakes it again`
    }
    case 'livelock':
      return `livelock: ${list(verdict.threads)} ${verdict.threads.length === 1 ? 'goes on for ever and gets' : 'go on for ever and get'} nowhere`
    case 'starvation':
      return `starvation: ${verdict.thread} never gets on with ${verdict.waitsFor}`
    case 'race':
      return `data race: nothing orders what ${verdict.race.threads.join(' and ')} do to ${verdict.race.cell}`
    case 'leak':
      return `leak: all is done, and for ever asleep: ${verdict.what}`
    case 'shutdown':
      return 'the system shuts down'
    case 'cut':
      return `the run was cut off after ${verdict.steps} steps`
  }
}

function by(thread: string | null): string {
  return thread === null ? '' : ` in ${thread}`
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
}

/** The schedule: a line for each time that another thread goes on. */
export function tellSchedule({ steps }: Story): string[] {
  const turns: { readonly who: string; readonly preempts: boolean; readonly calls: string[] }[] = []
  for (const step of steps) {
    if (step.who !== '' && step.goesOn && turns.length > 0) addCall(turns.at(-1)!.calls, step)
    else if (step.who === '') turns.at(-1)?.calls.push(step.what)
    else turns.push({ who: step.who, preempts: step.preempts, calls: [step.what] })
  }
  const width = Math.min(24, Math.max(...turns.map(({ who }) => who.length)))
  const lines = turns.map(({ who, preempts, calls }, at) => {
    const number = String(at + 1).padStart(3)
    return clip(`${number}. ${preempts ? '»' : ' '} ${who.padEnd(width)}  ${calls.join(', ')}`)
  })
  if (lines.length <= SCHEDULE_LINES_MAX) return lines
  const head = lines.slice(0, 3)
  const tail = lines.slice(-(SCHEDULE_LINES_MAX - head.length - 1))
  return [...head, `     … ${lines.length - head.length - tail.length} more turns`, ...tail]
}

const LINE_MAX = 118

function clip(line: string): string {
  return line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - 1)}…`
}

/** Parts of one call are told as one. */
function addCall(calls: string[], { what }: StoryStep): void {
  const last = calls.at(-1)
  if (last === what || what === `${last ?? ''} goes on`) return
  calls.push(what)
}

/** Who is stuck, on what, and who could have woken it. */
function tellStuck(verdict: Verdict, story: Story): string[] {
  const stuck = stuckIn(verdict, story)
  if (stuck.length === 0) return []
  const lines = stuck.slice(0, PS_LINES_MAX).map((report) => clip(`  ${row(report)}${couldWake(report, story)}`))
  if (stuck.length > PS_LINES_MAX) lines.push(`  … ${stuck.length - PS_LINES_MAX} more`)
  return ['stuck:', ...lines, '']
}

function stuckIn(verdict: Verdict, story: Story): readonly ThreadReport[] {
  if (verdict.kind === 'deadlock') return verdict.stuck
  if (verdict.kind !== 'lost-wakeup' && verdict.kind !== 'leak') return []
  return verdict.kind === 'lost-wakeup' && verdict.stuck.length > 0 ? verdict.stuck : waiting(story.ended.machine)
}

function row({ id, name, state, call, waitsFor, holds }: ThreadReport): string {
  const held = holds.length === 0 ? '' : `, holds ${holds.join(', ')}`
  return `${name} (${id})  ${state}${call === null ? '' : ` in ${call}`}, waits for ${waitsFor ?? 'nothing'}${held}`
}

/** The wakeups of the run that were meant for it. */
function couldWake({ name, waitsFor }: ThreadReport, { wakers }: Story): string {
  if (waitsFor?.startsWith('a wakeup') !== true) return ''
  const meant = wakers.get(name)
  return meant === undefined || meant.length === 0 ? '; nobody ever wakes it' : `; ${list(meant)} did, too early`
}

/**
 * The bound of a search, in one line: what was run and what that says.
 *
 * @param seconds - How long the search took.
 */
export function bound(report: Report, seconds: number): string {
  const { schedules, ending, outcomes, preemptions, redundant, model } = report
  const failures =
    report.failure === null ? '0 failures' : kinds(outcomes.filter(({ verdict }) => fails(verdict)).length)
  const how =
    ending === 'complete'
      ? 'complete'
      : ending === 'preemptions'
        ? `preemptions <= ${preemptions}`
        : `stopped: ${WHY[ending]}`
  const repeated = redundant === 0 ? '' : `, ${redundant} more only repeated another`
  return `${failures} in ${schedules} schedule${schedules === 1 ? '' : 's'} (model ${model}, ${how}${repeated}), ${seconds.toFixed(2)} s`
}

function kinds(count: number): string {
  return `${count} kind${count === 1 ? '' : 's'} of failure`
}

const WHY = {
  schedules: 'bound on schedules',
  time: 'bound on time',
  failure: 'first failure',
  interrupted: 'interrupted',
  steps: 'a schedule reached the bound on steps',
  overlooked: 'threads share what no call tells of: use k.cell()',
} as const

function fails({ kind }: Verdict): boolean {
  return kind !== 'ok' && kind !== 'shutdown' && kind !== 'cut'
}
