import { describe, expect, test } from 'vitest'
import { ReaderWriterLock } from '../src/rwlock.js'
import { Plain } from './personality.js'

function setUp(): {
  k: Plain
  lock: ReaderWriterLock
  visit: (name: string, how: 'read' | 'write', priority?: number) => void
} {
  const k = new Plain()
  const lock = new ReaderWriterLock('r', false, 0, 'rw')
  return {
    k,
    lock,
    visit(name, how, priority = 0) {
      k.spawn(name, function* () {
        yield* how === 'read' ? k.read(lock) : k.write(lock)
        k.log.push(`${name} in`)
        yield* k.sleep(`inside ${name}`, 2)
        k.log.push(`${name} out`)
        yield* k.done(lock)
      }, { priority }) // prettier-ignore
    },
  }
}

describe('a reader/writer lock', () => {
  test('is shared by readers and not with a writer', () => {
    const { k, visit } = setUp()
    k.run(function* () {
      visit('a', 'read')
      visit('b', 'read')
      visit('w', 'write')
      yield* k.sleep('end', 9)
    })
    expect(k.log).toEqual(['a in', 'b in', 'a out', 'b out', 'w in', 'w out'])
  })

  test('keeps new readers waiting behind a writer', () => {
    const { k, visit } = setUp()
    k.run(function* () {
      visit('a', 'read')
      visit('w', 'write')
      visit('b', 'read')
      yield* k.sleep('end', 9)
    })
    expect(k.log).toEqual(['a in', 'a out', 'w in', 'w out', 'b in', 'b out'])
  })

  test('goes from a writer to all readers that wait, before any writer', () => {
    const { k, visit } = setUp()
    k.run(function* () {
      visit('v', 'write')
      visit('w', 'write')
      visit('a', 'read')
      visit('b', 'read')
      yield* k.sleep('end', 20)
    })
    expect(k.log).toEqual(['v in', 'v out', 'a in', 'b in', 'a out', 'b out', 'w in', 'w out'])
  })

  test('lends to a writer it was handed to what the others bring that go on waiting', () => {
    const { k, lock, visit } = setUp()
    const ranks: unknown[] = []
    k.run(function* () {
      visit('a', 'read', 5)
      visit('w', 'write', 1)
      yield* k.sleep('queue up', 1)
      visit('b', 'read', 9)
      yield* k.sleep('w is inside', 2)
      ranks.push(lock.owner?.name, k.machine.scheduler.effectiveRank(lock.owner!))
      yield* k.sleep('end', 9)
    })
    expect(ranks).toEqual(['w', 9])
    expect(k.log.slice(-2)).toEqual(['b in', 'b out'])
  })
})
