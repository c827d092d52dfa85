/** `kt list`: everything that has a name, some kinds of it, and what a filter finds. */
import { describe, expect, test, vi } from 'vitest'
import { KINDS } from '../src/catalogue.js'
import { exhibits } from '../src/museum/index.js'
import { recipes } from '../src/recipes/index.js'
import { stories } from '../src/topics/stories/index.js'
import { TOPICS } from '../src/topics/topics.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

/** The first words of each line. */
async function listed(...words: string[]): Promise<string[]> {
  const { code, out, err } = await kt('list', ...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ')[0]!)
}

describe('kt list', () => {
  test('has everything, kind by kind', async () => {
    const { out } = await kt('list')
    const kinds = out
      .trimEnd()
      .split('\n')
      .map((line) => KINDS.find((kind) => new RegExp(`^\\S+ +(?:\\S+/\\S+ +)?${kind} `).test(line)))
    expect([...new Set(kinds)]).toEqual([...KINDS])
    expect(kinds.length).toBe((await Promise.all(KINDS.map((kind) => listed(kind)))).flat().length)
  })

  test('is whole when nobody looks', async () => {
    expect((await kt('list', '--release', 'netbsd/10.1')).out).not.toContain('…')
  })

  test.each([
    [['recipe'], recipes.map(({ id }) => id)],
    [['Recipes'], recipes.map(({ id }) => id)],
    [['stories'], stories.map(({ id }) => id)],
    [['exhibits'], exhibits.map(({ id }) => id)],
    // In the order of the kinds, and not of the words.
    [
      ['recipe', 'topics'],
      [...Object.keys(TOPICS), ...recipes.map(({ id }) => id)],
    ],
  ])('%j are all there are of the kind', async (words, ids) => {
    expect(await listed(...words)).toEqual(ids)
  })

  test('--release is for what a release has: its clauses, rows, calls and exhibits', async () => {
    const ids = await listed('clauses', '--release', 'netbsd/10.1')
    expect(ids).toHaveLength(62)
    expect(ids.every((id) => id.startsWith('NB10-KT-'))).toBe(true)
    expect(await listed('topics', '--release', 'netbsd/10.1')).toEqual([])
    expect((await listed('exhibits', '--release', 'openbsd')).every((id) => id.startsWith('openbsd/'))).toBe(true)
  })
})

describe('a filter', () => {
  test('looks at one field, at all, or at several', async () => {
    expect(await listed('-f', 'id:wait-at-unload')).toEqual(['wait-at-unload'])
    expect(await listed('-f', 'kind:recipe')).toEqual(recipes.map(({ id }) => id))
    expect(await listed('stories', '-f', 'place:shutdown')).toEqual(
      stories.filter(({ topic }) => topic === 'shutdown').map(({ id }) => id),
    )
    const both = await listed('-f', 'kind:call AND release:"freebsd/8.0" AND NOT id:kthread*')
    expect(both).toContain('kproc_create')
    expect(both.some((id) => id.startsWith('kthread'))).toBe(false)
  })

  test('that finds nothing prints nothing', async () => {
    expect(await kt('list', '-f', 'id:nothing-of-the-kind')).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('what is wrong is one line', () => {
  test.each([
    [
      ['recipies'],
      "no kind 'recipies'; expected some of clause, divergence, call, topic, story, exhibit, recipe; nearest is recipe",
    ],
    [
      ['-f', 'topic:join'],
      "no field 'topic' in the filter; expected some of id, kind, release, place, says; nearest is id",
    ],
    [
      ['-f', 'kind:clause AND (sayz:x OR id:y)'],
      "no field 'sayz' in the filter; expected some of id, kind, release, place, says; nearest is says",
    ],
    [
      ['--release', 'netbsd/7'],
      "no release 'netbsd/7'; expected one of netbsd/6, netbsd/10.1, openbsd/4.2, openbsd/5.1, freebsd/8.0, or a system",
    ],
  ])('%j', async (words, line) => {
    expect(await kt('list', ...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })

  test('a filter that cannot be read, with the place', async () => {
    const { code, out, err } = await kt('list', '-f', 'kind:(')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^kt: cannot read the filter 'kind:\(' at column \d+; expected such as '.*'\n$/)
  })
})
