import { describe, expect, test } from 'vitest'
import { Faults, type Fault } from '../src/faults.js'
import { usualOracle, type Oracle } from '../src/oracle.js'

function outcomes(fault: Omit<Fault, 'at'>, oracle: Oracle | null = null): string {
  const faults = new Faults(['memory', 'thread'], oracle)
  faults.inject({ at: 'memory', ...fault })
  return Array.from({ length: 6 }, () => (faults.fails('memory') ? 'F' : '.')).join('')
}

describe('an injected fault', () => {
  test.each<[string, Omit<Fault, 'at'>, string]>([
    ['once where nothing is said', {}, 'F.....'],
    ['once', { when: 'once' }, 'F.....'],
    ['n times', { when: 3 }, 'FFF...'],
    ['from the n-th time on', { when: { from: 3 } }, '..FFFF'],
    ['from the next time on', { when: { from: 1 } }, 'FFFFFF'],
    ['never where an oracle is to say and there is none', { when: 'maybe' }, '......'],
  ])('comes %s', (_when, fault, expected) => {
    expect(outcomes(fault)).toBe(expected)
  })

  test('comes where the oracle says so', () => {
    const answers = [0, 1, 1, 0, 1, 0]
    const asked: unknown[] = []
    const oracle: Oracle = {
      ...usualOracle(),
      choose(choice) {
        asked.push(choice)
        return answers.shift()!
      },
    }
    expect(outcomes({ when: 'maybe' }, oracle)).toBe('.FF.F.')
    expect(asked[0]).toEqual({ kind: 'fault', name: 'memory', candidates: [false, true] })
  })

  test('touches nothing else, and the last word counts', () => {
    const faults = new Faults(['memory', 'thread'], null)
    faults.inject({ at: 'memory', when: 5 })
    expect(faults.fails('thread')).toBe(false)
    faults.inject({ at: 'memory', when: 1 })
    expect([faults.fails('memory'), faults.fails('memory')]).toEqual([true, false])
  })

  test.each([0, -1, 1.5, NaN, { from: 0 }, { from: 0.5 }])('is refused with %j times', (when) => {
    expect(() => outcomes({ when })).toThrow(/^a fault is injected 1 or more times, not/)
  })

  test('is refused at a point that the release does not have', () => {
    const faults = new Faults(['memory', 'thread'], null)
    const says = "there is no fault 'disk' to inject: this release has memory, thread"
    expect(() => faults.inject({ at: 'disk' })).toThrow(new RangeError(says))
  })
})
