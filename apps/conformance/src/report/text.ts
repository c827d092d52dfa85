/** What a person reads about a survey: verdicts, failures, divergences and the last line. */
import type { ClauseResult, DivergenceResult, Evidence, RunEvidence } from '@kt/core/contract'
import { pad, printable, shorten, wrap, type Terminal } from '../terminal.js'
import type { Survey } from '../survey.js'
import type { ClauseTotals, Totals } from '../totals.js'

/** A failure is told in at most this many lines. */
const TALE_LINES_MAX = 25
const LABEL_WIDTH = 10

/** Paints the word of a state. The word says it all: colour is never alone. */
export function stateWord({ colours }: Terminal, state: ClauseResult['state']): string {
  const paint = { pass: colours.green, contradicts: colours.yellow, fail: colours.red }[state]
  return paint(state)
}

/** A labelled paragraph, indented below what it is about; `linesMax` bounds it. */
export function labelled(terminal: Terminal, label: string, text: string, linesMax = Infinity): string[] {
  const lines = wrap(text, terminal.columns - LABEL_WIDTH - 2)
  return first(lines, linesMax).map((line, at) => {
    const shown = at === 0 ? label : ''
    return `  ${terminal.colours.dim(pad(shown, LABEL_WIDTH))}${line}`.trimEnd()
  })
}

/** Keeps the first lines, and says when there were more. */
function first(lines: readonly string[], linesMax: number): readonly string[] {
  return lines.length <= linesMax ? lines : [...lines.slice(0, linesMax - 1), '…']
}

/** Keeps the last lines: the end of a console is where the trouble is. */
function last(lines: readonly string[], linesMax: number): readonly string[] {
  return lines.length <= linesMax ? lines : ['…', ...lines.slice(lines.length - linesMax + 1)]
}

/** What a check left behind. */
export function evidenceLines(terminal: Terminal, { saw, runs }: Evidence): string[] {
  const lines = first(saw, 5).flatMap((note) => labelled(terminal, 'noted', note, 2))
  const shown = last(runs.map(runLine), 2)
  const console = runs.findLast((run) => run.console.length > 0)?.console ?? []
  return [
    ...first(lines, 6),
    ...shown.flatMap((line) => labelled(terminal, 'ran', line, 1)),
    ...last(console, 5).flatMap((line, at) => labelled(terminal, at === 0 ? 'console' : '', line || ' ', 1)),
  ]
}

function runLine({ nowNs, events, traceHash }: RunEvidence): string {
  return `${events} ${events === 1 ? 'event' : 'events'} in ${milliseconds(nowNs)} of virtual time, trace ${traceHash}`
}

/** Virtual time as a person says it. */
export function milliseconds(ns: number): string {
  return `${Number((ns / 1e6).toFixed(3))} ms`
}

/** The verdict on one clause under one reading, with its evidence. */
export function verdictLines(terminal: Terminal, result: ClauseResult): string[] {
  const { colours, columns } = terminal
  const { id, reading, section, says, message, divergence } = result
  const title = `${pad(reading, 6)}  ${section}`
  const space = columns - id.length - result.state.length - 4
  return [
    `${stateWord(terminal, result.state)}  ${colours.bold(id)}  ${shorten(title, space)}`,
    ...labelled(terminal, 'says', says, 3),
    ...(message === null ? [] : labelled(terminal, 'saw', message, 6)),
    ...(divergence === null ? [] : labelled(terminal, 'because', `of ${divergence}; kt explain ${divergence}`, 1)),
    ...evidenceLines(terminal, result.evidence),
  ]
}

/**
 * A failed clause in at most 25 lines: what it promises, what was seen, how the runs ended, how to repeat it. Two
 * readings that failed in the same way are one tale.
 */
export function failureLines(terminal: Terminal, results: readonly [ClauseResult, ...ClauseResult[]]): string[] {
  const [result] = results
  const { id, says, message, evidence, release, section } = result
  const readings = results.map(({ reading }) => reading)
  const where = `${release}, ${section}, reading ${readings.join(' and ')}`
  const repeat = `kt run ${id}${results.length === 1 ? ` --reading ${result.reading}` : ''}`
  const tale = [
    ...titleLines(terminal, id, where),
    ...labelled(terminal, 'says', says, 3),
    ...labelled(terminal, 'saw', message ?? '', 8),
    ...evidenceLines(terminal, evidence),
  ]
  return [...first(tale, TALE_LINES_MAX - 1), ...labelled(terminal, 'repeat', repeat, 1)]
}

/** A failed divergence, told in the same shape. */
export function divergenceFailureLines(terminal: Terminal, row: DivergenceResult): string[] {
  return [
    ...titleLines(terminal, row.id, `${row.release}, divergence`),
    ...labelled(terminal, 'says', `the readings ${row.differs ? 'differ' : 'look the same'}, and they do not`, 1),
    ...sawLines(terminal, row, 5),
    ...labelled(terminal, 'repeat', `kt run ${row.id}`, 1),
  ]
}

function titleLines(terminal: Terminal, id: string, where: string): string[] {
  const { colours, columns } = terminal
  return [`${colours.red('fail')}  ${colours.bold(id)}  ${shorten(where, columns - id.length - 8)}`]
}

/** A divergence in full. */
export function divergenceLines(terminal: Terminal, row: DivergenceResult): string[] {
  const { colours } = terminal
  return [
    `${stateWord(terminal, row.state)}  ${colours.bold(row.id)}  ${row.release}, the readings ${partedWord(row)}`,
    ...labelled(terminal, 'page', row.says.page, 4),
    ...labelled(terminal, 'kernel', row.says.kernel, 4),
    ...sawLines(terminal, row, 4),
    ...(row.breaks.length === 0 ? [] : labelled(terminal, 'breaks', row.breaks.join(' '), 3)),
  ]
}

function sawLines(terminal: Terminal, { saw }: DivergenceResult, linesMax: number): string[] {
  return [
    ...labelled(terminal, 'saw', `reading page: ${saw.page}`, linesMax),
    ...labelled(terminal, '', `reading kernel: ${saw.kernel}`, linesMax),
  ]
}

export function partedWord({ saw }: DivergenceResult): 'differ' | 'look the same' {
  return saw.page === saw.kernel ? 'look the same' : 'differ'
}

/** A failure in one line, for those there is no room to tell. */
export function failureLine(terminal: Terminal, id: string, message: string): string {
  const text = printable(message.split('\n')[0] ?? '')
  return `  ${terminal.colours.red('fail')}  ${id}  ${shorten(text, terminal.columns - id.length - 10)}`
}

/** Totals with their denominators, and the time it took: the last line of every run. */
export function lastLine({ colours }: Terminal, totals: Totals, { faults }: Survey, seconds: number): string {
  const { executed, described, divergences } = totals
  const allHold = faults.length === 0 && [executed, described].every(isClean) && divergences.fail === 0
  const parts = [
    `executed ${fraction(executed)}`,
    `described ${fraction(described)}`,
    `divergences ${divergences.pass}/${divergences.rows}`,
    ...(faults.length > 0 ? [`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} of ours`] : []),
    `${seconds.toFixed(1)} s`,
  ]
  const verdict = allHold ? colours.green('all hold') : colours.red('not all hold')
  return `${colours.bold(verdict)}: ${parts.join(', ')}`
}

function isClean({ page, kernel }: ClauseTotals): boolean {
  return page.fail + kernel.fail === 0
}

/** `63/63 page, 58+5/63 kernel`: under the kernel reading, what passed and what contradicts the page as listed. */
function fraction({ clauses, page, kernel }: ClauseTotals): string {
  return `${page.pass}/${clauses} page, ${kernel.pass}+${kernel.contradicts}/${clauses} kernel`
}
