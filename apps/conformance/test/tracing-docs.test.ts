import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { arrowsOf } from '../src/trace/arrows.js'
import { everyRun } from './runs.js'
import { folder, kt } from './schedules.js'

const guide = readFileSync(new URL('../../../docs/tracing.md', import.meta.url), 'utf8')
const file = folder()
const [, program, name] = /```ts\n(\/\/ (\S+)\n[\s\S]*?)```/.exec(guide)!
const path = file(name!, program!)

/** What the guide shows of the command, by the words after its name. */
const screens = Array.from(guide.matchAll(/```\n\$ kt (.*)\n([\s\S]*?)```/g), ([, words, shown]) => ({
  words: words!,
  shown: shown!,
}))

test('the guide shows what the command prints', () => {
  expect(screens.map(({ words }) => words.split(' ')[0])).toEqual(['run', 'ps', 'kdump', 'trace'])
})

test.each(screens)('kt $words', async ({ words, shown }) => {
  const given = words.split(' ').map((word) => (word === `./${name}` ? path : word))
  const { out, err } = await kt(...given)
  expect(err).toBe('')
  expect(out.replaceAll(path, `./${name}`)).toBe(shown)
})

test('every option that is told is one, and every one of kt trace is told', async () => {
  const helpOf = async (command: string): Promise<Set<string>> =>
    new Set(Array.from((await kt(command, '--help')).out.matchAll(/--[a-z]+/g), ([option]) => option))
  const real = await helpOf('trace')
  const told = new Set(Array.from(guide.matchAll(/--[a-z]+/g), ([option]) => option))
  expect([...told].filter((option) => !real.has(option))).toEqual([])
  expect([...real].filter((option) => !told.has(option)).toSorted()).toEqual(['--help', '--steps'])
})

test('every kind of arrow that there is has a row', async () => {
  const section = guide.slice(guide.indexOf('### Arrows'))
  const rows = new Set(Array.from(section.matchAll(/^\| `([a-z ]+)`/gm), ([, kind]) => kind!))
  for (const { run } of await everyRun()) for (const { kind } of arrowsOf(run.events)) expect(rows).toContain(kind)
  expect(rows.size).toBe(6)
})
