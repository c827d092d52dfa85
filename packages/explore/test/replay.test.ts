import type { Steps } from '@kt/core'
import type { Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, Misfit, replay, TokenError, type Main } from '../src/index.js'
import { formatToken, parseToken } from '../src/token.js'
import { make, workers } from './workers.js'

/** Three workers that add to one cell; it fails when `last` comes last but one. */
const program = (digits: readonly number[]): Main<Kernel> =>
  workers((k) => {
    const x = k.cell(0, { name: 'x', atomic: true })
    return digits.map((digit) => function* (): Steps<void> {
      const value = yield* x.update((before) => before * 10 + digit)
      if (value === 312) throw new Error('three came first')
    }) // prettier-ignore
  })

const main = program([1, 2, 3])
const failure = explore(make, main).failure!

test('a token brings about the same run each time', () => {
  const first = replay(make, main, failure.token)
  const second = replay(make, main, failure.token)
  expect(first.verdict).toEqual({ kind: 'assertion', message: 'three came first', thread: 'w1' })
  expect(first.misfit).toBeNull()
  expect(first.story.token).toBe(failure.token)
  expect(second.story.steps).toEqual(first.story.steps)
  expect(second.story.fingerprint).toBe(first.story.fingerprint)
})

test('every outcome has a token that replays it', () => {
  const { outcomes } = explore(make, main)
  expect(outcomes.map(({ token }) => replay(make, main, token).verdict)).toEqual(outcomes.map(({ verdict }) => verdict))
})

test('with a wrong character it is refused, does not fit, or is the same run', () => {
  const { token, story } = failure
  let refused = 0
  for (let at = 0; at < token.length; at++) {
    for (const character of 'ABCDab01_-') {
      if (token[at] === character) continue
      try {
        const { story: other } = replay(make, main, token.slice(0, at) + character + token.slice(at + 1))
        expect(other.steps).toEqual(story.steps)
      } catch (error) {
        if (!(error instanceof TokenError) && !(error instanceof Misfit)) throw error
        refused++
      }
    }
  }
  expect(refused).toBeGreaterThan(token.length * 8)
})

test('the failing schedule cannot do without any of its choices', () => {
  const told = parseToken(failure.token)
  expect(told.deviations.length).toBeGreaterThan(0)
  for (const left of told.deviations) {
    const deviations = told.deviations.filter((deviation) => deviation !== left)
    const { verdict } = replay(make, main, formatToken({ ...told, deviations }), { mode: 'continue' })
    expect(verdict.kind).toBe('ok')
  }
})

describe('a program that has changed', () => {
  const changed: Main<Kernel> = function* (k) {
    yield* k.yield()
    yield* program([1, 2, 3])(k)
  }

  test('is told of, strictly, by the first step at which that shows', () => {
    expect(() => replay(make, changed, failure.token)).toThrow(Misfit)
    expect(() => replay(make, changed, failure.token)).toThrow(/the token fits the program up to step \d+: /)
  })

  test('is gone on with, if asked for', () => {
    const { misfit, verdict } = replay(make, changed, failure.token, { mode: 'continue' })
    expect(misfit).toBeInstanceOf(Misfit)
    expect(verdict.kind).toBe('ok')
  })
})

test('a run is followed for some steps and goes another way from there', () => {
  const told = replay(make, main, failure.token).story.steps
  const usual = replay(make, main, failure.token, { forkAt: 3 })
  expect(usual.misfit).toBeNull()
  expect(usual.story.steps.slice(0, 3)).toEqual(told.slice(0, 3))
  const ends = [1, 2, 3, 4, 5, 6].map((seed) => replay(make, main, failure.token, { forkAt: 3, seed }).story)
  for (const { steps } of ends) expect(steps.slice(0, 3)).toEqual(told.slice(0, 3))
  expect(new Set(ends.map(({ fingerprint }) => fingerprint)).size).toBeGreaterThan(1)
})
