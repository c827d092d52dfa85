import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runFiles } from './run-docs.js'

const guide = readFileSync(new URL('../../../docs/exploring.md', import.meta.url), 'utf8')
const programs = Object.fromEntries(
  Array.from(guide.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g), ([, name, text]) => [name!, text!]),
)

test("the guide's tests pass where Node alone runs them", () => {
  const { code, out } = runFiles(programs, ['--test-reporter=tap'])
  expect(out).toMatch(/^# pass 2$/m)
  expect(code).toBe(0)
}, 30_000)

test('they would not if the mistake were taken for the mend', () => {
  const mistaken = { ...programs, 'lost-test.ts': programs['lost-test.ts']!.replace('./mended.js', './lost.js') }
  const { code, out } = runFiles(mistaken, ['--test-reporter=tap'])
  expect(out).toMatch(/^# fail 1$/m)
  expect(out).toContain('lost wakeup: main calls wakeup before waiter sleeps')
  expect(code).toBe(1)
}, 30_000)
