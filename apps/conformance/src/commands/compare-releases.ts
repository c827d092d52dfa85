import type { CallFacts, Clause, Divergence, PageFacts } from '@kt/core/contract'
import { contractsOf, loadContracts, releaseOf, type AnyContract } from '../contracts.js'
import { drift, type Drift, type SystemDrift } from '../drift.js'
import { ExitCode } from '../exit-code.js'
import { nearestTo } from '../nearest-calls.js'
import {
  differenceLines,
  labelsOf,
  MATTER_WORDS,
  paragraph,
  sideLines,
  sidesWidth,
  titleLines,
} from '../report/sides.js'
import { wrap, type Terminal } from '../terminal.js'
import { isRelease } from '../topics/releases.js'
import { nearest, UsageError } from '../usage.js'

/** `kt compare netbsd/6 netbsd/10.1`: what became of the calls of a release in another one, of the same system or not. */
export async function compareReleases(terminal: Terminal, words: readonly string[]): Promise<ExitCode> {
  const contracts = await loadContracts()
  if (words.length !== 2)
    throw new UsageError(`'${words.join(' ')}' is not two releases; expected such as kt compare netbsd/6 netbsd/10.1`)
  const [from, to] = words.map((word) => releaseNamed(contracts, word)) as [AnyContract, AnyContract]
  if (from === to) throw new UsageError(`'${releaseOf(from)}' cannot be compared with itself`)
  const found = drift(from, to)
  const told = found.system === null ? acrossSystems(terminal, found) : withinSystem(terminal, found, found.system)
  terminal.print([terminal.colours.bold(`${from.label} → ${to.label}`), ...told].join('\n'))
  return ExitCode.allHold
}

function releaseNamed(contracts: readonly AnyContract[], word: string): AnyContract {
  const names = contracts.map(releaseOf)
  const [found, ...others] = names.includes(word.toLowerCase()) ? contractsOf(contracts, word) : []
  if (found !== undefined && others.length === 0) return found
  throw new UsageError(`no release '${word}'; expected one of ${names.join(', ')}; nearest is ${nearest(word, names)}`)
}

function withinSystem(terminal: Terminal, found: Drift, system: SystemDrift): string[] {
  const { added, removed, changed, same, from, to } = found
  const labels = labelsOf([from, to])
  return [
    ...callList(terminal, `calls that came: ${added.length}`, added, ({ means }) => means.text),
    ...callList(terminal, `calls that went: ${removed.length}`, removed, ({ name }) => insteadOf(name, to)),
    ...titleLines(terminal, `calls that changed: ${changed.length}, and ${same.length} did not`),
    ...changed.flatMap(({ name, bite, both }) => [
      '',
      `  ${terminal.colours.bold(name)} ${bite}`,
      ...differenceLines(terminal, labels, both).flat(),
    ]),
    ...rowsLines(terminal, system, from, to),
    ...pagesLines(terminal, system, from, to),
  ]
}

/** Two systems: which calls have a namesake, and what comes nearest where there is none. */
function acrossSystems(terminal: Terminal, found: Drift): string[] {
  const { from, to, removed, changed, same } = found
  const width = sidesWidth(terminal, [...changed.map(({ name }) => name), ...removed.map(({ name }) => name)])
  // What comes nearest is the same for all calls of a purpose, and is told once.
  const instead = new Map<string, string[]>()
  for (const { name } of removed) {
    const text = insteadOf(name, to)
    instead.set(text, [...(instead.get(text) ?? []), name])
  }
  return [
    ...titleLines(terminal, `the same name and the same meaning: ${same.length}`),
    ...paragraph(terminal, same.join(', '), 4),
    ...titleLines(terminal, `the same name and another meaning: ${changed.length}`),
    ...changed.flatMap(({ name, bite, differences }) => {
      const matters = differences.map(({ matter }) => MATTER_WORDS[matter]).join(', ')
      return sideLines(terminal, name, `${bite}: ${matters}`, width)
    }),
    ...(changed.length === 0 ? [] : paragraph(terminal, 'each in full: kt compare --false-friends NAME', 4)),
    ...titleLines(terminal, `no namesake in ${to.label}: ${removed.length}, with what comes nearest`),
    ...Array.from(instead, ([text, names]) => sideLines(terminal, names.join(', '), text, width)).flat(),
    '',
    ...paragraph(terminal, `the other way: kt compare ${releaseOf(to)} ${releaseOf(from)}`),
  ]
}

/** What a release has in the place of a call. */
function insteadOf(name: string, to: AnyContract): string {
  const release = releaseOf(to)
  const answer = isRelease(release) ? nearestTo(name, release) : null
  if (answer === null) return 'nothing is known'
  return answer.calls.length === 0 ? `none. ${answer.catch}` : `${answer.calls.join(', ')}. ${answer.catch}`
}

function callList(
  terminal: Terminal,
  title: string,
  calls: readonly CallFacts[],
  textOf: (facts: CallFacts) => string,
): string[] {
  if (calls.length === 0) return []
  const width = sidesWidth(
    terminal,
    calls.map(({ name }) => name),
  )
  return [...titleLines(terminal, title), ...calls.flatMap((facts) => sideLines(terminal, facts.name, textOf(facts), width))] // prettier-ignore
}

function rowsLines(terminal: Terminal, { rows }: SystemDrift, from: AnyContract, to: AnyContract): string[] {
  const { gone, come, turned } = rows
  if (gone.length + come.length + turned.length === 0) return []
  const width = sidesWidth(
    terminal,
    [...gone, ...come].map(({ id }) => id),
  )
  const told = (title: string, list: readonly Divergence<unknown>[]): string[] =>
    list.flatMap(({ id, page, kernel }) => sideLines(terminal, id, `${title}. Page: ${page} Kernel: ${kernel}`, width))
  return [
    ...titleLines(terminal, 'where page and kernel part'),
    ...told(`only in ${from.label}`, gone),
    ...told(`only in ${to.label}`, come),
    ...turned.flatMap(
      (row) =>
      sideLines(terminal, row.to.id, `${from.label}: ${standing(row.from)}. ${to.label}: ${standing(row.to)}. Kernel: ${row.to.kernel}`, width), // prettier-ignore
    ),
  ]
}

function standing({ differs, breaks }: Divergence<unknown>): string {
  if (breaks.length > 0) return `breaks ${breaks.join(', ')}`
  return differs ? 'the readings differ, and no clause breaks' : 'the readings do not differ'
}

function pagesLines(terminal: Terminal, system: SystemDrift, from: AnyContract, to: AnyContract): string[] {
  const { kept, sections, pagesGone, pagesCome } = system
  const { green, red } = terminal.colours
  const signed = (sign: string, text: string): string[] =>
    wrap(text, terminal.columns - 8).map((line, at) => `    ${at === 0 ? sign : ' '} ${line}`)
  const clauses = (sign: string, list: readonly Clause<unknown>[]): string[] =>
    list.flatMap(({ id, says }) => signed(sign, `${id}: ${says}`))
  const wholePage = ({ page }: PageFacts, contract: AnyContract): string =>
    `${page}, the whole page: ${contract.clauses.filter((clause) => clause.page === page).length} clauses`
  return [
    ...titleLines(terminal, `pages: ${kept} clauses say the same; ${sections.length} sections do not`),
    ...pagesGone.flatMap((page) => signed(red('-'), wholePage(page, from))),
    ...pagesCome.flatMap((page) => signed(green('+'), wholePage(page, to))),
    ...sections.flatMap(({ section, gone, come }) => [
      ...paragraph(terminal, section, 4),
      ...clauses(red('-'), gone),
      ...clauses(green('+'), come),
    ]),
  ]
}
