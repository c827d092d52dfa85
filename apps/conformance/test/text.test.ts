import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { entriesOf } from '../src/contracts.js'
import { matrix } from '../src/matrix.js'
import { divergenceTable } from '../src/report/divergences.js'
import { failures } from '../src/report/failures.js'
import { lastLine } from '../src/report/text.js'
import { surveyEntries, type Survey } from '../src/survey.js'
import { openTerminal, printable, shorten, wrap } from '../src/terminal.js'
import { totalsOf } from '../src/totals.js'
import { holdsUnderPage, paper, toyClause, toyContract, toyKernel, violates } from './toy.js'

const lost = {
  id: 'T-D-01',
  page: 'A wakeup is kept for a thread that is about to sleep.',
  kernel: 'A wakeup that finds nobody is lost.',
  breaks: ['T-2'],
  differs: true,
}

const mixed = surveyEntries(
  entriesOf(
    toyContract({
      clauses: [
        toyClause('T-1', () => undefined, { section: 'NAME' }),
        toyClause('T-2', holdsUnderPage),
        toyClause('T-3', violates('errno: expected 0, saw 35'), { section: 'FUNCTIONS, toy_create, flags' }),
        toyClause('T-4', () => undefined, { section: 'footer', kind: 'described' }),
      ],
      divergences: [
        { ...lost, observe: ({ reading }) => (reading === 'page' ? 'main woke at 10 ms' : 'main sleeps for ever') },
        { ...lost, id: 'T-D-02', breaks: [], differs: true, observe: () => 'the handle is stored' },
      ],
    }),
  ),
)

test('the matrix has a row for each section or function and the kinds at its foot', () => {
  expect(matrix(paper().terminal, mixed.clauses).split('\n')).toEqual([
    '                                page reading         kernel reading',
    'section                clauses    pass   fail  pass  contradicts  fail',
    '──────────────────────────────────────────────────────────────────────',
    'NAME                         1       1      ·     1            ·     ·',
    'FUNCTIONS, toy_create        2       1      1     ·            1     1',
    'footer                       1       1      ·     1            ·     ·',
    '──────────────────────────────────────────────────────────────────────',
    'executed                     3     2/3    1/3   1/3          1/3   1/3',
    'described                    1     1/1    0/1   1/1          0/1   0/1',
  ])
})

test('the table of divergences tells both readings, how they compare and what breaks', () => {
  expect(divergenceTable(paper().terminal, mixed.divergences).split('\n')).toEqual([
    'row             says                    was seen                verdict',
    '──────────────────────────────────────────────────────────────────────────',
    'T-D-01  page    A wakeup is kept for…   main woke at 10 ms      differs',
    '        kernel  A wakeup that finds n…  main sleeps for ever    breaks T-2',
    'T-D-02  page    A wakeup is kept for…   the handle is stored    fail: same',
    '        kernel  A wakeup that finds n…  the same',
  ])
})

test.each([80, 100, 120])('nothing is wider than a terminal of %i columns', (columns) => {
  const { terminal } = paper(columns)
  const text = [
    matrix(terminal, mixed.clauses),
    divergenceTable(terminal, mixed.divergences),
    ...failures(terminal, longFailures(3)),
    lastLine(terminal, totalsOf(mixed), mixed, 1.25),
  ]
  const lines = text.join('\n').split('\n')
  expect(lines.filter((line) => line.length > columns)).toEqual([])
})

/** Failures with more of everything than is told. */
function longFailures(count: number): Survey {
  const clauses = Array.from({ length: count }, (_, at) =>
    toyClause(`T-${at + 1}`, (trial) => {
      for (let note = 0; note < 40; note++) trial.saw(`note ${note} ${'and so on '.repeat(30)}`)
      const kernels = Array.from({ length: 9 }, () => toyKernel(trial))
      for (let line = 0; line < 90; line++) kernels[8]!.console.push(`console line ${line} of ${'many '.repeat(40)}`)
      violates(`order ${at}: ${'expected this, saw that; '.repeat(100)}`)()
    }),
  )
  return surveyEntries(entriesOf(toyContract({ clauses })))
}

describe('failures', () => {
  test('one is told in this order: what was promised, what was seen, how it ran, how to repeat it', () => {
    const clause = toyClause('T-3', (trial) => {
      trial.saw('created at 0 ms')
      const kernel = toyKernel(trial)
      kernel.now = 12_500_000
      kernel.console.push('panic: toy')
      violates('errno: expected 0, saw 35')()
    })
    const found = surveyEntries(entriesOf(toyContract({ clauses: [clause] })), ['kernel'])
    expect(failures(paper().terminal, found).join('\n').split('\n')).toEqual([
      'fail  T-3  toy/1, FUNCTIONS, toy_create, pri, reading kernel',
      '  says      T-3 is kept',
      '  saw       errno: expected 0, saw 35',
      '  noted     created at 0 ms',
      '  ran       0 events in 12.5 ms of virtual time, trace',
      '  console   panic: toy',
      '  repeat    kt run T-3 --reading kernel',
    ])
  })

  test('no tale is longer than 25 lines, and its last line repeats it', () => {
    const [tale = ''] = failures(paper(60).terminal, longFailures(1))
    const lines = tale.split('\n')
    expect(lines.length).toBeLessThanOrEqual(25)
    expect(lines.at(-1)).toBe('  repeat    kt run T-1')
    expect(tale).toContain('console line 89')
  })

  test('those with the same words are told once, and every id is named', () => {
    const clauses = ['T-1', 'T-2', 'T-3'].map((id) => toyClause(id, violates('no check yet')))
    expect(
      failures(paper().terminal, surveyEntries(entriesOf(toyContract({ clauses }))))
        .join('\n')
        .split('\n'),
    ).toEqual([
      'fail  T-1  toy/1, FUNCTIONS, toy_create, pri, reading page and kernel',
      '  says      T-1 is kept',
      '  saw       no check yet',
      '  repeat    kt run T-1',
      '  also      T-2 T-3',
    ])
  })

  test('one that two releases share is told of the first, and the other is named with its release', () => {
    const clauses = [toyClause('T-1', violates('no check yet'))]
    const entries = [toyContract({ clauses }), toyContract({ release: '2', clauses })].flatMap(entriesOf)
    const [tale = ''] = failures(paper().terminal, surveyEntries(entries))
    expect(tale).toContain('fail  T-1  toy/1, FUNCTIONS, toy_create, pri, reading page and kernel\n')
    expect(tale).toMatch(/\n {2}also {6}T-1 \(toy\/2\)$/)
  })

  test('after the eighth they are only named', () => {
    const paragraphs = failures(paper().terminal, longFailures(10))
    expect(paragraphs).toHaveLength(9)
    expect(paragraphs.at(-1)).toContain('  fail      T-9\n')
    expect(paragraphs.at(-1)).toContain('  fail      T-10\n')
  })

  test('a divergence that fails is told with what both readings showed', () => {
    expect(
      failures(paper().terminal, { ...mixed, clauses: [] })
        .join('\n')
        .split('\n'),
    ).toEqual([
      'fail  T-D-02  toy/1, divergence',
      '  says      the two readings differ',
      '  saw       reading page: the handle is stored',
      '            reading kernel: the handle is stored',
      '  repeat    kt run T-D-02 --release toy/1',
    ])
  })

  test('there are none when everything holds', () => {
    const contract = toyContract({ clauses: [toyClause('T-1', () => undefined)] })
    expect(failures(paper().terminal, surveyEntries(entriesOf(contract)))).toEqual([])
  })
})

describe('the last line', () => {
  test('has every denominator and the time', () => {
    expect(lastLine(paper(120).terminal, totalsOf(mixed), mixed, 1.25)).toBe(
      'failed: executed 2/3 page, 1/3 kernel (1 contradict); described 1/1 page, 1/1 kernel; divergences 1/2; 1.3 s',
    )
  })

  test('fits a narrow terminal, with as many clauses as five pages have', () => {
    const totals = {
      executed: { clauses: 400, page: { pass: 400, fail: 0 }, kernel: { pass: 360, contradicts: 40, fail: 0 } },
      described: { clauses: 24, page: { pass: 24, fail: 0 }, kernel: { pass: 24, contradicts: 0, fail: 0 } },
      divergences: { rows: 130, differ: 60, pass: 130, fail: 0 },
    }
    const line = lastLine(paper(80).terminal, totals, { contracts: [], clauses: [], divergences: [] }, 12.34)
    expect(line).toBe('all hold: executed 400/400, kernel 360+40; described 24/24; D 130/130; 12.3 s')
    expect(line.length).toBeLessThanOrEqual(80)
  })

  test('claims nothing about a reading that was not run', () => {
    const contract = toyContract({ clauses: [toyClause('T-1', () => undefined)] })
    const found = surveyEntries(entriesOf(contract), ['page'])
    expect(lastLine(paper().terminal, totalsOf(found), found, 0)).toBe('all hold: executed 1/1 page; 0.0 s')
  })
})

describe('the terminal', () => {
  const opened = (isTTY: boolean, env: Record<string, string>): string => {
    const out = { isTTY, write: () => undefined }
    return openTerminal({ out, err: out, env }).colours.red('x')
  }

  test('has colour when somebody looks and did not refuse it, under CI or not', () => {
    expect(opened(true, {})).toBe('\x1b[31mx\x1b[39m')
    expect(opened(true, { NO_COLOR: '1' })).toBe('x')
    expect(opened(false, {})).toBe('x')
    expect(opened(false, { CI: 'true', FORCE_COLOR: '1' })).toBe('x')
  })

  test('is 100 columns wide when it does not say', () => {
    const out = { write: () => undefined }
    expect(openTerminal({ out, err: out, env: {} }).columns).toBe(100)
  })

  test('shows how far work is only where somebody looks', () => {
    const written: string[] = []
    const stream = { isTTY: true, columns: 80, write: (text: string) => written.push(text) }
    const file = { write: (text: string) => written.push(text) }
    openTerminal({ out: file, err: stream, env: {} }).progress.show(1, 2, 'x')
    openTerminal({ out: stream, err: file, env: {} }).progress.show(1, 2, 'x')
    expect(written).toEqual([])
    const { progress } = openTerminal({ out: stream, err: stream, env: {} })
    progress.end()
    expect(written).toEqual([])
    progress.show(1, 2, 'T-1')
    progress.show(2, 2, 'T-2')
    progress.end()
    const shown = stripVTControlCharacters(written.join(''))
    expect(shown).toContain('1/2, T-1')
    expect(shown).toContain('T-1')
  })

  test('is not steered by what a program under test prints', () => {
    expect(printable('a\x1b[2Jb\x07')).toBe('a\\x1b[2Jb\\x07')
    const clause = toyClause('T-1', violates('name \x1b[31mred\x1b[0m'))
    const told = failures(paper().terminal, surveyEntries(entriesOf(toyContract({ clauses: [clause] })))).join('\n')
    expect(stripVTControlCharacters(told)).toBe(told)
  })

  test('breaks lines at spaces, and words only when it must', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
    expect(wrap('', 4)).toEqual([''])
    expect(shorten('one two three', 8)).toBe('one two…')
  })
})
