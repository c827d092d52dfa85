import { releaseOf, type AnyContract } from '../contracts.js'
import {
  differencesOf,
  misreadsOf,
  type Bite,
  type FalseFriend,
  type Matter,
  type Misread,
  type Namesake,
  type Side,
} from '../friends.js'
import { pad, wrap, type Terminal } from '../terminal.js'

/** What a matter is called where people read. */
export const MATTER_WORDS: Readonly<Record<Matter, string>> = {
  means: 'what it does',
  parameters: 'parameters',
  returnsWhen: 'when it returns',
  returns: 'what it returns',
  callers: 'who may call it',
  duty: 'what is owed',
  panics: 'what panics',
  value: 'number',
}

export const BITE_WORDS: Readonly<Record<Bite, string>> = {
  silently: 'bites silently: it compiles, and means something else',
  loudly: 'bites loudly: the parameters do not fit, so that the compiler tells',
  'at the edges': 'bites at the edges: the good path is the same, limits, mistakes and numbers are not',
}

/** How many ids stand behind a text: more of them help nobody to read on. */
const IDS_MAX = 3

/** Name of each release as people write it, `NetBSD 10.1`. */
export type Labels = ReadonlyMap<string, string>

export function labelsOf(contracts: readonly AnyContract[]): Labels {
  return new Map(contracts.map((contract) => [releaseOf(contract), contract.label]))
}

/** Several releases in few words: `NetBSD 6, 10.1, OpenBSD 4.2`. */
export function releasesWords(labels: Labels, releases: readonly string[]): string {
  let system = ''
  return releases
    .map((release) => {
      const label = labels.get(release) ?? release
      const at = label.lastIndexOf(' ')
      const isSame = label.slice(0, at) === system
      system = label.slice(0, at)
      return isSame ? label.slice(at + 1) : label
    })
    .join(', ')
}

/** Ids behind a text, each once, the first of them. */
export function idsWord(ids: readonly string[], idsMax: number = IDS_MAX): string {
  const known = [...new Set(ids)]
  if (known.length === 0) return ''
  return ` [${known.slice(0, idsMax).join(', ')}${known.length > idsMax ? ', …' : ''}]`
}

/** A text that is wrapped and indented. */
export function paragraph(terminal: Terminal, text: string, indent: number = 2): string[] {
  return wrap(text, Math.max(terminal.columns - indent, 1)).map((line) => ' '.repeat(indent) + line)
}

/** A title over what follows. */
export function titleLines(terminal: Terminal, title: string): string[] {
  return ['', ...wrap(title, terminal.columns - 2).map((line) => `  ${terminal.colours.bold(line)}`)]
}

/** The first column of side-by-side texts is as wide as its words, and no wider than a third of the line. */
export function sidesWidth({ columns }: Terminal, words: readonly string[]): number {
  return Math.min(Math.max(...words.map((word) => word.length), 8), Math.max(Math.floor(columns / 3), 12))
}

/** A text beside whose it is, both wrapped. */
export function sideLines(terminal: Terminal, whose: string, text: string, width: number): string[] {
  const left = wrap(whose, width)
  const right = wrap(text, terminal.columns - width - 6)
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) =>
    `    ${terminal.colours.cyan(pad(left[at] ?? '', width))}  ${right[at] ?? ''}`.trimEnd(),
  )
}

/** Every matter in which calls of a name differ, each with what its sides say. */
export function differenceLines(terminal: Terminal, labels: Labels, all: readonly Namesake[]): string[][] {
  const misreads = misreadsOf(all)
  return differencesOf(all).flatMap(({ matter, sides }) =>
    matter === 'parameters' && misreads.length > 0
      ? misreads.map((misread) => misreadLines(terminal, labels, misread))
      : [matterLines(terminal, labels, matter, sides)],
  )
}

/** The same argument, read otherwise. */
function misreadLines(terminal: Terminal, labels: Labels, { place, sides }: Misread): string[] {
  const words = sides.map(({ releases }) => releasesWords(labels, releases))
  const width = sidesWidth(terminal, words)
  return [
    `  ${terminal.colours.bold(`argument ${place + 1}`)}`,
    ...sides.flatMap(({ parameter: { name, text, whenNull, clauses } }, at) => {
      const zero = whenNull === null ? '' : `; ${/^(0|null)\b/.test(whenNull) ? whenNull : `null: ${whenNull}`}`
      return sideLines(terminal, words[at]!, `${name}: ${text}${zero}${idsWord(clauses)}`, width)
    }),
  ]
}

/** What each side says of a matter. */
function matterLines(terminal: Terminal, labels: Labels, matter: Matter, sides: readonly Side[]): string[] {
  const words = sides.map(({ releases }) => releasesWords(labels, releases))
  const width = sidesWidth(terminal, words)
  return [
    `  ${terminal.colours.bold(MATTER_WORDS[matter])}`,
    ...sides.flatMap(({ text, clauses }, at) => sideLines(terminal, words[at]!, `${text}${idsWord(clauses)}`, width)),
  ]
}

/** A false friend in one line's words: what it differs in. */
export function friendWords({ differences }: FalseFriend): string {
  return differences.map(({ matter }) => MATTER_WORDS[matter]).join(', ')
}

/** Catches of a call in several releases, each once, with whose they are. */
export function catchesOf(all: readonly Namesake[]): readonly Side[] {
  const sides = new Map<string, { releases: string[]; text: string; clauses: readonly string[] }>()
  for (const { release, facts } of all) {
    for (const { text, clauses } of facts.catches) {
      const side = sides.get(text) ?? { releases: [], text, clauses }
      side.releases.push(release)
      sides.set(text, side)
    }
  }
  return [...sides.values()]
}
