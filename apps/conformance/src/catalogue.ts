/** Everything that can be run, compared, explored or explained by its name. */
import { loadContracts, placeOf, releaseOf, type AnyContract } from './contracts.js'

export interface CatalogueEntry {
  /** What the command takes. */
  readonly id: string
  readonly kind: Kind
  /** `netbsd/10.1`, empty for what is told to all. */
  readonly release: string
  /** Page and section, topic, or what else says where it belongs. */
  readonly place: string
  readonly says: string
}

export const KINDS = ['clause', 'divergence', 'call', 'topic', 'story', 'exhibit', 'recipe'] as const
export type Kind = (typeof KINDS)[number]

/** The catalogue, kind by kind in their order, of some kinds only if asked. */
export async function catalogue(kinds: readonly Kind[] = KINDS): Promise<readonly CatalogueEntry[]> {
  const wanted = KINDS.filter((kind) => kinds.includes(kind))
  const found = await Promise.all(wanted.map((kind) => SOURCES[kind]()))
  return found.flat()
}

const SOURCES: Readonly<Record<Kind, () => Promise<readonly CatalogueEntry[]>>> = {
  clause: () => fromContracts(clauses),
  divergence: () => fromContracts(divergences),
  call: () => fromContracts(calls),
  async topic() {
    const [{ TOPICS }, { stories }] = await Promise.all([
      import('./topics/topics.js'),
      import('./topics/stories/index.js'),
    ])
    return Object.entries(TOPICS).map(([id, title]) => {
      const count = stories.filter(({ topic }) => topic === id).length
      return { id, kind: 'topic', release: '', place: title, says: `${count} ${count === 1 ? 'story' : 'stories'}` }
    })
  },
  async story() {
    const { stories } = await import('./topics/stories/index.js')
    return stories.map(({ id, topic, asks }) => ({ id, kind: 'story', release: '', place: topic, says: asks }))
  },
  async exhibit() {
    const { exhibits } = await import('./museum/index.js')
    return exhibits.map(({ id, title, release, shows }) => ({
      id,
      kind: 'exhibit',
      release: release.toLowerCase().replace(' ', '/'),
      place: shows,
      says: title,
    }))
  },
  async recipe() {
    const { recipes } = await import('./recipes/index.js')
    return recipes.map(({ id, title, asks }) => ({ id, kind: 'recipe', release: '', place: title, says: asks }))
  },
}

async function fromContracts(of: (contract: AnyContract) => CatalogueEntry[]): Promise<CatalogueEntry[]> {
  return (await loadContracts()).flatMap(of)
}

function clauses(contract: AnyContract): CatalogueEntry[] {
  return contract.clauses.map((clause) => ({
    id: clause.id,
    kind: 'clause',
    release: releaseOf(contract),
    place: placeOf(contract, clause),
    says: clause.says,
  }))
}

function divergences(contract: AnyContract): CatalogueEntry[] {
  return contract.divergences.map(({ id, page, kernel }) => ({
    id,
    kind: 'divergence',
    release: releaseOf(contract),
    place: 'where page and kernel part',
    says: `${page} / ${kernel}`,
  }))
}

function calls(contract: AnyContract): CatalogueEntry[] {
  return contract.calls.map(({ name, page, means }) => ({
    id: name,
    kind: 'call',
    release: releaseOf(contract),
    place: page,
    says: means.text,
  }))
}
