/** Rows of the comparison, as a terminal shows them. */
import type { Answer } from '../topics/answer.js'
import { LABELS, type ReleaseName } from '../topics/releases.js'
import type { CellResult, Row } from '../topics/row.js'
import { table } from '../table.js'
import { pad, wrap, type Terminal } from '../terminal.js'
import { CELL_LEGEND, cellWord } from './cells.js'
import { labelled } from './text.js'

/** Every row in one line: the question's id, and how each release stands. */
export function rowMatrix(terminal: Terminal, rows: readonly Row[]): string {
  const { bold, dim } = terminal.colours
  const releases = rows[0]?.cells.map(({ release }) => release) ?? []
  const drawn = table(terminal, {
    head: [['story', ...releases.map((release) => bold(LABELS[release]))]],
    body: rows.map((row) => [row.story.id, ...row.cells.map((cell) => cellWord(terminal, cell))]),
    aligns: ['left', ...releases.map(() => 'left' as const)],
  })
  return [drawn, ...filled(CELL_LEGEND, terminal.columns).map((line) => dim(line))].join('\n')
}

/** As many items in a line as fit; none is broken unless it is wider than that. */
function filled(items: readonly string[], columns: number): string[] {
  const lines: string[] = []
  for (const item of items.flatMap((whole) => wrap(whole, columns))) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 2 + item.length <= columns) lines[lines.length - 1] = `${last}  ${item}`
    else lines.push(item)
  }
  return lines
}

/** A row with what each release answered; releases that answer the same under both readings share a line. */
export function rowLines(terminal: Terminal, row: Row, isDetailed: boolean): string[] {
  const { bold, red } = terminal.colours
  const { id, asks, differ, bites } = row.story
  const [head = '', ...rest] = wrap(`${id}  ${asks}`, terminal.columns)
  return [
    bold(head.slice(0, id.length)) + head.slice(id.length),
    ...rest,
    ...answerLines(terminal, row),
    ...labelled(terminal, row.differs ? 'differ' : 'alike', differ),
    ...(bites === null ? [] : labelled(terminal, 'bites', bites)),
    ...(row.complaint === null ? [] : labelled(terminal, 'stale', red(row.complaint))),
    ...(isDetailed ? detailLines(terminal, row) : []),
  ]
}

/** Who answers the same, with all that is said of it. */
interface Voice {
  readonly cells: readonly [CellResult, ...CellResult[]]
  readonly who: string
}

function voicesOf({ cells }: Row): Voice[] {
  const voices = new Map<string, [CellResult, ...CellResult[]]>()
  for (const cell of cells) {
    const key = [cell.page.words, cell.kernel.words, cell.nearest ?? ''].join('\n')
    const same = voices.get(key)
    if (same === undefined) voices.set(key, [cell])
    else same.push(cell)
  }
  return [...voices.values()].map((same) => ({ cells: same, who: namesOf(same.map(({ release }) => release)) }))
}

/** `NetBSD 6 and 10.1, FreeBSD 8.0`. */
function namesOf(releases: readonly ReleaseName[]): string {
  const versions = new Map<string, string[]>()
  for (const release of releases) {
    const [system = '', version = ''] = LABELS[release].split(' ')
    versions.set(system, [...(versions.get(system) ?? []), version])
  }
  return [...versions].map(([system, all]) => `${system} ${all.join(' and ')}`).join(', ')
}

function answerLines(terminal: Terminal, row: Row): string[] {
  const { dim, yellow } = terminal.colours
  const voices = voicesOf(row)
  const width = Math.min(Math.max(...voices.map(({ who }) => who.length)), 26)
  const indent = ' '.repeat(width + 4)
  return voices.flatMap(({ cells: [cell], who }) => {
    const names = wrap(who, width)
    const space = terminal.columns - width - 4
    const said = [
      ...wrap(cell.page.words, space),
      ...(cell.kernel.words === cell.page.words
        ? []
        : wrap(`kernel: ${cell.kernel.words}`, space).map((line) => yellow(line))),
      ...(cell.nearest === undefined ? [] : wrap(`nearest: ${cell.nearest}`, space).map((line) => dim(line))),
    ]
    const height = Math.max(said.length, names.length)
    return Array.from({ length: height }, (_, at) => {
      const name = names[at] === undefined ? indent : `  ${pad(names[at], width)}  `
      return (name + (said[at] ?? '')).trimEnd()
    })
  })
}

/** How each answer was come by. */
function detailLines(terminal: Terminal, { cells }: Row): string[] {
  const { dim } = terminal.colours
  return cells.flatMap(({ release, clauses, page, kernel }) => [
    '',
    `  ${LABELS[release]}${clauses.length === 0 ? '' : `  ${dim(clauses.join(' '))}`}`,
    ...tellingLines(terminal, page),
    ...(kernel.words === page.words ? [] : tellingLines(terminal, kernel)),
  ])
}

function tellingLines(terminal: Terminal, answer: Answer): string[] {
  const { dim } = terminal.colours
  return answer.seen.flatMap(({ words, schedules, token }) => [
    ...wrap(`reading ${answer.reading}: ${words}`, terminal.columns - 4).map((line) => `    ${line}`),
    dim(`      ${shareOf(answer, schedules)}; kt replay ${token}`),
  ])
}

function shareOf({ schedules: all, complete }: Answer, schedules: number): string {
  if (all === 1 && !complete) return "the release's own schedule"
  return `${schedules} of ${all} schedules${complete ? ', which are all' : ', which are not all'}`
}

/** How many stories there are, on how many releases differ, and how long it took. */
export function rowsLine({ colours }: Terminal, rows: readonly Row[], seconds: number): string {
  const differing = rows.filter(({ differs }) => differs).length
  const stale = rows.filter(({ complaint }) => complaint !== null).length
  const releases = rows[0]?.cells.map(({ release }) => LABELS[release]) ?? []
  const told = `${rows.length} ${rows.length === 1 ? 'story' : 'stories'} told to ${releases.length} ${releases.length === 1 ? 'release' : 'releases'} under both readings`
  const verdict = stale === 0 ? colours.green('told') : colours.red(`${stale} stale`)
  return `${colours.bold(verdict)}: ${told}; ${differing} differ; ${seconds.toFixed(1)} s`
}
