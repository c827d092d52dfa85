import type { AnyContract } from './contracts.js'
import { partOf, type Survey } from './survey.js'
import { table } from './table.js'
import type { Terminal } from './terminal.js'
import { totalsOf, type ClauseTotals, type Totals } from './totals.js'

/** All releases at a glance, a column each: what their pages promise, and how far each kernel keeps it. */
export function sideBySide(terminal: Terminal, contracts: readonly AnyContract[], found: Survey): string {
  const { bold, dim, green, yellow, red } = terminal.colours
  const totals = contracts.map((contract) => totalsOf(partOf(found, contract)))
  // A zero says nothing; a dot keeps the eye on what is there.
  const row = (name: string, of: (totals: Totals) => number, paint: (text: string) => string = (text) => text) => [
    name,
    ...totals.map((total) => (of(total) === 0 ? dim('·') : paint(String(of(total))))),
  ]
  const clauses = (of: (part: ClauseTotals) => number) => (total: Totals) => of(total.executed) + of(total.described)
  return table(terminal, {
    head: [['', ...contracts.map(({ label }) => bold(label))]],
    body: [
      row(
        'clauses',
        clauses((part) => part.clauses),
      ),
      row(
        '  page reading: pass',
        clauses((part) => part.page.pass),
        green,
      ),
      row(
        '  page reading: fail',
        clauses((part) => part.page.fail),
        red,
      ),
      row(
        '  kernel reading: pass',
        clauses((part) => part.kernel.pass),
        green,
      ),
      row(
        '  kernel reading: contradicts',
        clauses((part) => part.kernel.contradicts),
        yellow,
      ),
      row(
        '  kernel reading: fail',
        clauses((part) => part.kernel.fail),
        red,
      ),
      row('rows on page and kernel', (total) => total.divergences.rows),
      row('  readings differ', (total) => total.divergences.differ, yellow),
      row('  fail', (total) => total.divergences.fail, red),
    ],
    aligns: ['left', ...contracts.map(() => 'right' as const)],
  })
}
