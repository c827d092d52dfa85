import type { OutcomeSeen, Report, Verdict } from '@kt/explore'
import { isFailure, sentence } from '@kt/explore'
import { table } from '../table.js'
import { printable, shorten, type Terminal } from '../terminal.js'

/** Outcomes that are shown; a program that returns what it counted can have hundreds. */
const ROWS_MAX = 12
/** A token of a run that was cut off after thousands of steps can be as long. */
const TOKEN_MAX = 120
const TOO_LONG = '(too long to print)'
/** What a verdict has room for at least: a token is never cut, a verdict may be. */
const VERDICT_MIN = 24

/** What schedules showed: a row each, with how many did and the token of one of them. */
export function outcomeTable(terminal: Terminal, { outcomes, failure }: Report): string {
  const { bold, dim, green, red, yellow } = terminal.colours
  const rows = outcomes.slice(0, ROWS_MAX)
  const tokens = rows.map((row) => {
    const token = failure?.verdict === row.verdict ? failure.token : row.token
    return token.length <= TOKEN_MAX ? token : TOO_LONG
  })
  const countWidth = Math.max('schedules'.length, ...rows.map((row) => String(row.count).length))
  const tokenWidth = Math.max('token'.length, ...tokens.map((token) => token.length))
  const width = Math.max(VERDICT_MIN, terminal.columns - countWidth - tokenWidth - 4)
  const paint = (verdict: Verdict): ((text: string) => string) =>
    isFailure(verdict) ? red : verdict.kind === 'cut' ? yellow : green
  const body = rows.map(({ verdict, count }: OutcomeSeen, at) => [
    paint(verdict)(shorten(printable(inShort(verdict)), width)),
    String(count),
    dim(tokens[at]),
  ])
  const drawn = table(terminal, {
    head: [[bold('verdict'), bold('schedules'), bold('token')]],
    body,
    aligns: ['left', 'right', 'left'],
  })
  const more = outcomes.length - rows.length
  return more === 0 ? drawn : `${drawn}\n… ${more} more outcome${more === 1 ? '' : 's'}`
}

/** A verdict with its kind in front, so that it can be known when the rest is cut. */
function inShort(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ok':
      return sentence(verdict).replace(/^all is well: /, 'ok: ')
    case 'panic':
    case 'undefined':
    case 'dead-handle':
    case 'assertion':
      return `${verdict.kind}: ${verdict.message}`
    case 'deadlock':
      return `deadlock: ${verdict.stuck.map(({ name }) => name).join(', ')}`
    case 'lost-wakeup':
      return `lost-wakeup: ${verdict.lost.channel}, ${verdict.lost.sleeper} sleeps`
    case 'race':
      return `race: ${verdict.race.cell}, ${verdict.race.threads.join(' and ')}`
    default:
      return sentence(verdict)
  }
}
