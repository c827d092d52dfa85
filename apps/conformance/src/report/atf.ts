/**
 * What atf-run writes and atf-report reads (`application/X-atf-tps`, version 3): a test program for each suite. Times
 * are zero, for equal inputs give equal bytes.
 */
import { suitesOf, type Case, type Suite } from './cases.js'
import type { Report } from './json.js'

const TIME = '0.000000'

export function atfOf(report: Report): string {
  const suites = suitesOf(report)
  return [
    'Content-Type: application/X-atf-tps; version="3"',
    '',
    `info: kt.version, ${report.version}`,
    `info: kt.tracehash, ${report.traceHash}`,
    `tps-count: ${suites.length}`,
    ...suites.flatMap(programLines),
    '',
  ].join('\n')
}

function programLines(suite: Suite): string[] {
  const name = nameOf(suite.name)
  return [
    `tp-start: ${TIME}, ${name}, ${suite.cases.length}`,
    ...suite.cases.flatMap(caseLines),
    `tp-end: ${TIME}, ${name}`,
  ]
}

function caseLines(one: Case): string[] {
  const name = nameOf(one.id)
  return [
    `tc-start: ${TIME}, ${name}`,
    ...[one.title, ...one.seen].map((line) => `tc-so:${line}`),
    `tc-end: ${TIME}, ${name}, ${verdictOf(one)}`,
  ]
}

/** The format has one word for what fails as it should, and one for what was not run: the state begins the reason. */
function verdictOf({ state, reason }: Case): string {
  const told = reason === null || reason.trim() === '' ? 'no reason is known' : reason.trim()
  switch (state) {
    case 'pass':
      return 'passed'
    case 'fail':
      return `failed, ${told}`
    case 'xfail':
    case 'contradicts':
      return `expected_failure, ${state}: ${told}`
    case 'skip':
      return `skipped, ${told}`
    case 'silent':
    case 'unexplored':
      return `skipped, ${state}: ${told}`
  }
}

/** A comma would end the field. */
function nameOf(text: string): string {
  return text.replace(/[\s,]+/g, '_')
}
