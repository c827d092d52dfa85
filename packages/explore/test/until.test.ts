import type { Steps } from '@kt/core'
import type { Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, replay, runOnce, type Main } from '../src/index.js'
import { make, workers } from './workers.js'

const program: Main<Kernel> = workers((k) => {
  const x = k.cell(0, { name: 'x', atomic: true })
  return [1, 2].map((digit) => function* (): Steps<void> {
    const value = yield* x.update((before) => before * 10 + digit)
    yield* k.printf('%d\n', value)
    if (value === 21) throw new Error('two came first')
  }) // prettier-ignore
})

const { token } = explore(make, program).failure!

describe.each(['any', 'smp', 'up'] as const)('a run in the model %s', (model) => {
  const whole = runOnce(make, program, { model }).story

  test('ends after the steps that were asked for, as the whole run was then', () => {
    for (let until = 0; until < whole.steps.length; until++) {
      const { story, verdict } = runOnce(make, program, { model, until })
      expect(story.steps).toEqual(whole.steps.slice(0, until))
      expect(story.wasCut).toBe(true)
      expect(verdict.kind).toBe('cut')
      const { console: printed } = story.ended.kernel
      expect(whole.ended.kernel.console.slice(0, printed.length)).toEqual(printed)
    }
  })

  test('with no less than all its steps is whole', () => {
    for (const more of [0, 1, 100]) {
      const { story, verdict } = runOnce(make, program, { model, until: whole.steps.length + more })
      expect(story.wasCut).toBe(false)
      expect(story.token).toBe(whole.token)
      expect(verdict.kind).toBe('ok')
    }
  })

  test('has a token that replays it', () => {
    const { story } = runOnce(make, program, { model, seed: 7 })
    const again = replay(make, program, story.token)
    expect(again.misfit).toBeNull()
    expect(again.story.steps).toEqual(story.steps)
    expect(runOnce(make, program, { model, seed: 7 }).story.token).toBe(story.token)
  })
})

test('before its first step main has been made and has not run', () => {
  const { story } = runOnce(make, program, { until: 0 })
  const k = story.ended.kernel as Kernel
  expect(k.ps().find(({ lname }) => lname === 'main')?.lstate).toBe('run')
  expect(k.console).toEqual([])
})

test('seeds make different runs of it', () => {
  const tokens = new Set([1, 2, 3, 4, 5].map((seed) => runOnce(make, program, { seed }).story.token))
  expect(tokens.size).toBeGreaterThan(1)
})

test('a token is followed for some steps, without being called another program', () => {
  const { steps } = replay(make, program, token).story
  for (const until of [0, 3, steps.length - 1]) {
    const { story, misfit } = replay(make, program, token, { until })
    expect(misfit).toBeNull()
    expect(story.steps).toEqual(steps.slice(0, until))
  }
  expect(replay(make, program, token, { until: steps.length }).verdict.kind).toBe('assertion')
})

test('sleepers that were left behind are told, where that was asked for', () => {
  const leaving: Main<Kernel> = workers((k) => [() => k.tsleep('x', 0, 'x', 0) as Steps])
  expect(runOnce(make, leaving).verdict.kind).toBe('ok')
  const { story, verdict } = runOnce(make, leaving, { leaks: true })
  expect(verdict.kind).toBe('leak')
  expect(replay(make, leaving, story.token).verdict.kind).toBe('leak')
})
