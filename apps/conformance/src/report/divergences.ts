import type { DivergenceResult } from '@kt/core/contract'
import { table } from '../table.js'
import { pad, shorten, wrap, type Terminal } from '../terminal.js'
import { partedWord, stateWord } from './text.js'

/** Each divergence in two lines, one for each reading: what it says, what was seen, and what follows. */
export function divergenceTable(terminal: Terminal, rows: readonly DivergenceResult[]): string {
  const { dim } = terminal.colours
  const widths = widthsOf(terminal, rows)
  return table(terminal, {
    head: [['row', '', 'says', 'was seen', 'verdict'].map((name, at) => dim(pad(name, widths[at] ?? 0)))],
    body: rows.map((row) => {
      const page = readingLines(terminal, row, 'page', widths)
      const kernel = readingLines(terminal, row, 'kernel', widths)
      const columns = page.map((column, at) => [...column, ...(kernel[at] ?? [])].join('\n'))
      return [terminal.colours.bold(row.id), ...columns, verdictLines(terminal, row, widths[4]).join('\n')]
    }),
    aligns: ['left', 'left', 'left', 'left', 'left'],
  })
}

type Widths = readonly [id: number, reading: number, says: number, seen: number, verdict: number]

function widthsOf({ columns }: Terminal, rows: readonly DivergenceResult[]): Widths {
  const id = Math.max(...rows.map((row) => row.id.length))
  const verdict = columns < 100 ? 16 : 20
  const rest = columns - id - 6 - verdict - 4 * 2
  const says = Math.max(Math.floor(rest * 0.5), 10)
  return [id, 6, says, Math.max(rest - says, 10), verdict]
}

/** The columns of one reading, each as high as the highest. What was said is cut to the height of what was seen. */
function readingLines(
  terminal: Terminal,
  row: DivergenceResult,
  reading: 'page' | 'kernel',
  widths: Widths,
): string[][] {
  const [, , says, seen] = widths
  const isRepeated = reading === 'kernel' && row.saw.page === row.saw.kernel
  const saw = isRepeated ? [terminal.colours.dim('the same')] : wrap(row.saw[reading], seen)
  const said = wrap(row.says[reading], says)
  const kept = said.slice(0, saw.length)
  const cut =
    said.length > kept.length ? [...kept.slice(0, -1), shorten(said.slice(saw.length - 1).join(' '), says)] : kept
  return [[reading], cut, saw].map((lines) => Array.from({ length: saw.length }, (_, at) => lines[at] ?? ''))
}

/** A row that holds says how the readings compare; one that fails says so first. */
function verdictLines(terminal: Terminal, row: DivergenceResult, width: number): string[] {
  const { colours } = terminal
  const failed = row.state === 'fail' ? `${stateWord(terminal, row.state)}: ` : ''
  const word = partedWord(row)
  const breaks = row.breaks.length === 0 ? [] : wrap(`breaks ${row.breaks.join(' ')}`, width)
  return [failed + (word === 'differs' ? colours.yellow(word) : word), ...breaks]
}
