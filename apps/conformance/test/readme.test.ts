import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { execute } from '../src/program.js'

/** Screens of the root README: a command behind a dollar sign, or the matrix of one release. */
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

async function kt(...words: string[]): Promise<string> {
  let said = ''
  const write = (text: string): unknown => (said += text)
  await execute(words, { out: { write }, err: { write }, env: {} })
  return said
}

test('the matrix in the root README is what kt prints', async () => {
  const screen = /```\n(NetBSD 10\.1 {2}kthread\(9\)[\s\S]*?)\n```/.exec(readme)?.[1]
  expect(screen).toBeDefined()
  expect(await kt('--release', 'netbsd/10.1')).toContain(screen)
}, 60_000)

test('the comparison in the root README is what kt prints', async () => {
  const [, words, screen] = /```console\n\$ kt (compare \S+)\n([\s\S]*?)\n```/.exec(readme) ?? []
  expect(words).toBeDefined()
  expect(await kt(...words!.split(' '))).toContain(screen)
}, 60_000)
