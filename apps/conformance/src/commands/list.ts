import { filter, parse, SyntaxError as FilterError, type LiqeQuery } from 'liqe'
import { catalogue, KINDS, type CatalogueEntry, type Kind } from '../catalogue.js'
import { contractsOf, loadContracts, releaseOf } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { pad, shorten, type Terminal } from '../terminal.js'
import { nearest, UsageError } from '../usage.js'

export interface ListOptions {
  readonly release?: string
  /** What an entry has to have: `kind:story AND topic:join`. */
  readonly filter?: string
}

/** `kt list [kind…]`: everything that has a name, a line each. */
export async function list(terminal: Terminal, words: readonly string[], options: ListOptions): Promise<ExitCode> {
  const query = queryOf(options.filter)
  const releases =
    options.release === undefined ? null : contractsOf(await loadContracts(), options.release).map(releaseOf)
  const all = await catalogue(words.length === 0 ? KINDS : words.map(kindOf))
  const asked = all.filter(({ release }) => releases === null || releases.includes(release))
  const entries = query === null ? asked : matching(query, options.filter!, asked)
  const rows = entries.map(({ id, release, kind, place, says }) => [id, release, kind, place, says] as const)
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows) {
    const line = row.map((text, column) => pad(text, widths[column] ?? 0)).join('  ')
    // A program that reads the list wants the whole of it.
    terminal.print(terminal.isTty ? shorten(line, terminal.columns) : line)
  }
  return ExitCode.allHold
}

/** Kinds may be asked for in the plural: `kt list stories`. */
function kindOf(word: string): Kind {
  const asked = word.toLowerCase()
  const found = KINDS.find((kind) => [kind, `${kind}s`, kind.replace(/y$/, 'ies')].includes(asked))
  if (found !== undefined) return found
  throw new UsageError(`no kind '${word}'; expected some of ${KINDS.join(', ')}; nearest is ${nearest(word, KINDS)}`)
}

/** Fields that a filter may name. */
const FIELDS: readonly (keyof CatalogueEntry)[] = ['id', 'kind', 'release', 'place', 'says']

function queryOf(text: string | undefined): LiqeQuery | null {
  if (text === undefined) return null
  try {
    const query = parse(text)
    if (query.type === 'EmptyExpression') throw unreadable(text, null)
    const unknown = fieldsOf(query).find((name) => !(FIELDS as readonly string[]).includes(name))
    if (unknown !== undefined)
      throw new UsageError(
        `no field '${unknown}' in the filter; expected some of ${FIELDS.join(', ')}; nearest is ${nearest(unknown, FIELDS)}`,
      )
    return query
  } catch (error) {
    // Of a text that ends too early the library throws a plain error, without a place.
    throw error instanceof UsageError ? error : unreadable(text, error)
  }
}

/** A regular expression in a filter is read only when it meets an entry. */
function matching(query: LiqeQuery, text: string, entries: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  try {
    return filter(query, entries)
  } catch (error) {
    throw error instanceof SyntaxError ? unreadable(text, error) : error
  }
}

function unreadable(text: string, error: unknown): UsageError {
  const place = error instanceof FilterError ? ` at column ${error.column}` : ''
  return new UsageError(`cannot read the filter '${text}'${place}; expected such as 'kind:clause AND says:join'`, {
    cause: error,
  })
}

/** Names of the fields that a filter looks at. */
function fieldsOf(query: LiqeQuery): string[] {
  switch (query.type) {
    case 'LogicalExpression':
      return [...fieldsOf(query.left), ...fieldsOf(query.right)]
    case 'ParenthesizedExpression':
      return fieldsOf(query.expression)
    case 'UnaryOperator':
      return fieldsOf(query.operand)
    case 'Tag':
      return query.field.type === 'Field' ? [query.field.name] : []
    case 'EmptyExpression':
      return []
  }
}
