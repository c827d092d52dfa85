import type { ClauseResult } from '@kt/core/contract'
import { isShared, standingOf, type Survey } from '../survey.js'
import type { Terminal } from '../terminal.js'
import { divergenceFailureLines, failureLines, labelled } from './text.js'

/** So many failures are told whole. A screen of tales is read, a book of them is not. */
const TALES_MAX = 8

/** Failures that said the same words, in the order they happened. They are likely one cause, so one of them is told. */
interface Alike {
  readonly ids: readonly [string, ...string[]]
  readonly saw: string
  /** Tells the first of them. */
  readonly tell: () => string[]
}

/** The failures of a survey in paragraphs; none when nothing failed. Every id that failed is in one of them. */
export function failures(terminal: Terminal, found: Survey): string[] {
  const groups = [
    ...alike(terminal, found),
    ...found.divergences
      .filter(({ state }) => state === 'fail')
      .map((row): Alike => ({
        ids: [row.id],
        saw: `reading page: ${row.saw.page}; reading kernel: ${row.saw.kernel}`,
        tell: () => divergenceFailureLines(terminal, row),
      })),
  ]
  const told = groups.slice(0, TALES_MAX).map(({ ids, tell }) => {
    const others = ids.slice(1)
    const also = others.length === 0 ? [] : labelled(terminal, 'also', others.join(' '))
    return [...tell(), ...also].join('\n')
  })
  const rest = groups.slice(TALES_MAX)
  if (rest.length === 0) return told
  const briefs = rest.flatMap(({ ids, saw }) => [
    ...labelled(terminal, 'fail', ids.join(' ')),
    ...labelled(terminal, '', saw, 2),
  ])
  return [...told, ['More failed; kt run <id> tells one whole.', ...briefs].join('\n')]
}

function alike(terminal: Terminal, found: Survey): Alike[] {
  const groups = new Map<string, [ClauseResult, ...ClauseResult[]]>()
  for (const result of found.clauses.filter(({ state }) => state === 'fail')) {
    const group = groups.get(result.message ?? '')
    if (group === undefined) groups.set(result.message ?? '', [result])
    else group.push(result)
  }
  return [...groups].map(([saw, results]) => {
    const [first] = results
    // Two releases may share a page, and its ids with it.
    const isFirst = ({ id, release }: ClauseResult): boolean => id === first.id && release === first.release
    const readings = results.filter(isFirst).map(({ reading }) => reading)
    const others = results
      .filter((result) => !isFirst(result))
      .map(({ id, release }) => (id === first.id ? `${id} (${release})` : id))
    const place = standingOf(found, first)
    const told = { ...first, isShared: isShared(found, first) }
    return { ids: [first.id, ...new Set(others)], saw, tell: () => failureLines(terminal, told, place, readings) }
  })
}
