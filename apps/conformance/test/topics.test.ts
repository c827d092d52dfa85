/** The comparison: what every story has to be, whatever it is about. */
import { describe, expect, test } from 'vitest'
import { isLeftOpen, loadContracts, releaseOf } from '../src/contracts.js'
import { tellingNamed } from '../src/topics/program.js'
import { RELEASES } from '../src/topics/releases.js'
import { rowOf, type Row } from '../src/topics/row.js'
import { stories } from '../src/topics/stories/index.js'
import { TOPICS } from '../src/topics/topics.js'

const contracts = await loadContracts()
const ids = new Map(
  contracts.map((contract) => [
    releaseOf(contract),
    new Set([contract.clauses, contract.divergences, contract.notes].flatMap((all) => all.map(({ id }) => id))),
  ]),
)

test('there are stories on every topic, and forty at least', () => {
  expect(stories.length).toBeGreaterThanOrEqual(40)
  const told = new Set(stories.map(({ topic }) => topic))
  expect(Object.keys(TOPICS).filter((topic) => !told.has(topic as keyof typeof TOPICS))).toEqual([])
})

test('every contract is told every story', () => {
  expect(contracts.map(releaseOf).toSorted()).toEqual(RELEASES.toSorted())
})

test('what a page leaves open is known by its id', () => {
  for (const { clauses, divergences, notes } of contracts) {
    expect(clauses.filter(({ id }) => isLeftOpen(id))).toEqual([])
    expect(notes.filter(({ id }) => !isLeftOpen(id))).toEqual([])
    expect(divergences.filter(({ id, page }) => isLeftOpen(id) !== /says nothing/i.test(page))).toEqual([])
  }
})

test('no two stories have one id, and each has its topic in front', () => {
  expect(new Set(stories.map(({ id }) => id)).size).toBe(stories.length)
  expect(stories.filter(({ id, topic }) => !id.startsWith(`${topic}/`))).toEqual([])
})

/** Schedules at random that show whether its threads share what no call tells of: the command leaves these out. */
const CHECKS = 50

/** A story under all its schedules, on every release, on a machine that has other things to do. */
const TIMEOUT_MS = 60_000

describe.each(stories.map((story) => [story.id, story] as const))('%s', { timeout: TIMEOUT_MS }, (_id, story) => {
  // Told by the first test that wants it: one that is left out costs nothing.
  let told: Row | null = null
  const tell = (): Row => (told ??= rowOf(story, RELEASES, CHECKS))

  test('says of the releases what their runs show', () => {
    expect(tell().complaint).toBeNull()
  })

  test('cites what the release has', () => {
    const unknown = tell().cells.flatMap(({ release, clauses }) => clauses.filter((id) => !ids.get(release)!.has(id)))
    expect(unknown).toEqual([])
  })

  test('has an answer of each release, with a token that shows it again', () => {
    for (const { release, lacks, unexplored, page, kernel } of tell().cells) {
      const isTold = lacks === undefined && unexplored === undefined
      for (const answer of [page, kernel]) {
        expect(answer.words).not.toBe('')
        expect(answer.seen.length > 0).toBe(isTold)
        for (const { token } of answer.seen) expect(token.length, `${release}: ${token}`).toBeLessThanOrEqual(120)
        if (isTold) expect(answer.evidence!.steps.length).toBeGreaterThan(0)
      }
    }
  })

  test('is told under every schedule, or says how many', () => {
    if (story.schedules === 'own' || story.schedulesMax !== undefined) return
    const incomplete = tell().cells.flatMap(({ unexplored, page, kernel }) =>
      unexplored === undefined ? [page, kernel].filter(({ complete }) => !complete) : [],
    )
    expect(incomplete.map(({ release, reading }) => `${release} ${reading}`)).toEqual([])
  })

  test('is found by the name that its tokens bear', () => {
    for (const release of RELEASES) {
      expect(tellingNamed(`${release}/${story.id}`)?.reading).toBe('page')
      expect(tellingNamed(`${release}/${story.id}/kernel`)?.reading).toBe('kernel')
    }
  })

  test('ends its sentences', () => {
    const { asks, differ, bites } = story
    expect(asks).toMatch(/\?$/)
    for (const text of [differ, ...(bites === null ? [] : [bites])]) expect(text).toMatch(/^[A-Z_a-z].*\.$/)
  })
})
