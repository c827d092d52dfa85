import { XMLParser } from 'fast-xml-parser'
import { SyntaxValidator } from 'fast-xml-validator'
import { marked, type Token, type Tokens } from 'marked'
import { Parser, type EventLog } from 'tap-parser'
import { toUSVString } from 'node:util'
import { describe, expect, test } from 'vitest'
import { atfOf } from '../src/report/atf.js'
import { suitesOf } from '../src/report/cases.js'
import { junitOf } from '../src/report/junit.js'
import { markdownOf } from '../src/report/markdown.js'
import { changesSince } from '../src/report/since.js'
import { tapOf } from '../src/report/tap.js'
import { readAtf } from './atf.js'
import { clause, TOY_STATES, toyReport } from './reported.js'

const cases = suitesOf(toyReport).flatMap((suite) => suite.cases)

describe('the cases of a report', () => {
  test('keep the seven states apart, each with its reason', () => {
    expect(cases.map(({ state }) => state)).toEqual(TOY_STATES)
    expect(cases.filter(({ state, reason }) => (state === 'pass') !== (reason === null))).toEqual([])
  })

  test('give the divergence as the reason of a contradiction', () => {
    expect(cases.find(({ id }) => id === 'NB10-KT-02/kernel')?.reason).toBe('NB-D-01: It does not wait.')
  })

  test('have one line for each thing, without control characters, and ids that are their own', () => {
    const lines = cases.flatMap(({ id, title, reason, seen }) => [id, title, reason ?? '', ...seen])
    expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([])
    for (const { cases: own } of suitesOf(toyReport)) expect(new Set(own.map(({ id }) => id)).size).toBe(own.length)
  })
})

describe('JUnit', () => {
  const xml = junitOf(toyReport)
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray: (name) => LISTS.has(name) })
  const { testsuites } = parser.parse(xml) as { testsuites: JunitSuites }

  test('is XML, of characters that XML has', () => {
    expect(SyntaxValidator.validate(xml)).toBe(true)
    expect(() => SyntaxValidator.validate(xml.replace('</testcase>', ''))).toThrow()
    // eslint-disable-next-line no-control-regex -- These are what XML 1.0 leaves out.
    expect(xml).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/)
    expect(toUSVString(xml)).toBe(xml)
  })

  test('has the elements and attributes that readers expect, and counts that are those of its cases', () => {
    for (const suite of testsuites.testsuite) {
      const failed = suite.testcase.filter(({ failure }) => failure !== undefined).length
      const errors = suite.testcase.filter(({ error }) => error !== undefined).length
      const skipped = suite.testcase.filter(({ skipped }) => skipped !== undefined).length
      const counts = { tests: suite.tests, failures: suite.failures, errors: suite.errors, skipped: suite.skipped }
      const expected = { tests: suite.testcase.length, failures: failed, errors, skipped }
      expect(counts).toEqual(Object.fromEntries(Object.entries(expected).map(([key, n]) => [key, String(n)])))
      expect(
        suite.testcase.filter(({ name, classname, time }) => !name || classname !== suite.name || time !== '0'),
      ).toEqual([])
    }
    const sum = (name: 'tests' | 'failures' | 'errors' | 'skipped'): number =>
      testsuites.testsuite.reduce((total, suite) => total + Number(suite[name]), 0)
    expect(Number(testsuites.tests)).toBe(cases.length)
    for (const name of ['tests', 'failures', 'errors', 'skipped'] as const)
      expect(Number(testsuites[name])).toBe(sum(name))
  })

  test('tells every state from the others', () => {
    const told = testsuites.testsuite.flatMap(({ testcase }) => testcase.map(junitState))
    expect(told).toEqual(TOY_STATES)
  })
})

const LISTS = new Set(['testsuite', 'testcase'])

interface JunitSuites extends JunitCounts {
  readonly testsuite: readonly (JunitCounts & { readonly name: string; readonly testcase: readonly JunitCase[] })[]
}

interface JunitCounts {
  readonly tests: string
  readonly failures: string
  readonly errors: string
  readonly skipped: string
}

interface JunitCase {
  readonly name: string
  readonly classname: string
  readonly time: string
  readonly failure?: unknown
  readonly error?: unknown
  readonly skipped?: { readonly message: string }
}

function junitState({ failure, error, skipped }: JunitCase): string {
  if (failure !== undefined || error !== undefined) return 'fail'
  return skipped === undefined ? 'pass' : skipped.message.split(':')[0]!
}

describe('TAP', () => {
  const text = tapOf(toyReport)
  const log = Parser.parse(text, { strict: true })
  const asserts = assertsIn(log)

  test('is TAP 14 to a strict reader, and nothing of it is noise', () => {
    expect(text).toMatch(/^TAP version 14\n1\.\.\d+\n/)
    expect(namesIn(log).filter((name) => name === 'extra' || name === 'bailout')).toEqual([])
    const strange = asserts.flatMap(({ tapError }) => (tapError === undefined || tapError === null ? [] : [tapError]))
    expect(strange).toEqual([])
  })

  test('tells every state from the others, in the directive and in the YAML', () => {
    expect(asserts.map(tapState)).toEqual(TOY_STATES)
    expect(asserts.map(({ diag }) => (diag as { state: string }).state)).toEqual(TOY_STATES)
  })

  test('has reasons and what was seen as they are', () => {
    const reasons = asserts.map(({ diag }) => (diag as { reason?: string }).reason ?? null)
    expect(reasons).toEqual(cases.map(({ reason }) => reason))
    expect(asserts.map(({ diag }) => (diag as { seen: unknown }).seen)).toEqual(cases.map(({ seen }) => seen))
  })
})

interface Assert {
  readonly ok: boolean
  readonly skip: boolean | string
  readonly todo: boolean | string
  readonly diag: unknown
  readonly tapError?: unknown
}

/** Results of all subtests, in order. */
function assertsIn(log: EventLog): Assert[] {
  return log.flatMap((event) => {
    if (event[0] !== 'child') return []
    return (event[1] as EventLog).flatMap((inner) => (inner[0] === 'assert' ? [inner[1] as unknown as Assert] : []))
  })
}

function namesIn(log: EventLog): string[] {
  return log.flatMap((event) => (event[0] === 'child' ? namesIn(event[1] as EventLog) : [event[0]]))
}

function tapState({ ok, skip, todo }: Assert): string {
  if (typeof todo === 'string') return todo.split(':')[0]!
  if (typeof skip !== 'string') return ok ? 'pass' : 'fail'
  return /^(silent|unexplored): /.exec(skip)?.[1] ?? 'skip'
}

describe('ATF', () => {
  const programs = readAtf(atfOf(toyReport))

  test('is as atf-report reads it, with every program and case', () => {
    expect(programs.map(({ cases: own }) => own.length)).toEqual(
      suitesOf(toyReport).map(({ cases: own }) => own.length),
    )
  })

  test('tells every state from the others', () => {
    const told = programs.flatMap(({ cases: own }) =>
      own.map(({ state, reason }) => {
        const word = /^(xfail|contradicts|silent|unexplored): /.exec(reason ?? '')?.[1]
        return word ?? { passed: 'pass', failed: 'fail', skipped: 'skip', expected_failure: 'xfail' }[state]
      }),
    )
    expect(told).toEqual(TOY_STATES)
  })
})

describe('Markdown', () => {
  const text = markdownOf(toyReport, changesSince({ ...toyReport, clauses: [clause('NB10-KT-09')] }, toyReport))
  const tokens = marked.lexer(text, { gfm: true })

  test('has whole tables, whatever is in their cells', () => {
    const tables = tokens.filter((token): token is Tokens.Table => token.type === 'table')
    expect(tables.length).toBeGreaterThanOrEqual(5)
    for (const { header, rows } of tables) for (const cells of rows) expect(cells.length).toBe(header.length)
    const words = tables.flatMap(({ rows }) => rows.flat().map((cell) => plain(cell.tokens)))
    expect(words.some((word) => word.includes('a|b, #c \\ "d"'))).toBe(true)
  })

  test('takes nothing that a run said for Markdown or HTML', () => {
    const kinds = new Set<string>()
    void marked.walkTokens(tokens, ({ type }) => void kinds.add(type))
    for (const kind of ['html', 'link', 'em', 'image', 'del']) expect(kinds).not.toContain(kind)
  })

  test('begins with what changed', () => {
    const titles = tokens.filter((token): token is Tokens.Heading => token.type === 'heading' && token.depth === 2)
    expect(titles.map((title) => title.text)).toEqual([
      'Since the report of kt 0.0.0',
      'Releases',
      'Questions',
      'Rows that differ',
      'Page and kernel',
    ])
  })
})

function plain(tokens: readonly Token[]): string {
  return tokens.map((token) => ('text' in token ? (token.text as string) : '')).join('')
}

test.each([
  ['JUnit', junitOf],
  ['TAP', tapOf],
  ['ATF', atfOf],
  ['Markdown', (report: typeof toyReport) => markdownOf(report, null)],
])('%s: equal reports give equal bytes', (_, write) => {
  expect(write(structuredClone(toyReport))).toBe(write(toyReport))
})
