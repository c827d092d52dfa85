import { Random } from '@kt/core'
import { expect, test } from 'vitest'
import { formatToken, FINGERPRINTS, parseToken, TokenError, type Deviation, type TokenContents } from '../src/token.js'

const random = new Random(5)
const below = (limit: number): number => random.next() % limit

function contents(): TokenContents {
  const deviations: Deviation[] = []
  for (let left = below(12), at = 0; left > 0; left--) {
    at += below(3) === 0 ? below(70_000) : below(25)
    deviations.push({ at, index: 1 + (below(4) === 0 ? below(3000) : below(3)), check: below(64) })
    at++
  }
  const scenario = [null, 'lost-wakeup', 'netbsd/10.1/join', '7'][below(4)]!
  const model = (['any', 'smp', 'up'] as const)[below(3)]!
  return {
    scenario,
    model,
    freeTimers: below(2) === 0,
    leavesSleepers: below(2) === 0,
    deviations,
    fingerprint: below(FINGERPRINTS),
  }
}

test('says what it was made of', () => {
  for (let i = 0; i < 3000; i++) {
    const told = contents()
    const token = formatToken(told)
    expect(parseToken(token)).toEqual(told)
    expect(token).toMatch(/^kt1:[a-z0-9./:A-Z_-]+$/)
    expect(encodeURI(token)).toBe(token)
  }
})

test('a token with a wrong character is refused, or says something else: it is never read as what it was', () => {
  let refused = 0
  let tried = 0
  for (let i = 0; i < 60; i++) {
    const told = contents()
    const token = formatToken(told)
    for (let at = 0; at < token.length; at++) {
      for (const character of 'Aa0_:-/é ') {
        if (token[at] === character) continue
        tried++
        try {
          expect(parseToken(token.slice(0, at) + character + token.slice(at + 1))).not.toEqual(told)
        } catch (error) {
          if (!(error instanceof TokenError)) throw error
          refused++
        }
      }
    }
  }
  expect(refused / tried).toBeGreaterThan(0.95)
})

test('a piece of a token is refused', () => {
  let passed = 0
  for (let i = 0; i < 200; i++) {
    const token = formatToken(contents())
    for (let length = 0; length < token.length; length++) {
      try {
        parseToken(token.slice(0, length))
        passed++
      } catch (error) {
        expect(error).toBeInstanceOf(TokenError)
      }
    }
  }
  // One in 64 adds up by chance; what it replays has another fingerprint.
  expect(passed).toBeLessThan(200)
})

test.each([
  ['', 'this is no token: one begins with kt1:'],
  ['hello', 'this is no token: one begins with kt1:'],
  ['kt2:AAAAAA', 'this token is of version kt2, and kt1 is understood'],
  ['kt1', 'it has too many or too few parts'],
  ['kt1:a:b:AAAAAA', 'it has too many or too few parts'],
  ['kt1:A', 'its parts do not add up'],
  ['kt1:Up:AAAAAAA', "'Up' is no name of a scenario"],
])('%j: %s', (token, message) => {
  expect(() => parseToken(token)).toThrow(TokenError)
  expect(() => parseToken(token)).toThrow(message)
})
