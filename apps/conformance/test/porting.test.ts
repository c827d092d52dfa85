/** The porting guides: every claim stands on stories, and no story that bites is forgotten. */
import { readFileSync } from 'node:fs'
import { explore, tell, type Explorable, type Main } from '@kt/explore'
import { describe, expect, test } from 'vitest'
import { answerOf } from '../src/topics/answer.js'
import type { ReleaseName } from '../src/topics/releases.js'
import type { Story } from '../src/topics/story.js'
import { stories } from '../src/topics/stories/index.js'
import { freebsdDriver } from './porting/freebsd.js'
import { guides, SAME, withLinks, type Guide } from './porting/guides.js'
import { netbsdDriver } from './porting/netbsd.js'
import { openbsdDriver } from './porting/openbsd.js'

const byId = new Map(stories.map((story) => [story.id, story]))

/** Some answers come from runs under every schedule. */
const RUNS_MS = 30_000

describe.each(guides.map((guide) => [guide.name, guide] as const))('docs/porting/%s.md', (name, guide) => {
  const { claims, from, to } = guide

  test('every claim stands on stories that there are', () => {
    expect(claims.length).toBeGreaterThan(30)
    expect(claims.filter((claim) => claim.stories.length === 0).map(({ text }) => text)).toEqual([])
    expect(claims.flatMap((claim) => claim.stories).filter((id) => !byId.has(id))).toEqual([])
  })

  test('what stays the same is answered alike, and what changes is not', { timeout: RUNS_MS }, () => {
    const wrong = claims.filter((claim) => {
      const cited = claim.stories.map((id) => byId.get(id)!)
      return claim.section === SAME
        ? cited.some((story) => !answersAlike(story, from, to))
        : !cited.some((story) => onlyOneHasIt(story, from, to)) && !cited.some((story) => isWorkFor(story, from, to))
    })
    expect(wrong.map(({ section, text }) => `${section}: ${text}`)).toEqual([])
  })

  test('what no run shows stands on a note, which is named', () => {
    const untold = claims
      .flatMap((claim) => claim.stories.map((id) => byId.get(id)!))
      .flatMap(({ cells }) => [cells[from], cells[to]].filter(({ unexplored }) => unexplored !== undefined))
    expect(untold.flatMap(({ clauses }) => clauses).filter((id) => !guide.body.includes(id))).toEqual([])
  })

  test('every story that bites is told', { timeout: RUNS_MS }, () => {
    const told = new Set(claims.flatMap((claim) => claim.stories))
    const changes = new Set(claims.filter(({ section }) => section !== SAME).flatMap((claim) => claim.stories))
    const bites = stories.filter((story) => story.bites !== null && isToldToOne(story, from, to))
    expect(bites.filter(({ id }) => !told.has(id)).map(({ id }) => id)).toEqual([])
    const unlike = bites.filter((story) => isWorkFor(story, from, to))
    expect(unlike.filter(({ id }) => !changes.has(id)).map(({ id }) => id)).toEqual([])
  })

  test('begins with what bites first', () => {
    const first = claims.filter(({ section }) => section === 'What bites you first')
    expect(first.length).toBeGreaterThanOrEqual(5)
    expect(first.length).toBeLessThanOrEqual(7)
    expect(claims.slice(0, first.length)).toEqual(first)
    expect(first.filter(({ stories: ids }) => ids.every((id) => byId.get(id)!.bites === null))).toEqual([])
  })

  test('every claim ends its sentences', () => {
    for (const { text } of claims) expect(text).toMatch(/[.?]\s\[`[a-z-]+\/[a-z-]+`\](?:,\s\[`[a-z-]+\/[a-z-]+`\])*$/)
  })

  // To rewrite them: npx vitest run --project conformance test/porting.test.ts -u
  test('its links are at its foot', async () => {
    await expect(withLinks(guide)).toMatchFileSnapshot(`../../../docs/porting/${name}.md`)
  })

  test('its code is code of the driver that runs below', () => {
    const { fragments } = guide
    expect(fragments.length).toBeGreaterThanOrEqual(2)
    expect(fragments.length).toBeLessThanOrEqual(6)
    expect(
      fragments.filter((fragment) => !sourcesOf(guide).some((source) => source.includes(`\n${fragment}\n`))),
    ).toEqual([])
  })
})

describe('the driver of the guides', () => {
  test.each([
    ['NetBSD', netbsdDriver],
    ['OpenBSD', openbsdDriver],
    ['FreeBSD', freebsdDriver],
  ] as const)('%s: no schedule fails, and all were run', (_system, driver) => {
    const { complete, failure, schedules } = explore(() => driver.make(), driver.main as Main<Explorable>)
    expect(failure === null ? [] : tell(failure)).toEqual([])
    expect(complete).toBe(true)
    expect(schedules).toBeGreaterThan(1)
  })
})

function sourcesOf({ from, to }: Guide): string[] {
  return [from, to].map((release) =>
    readFileSync(new URL(`porting/${release.split('/')[0]!}.ts`, import.meta.url), 'utf8'),
  )
}

/** Whether at least one of two releases has what the story is about. */
function isToldToOne({ cells }: Story, from: ReleaseName, to: ReleaseName): boolean {
  return cells[from].lacks === undefined || cells[to].lacks === undefined
}

/** Whether a porter has something to do: the answers differ, or only one of them has the call. */
function isWorkFor(story: Story, from: ReleaseName, to: ReleaseName): boolean {
  return onlyOneHasIt(story, from, to) || !answersAlike(story, from, to)
}

function onlyOneHasIt({ cells }: Story, from: ReleaseName, to: ReleaseName): boolean {
  const [a, b] = [cells[from], cells[to]]
  return (a.nearest === undefined) !== (b.nearest === undefined) || (a.lacks === undefined) !== (b.lacks === undefined)
}

/** As `alike` says, which the test of the stories holds against the runs; and the kernels, where one parts from its page. */
function answersAlike(story: Story, from: ReleaseName, to: ReleaseName): boolean {
  if (!story.alike.some((group) => group.includes(from) && group.includes(to))) return false
  const hasRow = [from, to].some((release) => story.cells[release].clauses.some((id) => /-D-\d+$/.test(id)))
  return !hasRow || kernelWords(story, from) === kernelWords(story, to)
}

const heard = new Map<string, string>()

function kernelWords(story: Story, release: ReleaseName): string {
  const name = `${release}/${story.id}`
  const words = heard.get(name) ?? answerOf(story, release, 'kernel').words
  heard.set(name, words)
  return words
}
