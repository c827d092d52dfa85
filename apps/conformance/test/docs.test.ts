import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { folder, kt, timeless } from './schedules.js'

const guide = readFileSync(new URL('../../../docs/exploring.md', import.meta.url), 'utf8')
const file = folder()

/** The programs of the guide, by the name in their first line. */
const programs = Array.from(guide.matchAll(/```ts\n(\/\/ (\S+)\n[\s\S]*?)```/g), ([, text, name]) => ({
  name: name!,
  text: text!,
}))
for (const { name, text } of programs) file(name, text)

/** What the guide shows of the command, by the words after its name. */
const screens = Array.from(guide.matchAll(/```\n\$ kt (.*)\n([\s\S]*?)```/g), ([, words, shown]) => ({
  words: words!,
  shown: shown!,
}))

test('the guide has programs, and shows what the command prints of each', () => {
  expect(programs.map(({ name }) => name)).toEqual(['lost.ts', 'mended.ts', 'plain.ts', 'lost-test.ts'])
  for (const { name } of programs.slice(0, -1)) expect(screens.some(({ words }) => words.includes(name))).toBe(true)
  expect(screens.length).toBe(Array.from(guide.matchAll(/^\$ kt /gm)).length)
})

test.each(screens)('kt $words', async ({ words, shown }) => {
  const given = words.split(' ').map((word) => (word.startsWith('./') ? file(word.slice(2), '') : word))
  const { out, err } = await kt(...given)
  expect(err).toBe('')
  const here = programs.reduce((text, { name }) => text.replaceAll(file(name, ''), `./${name}`), out)
  expect(timeless(here)).toBe(timeless(shown))
})

test('every option of the commands on schedules is told in the guide, and no other', async () => {
  const { out } = await allHelp()
  const real = new Set(Array.from(out.matchAll(/--[a-z-]+/g), ([option]) => option))
  const told = new Set(Array.from(guide.matchAll(/--[a-z][a-z-]*/g), ([option]) => option))
  expect([...told].filter((option) => !real.has(option))).toEqual([])
  const untold = [...real].filter((option) => !told.has(option))
  expect(untold.toSorted()).toEqual(['--help', '--release'])
})

test('every kind of verdict has a row in the guide, and every row is a kind', () => {
  const source = readFileSync(new URL('../../../packages/explore/src/verdict.ts', import.meta.url), 'utf8')
  const union = source.slice(source.indexOf('export type Verdict'), source.indexOf('BY_SEVERITY'))
  const kinds = Array.from(union.matchAll(/readonly kind: '([a-z-]+)'/g), ([, kind]) => kind!)
  const section = guide.slice(guide.indexOf('## Verdicts'), guide.indexOf('## Tokens'))
  const rows = Array.from(section.matchAll(/^\| `([a-z-]+)`/gm), ([, kind]) => kind!)
  expect(kinds.length).toBeGreaterThan(10)
  expect(rows.toSorted()).toEqual(kinds.toSorted())
})

async function allHelp(): Promise<{ out: string }> {
  const helps = ['explore', 'replay', 'diff', 'prove'].map((command) => kt(command, '--help'))
  return { out: (await Promise.all(helps)).map(({ out }) => out).join('\n') }
}
