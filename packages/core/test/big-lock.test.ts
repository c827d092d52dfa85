import { describe, expect, test } from 'vitest'
import { raise } from '../src/interrupt.js'
import { Plain } from './personality.js'

const MS = 1_000_000

describe('the big lock', () => {
  test('is held by one CPU, others spin', () => {
    const k = new Plain({ ncpu: 2 })
    k.run(function* () {
      yield* k.takeBig()
      k.spawn('other', function* () {
        yield* k.takeBig()
        k.log.push(`other at ${k.now}`)
        yield* k.giveBig()
      }, { cpu: 1 }) // prettier-ignore
      yield* k.work(5)
      expect(k.machine.cpus[1]!.spinningOn).toBe(k.bigLock)
      yield* k.giveBig()
    })
    expect(k.log).toEqual(['other at 5'])
    expect([k.bigLock.cpu, k.bigLock.depth]).toEqual([null, 0])
  })

  test('is given up with all its holds by a thread that sleeps, and had again when it goes on', () => {
    const k = new Plain()
    k.run(function* () {
      yield* k.takeBig(2)
      k.spawn('other', function* () {
        k.log.push(`free: ${k.bigLock.cpu === null}`)
        yield* k.takeBig()
        yield* k.giveBig()
      })
      yield* k.sleep('pause', 1)
      k.log.push(`holds: ${k.bigLock.depth}`)
      yield* k.giveBig(2)
    })
    expect(k.log).toEqual(['free: true', 'holds: 2'])
  })

  test('is had before the thread goes on, or its CPU spins', () => {
    const k = new Plain({ ncpu: 2 })
    k.run(function* () {
      yield* k.takeBig()
      k.spawn('other', function* () {
        yield* k.sleep('first', 1)
        yield* k.takeBig()
        yield* k.work(15 * MS)
        yield* k.giveBig()
      }, { cpu: 1 }) // prettier-ignore
      yield* k.sleep('pause', 2)
      k.log.push(`main at ${k.now / MS}`)
      yield* k.giveBig()
    })
    expect(k.log).toEqual(['main at 25'])
  })

  test('is recursive for an interrupt on top of its holder', () => {
    const k = new Plain()
    k.run(function* () {
      yield* k.takeBig(2)
      raise(k.machine.cpus[0]!, {
        name: 'intr',
        ipl: 1,
        *body() {
          yield* k.takeBig()
          k.log.push(`holds: ${k.bigLock.depth}`)
          yield* k.giveBig()
        },
      })
      yield* k.nothing()
      k.log.push(`holds: ${k.bigLock.depth}`)
      yield* k.giveBig(2)
    })
    expect(k.log).toEqual(['holds: 3', 'holds: 2'])
  })

  test('stays with nobody who ended', () => {
    const k = new Plain()
    k.run(function* () {
      k.spawn('leaver', function* () {
        yield* k.takeBig(3)
      })
      yield* k.sleep('pause', 1)
    })
    expect([k.bigLock.cpu, k.bigLock.depth]).toEqual([null, 0])
  })
})
