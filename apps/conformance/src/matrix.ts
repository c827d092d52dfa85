import { table } from './table.js'
import type { Survey } from './survey.js'
import type { Colours, Terminal } from './terminal.js'
import { countClauses } from './totals.js'

type Results = Survey['clauses']

/** The verdicts on one page by section. At the foot, what was executed and what only describes. */
export function matrix(terminal: Terminal, clauses: Results): string {
  const { colours } = terminal
  const { bold, dim } = colours
  return table(terminal, {
    head: [
      ['', '', { content: bold('page reading'), colSpan: 2 }, { content: bold('kernel reading'), colSpan: 3 }],
      ['section', 'clauses', 'pass', 'fail', 'pass', 'contradicts', 'fail'].map((name) => dim(name)),
    ],
    body: bySection(clauses).map(([section, results]) => cells(colours, section, results)),
    foot: (['executed', 'described'] as const).map((kind) => footCells(colours, kind, clauses)),
    aligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  })
}

/** A row is a section, and within FUNCTIONS one function or flag: `FUNCTIONS, kthread_create, pri` counts there. */
function bySection(clauses: Results): [string, Results][] {
  const rows = new Map<string, Results[number][]>()
  for (const clause of clauses) {
    const name = clause.section.split(', ').slice(0, 2).join(', ')
    const row = rows.get(name) ?? []
    rows.set(name, row)
    row.push(clause)
  }
  return [...rows]
}

function cells(colours: Colours, section: string, results: Results): string[] {
  const { clauses, page, kernel } = countClauses(results)
  const { green, yellow, red, dim } = colours
  // A zero says nothing; a dot keeps the eye on what is there.
  const count = (paint: (text: string) => string, n: number): string => (n === 0 ? dim('·') : paint(String(n)))
  return [
    section,
    String(clauses),
    count(green, page.pass),
    count(red, page.fail),
    count(green, kernel.pass),
    count(yellow, kernel.contradicts),
    count(red, kernel.fail),
  ]
}

function footCells({ bold }: Colours, kind: 'executed' | 'described', results: Results): string[] {
  const { clauses, page, kernel } = countClauses(results.filter((result) => result.kind === kind))
  const counts = [page.pass, page.fail, kernel.pass, kernel.contradicts, kernel.fail]
  return [kind, String(clauses), ...counts.map((n) => `${n}/${clauses}`)].map((text) => bold(text))
}
