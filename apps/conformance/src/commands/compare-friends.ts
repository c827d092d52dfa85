import { callNamed, callNames } from '../call-names.js'
import { loadContracts, releaseOf, type AnyContract } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { falseFriend, falseFriends, namesakes, type Bite, type Namesake } from '../friends.js'
import { nearestTo } from '../nearest-calls.js'
import {
  BITE_WORDS,
  catchesOf,
  differenceLines,
  friendWords,
  idsWord,
  labelsOf,
  paragraph,
  releasesWords,
  sideLines,
  sidesWidth,
  titleLines,
  type Labels,
} from '../report/sides.js'
import { wrap, type Terminal } from '../terminal.js'
import { isRelease, RELEASES, type ReleaseName } from '../topics/releases.js'
import { nearest, UsageError } from '../usage.js'

/** `kt compare --false-friends [name…]`: names that do not mean the same everywhere; some of them in full. */
export async function compareFriends(
  terminal: Terminal,
  words: readonly string[],
  releases: readonly ReleaseName[],
): Promise<ExitCode> {
  const contracts = (await loadContracts()).filter((contract) => releases.some((name) => name === releaseOf(contract)))
  const names = words.map((word) => {
    const name = callNamed(contracts, word)
    if (name !== null) return name
    const where = releases.length === RELEASES.length ? 'any release' : releases.join(', ')
    throw new UsageError(`no call or flag '${word}' in ${where}; nearest is ${nearest(word, callNames(contracts))}`)
  })
  if (names.length === 0) terminal.print(listing(terminal, contracts).join('\n'))
  else terminal.print(names.map((name) => friendLines(terminal, contracts, name).join('\n')).join('\n\n'))
  return ExitCode.allHold
}

/** All false friends, a line each, those that bite most first. */
function listing(terminal: Terminal, contracts: readonly AnyContract[]): string[] {
  const { bold, dim } = terminal.colours
  const friends = falseFriends(contracts)
  const labels = labelsOf(contracts)
  // On a narrow terminal the names stand above what is said of them.
  const names = friends.map(({ name }) => name)
  const isNarrow = terminal.columns < 3 * Math.max(...names.map((name) => name.length))
  const width = isNarrow ? 0 : sidesWidth(terminal, names)
  const bites = Object.keys(BITE_WORDS) as Bite[]
  return [
    ...bites.flatMap((bite) => {
      const group = friends.filter((friend) => friend.bite === bite)
      if (group.length === 0) return []
      return [
        ...wrap(BITE_WORDS[bite], terminal.columns).map(bold),
        '',
        ...group.flatMap((friend) => [
          ...(isNarrow ? paragraph(terminal, friend.name, 2) : []),
          ...sideLines(terminal, isNarrow ? '' : friend.name, friendWords(friend), width),
          ...sideLines(terminal, '', releasesWords(labels, friend.releases), width).map(dim),
        ]),
        '',
      ]
    }),
    ...paragraph(terminal, `${friends.length} false friends; each in full: kt compare --false-friends NAME`, 0),
  ]
}

/** One name on one screen: what differs, then what to look out for, then the releases that do not have it. */
function friendLines(terminal: Terminal, contracts: readonly AnyContract[], name: string): string[] {
  const labels = labelsOf(contracts)
  const all = namesakes(contracts, name)
  const friend = falseFriend(all)
  const head = terminal.colours.bold(name)
  const told =
    friend === null
      ? [head, ...paragraph(terminal, agreement(labels, all))]
      : [head, ...paragraph(terminal, BITE_WORDS[friend.bite]), ...differenceLines(terminal, labels, all).flatMap((lines) => ['', ...lines])] // prettier-ignore
  return [...told, ...catchLines(terminal, labels, all), ...absent(terminal, contracts, labels, name)]
}

function agreement(labels: Labels, all: readonly Namesake[]): string {
  const releases = all.map(({ release }) => release)
  if (releases.length === 1) return `only ${releasesWords(labels, releases)} has it`
  return `no false friend: it means the same in ${releasesWords(labels, releases)}`
}

function catchLines(terminal: Terminal, labels: Labels, all: readonly Namesake[]): string[] {
  const catches = catchesOf(all)
  if (catches.length === 0) return []
  const words = catches.map(({ releases }) => releasesWords(labels, releases))
  const width = sidesWidth(terminal, words)
  return [
    ...titleLines(terminal, 'the catch'),
    ...catches.flatMap(({ text, clauses }, at) =>
      sideLines(terminal, words[at] === words[at - 1] ? '' : words[at]!, `${text}${idsWord(clauses)}`, width),
    ),
  ]
}

/** Releases without the name, and what they have in its place. */
export function absent(terminal: Terminal, contracts: readonly AnyContract[], labels: Labels, name: string): string[] {
  const has = new Set(namesakes(contracts, name).map(({ release }) => release))
  const answers = new Map<string, string[]>()
  for (const release of labels.keys()) {
    const answer = has.has(release) || !isRelease(release) ? null : nearestTo(name, release)
    if (answer === null) continue
    const text = `${answer.calls.length === 0 ? '' : `${answer.calls.join(', ')}. `}${answer.catch}`
    answers.set(text, [...(answers.get(text) ?? []), release])
  }
  if (answers.size === 0) return []
  const words = [...answers.values()].map((releases) => releasesWords(labels, releases))
  const width = sidesWidth(terminal, words)
  return [
    ...titleLines(terminal, 'not there; nearest'),
    ...[...answers.keys()].flatMap((text, at) => sideLines(terminal, words[at]!, text, width)),
  ]
}
