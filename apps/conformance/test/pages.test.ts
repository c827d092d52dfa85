import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { AnyContract } from '../src/contracts.js'
import { execute } from '../src/program.js'
import type { Report } from '../src/index.js'
import { holdsUnderPage, toyClause, toyContract, toyPage, violates } from './toy.js'

// A release with two pages, and the commands that tell of it. What they print of one page the other files hold.

const installed = vi.hoisted((): { contracts: readonly AnyContract[] } => ({ contracts: [] }))
vi.mock('../src/contracts.js', async (load) => ({
  ...(await load<typeof import('../src/contracts.js')>()),
  loadContracts: () => Promise.resolve(installed.contracts),
}))

const twoPages = toyContract({
  release: '2',
  label: 'Toy 2',
  pages: [toyPage('toy(9)', 'May 1, 2001'), toyPage('toyproc(9)', 'June 2, 2002')],
  clauses: [
    toyClause('T-TO-1', () => undefined, { section: 'SYNOPSIS' }),
    toyClause('T-TP-1', holdsUnderPage, { page: 'toyproc(9)', section: 'SYNOPSIS' }),
    toyClause('T-TP-2', violates('saw 35'), { page: 'toyproc(9)' }),
  ],
  divergences: [
    {
      id: 'T-D-01',
      page: 'somebody waits',
      kernel: 'nobody waits',
      breaks: ['T-TP-1'],
      differs: true,
      observe: ({ reading }) => reading,
    },
  ],
})

async function kt(...words: string[]): Promise<string> {
  let said = ''
  const out = { write: (text: string) => (said += text) }
  await execute(words, { out, err: out, env: {} })
  return said
}

describe('a release with two pages', () => {
  beforeEach(() => {
    installed.contracts = [toyContract({ clauses: [toyClause('T-1', () => undefined)] }), twoPages]
  })

  test('has a matrix for each, with its date and its clauses and no others', async () => {
    const out = await kt('--release', 'toy/2')
    const matrices = out.slice(0, out.indexOf('Toy 2: where page and kernel part'))
    expect(matrices.trimEnd().split('\n')).toEqual([
      'Toy 2  toy(9) of May 1, 2001',
      '',
      '                    page reading         kernel reading',
      'section    clauses    pass   fail  pass  contradicts  fail',
      '──────────────────────────────────────────────────────────',
      'SYNOPSIS         1       1      ·     1            ·     ·',
      '──────────────────────────────────────────────────────────',
      'executed         1     1/1    0/1   1/1          0/1   0/1',
      'described        0     0/0    0/0   0/0          0/0   0/0',
      '',
      'Toy 2  toyproc(9) of June 2, 2002',
      '',
      '                                page reading         kernel reading',
      'section                clauses    pass   fail  pass  contradicts  fail',
      '──────────────────────────────────────────────────────────────────────',
      'SYNOPSIS                     1       1      ·     ·            1     ·',
      'FUNCTIONS, toy_create        1       ·      1     ·            ·     1',
      '──────────────────────────────────────────────────────────────────────',
      'executed                     2     1/2    1/2   0/2          1/2   1/2',
      'described                    0     0/0    0/0   0/0          0/0   0/0',
    ])
  })

  test('shows its rows once, and counts both pages in the last line', async () => {
    const out = await kt('--release', 'toy/2')
    expect(out.match(/where page and kernel part/g)).toHaveLength(1)
    expect(out).toContain('failed: executed 2/3 page, 1/3 kernel (1 contradict); divergences 1/1; ')
  })

  test('is listed with the page before the section, and its neighbour with one page is not', async () => {
    expect((await kt('list', 'clauses', 'divergences')).trimEnd().split('\n')).toEqual([
      'T-1     toy/1  clause      FUNCTIONS, toy_create, pri              T-1 is kept',
      'T-TO-1  toy/2  clause      toy(9), SYNOPSIS                        T-TO-1 is kept',
      'T-TP-1  toy/2  clause      toyproc(9), SYNOPSIS                    T-TP-1 is kept',
      'T-TP-2  toy/2  clause      toyproc(9), FUNCTIONS, toy_create, pri  T-TP-2 is kept',
      'T-D-01  toy/2  divergence  where page and kernel part              somebody waits / nobody waits',
    ])
  })

  test('is named by page in a verdict, even if only one clause was run', async () => {
    expect(await kt('run', 'T-TP-1', '--reading', 'page')).toContain('pass  T-TP-1  page    toyproc(9), SYNOPSIS\n')
    expect(await kt('run', 'T-1', '--reading', 'page')).toContain('pass  T-1  page    FUNCTIONS, toy_create, pri\n')
  })

  test('is named by page in a failure', async () => {
    const title = 'fail  T-TP-2  toy/2, toyproc(9), FUNCTIONS, toy_create, pri, reading page and kernel\n'
    expect(await kt('--quiet')).toContain(title)
  })

  test('explains a clause by its own page, and a row by both', async () => {
    expect(await kt('explain', 'T-TO-1')).toContain('  page      toy(9) of May 1, 2001, Toy 2 (toy/2), SYNOPSIS\n')
    expect(await kt('explain', 'T-TP-1')).toContain('  page      toyproc(9) of June 2, 2002, Toy 2 (toy/2), SYNOPSIS\n')
    expect(await kt('explain', 'T-D-01')).toContain(
      '  where     toy(9) of May 1, 2001 and toyproc(9) of June 2, 2002, Toy 2 (toy/2)\n',
    )
  })

  test('is reported with both pages, and each clause with its own', async () => {
    const { releases, clauses } = JSON.parse(await kt('report', '--json', '-', '--release', 'toy/2')) as Report
    expect(releases.map(({ pages }) => pages)).toEqual([
      [
        { page: 'toy(9)', date: 'May 1, 2001' },
        { page: 'toyproc(9)', date: 'June 2, 2002' },
      ],
    ])
    const ofPage = clauses.filter(({ reading }) => reading === 'page').map(({ id, page }) => [id, page])
    expect(ofPage).toEqual([
      ['T-TO-1', 'toy(9)'],
      ['T-TP-1', 'toyproc(9)'],
      ['T-TP-2', 'toyproc(9)'],
    ])
  })
})

test('a clause of a page that its release does not have is a fault of ours, and not left out', async () => {
  installed.contracts = [toyContract({ clauses: [toyClause('T-1', () => undefined, { page: 'other(9)' })] })]
  const out = await kt()
  expect(out).toContain("a fault of ours: SimulatorFault: toy/1 has no page 'other(9)'")
  expect(out).toContain('failed: executed 0/1 page, 0/1 kernel; 2 faults of ours; ')
})
