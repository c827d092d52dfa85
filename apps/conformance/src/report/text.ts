/** What a person reads about a survey: verdicts, failures, divergences and the last line. */
import type { ClauseResult, DivergenceResult, Evidence, RunEvidence } from '@kt/core/contract'
import { pad, shorten, wrap, type Terminal } from '../terminal.js'
import { faultsOf, type Survey } from '../survey.js'
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
export function labelled(terminal: Terminal, label: string, text: string, linesMax: number = Infinity): string[] {
  const lines = wrap(text, terminal.columns - LABEL_WIDTH - 2)
  const kept = lines.slice(0, linesMax)
  if (lines.length > linesMax) kept[linesMax - 1] = shorten(`${lines[linesMax - 1]!} …`, lines[linesMax - 1]!.length)
  return kept.map((line, at) => {
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
  const lines = first(saw, 4).flatMap((note) => labelled(terminal, 'noted', note, 2))
  const earlier = runs.length - 2
  const shown = [...(earlier > 0 ? [`${earlier} more before these`] : []), ...runs.slice(-2).map(runLine)]
  const console = runs.findLast((run) => run.console.length > 0)?.console ?? []
  return [
    ...lines.slice(0, 5),
    ...shown.flatMap((line) => labelled(terminal, 'ran', line, 1)),
    ...last(console, 4).flatMap((line, at) => labelled(terminal, at === 0 ? 'console' : '', line || ' ', 1)),
  ]
}

function runLine({ nowNs, events, traceHash }: RunEvidence): string {
  return `${events} ${events === 1 ? 'event' : 'events'} in ${milliseconds(nowNs)} of virtual time, trace ${traceHash}`
}

/** Virtual time as a person says it. */
function milliseconds(ns: number): string {
  return `${Number((ns / 1e6).toFixed(3))} ms`
}

/** The verdict on one clause under one reading, with its evidence; `place` is where the clause stands. */
export function verdictLines(terminal: Terminal, result: ClauseResult, place: string): string[] {
  const { colours, columns } = terminal
  const { id, reading, says, message, divergence } = result
  const title = `${pad(reading, 6)}  ${place}`
  const space = columns - id.length - result.state.length - 4
  return [
    `${stateWord(terminal, result.state)}  ${colours.bold(id)}  ${shorten(title, space)}`,
    ...labelled(terminal, 'says', says, 3),
    ...(message === null ? [] : labelled(terminal, 'saw', message, 6)),
    ...(divergence === null ? [] : labelled(terminal, 'because', `of ${divergence}; kt explain ${divergence}`, 1)),
    ...evidenceLines(terminal, result.evidence),
  ]
}

/** A failed clause in at most 25 lines: what it promises, what was seen, how the runs ended, how to repeat it. */
export function failureLines(
  terminal: Terminal,
  result: ClauseResult & { readonly isShared: boolean },
  place: string,
  readings: readonly string[],
): string[] {
  const { id, says, message, evidence, release } = result
  const where = result.isShared ? ` --release ${release}` : ''
  const repeat = `kt run ${id}${where}${readings.length === 1 ? ` --reading ${result.reading}` : ''}`
  const tale = [
    ...titleLines(terminal, id, `${release}, ${place}, reading ${readings.join(' and ')}`),
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
    ...labelled(terminal, 'says', row.differs ? 'the two readings differ' : 'the two readings show the same', 1),
    ...sawLines(terminal, row, 5),
    ...labelled(terminal, 'repeat', `kt run ${row.id} --release ${row.release}`, 1),
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
    `${stateWord(terminal, row.state)}  ${colours.bold(row.id)}  ${row.release}  ${partedWord(row)}`,
    ...labelled(terminal, 'page', row.says.page, 4),
    ...labelled(terminal, 'kernel', row.says.kernel, 4),
    ...sawLines(terminal, row, 4),
  ]
}

function sawLines(terminal: Terminal, { saw }: DivergenceResult, linesMax: number): string[] {
  return [
    ...labelled(terminal, 'saw', `reading page: ${saw.page}`, linesMax),
    ...labelled(terminal, '', `reading kernel: ${saw.kernel}`, linesMax),
  ]
}

/** Whether the readings showed something different, whatever the row says. */
export function partedWord({ saw }: DivergenceResult): 'differs' | 'same' {
  return saw.page === saw.kernel ? 'same' : 'differs'
}

/** Totals with their denominators, and the time it took: the last line of every run, and one line if it can be. */
export function lastLine(terminal: Terminal, totals: Totals, survey: Survey, seconds: number): string {
  const { colours, columns } = terminal
  const { executed, described, divergences } = totals
  const faults = faultsOf(survey)
  const allHold = faults.length === 0 && [executed, described].every(isClean) && divergences.fail === 0
  const line = (clauses: (totals: ClauseTotals) => string, rows: string): string =>
    [
      ...(executed.clauses > 0 ? [`executed ${clauses(executed)}`] : []),
      ...(described.clauses > 0 ? [`described ${clauses(described)}`] : []),
      ...(divergences.rows > 0 ? [`${rows} ${divergences.pass}/${divergences.rows}`] : []),
      ...(faults.length > 0 ? [`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} of ours`] : []),
      `${seconds.toFixed(1)} s`,
    ].join('; ')
  const wide = line(wideFraction, 'divergences')
  const verdict = allHold ? 'all hold' : 'failed'
  const text = verdict.length + 2 + wide.length <= columns ? wide : line(narrowFraction, 'D')
  return `${colours.bold((allHold ? colours.green : colours.red)(verdict))}: ${text}`
}

function isClean({ page, kernel }: ClauseTotals): boolean {
  return page.fail + kernel.fail === 0
}

/** `63/63 page, 58/63 kernel (5 contradict)`, for the readings that were run. */
function wideFraction(totals: ClauseTotals): string {
  const { clauses, page, kernel } = totals
  const contradict = kernel.contradicts === 0 ? '' : ` (${kernel.contradicts} contradict)`
  return [
    ...(ran(page, clauses) ? [`${page.pass}/${clauses} page`] : []),
    ...(ran(kernel, clauses) ? [`${kernel.pass}/${clauses} kernel${contradict}`] : []),
  ].join(', ')
}

/** `63/63, kernel 58+5`: the same in the width of an old terminal, the kernel reading where it differs. */
function narrowFraction({ clauses, page, kernel }: ClauseTotals): string {
  const contradict = kernel.contradicts === 0 ? '' : `+${kernel.contradicts}`
  const isSame = ran(page, clauses) && page.pass === kernel.pass && kernel.contradicts === 0
  return [
    ...(ran(page, clauses) ? [`${page.pass}/${clauses}`] : []),
    ...(ran(kernel, clauses) && !isSame ? [`kernel ${kernel.pass}${contradict}`] : []),
  ].join(', ')
}

function ran(counts: Readonly<Record<string, number>>, clauses: number): boolean {
  return Object.values(counts).reduce((sum, n) => sum + n, 0) === clauses
}
