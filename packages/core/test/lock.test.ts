import { describe, expect, test } from 'vitest'
import { raise } from '../src/interrupt.js'
import { locks } from '../src/locks-view.js'
import type { Thread } from '../src/thread.js'
import { Plain, PlainPolicy, PreemptivePolicy } from './personality.js'

const MS = 1_000_000

describe('a lock', () => {
  test('is spun for while its owner runs on another CPU, and blocked on when it does not', () => {
    const k = new Plain({ ncpu: 2 })
    const m = k.mutex('m')
    const states: unknown[] = []
    k.run(function* () {
      yield* k.lock(m)
      const other = k.spawn('other', function* () {
        yield* k.lock(m)
        k.log.push(`other has it at ${k.now / MS}`)
        yield* k.unlock(m)
      }, { cpu: 1 }) // prettier-ignore
      yield* k.work(1 * MS)
      states.push(other.state === 3 && k.machine.cpus[1]!.spinningOn === m, locks(k.machine))
      yield* k.sleep('pause', 2)
      states.push(other.sleepQueue === m.waiters)
      yield* k.unlock(m)
    })
    expect(states).toEqual([true, [{ name: 'm', owner: 'main (1)', waiters: [], spinners: [1] }], true])
    expect(k.log).toEqual(['other has it at 20'])
  })

  test('is not handed over: all who waited compete, and whoever runs first has it', () => {
    const k = new Plain()
    const m = k.mutex('m')
    k.run(function* () {
      yield* k.lock(m)
      for (const [name, priority] of [['low', 1], ['high', 5], ['middle', 3]] as const) // prettier-ignore
        k.spawn(name, function* () {
          yield* k.lock(m)
          k.log.push(name)
          yield* k.unlock(m)
        }, { priority }) // prettier-ignore
      yield* k.sleep('pause', 1)
      yield* k.unlock(m)
    })
    expect(k.log).toEqual(['high', 'middle', 'low'])
  })

  test('lends the rank of its best waiter along the chain of owners, and takes it back', () => {
    const k = new Plain()
    const [a, b] = [k.mutex('a'), k.mutex('b')]
    const rank = (at: number) => k.machine.scheduler.effectiveRank(tasks[at]!)
    const ranks: number[][] = []
    const tasks = [
      k.spawn('low', function* () {
        yield* k.lock(a)
        yield* k.sleep('low', 3)
        ranks.push([rank(0), rank(1)])
        yield* k.unlock(a)
        ranks.push([rank(0), rank(1)])
      }, { priority: 1 }), // prettier-ignore
      k.spawn('middle', function* () {
        yield* k.sleep('middle', 1)
        yield* k.lock(b)
        yield* k.lock(a)
        yield* k.unlock(b)
        ranks.push([rank(0), rank(1)])
        yield* k.unlock(a)
      }, { priority: 5 }), // prettier-ignore
    ]
    k.run(function* () {
      yield* k.sleep('main', 2)
      yield* k.lock(b)
      yield* k.unlock(b)
    }, { priority: 9 }) // prettier-ignore
    expect(ranks).toEqual([
      [9, 9],
      [1, 9],
      [1, 5],
    ])
  })

  test('is released to a better waiter at once: the loan no longer counts', () => {
    const k = new Plain({}, new PreemptivePolicy())
    const m = k.mutex('m')
    k.run(function* () {
      yield* k.lock(m)
      k.spawn('high', function* () {
        yield* k.lock(m)
        k.log.push('high has it')
      }, { priority: 9 }) // prettier-ignore
      yield* k.nothing()
      yield* k.unlock(m)
      k.log.push('low goes on')
    })
    expect(k.log).toEqual(['high has it', 'low goes on'])
  })

  test('is let go of in any order', () => {
    const k = new Plain()
    const [a, b, c] = [k.mutex('a'), k.mutex('b'), k.mutex('c')] as const
    const held: string[][] = []
    const names = () => locks(k.machine).map(({ name }) => name)
    k.run(function* () {
      for (const lock of [a, b, c]) yield* k.lock(lock)
      held.push(names())
      for (const lock of [b, a, c]) {
        yield* k.unlock(lock)
        held.push(names())
      }
    })
    expect(held).toEqual([['c', 'b', 'a'], ['c', 'a'], ['c'], []])
  })

  test('is blocked on when its owner spins itself: two CPUs do not spin for each other', () => {
    const k = new Plain({ ncpu: 2 })
    const m = k.mutex('m')
    const outcome = k.run(function* () {
      yield* k.lock(m)
      k.spawn('other', function* () {
        yield* k.takeBig()
        yield* k.lock(m)
        yield* k.unlock(m)
        yield* k.giveBig()
      }, { cpu: 1 }) // prettier-ignore
      yield* k.work(1 * MS)
      yield* k.takeBig()
      yield* k.unlock(m)
      yield* k.giveBig()
      yield* k.sleep('pause', 1)
    })
    expect(outcome.kind).toBe('done')
  })

  test('is blocked on when its owner lies under an interrupt that spins', () => {
    const k = new Plain({ ncpu: 2 })
    const m = k.mutex('m')
    const handler = {
      name: 'intr',
      ipl: 1,
      *body() {
        yield* k.takeBig()
        yield* k.giveBig()
      },
    }
    const outcome = k.run(function* () {
      yield* k.lock(m)
      k.spawn('other', function* () {
        yield* k.takeBig()
        yield* k.lock(m)
        yield* k.unlock(m)
        yield* k.giveBig()
      }, { cpu: 1 }) // prettier-ignore
      yield* k.work(1 * MS)
      raise(k.machine.cpus[0]!, handler)
      yield* k.work(1 * MS)
      yield* k.unlock(m)
      yield* k.sleep('pause', 1)
    })
    expect(outcome.kind).toBe('done')
  })

  test('tells the system when the last loan of a thread is over, and only then', () => {
    const ended: [name: string | null, lentRank: number][] = []
    class TellingPolicy extends PlainPolicy {
      override loanEnded(thread?: Thread): void {
        ended.push([thread!.name, thread!.lentRank])
      }
    }
    const k = new Plain({}, new TellingPolicy())
    const [a, b] = [k.mutex('a', false), k.mutex('b', false)]
    k.run(function* () {
      yield* k.lock(a)
      yield* k.lock(b)
      for (const lock of [a, b]) {
        k.spawn(`waits for ${lock.name}`, function* () {
          yield* k.lock(lock)
          yield* k.unlock(lock)
        }, { priority: 9 }) // prettier-ignore
      }
      yield* k.sleep('pause', 1)
      yield* k.unlock(b)
      expect(ended).toEqual([])
      yield* k.unlock(a)
    })
    expect(ended).toEqual([['main', -1]])
  })
})
