import { describe, expect, test } from 'vitest'
import { contractsOf, entriesOf, find, loadContracts, type AnyContract } from '../src/contracts.js'
import { exitCodeOf } from '../src/exit-code.js'
import { faultsOf, surveyEntries, type Survey } from '../src/survey.js'
import { totalsOf } from '../src/totals.js'
import { holdsUnderPage, toyClause, toyContract, violates } from './toy.js'

function surveyOf(changes: Partial<AnyContract>): Survey {
  return surveyEntries(entriesOf(toyContract(changes)))
}

const row = { id: 'T-D-01', page: 'waits', kernel: 'does not', breaks: ['T-2'], differs: true }

describe('exit codes', () => {
  test('0 when every clause passes, or contradicts as a divergence says', () => {
    const found = surveyOf({
      clauses: [toyClause('T-1', () => undefined), toyClause('T-2', holdsUnderPage)],
      divergences: [{ ...row, observe: ({ reading }) => reading }],
    })
    expect(found.clauses.map(({ state }) => state)).toEqual(['pass', 'pass', 'pass', 'contradicts'])
    expect(exitCodeOf(found)).toBe(0)
  })

  test('1 when a clause is broken', () => {
    expect(exitCodeOf(surveyOf({ clauses: [toyClause('T-1', violates('saw 35'))] }))).toBe(1)
  })

  test('1 when a divergence does not show what its row says', () => {
    expect(exitCodeOf(surveyOf({ divergences: [{ ...row, breaks: [], observe: () => 'always the same' }] }))).toBe(1)
  })

  test('4 when a check breaks down, even beside a broken clause', () => {
    const brokenDown = toyClause('T-2', () => {
      throw new TypeError('k.nonsense is not a function')
    })
    const found = surveyOf({ clauses: [toyClause('T-1', violates('saw 35')), brokenDown] })
    expect(exitCodeOf(found)).toBe(4)
    expect(faultsOf(found).map(({ id }) => id)).toEqual(['T-2', 'T-2'])
    expect(found.clauses.find(({ id }) => id === 'T-2')).toMatchObject({
      state: 'fail',
      message: 'the check broke down, a fault of ours: TypeError: k.nonsense is not a function',
    })
  })

  test('4 when the scenario of a divergence breaks down', () => {
    const observe = (): never => {
      throw new RangeError('no such CPU')
    }
    expect(exitCodeOf(surveyOf({ divergences: [{ ...row, breaks: [], observe }] }))).toBe(4)
  })
})

test('totals count executed and described apart, and each reading by itself', () => {
  const found = surveyOf({
    clauses: [
      toyClause('T-1', () => undefined),
      toyClause('T-2', holdsUnderPage),
      toyClause('T-3', violates('saw 35')),
      toyClause('T-4', () => undefined, { kind: 'described' }),
    ],
    divergences: [{ ...row, observe: ({ reading }) => reading }],
  })
  expect(totalsOf(found)).toEqual({
    executed: { clauses: 3, page: { pass: 2, fail: 1 }, kernel: { pass: 1, contradicts: 1, fail: 1 } },
    described: { clauses: 1, page: { pass: 1, fail: 0 }, kernel: { pass: 1, contradicts: 0, fail: 0 } },
    divergences: { rows: 1, differ: 1, pass: 1, fail: 0 },
  })
})

test('a clause that two releases share is counted in both', () => {
  const clauses = [toyClause('T-1', () => undefined)]
  const found = surveyEntries([toyContract({ clauses }), toyContract({ release: '2', clauses })].flatMap(entriesOf))
  expect(totalsOf(found).executed).toEqual({
    clauses: 2,
    page: { pass: 2, fail: 0 },
    kernel: { pass: 2, contradicts: 0, fail: 0 },
  })
})

test('before each clause or divergence runs, its name and place are told', () => {
  const heard: unknown[] = []
  const contract = toyContract({
    clauses: [toyClause('T-1', () => undefined)],
    divergences: [{ ...row, observe: ({ reading }) => reading }],
  })
  surveyEntries(entriesOf(contract), ['page'], (...words) => heard.push(words))
  expect(heard).toEqual([
    ['T-1', 0, 2],
    ['T-D-01', 1, 2],
  ])
})

describe('finding', () => {
  const first = toyContract({
    clauses: [toyClause('T-1', () => undefined)],
    divergences: [{ ...row, observe: () => '' }],
  })
  const second = toyContract({ release: '2', divergences: [{ ...row, observe: () => '' }] })

  test('an id in lower case is found', () => {
    expect(find([first, second], 't-1')).toEqual([{ contract: first, clause: first.clauses[0] }])
  })

  test('a divergence that two releases share is found in both', () => {
    expect(find([first, second], 'T-D-01').map(({ contract }) => contract.release)).toEqual(['1', '2'])
  })

  test('what is not there is told with its nearest', () => {
    expect(() => find([first, second], 'T-D-1')).toThrow(
      "no clause or divergence 'T-D-1' in toy/1, toy/2; nearest is T-D-01",
    )
  })

  test('a release or a whole system can be asked for, and nothing else', () => {
    expect(contractsOf([first, second], 'toy/2')).toEqual([second])
    expect(contractsOf([first, second], 'toy')).toEqual([first, second])
    expect(() => contractsOf([first, second], 'toy/3')).toThrow("no release 'toy/3'; expected one of toy/1, toy/2")
  })

  test('no id means two things within one release', async () => {
    for (const contract of await loadContracts()) {
      const ids = entriesOf(contract).map((entry) => ('clause' in entry ? entry.clause.id : entry.divergence.id))
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    }
  })
})
