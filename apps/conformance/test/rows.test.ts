/** What a row of the comparison says, whatever its story is about. */
import { expect, test } from 'vitest'
import { isRelease, RELEASES, type PerRelease } from '../src/topics/releases.js'
import { rowOf } from '../src/topics/row.js'
import type { Cell, Story } from '../src/topics/story.js'

const CITED: Cell = { clauses: ['X-1'] }
const UNEXPLORED: Cell = { clauses: ['X-1'], unexplored: 'nobody had the time' }

function storyOf(freebsd: Cell, tell: Story['tell']): Story {
  const cells: PerRelease<Cell> = {
    'netbsd/6': CITED,
    'netbsd/10.1': CITED,
    'openbsd/4.2': CITED,
    'openbsd/5.1': CITED,
    'freebsd/8.0': freebsd,
  }
  const others = RELEASES.filter((release) => release !== 'freebsd/8.0')
  const alike = [others, ['freebsd/8.0'] as const]
  return {
    id: 'name/toy',
    topic: 'name',
    asks: 'So?',
    differ: 'So.',
    bites: null,
    alike,
    cells,
    schedules: 'own',
    tell,
  }
}

test('a release that was not asked has not answered otherwise', () => {
  const { differs, complaint, cells } = rowOf(
    storyOf(UNEXPLORED, function* () {
      return 'the same'
    }),
  )
  expect(complaint).toBeNull()
  expect(differs).toBe(false)
  expect(cells.map(({ state }) => state)).toEqual([...Array.from({ length: 4 }, () => 'conforms'), 'unexplored'])
})

test('one that was asked and says something else has', () => {
  const { differs, cells } = rowOf(
    storyOf(CITED, function* (os) {
      return os.release === 'freebsd/8.0' ? 'something else' : 'the same'
    }),
  )
  expect(differs).toBe(true)
  expect(new Set(cells.map(({ state }) => state))).toEqual(new Set(['differs']))
})

test('a page is silent of what it leaves open, whatever is known of that', () => {
  const states = [['FB8-O-01', 'UB:mutex'], ['FB8-O-01', 'FB8-KT-01'], []].map((clauses) => {
    const story = storyOf({ clauses }, function* () {
      return 'the same'
    })
    return rowOf({ ...story, alike: [RELEASES] }).cells.at(-1)!.state
  })
  expect(states).toEqual(['silent', 'conforms', 'silent'])
})

test('a word that every object has is no release', () => {
  expect(['netbsd/6', 'toString', 'constructor'].map(isRelease)).toEqual([true, false, false])
})
