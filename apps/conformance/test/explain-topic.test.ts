/** `kt explain` of a topic and of a story. */
import { expect, test, vi } from 'vitest'
import { stories } from '../src/topics/stories/index.js'
import { TOPICS, type Topic } from '../src/topics/topics.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

test.each(Object.keys(TOPICS) as Topic[])(
  'explain %s tells what its stories ask and how the systems differ',
  async (topic) => {
    const { code, out, err } = await kt('explain', topic)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.startsWith(`${TOPICS[topic]}\n\n`)).toBe(true)
    expect(out.endsWith(`run them: kt compare ${topic}\n`)).toBe(true)
    const words = out.replaceAll(/\s+/g, ' ')
    for (const story of stories) {
      expect(out.includes(`\n${story.id}  `), story.id).toBe(story.topic === topic)
      if (story.topic !== topic) continue
      expect(words).toContain(story.asks.replaceAll(/\s+/g, ' '))
      expect(words).toContain(story.differ.replaceAll(/\s+/g, ' '))
      if (story.bites !== null) expect(words).toContain(story.bites.replaceAll(/\s+/g, ' '))
    }
    expect(Math.max(...out.split('\n').map((line) => Array.from(line).length))).toBeLessThanOrEqual(120)
  },
)

test('explain of a story runs it, and tells its clauses in their words', async () => {
  const { code, out, err } = await kt('explain', 'boot/attach')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('boot/attach')
  for (const label of ['NetBSD 6', 'NetBSD 10.1', 'OpenBSD 4.2', 'OpenBSD 5.1', 'FreeBSD 8.0'])
    expect(out).toContain(label)
  expect(out).toMatch(/^ {4}OB-KT-22 +No process can be created before the system is up/m)
  expect(out.match(/^ {4}NB-G-16 /gm)).toHaveLength(1)
  expect(out).toMatch(/^ {4}FB8-D-15 /m)
})

test('the words of the clauses stand below each other, however long an id is', async () => {
  const { out } = await kt('explain', 'join/unload')
  const cited = out.split('\n').filter((line) => /^ {4}[A-Z0-9]+-[A-Z]+-\d+/.test(line))
  expect(cited.some((line) => line.startsWith('    NB10-KT-'))).toBe(true)
  expect(new Set(cited.map((line) => /^ {4}\S+ +/.exec(line)![0].length)).size).toBe(1)
})

test('a story that there is not is one line, with the nearest', async () => {
  expect(await kt('explain', 'boot/atach')).toEqual({
    code: 2,
    out: '',
    err: "kt: nothing is called 'boot/atach'; nearest is boot/attach; kt list has everything\n",
  })
})
