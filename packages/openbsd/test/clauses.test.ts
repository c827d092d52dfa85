import { runClause, type Contract } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'

const READINGS = ['page', 'kernel'] as const

/** Ids of the clauses that were run, by release; a clause counts once it ran under both readings. */
const executed: Readonly<Record<string, Map<string, number>>> = { '4.2': new Map(), '5.1': new Map() }

/** One test for each clause and reading. Under `'kernel'` the listed contradictions, and no others, are expected. */
function suite<K>(contract: Contract<K>): void {
  const broken = new Set(contract.divergences.flatMap(({ breaks }) => breaks))
  const runs = executed[contract.release]!
  describe.each(READINGS)(`${contract.label}, reading %s`, (reading) => {
    for (const clause of contract.clauses) {
      test(`${clause.id} ${clause.says}`, () => {
        const { state, message, isBroken } = runClause(contract, clause, reading)
        runs.set(clause.id, (runs.get(clause.id) ?? 0) + 1)
        const expected = reading === 'kernel' && broken.has(clause.id) ? 'contradicts' : 'pass'
        expect(state, message ?? undefined).toBe(expected)
        expect(isBroken, message ?? undefined).toBe(false)
      })
    }
  })
}

const [openbsd42, openbsd51] = contracts
suite(openbsd42)
suite(openbsd51)

test('every clause of both pages was executed under both readings', () => {
  const kthread = consecutive('OB-KT-', 34)
  const pages = { '4.2': kthread, '5.1': [...kthread, ...consecutive('OB-TF-', 47)] }
  for (const contract of contracts) {
    const ids = pages[contract.release as keyof typeof pages]
    const runs = executed[contract.release]!
    expect(contract.clauses.map(({ id }) => id)).toEqual(ids)
    expect([...runs.keys()].sort()).toEqual(ids)
    expect([...new Set(runs.values())]).toEqual([READINGS.length])
  }
})

test.each(contracts.map((contract) => [contract.label, contract] as const))(
  'the clauses of %s are of its pages, and no page is without clauses',
  (_label, { clauses, pages }) => {
    expect([...new Set(clauses.map(({ page }) => page))]).toEqual(pages.map(({ page }) => page))
  },
)

function consecutive(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => prefix + String(at + 1).padStart(2, '0'))
}
