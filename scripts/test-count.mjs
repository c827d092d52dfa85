// Prints `N passed, N failed` (and `, N skipped`) from Vitest's JSON report, and fails when no test ran.
import { readFileSync } from 'node:fs'

/** @returns {import('vitest/node').JsonTestResults | undefined} */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error(`no report of the tests: ${error.message}`)
    return undefined
  }
}

const report = read(process.argv[2] ?? '.reports/tests.json')
const passed = report?.numPassedTests ?? 0
const failedTests = report?.numFailedTests ?? 0
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)

// A file that does not load has no tests to fail; it counts as one failure, so that the line never looks green.
const broken =
  report?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0) ?? []
for (const file of broken) console.error(`did not load: ${file.name}`)
const failed = failedTests + broken.length

if (passed + failed === 0) process.exitCode = 1
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
