import MiniSearch from 'minisearch'
import { catalogue, type CatalogueEntry } from './catalogue.js'

/** A question is answered by a recipe or a story before a clause that has the same words. */
const WEIGHTS = { recipe: 4, story: 2, topic: 2, call: 1.5, exhibit: 1, clause: 1, divergence: 1 } as const

/** Words that every question has. */
const EMPTY = new Set(
  'a an and as at be by can do does for from how i if in is it its my of on or that the there this to what when which who will with you'.split(
    ' ',
  ),
)

/** What answers a question in somebody's own words, the best first; none when nothing has any of them. */
export async function search(question: string, most: number): Promise<readonly CatalogueEntry[]> {
  const entries = await catalogue()
  const index = new MiniSearch<CatalogueEntry & { readonly key: number }>({
    idField: 'key',
    fields: ['id', 'says', 'place'],
    storeFields: ['kind'],
    processTerm: (term) => (EMPTY.has(term.toLowerCase()) ? null : stem(term.toLowerCase())),
    searchOptions: {
      boost: { id: 2 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      boostDocument: (_key, _term, stored) => WEIGHTS[stored?.['kind'] as CatalogueEntry['kind']],
    },
  })
  index.addAll(entries.map((entry, key) => ({ ...entry, key })))
  const found = index.search(question).map(({ id: key }) => entries[key as number]!)
  // A clause that several releases share is one.
  const ids = new Set<string>()
  return found.filter(({ id }) => !ids.has(id) && ids.add(id)).slice(0, most)
}

/** `waits`, `waiting` and `waited` are one word. */
function stem(term: string): string {
  return term.length > 4 ? term.replace(/(?:ing|ed|es|s)$/, '') : term
}
