/** JUnit's XML, for services that show test results. It knows no expected failure, so those are skipped with their word. */
import { toUSVString } from 'node:util'
import { create } from 'xmlbuilder2'
import { suitesOf, type Case, type CaseState, type Suite } from './cases.js'
import type { Report } from './json.js'

type Element = ReturnType<ReturnType<typeof create>['ele']>

export function junitOf(report: Report): string {
  const suites = suitesOf(report)
  const document = create({ version: '1.0', encoding: 'UTF-8' })
  const root = document.ele('testsuites', { name: 'kt', ...counted(suites.flatMap(({ cases }) => cases)), time: '0' })
  for (const suite of suites) addSuite(root, suite)
  return `${document.end({ prettyPrint: true })}\n`
}

function addSuite(root: Element, { name, cases }: Suite): void {
  const suite = root.ele('testsuite', { name, ...counted(cases), time: '0' })
  for (const one of cases) addCase(suite, name, one)
}

function addCase(suite: Element, classname: string, one: Case): void {
  const { id, title, state, isBroken, seen } = one
  const test = suite.ele('testcase', { name: legal(`${id} ${title}`), classname, time: '0' })
  const reason = legal(one.reason ?? '')
  if (isFailed(one)) {
    const told = test.ele(isBroken ? 'error' : 'failure', { message: reason, type: isBroken ? 'fault of ours' : state })
    told.txt(legal([reason, ...seen].join('\n')))
    return
  }
  if (state !== 'pass') test.ele('skipped', { message: `${state}: ${reason}` })
  if (seen.length > 0) test.ele('system-out').txt(legal(seen.join('\n')))
}

function counted(cases: readonly Case[]): Record<string, number> {
  const failed = cases.filter(isFailed)
  const errors = failed.filter(({ isBroken }) => isBroken).length
  const skipped = cases.filter(({ state }) => !isRun(state)).length
  return { tests: cases.length, failures: failed.length - errors, errors, skipped }
}

function isFailed({ state }: Case): boolean {
  return state === 'fail'
}

function isRun(state: CaseState): boolean {
  return state === 'pass' || state === 'fail'
}

/** XML has no way to write a lone surrogate or a noncharacter, escaped or not. Control characters are told before. */
function legal(text: string): string {
  return toUSVString(text).replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
}
