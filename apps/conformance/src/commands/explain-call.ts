import type { CallFacts, Said } from '@kt/core/contract'
import { releaseOf, type AnyContract } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { falseFriend, namesakes, type Namesake } from '../friends.js'
import { purposeOf } from '../nearest-calls.js'
import { recipes } from '../recipes/index.js'
import { friendWords, idsWord, labelsOf, paragraph, releasesWords, type Labels } from '../report/sides.js'
import { pad, wrap, type Terminal } from '../terminal.js'
import { absent } from './compare-friends.js'

/** What is told of a call, by the word before it. */
const LABELS = ['does', 'returns', 'when', 'owes', 'panics', 'catch'] as const

type Label = (typeof LABELS)[number]

/** How many catches of a system are told when it is the only one, and when there are others: the comparison tells all. */
const CATCHES_MAX = { alone: 2, besideOthers: 1 } as const
/** How many ids stand behind a text. */
const IDS_MAX = 2
/** Moments that need no line of their own. */
const TOLD_BY_RETURNS = new Set(['at once', 'never'])
const LABEL_WIDTH = 9

/** `kt explain kthread_join`: a call or flag in every release that has it, and what comes nearest in the others. Runs nothing. */
export function explainCall(terminal: Terminal, contracts: readonly AnyContract[], name: string): ExitCode {
  const { bold, dim } = terminal.colours
  const labels = labelsOf(contracts)
  const all = namesakes(contracts, name)
  const pages = [...new Set(all.map(({ facts }) => facts.page))].join(', ')
  const about = purposeOf(name)?.purpose
  const systems = systemsOf(contracts, all)
  const catchesMax = systems.length === 1 ? CATCHES_MAX.alone : CATCHES_MAX.besideOthers
  terminal.print(
    [
      bold(name),
      ...paragraph(terminal, `${pages}${about === undefined ? '' : `: to ${about}`}`).map(dim),
      ...systems.flatMap((part) => systemLines(terminal, labels, part, catchesMax)),
      ...absent(terminal, contracts, labels, name),
      ...pointers(terminal, all),
    ].join('\n'),
  )
  return ExitCode.allHold
}

/** The releases that have it, system by system. */
function systemsOf(contracts: readonly AnyContract[], all: readonly Namesake[]): readonly (readonly Namesake[])[] {
  const systems = [...new Set(contracts.map(({ os }) => os))]
  return systems
    .map((os) => {
      const releases = contracts.filter((contract) => contract.os === os).map(releaseOf)
      return all.filter(({ release }) => releases.includes(release))
    })
    .filter((part) => part.length > 0)
}

function systemLines(terminal: Terminal, labels: Labels, part: readonly Namesake[], catchesMax: number): string[] {
  const { cyan, bold } = terminal.colours
  const head = cyan(
    releasesWords(
      labels,
      part.map(({ release }) => release),
    ),
  )
  return [
    ...paragraph(terminal, head, 0).map(cyan),
    ...declarations(labels, part).flatMap((line) =>
      wrap(line, terminal.columns - 4).map((piece, at) => `  ${at === 0 ? '' : '  '}${bold(piece)}`),
    ),
    ...LABELS.flatMap((label) => labelLines(terminal, labels, part, label, catchesMax)),
  ]
}

/** The prototype, once where the releases share it; of a flag its number. */
function declarations(labels: Labels, part: readonly Namesake[]): readonly string[] {
  const texts = part.map(({ facts }) => facts.prototype ?? `${facts.name} = ${String(facts.value)}`)
  if (new Set(texts).size === 1) return [texts[0]!]
  return part.map(({ release }, at) => `${releasesWords(labels, [release])}: ${texts[at]!}`)
}

/** What the releases of a system say under a label: once where they share it, with the ids of all. */
function labelLines(
  terminal: Terminal,
  labels: Labels,
  part: readonly Namesake[],
  label: Label,
  catchesMax: number,
): string[] {
  // prettier-ignore
  const texts = new Map<string, { readonly releases: Set<string>; readonly ids: Set<string> }>()
  for (const { release, facts } of part) {
    for (const { text, clauses } of saidOf(facts, label)) {
      const said = texts.get(text) ?? { releases: new Set(), ids: new Set() }
      said.releases.add(release)
      for (const id of clauses) said.ids.add(id)
      texts.set(text, said)
    }
  }
  const told = label === 'catch' ? [...texts].slice(0, catchesMax) : [...texts]
  return told.flatMap(([text, { releases, ids }], index) => {
    const whose = releases.size === part.length ? '' : `${releasesWords(labels, [...releases])}: `
    return wrap(`${whose}${text}${idsWord([...ids], IDS_MAX)}`, terminal.columns - LABEL_WIDTH - 2).map(
      (line, at) => `  ${terminal.colours.dim(pad(at === 0 && index === 0 ? label : '', LABEL_WIDTH))}${line}`,
    )
  })
}

function saidOf(facts: CallFacts, label: Label): readonly Said[] {
  const { means, duty, returns, returnsWhen, panics, catches } = facts
  const one = (said: Said | null): readonly Said[] => (said === null ? [] : [said])
  switch (label) {
    case 'does':
      return [means]
    case 'returns':
      return returnsWhen?.behaves === 'never' ? [{ ...returnsWhen, text: 'never' }] : one(returns)
    case 'when':
      return returnsWhen === null || TOLD_BY_RETURNS.has(returnsWhen.behaves) ? [] : [returnsWhen]
    case 'owes':
      return one(duty)
    case 'panics':
      return one(panics)
    case 'catch':
      return catches
  }
}

/** Where to go on. */
function pointers(terminal: Terminal, all: readonly Namesake[]): string[] {
  const friend = falseFriend(all)
  const { name } = all[0]!.facts
  const id = all.flatMap(({ facts }) => facts.means.clauses)[0]
  const topic = purposeOf(name)?.topic
  // The recipe that begins with a story of the topic is about it, and says more than a clause does.
  const recipe = recipes.find(({ stories }) => stories[0]?.split('/')[0] === topic)
  const further = recipe?.id ?? id
  const commands = [
    ...(friend === null ? [] : [`kt compare --false-friends ${name}`]),
    ...(further === undefined ? [] : [`kt explain ${further}`]),
    ...(topic === undefined || topic === null ? [] : [`kt compare ${topic}`]),
  ]
  const lines = [
    ...(friend === null ? [] : [`A false friend, ${friend.bite}: ${friendWords(friend)}.`]),
    ...(commands.length === 0 ? [] : [`More: ${commands.join('; ')}`]),
  ]
  return lines.length === 0 ? [] : ['', ...lines.flatMap((line) => paragraph(terminal, line, 0))]
}
