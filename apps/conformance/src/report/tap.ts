/** The Test Anything Protocol, version 14: a subtest for each suite, and what was seen in its YAML. */
import { stringify } from 'yaml'
import { suitesOf, type Case, type Suite } from './cases.js'
import type { Report } from './json.js'

export function tapOf(report: Report): string {
  const suites = suitesOf(report)
  return [
    'TAP version 14',
    `1..${suites.length}`,
    ...suites.flatMap((suite, at) => suiteLines(suite, at + 1)),
    '',
  ].join('\n')
}

function suiteLines({ name, cases }: Suite, number: number): string[] {
  const failed = cases.some(({ state }) => state === 'fail')
  const lines = [`1..${cases.length}`, ...cases.flatMap((one, at) => caseLines(one, at + 1))]
  return [
    `# Subtest: ${escaped(name)}`,
    ...lines.map((line) => `    ${line}`),
    `${failed ? 'not ok' : 'ok'} ${number} - ${escaped(name)}`,
  ]
}

function caseLines({ id, title, state, reason, isBroken, seen }: Case, number: number): string[] {
  const diagnostics = { state, ...(reason === null ? {} : { reason }), ...(isBroken ? { fault: 'ours' } : {}), seen }
  return [
    `${verdictOf(state)} ${number} - ${escaped(`${id} ${title}`)}${directiveOf(state, reason)}`,
    '  ---',
    ...stringify(diagnostics, { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '  ...',
  ]
}

/** What fails as it should is not ok and to be done: a harness takes that for no failure. */
function verdictOf(state: Case['state']): 'ok' | 'not ok' {
  return state === 'fail' || state === 'xfail' || state === 'contradicts' ? 'not ok' : 'ok'
}

function directiveOf(state: Case['state'], reason: string | null): string {
  if (state === 'pass' || state === 'fail') return ''
  const directive = verdictOf(state) === 'ok' ? 'SKIP' : 'TODO'
  const word = state === 'skip' ? '' : `${state}: `
  return ` # ${directive} ${word}${escaped(reason ?? '')}`
}

/** A number sign would begin a directive, and a backslash hide one. */
function escaped(text: string): string {
  return text.replace(/[\\#]/g, '\\$&')
}
