import { describe, expect, test } from 'vitest'
import { seededOracle, type Kernel, type Steps, type Td } from '../src/releases/8.0.js'
import { addThread, quiet, SCHEDULERS, valueOf } from './staging.js'
import { CPUS, KINDS, loop } from './suspend-words.js'

/** Threads that are suspended and resumed over and over. */

/** Suspends and resumes three threads over and over, from two threads, right when they look: what came of it. */
function* manyCycles(k: Kernel): Steps<string[]> {
  const seen = new Set<string>()
  const rounds: [number[], number[], number[]] = [[], [], []]
  const tds: Td[] = []
  for (const [at, own] of rounds.entries()) tds.push(yield* addThread(k, `l${at}`, () => loop(k, own, at + 1)))
  function* cycles(td: Td): Steps<void> {
    for (let n = 1; n <= 6; n++) {
      yield* k.pause('wait', 1 + (n % 3))
      const error = yield* k.kthread_suspend(td, 100)
      seen.add(`kthread_suspend ${error}, ${td.td_wmesg === 'ktsusp' ? 'parked' : 'not parked'}`)
      if (n % 2 === 1) yield* k.pause('wait', 1)
      yield* k.kthread_resume(td)
    }
  }
  yield* addThread(k, 'cycler', function* (): Steps<never> {
    yield* cycles(tds[0]!)
    return yield* k.kthread_exit()
  })
  yield* cycles(tds[1]!)
  yield* cycles(tds[2]!)
  yield* k.pause('wait', 1000)
  for (const own of rounds) own.length = 0
  yield* k.pause('wait', 20)
  if (rounds.some(({ length }) => length === 0)) seen.add('somebody is stuck')
  return [...seen]
}

describe.each(KINDS)('as the $reading has it, under $scheduler', (kind) => {
  describe.each(CPUS)('on %i CPUs', (ncpu) => {
    const options = { ...kind, ncpu }

    test('two runs are one and the same', () => {
      const hash = () => {
        const k = quiet({ ...options, trace: true, oracle: seededOracle(7) })
        const cycles = k.boot(() => manyCycles(k))
        expect(cycles.kind).toBe('done')
        return [k.trace!.hash(), k.now]
      }
      expect(hash()).toEqual(hash())
    })
  })
})

describe('FB8-KT-57 over and over, on two CPUs in many orders', () => {
  const endings = (reading: 'page' | 'kernel') => {
    const seen = new Set<string>()
    for (const scheduler of SCHEDULERS) {
      for (let seed = 1; seed <= 25; seed++) {
        const k = quiet({ reading, scheduler, ncpu: 2, oracle: seededOracle(seed) })
        for (const ending of valueOf(k.boot(() => manyCycles(k)))) seen.add(ending)
      }
    }
    return [...seen].toSorted()
  }
  test('as the page has it, every one succeeds, with the thread parked', () => {
    expect(endings('page')).toEqual(['kthread_suspend 0, parked'])
  })
  test('FB8-D-03 FB8-D-06 as the kernel has it, some words and some resumes are lost', () => {
    expect(endings('kernel')).toEqual([
      // The word comes just before the sleep, and the one who waited for it was faster.
      'kthread_suspend 0, not parked',
      'kthread_suspend 0, parked',
      'kthread_suspend 35, parked',
      'somebody is stuck',
    ])
  })
})
