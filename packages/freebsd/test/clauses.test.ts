import { runClause, type Contract } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'

const READINGS = ['page', 'kernel'] as const

/** Clauses that were run, each with how often: a clause counts once it ran under both readings. */
const executed = new Map<string, number>()

/** One test for each clause and reading. Under `'kernel'` the listed contradictions, and no others, are expected. */
function suite<K>(contract: Contract<K>): void {
  const broken = new Set(contract.divergences.flatMap(({ breaks }) => breaks))
  describe.each(READINGS)(`${contract.label}, reading %s`, (reading) => {
    for (const clause of contract.clauses) {
      test(`${clause.id} ${clause.says}`, () => {
        const { state, message, isBroken } = runClause(contract, clause, reading)
        executed.set(clause.id, (executed.get(clause.id) ?? 0) + 1)
        const expected = reading === 'kernel' && broken.has(clause.id) ? 'contradicts' : 'pass'
        expect(state, message ?? undefined).toBe(expected)
        expect(isBroken, message ?? undefined).toBe(false)
      })
    }
  })
}

const [freebsd80] = contracts
suite(freebsd80)

test('every clause of both pages was executed under both readings', () => {
  const ids = [...consecutive('FB8-KT-', 81), ...consecutive('FB8-KP-', 43)]
  expect(freebsd80.clauses.map(({ id }) => id)).toEqual(ids)
  expect([...executed.keys()]).toEqual(ids)
  expect([...new Set(executed.values())]).toEqual([READINGS.length])
})

test('the clauses are of the pages, and no page is without clauses', () => {
  const { clauses, pages } = freebsd80
  expect([...new Set(clauses.map(({ page }) => page))]).toEqual(pages.map(({ page }) => page))
})

function consecutive(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => prefix + String(at + 1).padStart(2, '0'))
}
