import { describe, expect, test } from 'vitest'
import { equal, holds, panics, runClause, runClauses, runDivergence, Trial, valueOf } from '../src/contract/index.js'
import type { Clause, Contract, Divergence, PageFacts, TrialOptions } from '../src/contract/index.js'
import type { Steps } from '../src/call.js'
import { SimulatorFault } from '../src/errors.js'
import { Plain } from './personality.js'

/** A kernel as a contract knows it: its reading decides whether it keeps its word. */
class Kernel {
  readonly plain = new Plain()
  constructor(readonly options: TrialOptions) {}
  get console(): readonly string[] {
    return this.plain.machine.console.lines
  }
  get now(): number {
    return this.plain.now
  }
  get trace(): Plain['machine']['trace'] {
    return this.plain.machine.trace
  }
}

function clause(id: string, check: (trial: Trial<Kernel>) => void): Clause<Kernel> {
  return { id, page: 'plain(9)', section: 'create', says: 'it holds', kind: 'executed', check }
}

const always = clause('T-1', () => undefined)
const onlyOnPage = clause('T-2', (trial) => {
  const k = trial.createKernel({ ncpu: 1 })
  equal(k.options.reading, 'page', 'the reading')
})

function row(breaks: readonly string[], differs: boolean, observe: Divergence<Kernel>['observe']): Divergence<Kernel> {
  return { id: 'T-D-01', page: 'says so', kernel: 'does not', breaks, differs, observe }
}

function page(name: string, date: string): PageFacts {
  return { page: name, date, header: 'plain.h', functions: [], codeReferences: [], seeAlso: [], history: null }
}

function contract(clauses: readonly Clause<Kernel>[], ...divergences: readonly Divergence<Kernel>[]): Contract<Kernel> {
  return {
    os: 'plain',
    release: '1',
    label: 'Plain 1',
    pages: [page('plain(9)', 'today'), page('other(9)', 'tomorrow')],
    createKernel: (options) => new Kernel(options),
    clauses,
    divergences,
    notes: [],
    proofs: [],
    notOfSchedules: {},
    calls: [],
  }
}

const says = (trial: Trial<Kernel>): string => trial.reading
const same = (): string => 'the same'

describe('the verdict on a clause', () => {
  const breaking = row(['T-2'], true, says)

  test.each([
    ['page', always, [], 'pass', null],
    ['kernel', always, [], 'pass', null],
    ['page', onlyOnPage, [breaking], 'pass', null],
    ['kernel', onlyOnPage, [breaking], 'contradicts', 'T-D-01'],
    ['kernel', onlyOnPage, [], 'fail', null],
    ['kernel', always, [row(['T-1'], true, says)], 'fail', 'T-D-01'],
    ['page', always, [row(['T-1'], true, says)], 'pass', null],
  ] as const)('under the reading %s', (reading, tried, rows, state, divergence) => {
    const result = runClause(contract([tried], ...rows), tried, reading)
    expect(result).toMatchObject({ id: tried.id, release: 'plain/1', page: 'plain(9)', reading, state, divergence })
    expect(result.message === null).toBe(state === 'pass')
  })

  test('calls a row stale whose clause holds after all', () => {
    const result = runClause(contract([always], row(['T-1'], true, says)), always, 'kernel')
    expect(result.message).toBe('T-D-01 says that the kernel breaks this clause, and it holds')
  })

  test('is reached for every clause under both readings', () => {
    const results = [...runClauses(contract([always, onlyOnPage], breaking))]
    expect(results.map(({ id, reading, state }) => [id, reading, state])).toEqual([
      ['T-1', 'page', 'pass'],
      ['T-1', 'kernel', 'pass'],
      ['T-2', 'page', 'pass'],
      ['T-2', 'kernel', 'contradicts'],
    ])
    expect([...runClauses(contract([always]), ['page'])]).toHaveLength(1)
  })

  test('comes with what the check saw and the kernels it made', () => {
    const tried = clause('T-3', (trial) => {
      const k = trial.createKernel()
      k.plain.run(function* () {
        k.plain.machine.console.write('hello\n')
        yield* k.plain.work(5)
      })
      trial.saw('a greeting')
    })
    const { evidence } = runClause(contract([tried]), tried, 'page')
    expect(evidence.saw).toEqual(['a greeting'])
    expect(evidence.runs).toEqual([
      { console: ['hello'], nowNs: 5, events: 4, traceHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    ])
  })
})

describe('a contract with two pages', () => {
  test('gives a trial the facts of each by name', () => {
    const trial = new Trial(contract([]), 'page')
    expect(trial.page('plain(9)').date).toBe('today')
    expect(trial.page('other(9)').date).toBe('tomorrow')
    const unknown = "plain/1 has no page 'plain(8)'; it has plain(9), other(9)"
    expect(() => trial.page('plain(8)')).toThrow(new SimulatorFault(unknown))
  })

  test('tells of each clause which page it is from', () => {
    const tried = [always, { ...always, id: 'T-2', page: 'other(9)' }]
    const results = [...runClauses(contract(tried), ['page'])]
    expect(results.map((result) => [result.id, result.page])).toEqual([
      ['T-1', 'plain(9)'],
      ['T-2', 'other(9)'],
    ])
  })

  test('has no standing for a clause of a third: its check is broken and does not run', () => {
    let runs = 0
    const counting = clause('T-3', () => {
      runs++
    })
    const stray = { ...counting, page: 'third(9)' }
    const result = runClause(contract([stray]), stray, 'page')
    expect(result).toMatchObject({ state: 'fail', isBroken: true, page: 'third(9)' })
    expect(result.message).toContain("plain/1 has no page 'third(9)'")
    expect(runs).toBe(0)
  })
})

describe('the verdict on a divergence', () => {
  test.each([
    ['the readings part and the row says so', row([], true, says), 'pass'],
    ['the readings agree and the row says so', row([], false, same), 'pass'],
    ['the readings agree and the row says they part', row([], true, same), 'fail'],
    ['the readings part and the row says they agree', row([], false, says), 'fail'],
  ] as const)('where %s', (_case, tried, state) => {
    const result = runDivergence(contract([], tried), tried)
    expect(result.state).toBe(state)
    expect(result.saw).toEqual({ page: tried.observe(new Trial(contract([]), 'page')), kernel: result.saw.kernel })
  })

  test('fails where its scenario breaks down, even if that makes the readings part', () => {
    const tried = row([], true, (trial) => {
      holds(trial.reading === 'page', 'only on the page')
      return 'fine'
    })
    expect(runDivergence(contract([], tried), tried)).toMatchObject({
      saw: { page: 'fine', kernel: expect.stringContaining('only on the page') as string },
      state: 'fail',
    })
  })
})

describe('expectations', () => {
  test('compare what is in arrays and plain objects', () => {
    equal({ a: [1, { b: NaN }] }, { a: [1, { b: NaN }] }, 'x')
    expect(() => equal({ a: 1 }, { a: 1, b: undefined }, 'x')).toThrow(
      'x: expected { a: 1, b: undefined }, saw { a: 1 }',
    )
    expect(() => equal([1], ['1'], 'x')).toThrow("x: expected ['1'], saw [1]")
    expect(() => equal(new Map(), new Map(), 'x')).toThrow('x: expected')
    expect(() => equal(0, -0, 'x')).toThrow('x: expected')
  })

  test('take the value of a run that was done, and tell how another ended', () => {
    const run = (body: (k: Plain) => Steps) => {
      const k = new Plain()
      return k.run(() => body(k))
    }
    expect(valueOf(run(function* () { return 3 }))).toBe(3) // prettier-ignore
    const stuck = new Plain()
    const outcome = stuck.run(function* () {
      yield* stuck.sleep('for ever')
    })
    expect(() => valueOf(outcome)).toThrow('the run ended with deadlock: main (wait)')
    const broken = new Plain()
    const panic = broken.run(function* () {
      yield* broken.panic()
    })
    panics(panic, 'CLAUSE-0', 'CLAUSE-1')
    expect(() => panics(panic, 'CLAUSE-2')).toThrow('the run ended with panic: on purpose [CLAUSE-1]')
    const failed = run(function* () {
      holds(false, 'what was expected')
    })
    expect(() => valueOf(failed)).toThrow('what was expected')
  })
})
