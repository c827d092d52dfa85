/** The report as Markdown of the kind that GitHub shows: where each release stands, and where they differ. */
import type { DivergenceResult } from '@kt/core/contract'
import { markdownTable, type Options } from 'markdown-table'
import { printable } from '../terminal.js'
import { TOPICS } from '../topics/topics.js'
import { CELL_LEGEND, CELL_WORDS } from './cells.js'
import type { Report } from './json.js'
import type { Change, Changes } from './since.js'
import { partedWord } from './text.js'
import type { ReportedCell, ReportedStory } from './topics.js'

export function markdownOf(report: Report, changes: Changes | null): string {
  const differing = report.stories.filter(({ differs, cells }) => differs || cells.some(isContradiction))
  return [
    '# Kernel threads of the BSDs',
    ...(changes === null ? [] : changesOf(changes)),
    '## Releases',
    releasesTable(report),
    '## Questions',
    storiesTable(report),
    inline(CELL_LEGEND.join('  ')),
    '## Rows that differ',
    `${differing.length}/${report.stories.length} questions.`,
    ...differing.flatMap((story) => storyParts(report, story)),
    '## Page and kernel',
    divergencesTable(report),
    `Made by kt ${report.version}. All runs: \`${report.traceHash}\``,
    '',
  ].join('\n\n')
}

function changesOf({ from, added, changed, removed }: Changes): string[] {
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed`
  const rows = (word: string, changes: readonly Change[]): string[][] =>
    changes.map(({ kind, id, was, now }) => [`${word} ${kind}`, code(id), inline(was ?? '–'), inline(now ?? '–')])
  const all = [...rows('added', added), ...rows('changed', changed), ...rows('removed', removed)]
  return [
    `## Since the report of kt ${from.version}`,
    `${counts}.`,
    ...(all.length === 0 ? [] : [tableOf([['What', 'Which', 'Before', 'Now'], ...all])]),
  ]
}

function releasesTable({ releases }: Report): string {
  const rows = releases.map(({ label, pages, totals, cells }) => {
    const { executed, described, divergences } = totals
    const all = Object.values(cells).reduce((sum, count) => sum + count, 0)
    return [
      inline(label),
      inline(pages.map(({ page, date }) => `${page}, ${date}`).join('; ')),
      `${executed.page.pass}/${executed.clauses}`,
      `${executed.kernel.pass}/${executed.clauses} (${executed.kernel.contradicts} contradict)`,
      `${described.page.pass}/${described.clauses}`,
      `${divergences.differ}/${divergences.rows}`,
      `${cells.silent}/${all}`,
      `${cells.nearest + cells.lacks}/${all}`,
    ]
  })
  const head = ['Release', 'Pages', 'As the page reads', 'As the kernel was', 'Described', 'Readings differ']
  return tableOf([[...head, 'Page silent', 'No such call'], ...rows], ['l', 'l', 'r', 'r', 'r', 'r', 'r', 'r'])
}

function storiesTable({ releases, stories }: Report): string {
  return tableOf([
    ['Question', ...releases.map(({ label }) => inline(label))],
    ...stories.map(({ id, cells }) => [code(id), ...cells.map(({ state }) => CELL_WORDS[state].join(' '))]),
  ])
}

function storyParts({ releases }: Report, story: ReportedStory): string[] {
  const { id, topic, asks, differ, bites, complaint, cells } = story
  const labels = new Map(releases.map(({ release, label }) => [release, label]))
  const rows = cells.map((cell) => [
    inline(labels.get(cell.release) ?? cell.release),
    CELL_WORDS[cell.state].join(' '),
    inline(cell.page.words),
    inline(alsoOf(cell)),
  ])
  return [
    `### ${inline(asks)}`,
    `${code(id)}, ${TOPICS[topic]}. ${inline(differ)}`,
    tableOf([['Release', 'State', 'Answer', 'Besides'], ...rows]),
    ...(bites === null ? [] : [`**Bites porters:** ${inline(bites)}`]),
    ...(complaint === null ? [] : [`**Stale:** ${inline(complaint)}`]),
  ]
}

function alsoOf({ page, kernel, nearest }: ReportedCell): string {
  const parts = [
    ...(page.words === kernel.words ? [] : [`the kernel: ${kernel.words}`]),
    ...(nearest === null ? [] : [`nearest: ${nearest}`]),
  ]
  return parts.join('; ')
}

function isContradiction({ state }: ReportedCell): boolean {
  return state === 'contradicts'
}

function divergencesTable({ divergences }: Report): string {
  const rows = divergences.map((row) => [
    code(row.id),
    inline(row.release),
    inline(row.saw.page),
    inline(partedWord(row) === 'same' ? 'the same' : row.saw.kernel),
    row.state === 'fail' ? 'fail' : verdictOf(row),
  ])
  return tableOf([['Row', 'Release', 'Reading the page', 'Reading the kernel', 'Verdict'], ...rows])
}

function verdictOf(row: DivergenceResult): string {
  const word = partedWord(row)
  return row.breaks.length === 0 ? word : `${word}, breaks ${row.breaks.join(' ')}`
}

/** Cells are as long as what is in them: filled up to the longest of a column, a table would be ten times as long. */
function tableOf(rows: readonly (readonly string[])[], align: Options['align'] = null): string {
  return markdownTable(rows, { align, alignDelimiters: false })
}

/** What a run said is text: nothing in it is to be read as Markdown or HTML, and no bar ends its cell. */
function inline(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' ')).replace(/[\\`*_{}[\]<>#|~!&@]/g, '\\$&')
}

function code(id: string): string {
  return `\`${id}\``
}
