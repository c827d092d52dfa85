import { expect, test } from 'vitest'
import { Random } from '../src/random.js'

test('equal seeds give equal numbers, other seeds others', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed)
    return Array.from({ length: 100 }, () => random.next())
  }
  expect(numbers(7)).toEqual(numbers(7))
  expect(numbers(7)).not.toEqual(numbers(8))
  expect(numbers(7).every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 32)).toBe(true)
  expect(new Set(numbers(7)).size).toBe(100)
})

test('the sequence is that of Mulberry32', () => {
  const random = new Random(0)
  expect([random.next(), random.next(), random.next()]).toEqual([1144304738, 1416247, 958946056])
})
