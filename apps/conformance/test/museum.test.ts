import { explore, replay, tell } from '@kt/explore'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadContracts } from '../src/contracts.js'
import { exhibits } from '../src/museum/index.js'

const TOKEN_CHARACTERS_MAX = 80
const LINES_MAX = 25
const PREEMPTIONS_MAX = 3

/** What goes into the source when a program or the steps of a call have changed. */
function renewal(id: string, token: string): string {
  return `the token of ${id} is to be renewed: token: '${token}'`
}

const rows = (await loadContracts()).flatMap(({ clauses, divergences, notes }) =>
  [...clauses, ...divergences, ...notes].map((row) => row.id),
)

describe.each(exhibits)('$id', ({ id, tells, shows, make, mistake, mend, options, token }) => {
  test(`some schedule of the mistake shows it: ${shows}`, () => {
    const { failure } = explore(make, mistake, options)
    expect(failure?.verdict.kind).toBe(shows)
    expect(failure!.token.length).toBeLessThanOrEqual(TOKEN_CHARACTERS_MAX)
    expect(tell(failure!).length).toBeLessThanOrEqual(LINES_MAX)
    expect(failure!.token, renewal(id, failure!.token)).toBe(token)
  })

  test('its token replays step by step, to the same', () => {
    const { verdict, misfit } = replay(make, mistake, token)
    expect(misfit).toBeNull()
    expect(verdict.kind).toBe(shows)
  })

  test('no schedule of the mend fails', () => {
    const { complete, failure, preemptions, schedules, ending } = explore(make, mend, options)
    expect(failure === null ? [] : tell(failure)).toEqual([])
    expect(schedules).toBeGreaterThan(1)
    if (complete) return
    expect(ending).toBe('preemptions')
    expect(preemptions).toBeLessThanOrEqual(PREEMPTIONS_MAX)
  })

  test('it tells what goes wrong, names rows that there are, and is called what its tokens say', () => {
    for (const row of tells.match(/\b(?:NB|OB|FB8|NB6|NB10)-[A-Z]+-\d+\b/g) ?? []) expect(rows).toContain(row)
    expect(id).toMatch(/^(netbsd|openbsd|freebsd)\/[a-z0-9-]+$/)
    expect(options.scenario).toBe(id)
  })
})

test('exhibits have names of their own, and are in order', () => {
  const ids = exhibits.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)].toSorted())
  expect(ids.length).toBeGreaterThanOrEqual(14)
})

test('docs/museum.md shows each, and one failure as it is told', () => {
  const page = readFileSync(new URL('../../../docs/museum.md', import.meta.url), 'utf8')
  for (const { id, title } of exhibits) {
    expect(page).toContain(`\`${id}\``)
    expect(page).toContain(title)
  }
  const { make, mistake, options } = exhibits.find(({ id }) => id === 'netbsd/signal-without-mutex')!
  expect(page).toContain(tell(explore(make, mistake, options).failure!).join('\n'))
})
