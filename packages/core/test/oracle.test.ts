import { describe, expect, test } from 'vitest'
import { seededOracle, usualOracle, type Oracle } from '../src/oracle.js'

function sequence(oracle: Oracle, choices = 20): number[] {
  const candidates = [false, true] as const
  return Array.from({ length: choices }, () => oracle.choose({ kind: 'fault', name: 'x', candidates }))
}

describe('a seeded oracle', () => {
  test('gives the same sequence for the same seed, everywhere', () => {
    expect(sequence(seededOracle(7))).toEqual(sequence(seededOracle(7)))
    expect(sequence(seededOracle(42)).join('')).toBe('00010101011110100110')
  })

  test('gives different ones for different seeds, and each answer comes up', () => {
    const seen = new Set(Array.from({ length: 50 }, (_, seed) => sequence(seededOracle(seed)).join('')))
    expect(seen.size).toBe(50)
    expect(new Set(sequence(seededOracle(1), 200))).toEqual(new Set([0, 1]))
  })

  test('says in its token what it was made of', () => {
    expect(seededOracle(-3).token()).toBe('kt1:seed=-3')
    expect(seededOracle(5, true).token()).toBe('kt1:seed=5,timers')
  })

  test.each([1.5, NaN, Infinity, 2 ** 53])('is not made of %d', (seed) => {
    expect(() => seededOracle(seed)).toThrow(RangeError)
  })
})

test('the usual oracle takes the first candidate, with every call announced', () => {
  const oracle = usualOracle()
  expect(sequence(oracle)).toEqual(new Array(20).fill(0))
  expect([oracle.announces, oracle.freeTimers, oracle.token()]).toEqual([true, false, 'kt1:usual'])
})
