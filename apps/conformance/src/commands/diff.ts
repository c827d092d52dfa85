import { sentence, type Replayed, type StoryStep } from '@kt/explore'
import { ExitCode } from '../exit-code.js'
import { numbered } from '../report/schedule.js'
import { replayed, scenarioOf, type ReplayWords } from '../scenario/replayed.js'
import { pad, printable, shorten, wrap, type Terminal } from '../terminal.js'
import { strictly } from './replay.js'

/** Steps that are shown of what both have in common. */
const ALIKE_MAX = 10
/** Steps that are shown of each from where they part. */
const APART_MAX = 5

/** `kt diff <token> <token>`: two runs beside each other, up to where they part, and how each ends. */
export async function diff(
  terminal: Terminal,
  tokens: readonly [string, string],
  word: string | undefined,
  words: ReplayWords,
): Promise<ExitCode> {
  const [first, second] = [await runOf(tokens[0], word, words), await runOf(tokens[1], word, words)]
  for (const line of beside(terminal, first, second)) terminal.print(line)
  terminal.print('')
  for (const [name, { verdict }] of [
    ['first', first],
    ['second', second],
  ] as const) {
    const [head = '', ...rest] = wrap(sentence(verdict), terminal.columns - 8)
    terminal.print([`${pad(name, 8)}${head}`, ...rest.map((line) => ' '.repeat(8) + line)].join('\n'))
  }
  return ExitCode.allHold
}

async function runOf(token: string, word: string | undefined, words: ReplayWords): Promise<Replayed> {
  const scenario = await scenarioOf(token, word)
  return strictly(() => replayed(scenario, token, words, {}))
}

function beside({ columns, colours: { bold, dim } }: Terminal, first: Replayed, second: Replayed): string[] {
  const [a, b] = [numbered(first.story), numbered(second.story)]
  let parted = a.findIndex((step, at) => !isSame(step, b[at]))
  if (parted < 0) parted = a.length
  if (parted === b.length && a.length === b.length) return ['the two runs are the same, step for step']

  const half = Math.floor((columns - 7) / 2)
  const row = (at: number, left: string, right: string): string => {
    const number = a[at]?.number ?? b[at]?.number ?? null
    const label = number === null ? '    ' : `${String(number).padStart(3)}.`
    return `${label} ${pad(shorten(left, half), half)}  ${shorten(right, half)}`.trimEnd()
  }
  const text = (step: StoryStep | undefined): string => (step === undefined ? '(over)' : inWords(step))
  const from = Math.max(0, parted - ALIKE_MAX)
  const lines = [bold(row(-1, 'first', 'second'))]
  if (from > 0) lines.push(dim(`     … ${from} steps alike`))
  for (let at = from; at < parted; at++) lines.push(dim(row(at, text(a[at]), text(b[at]))))
  lines.push(`     ${'─'.repeat(half)}  ${'─'.repeat(half)}`)
  for (let at = parted; at < Math.min(parted + APART_MAX, Math.max(a.length, b.length)); at++)
    lines.push(row(at, at > a.length ? '' : text(a[at]), at > b.length ? '' : text(b[at])))
  return lines
}

function isSame(a: StoryStep, b: StoryStep | undefined): boolean {
  return b !== undefined && a.who === b.who && a.what === b.what
}

function inWords({ who, what }: StoryStep): string {
  return printable(who === '' ? what : `${who}  ${what}`)
}
