import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { explore, replay, TokenError, type ExploreOptions, type Main } from '../src/index.js'
import { make } from './workers.js'

/** What is no program, and what cannot be asked for. */

const nothing: Main<Kernel> = function* (k) {
  yield* k.yield()
}

describe('options that do not go together', () => {
  test.each<readonly [object, string]>([
    [{ strategy: 'bfs' }, "there is no strategy 'bfs'"],
    [{ model: 'numa' }, "there is no model 'numa'"],
    [{ strategy: 'dpor', model: 'up' }, "'dpor' is sound in the model 'any' only"],
    [{ strategy: 'dpor', preemptions: 1 }, "a bound on preemptions goes with 'dfs'"],
  ])('%o', (options, message) => {
    expect(() => explore(make, nothing, options as ExploreOptions)).toThrow(TypeError)
    expect(() => explore(make, nothing, options as ExploreOptions)).toThrow(message)
  })
})

test('what makes no kernel', () => {
  expect(() => explore(() => ({ console: [] }), nothing as never)).toThrow('must return a kernel')
})

test.each<readonly [string, unknown, RegExp]>([
  ['no generator function', () => 7, /is not a generator function: write function\*/],
])('a main that is %s fails', (_name, main, message) => {
  const { failure } = explore(make, main as Main<Kernel>)
  expect(failure?.verdict).toMatchObject({ kind: 'assertion', message: expect.stringMatching(message) as string })
})

test('a main that throws at once fails', () => {
  const { failure } = explore(make, () => {
    throw new Error('at once')
  })
  expect(failure?.verdict).toMatchObject({ kind: 'assertion', message: 'at once' })
})

test('a call without yield* is named', () => {
  const { failure } = explore(make, function* (k) {
    expect(k.wakeup('x')).toBeDefined()
    yield* k.yield()
  })
  expect(failure?.verdict).toMatchObject({ kind: 'assertion', thread: 'main' })
  expect(failure?.verdict.kind === 'assertion' && failure.verdict.message).toMatch(
    /wakeup\(\) was called without yield\*/,
  )
})

test('a yield of something else is named', () => {
  const { failure } = explore(make, function* () {
    yield 5 as never
  })
  expect(failure?.verdict).toMatchObject({ kind: 'assertion', thread: 'main' })
})

test('a kernel that has run is explored from there, and each schedule needs one of its own', () => {
  const warm = (): Kernel => {
    const k = createKernel({ ncpu: 2 })
    k.boot(nothing)
    return k
  }
  expect(explore(warm, nothing).complete).toBe(true)
  const two: Main<Kernel> = function* (k) {
    const x = k.cell(0, { atomic: true })
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, function* () {
      yield* x.write(1)
      yield* k.kthread_exit(0)
    }, null, null, 'other') // prettier-ignore
    return yield* x.read()
  }
  expect(
    explore(warm, two)
      .outcomes.map(({ verdict }) => verdict.kind === 'ok' && verdict.value)
      .toSorted(),
  ).toEqual([0, 1])
})

test('what is no token', () => {
  expect(() => replay(make, nothing, 'hello')).toThrow(TokenError)
})
