import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('the screen in the root README is what kt prints', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const screen = /```\n(NetBSD 10\.1 {2}kthread\(9\)[\s\S]*?)\n```/.exec(readme)?.[1]
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
  const args = ['--import', 'tsx', '-C', '@kt/source', cli]
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  expect(screen).toBeDefined()
  expect(stdout).toContain(screen)
}, 60_000)
