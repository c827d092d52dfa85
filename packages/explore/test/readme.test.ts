import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runFiles } from './run-docs.js'

test('the program in the README prints what the README says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, program, screen] = /```ts\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(readme)!
  expect(runFiles({ 'program.ts': program! })).toEqual({ code: 0, out: screen })
}, 30_000)
