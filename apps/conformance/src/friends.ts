import { FACETS, type CallFacts, type FacetName, type Parameter } from '@kt/core/contract'
import type { AnyContract } from './contracts.js'

/** What is compared of a release. */
export type Calls = Pick<AnyContract, 'os' | 'release' | 'calls'>

/** A matter in which releases differ. */
export type Matter = FacetName | 'parameters' | 'value'

/** What some releases say of a matter. */
export interface Side {
  readonly releases: readonly string[]
  readonly text: string
  readonly clauses: readonly string[]
}

export interface Difference {
  readonly matter: Matter
  /** One for each text, in the order of the releases. */
  readonly sides: readonly Side[]
}

/**
 * How a name bites who moves code from one release to another. `silently`: it compiles, and does something else.
 * `at the edges`: the good path is the same; limits and mistakes are not. `loudly`: the parameters do not fit.
 */
export type Bite = 'silently' | 'at the edges' | 'loudly'

export interface FalseFriend {
  readonly name: string
  /** Releases that have it. */
  readonly releases: readonly string[]
  readonly bite: Bite
  readonly differences: readonly Difference[]
}

/** A call with the release it is of. */
export interface Namesake {
  readonly release: string
  readonly facts: CallFacts
}

const BITES: readonly Bite[] = ['silently', 'loudly', 'at the edges']

/** How much a difference weighs for a porter. */
const WEIGHT: Readonly<Record<Matter, number>> = {
  means: 8,
  parameters: 6,
  returns: 5,
  returnsWhen: 5,
  duty: 3,
  callers: 2,
  panics: 1,
  value: 1,
}

/** Matters that show when everything goes well. The others only show at limits and after mistakes. */
const OPEN = new Set<Matter>(['means', 'parameters', 'returns', 'returnsWhen'])

const MATTERS: readonly Matter[] = ['means', 'parameters', ...FACETS.filter((facet) => facet !== 'means'), 'value']

/** Every release's call of a name, in the order of the releases. */
export function namesakes(contracts: readonly Calls[], name: string): readonly Namesake[] {
  return contracts.flatMap((contract) => {
    const facts = contract.calls.find((call) => call.name === name)
    return facts === undefined ? [] : [{ release: `${contract.os}/${contract.release}`, facts }]
  })
}

/** Names that two releases have and do not mean the same by, those that bite most first. */
export function falseFriends(contracts: readonly Calls[]): readonly FalseFriend[] {
  const names = [...new Set(contracts.flatMap(({ calls }) => calls.map(({ name }) => name)))]
  return names
    .flatMap((name) => {
      const friend = falseFriend(namesakes(contracts, name))
      return friend === null ? [] : [friend]
    })
    .toSorted(
      (a, b) => BITES.indexOf(a.bite) - BITES.indexOf(b.bite) || weigh(b) - weigh(a) || (a.name < b.name ? -1 : 1),
    )
}

function weigh({ differences }: FalseFriend): number {
  return differences.reduce((sum, { matter }) => sum + WEIGHT[matter], 0)
}

/** What a name is a false friend in; null when all who have it mean the same by it. */
export function falseFriend(all: readonly Namesake[]): FalseFriend | null {
  const differences = differencesOf(all)
  if (differences.length === 0) return null
  const name = all[0]!.facts.name
  return { name, releases: all.map(({ release }) => release), bite: biteOf(all), differences }
}

/** The matters in which the calls differ, with what each says. */
export function differencesOf(all: readonly Namesake[]): readonly Difference[] {
  return MATTERS.flatMap((matter) => {
    const keys = new Set(all.map(({ facts }) => sayingOf(facts, matter).key))
    return keys.size > 1 ? [{ matter, sides: sidesOf(all, matter) }] : []
  })
}

function biteOf(all: readonly Namesake[]): Bite {
  const pairs = all.flatMap((one, at) => all.slice(at + 1).map((other) => [one, other] as const))
  const bites = pairs.flatMap(([one, other]): Bite[] => {
    const matters = differencesOf([one, other]).map(({ matter }) => matter)
    if (matters.length === 0) return []
    if (one.facts.parameters.length !== other.facts.parameters.length) return ['loudly']
    return [matters.some((matter) => OPEN.has(matter)) ? 'silently' : 'at the edges']
  })
  return BITES.find((bite) => bites.includes(bite)) ?? 'at the edges'
}

function sidesOf(all: readonly Namesake[], matter: Matter): readonly Side[] {
  const sides = new Map<string, { releases: string[]; text: string; clauses: Set<string> }>()
  for (const { release, facts } of all) {
    const { text, clauses } = sayingOf(facts, matter)
    // Releases that agree and say it in other words each keep their own: nobody is quoted with what another says.
    const side = sides.get(text) ?? { releases: [], text, clauses: new Set<string>() }
    side.releases.push(release)
    for (const id of clauses) side.clauses.add(id)
    sides.set(text, side)
  }
  return [...sides.values()].map(({ releases, text, clauses }) => ({ releases, text, clauses: [...clauses] }))
}

interface Saying {
  /** Equal for releases that agree. */
  readonly key: string
  readonly text: string
  readonly clauses: readonly string[]
}

function sayingOf(facts: CallFacts, matter: Matter): Saying {
  if (matter === 'value') {
    const { value } = facts
    return { key: String(value), text: value === null ? 'no number' : String(value), clauses: [] }
  }
  if (matter === 'parameters') {
    const { parameters, prototype } = facts
    const key = parameters.map(({ behaves }) => behaves).join('; ')
    return { key, text: prototype ?? 'none', clauses: parameters.flatMap(({ clauses }) => clauses) }
  }
  const facet = facts[matter]
  if (facet === null) return { key: '', text: 'nothing is said', clauses: [] }
  return { key: facet.behaves, text: facet.text, clauses: facet.clauses }
}

/** A parameter in one place of two calls that means something else in each: the same argument, read otherwise. */
export interface Misread {
  readonly place: number
  readonly sides: readonly { readonly releases: readonly string[]; readonly parameter: Parameter }[]
}

/** The places where calls with as many parameters read the same argument otherwise. */
export function misreadsOf(all: readonly Namesake[]): readonly Misread[] {
  const count = all[0]?.facts.parameters.length ?? 0
  if (all.some(({ facts }) => facts.parameters.length !== count)) return []
  return Array.from({ length: count }, (_, place): Misread => {
    const sides = new Map<string, { releases: string[]; parameter: Parameter }>()
    for (const { release, facts } of all) {
      const parameter = facts.parameters[place]!
      const { behaves, text, whenNull } = parameter
      const key = [behaves, text, whenNull ?? ''].join('; ')
      const side = sides.get(key) ?? { releases: [], parameter }
      side.releases.push(release)
      sides.set(key, side)
    }
    return { place, sides: [...sides.values()] }
  }).filter(({ sides }) => new Set(sides.map(({ parameter }) => parameter.behaves)).size > 1)
}
