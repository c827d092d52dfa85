/** docs/time-and-scheduling.md: whatever is said of a tie, a test or a story shows it. */
import { readFileSync } from 'node:fs'
import { marked, type Tokens } from 'marked'
import { expect, test } from 'vitest'
import { stories } from '../src/topics/stories/index.js'

const page = readFileSync(new URL('../../../docs/time-and-scheduling.md', import.meta.url), 'utf8')
const ties = page.slice(page.indexOf('## Ties'), page.indexOf('## Who displaces whom'))

/** Tests that are named: a file, and the titles after it. */
const named = Array.from(plain(ties).matchAll(/`(\w+\/test\/[\w/.-]+)`:((?:,? "[^"]+")+)/g), ([, file, titles]) => ({
  file: file!,
  titles: Array.from(titles!.matchAll(/"([^"]+)"/g), ([, title]) => title!),
}))

test('every tie names a test or a story', () => {
  const items = marked
    .lexer(ties)
    .filter((token): token is Tokens.List => token.type === 'list')
    .flatMap(({ items: all }) => all.map(({ text }) => text))
  expect(items.length).toBeGreaterThan(25)
  expect(items.filter((text) => !/\/test\/|\[`[a-z-]+\/[a-z-]+`\]|The same test\.$/.test(text))).toEqual([])
})

test.each(named)('$file has the tests that are named', ({ file, titles }) => {
  const source = plain(readFileSync(new URL(`../../../packages/${file}`, import.meta.url), 'utf8'))
  expect(titles.filter((title) => !source.includes(title))).toEqual([])
})

test('every test file that is named is named with a title', () => {
  expect(named.length).toBe(Array.from(ties.matchAll(/\/test\/[\w/.-]+`/g)).length)
})

test('every story that is named is one, and its link leads to it', () => {
  const ids = new Set(stories.map(({ id }) => id))
  const links = new Map(Array.from(page.matchAll(/^\[`([^`]+)`\]: (.*)$/gm), ([, id, to]) => [id!, to!]))
  const used = Array.from(page.matchAll(/\[`([a-z-]+\/[a-z-]+)`\](?!:)/g), ([, id]) => id!)
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter((id) => !ids.has(id))).toEqual([])
  expect([...new Set(used)].toSorted()).toEqual([...links.keys()].toSorted())
  for (const [id, to] of links) expect(to).toBe(`topics.md#${id.replace('/', '')}`)
})

/** With one kind of apostrophe, and on one line. */
function plain(text: string): string {
  return text.replaceAll(/\\?['’]/g, "'").replaceAll(/\s+/g, ' ')
}
