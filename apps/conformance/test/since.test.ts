import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { textOf } from '../src/report/json.js'
import { changesSince, readReport } from '../src/report/since.js'
import { answer, cell, clause, story, toyReport } from './reported.js'

const folder = mkdtempSync(join(tmpdir(), 'kt-since-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('changes since an earlier report', () => {
  test('are none between equal reports', () => {
    const { added, changed, removed } = changesSince(structuredClone(toyReport), toyReport)
    expect([added, changed, removed]).toEqual([[], [], []])
  })

  test('are what was added, changed and removed', () => {
    const [first, ...others] = toyReport.stories
    const old = {
      ...toyReport,
      clauses: [...toyReport.clauses.slice(2), clause('NB10-KT-09')],
      stories: [story('conforms', cell('join/conforms', 'silent', { page: answer('it stays') })), ...others],
    }
    const { added, changed, removed } = changesSince(old, toyReport)
    expect(added.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['clause NB10-KT-01@netbsd/10.1'])
    expect(changed).toEqual([
      {
        kind: 'cell',
        id: first!.cells[0]!.id,
        was: 'silent: it stays; the kernel: it is gone',
        now: 'conforms: it is gone',
      },
    ])
    expect(removed).toEqual([
      { kind: 'clause', id: 'NB10-KT-09@netbsd/10.1', was: 'NB10-KT-09 is kept; reading page: pass', now: null },
    ])
  })

  test('are only of the releases that the later report is about', () => {
    const old = { ...toyReport, clauses: [...toyReport.clauses, clause('OB-KT-01', { release: 'openbsd/4.2' })] }
    expect(changesSince(old, toyReport).removed).toEqual([])
  })
})

describe('an earlier report', () => {
  test('is read back as it was', () => {
    expect(readReport(written('whole.json', textOf(toyReport)))).toEqual(JSON.parse(textOf(toyReport)))
  })

  test.each([
    [
      'torn.json',
      '{ "schema": "kt-rep',
      /^cannot compare with '.*torn\.json': it is no JSON; expected a file that kt report --json wrote$/,
    ],
    ['other.json', '[]', /: it names no schema; expected .*, kt-report\/2$/],
    ['old.json', '{ "schema": "kt-report/1" }', /: its schema is "kt-report\/1"; expected .*, kt-report\/2$/],
    ['short.json', '{ "schema": "kt-report/2" }', /: it must have required property 'version'; expected /],
  ])('%s is refused in one line', (name, text, message) => {
    expect(() => readReport(written(name, text))).toThrow(message)
  })

  test('that is not there is told so', () => {
    expect(() => readReport(join(folder, 'missing.json'))).toThrow(
      /^cannot read '.*missing\.json' \(ENOENT\); expected/,
    )
  })
})
