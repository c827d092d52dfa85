import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

/** What each example prints, whole. */
const PRINTS: Record<string, readonly string[]> = {
  'join.ts': ['first is done at 100 ms', 'done 0', "WARNING: kthread `worker/0' (28) exits with status 3"],
  'early-start.ts': [
    'priority 96: the thread finds its handle in newlp',
    'priority 128: the thread finds null in newlp',
  ],
  'join-chain.ts': [
    'NetBSD 6: deadlock',
    '  main sleeps in kthread_join, wait message kthrwait',
    '  C sleeps in kthread_exit, wait message kthrwait',
    '  B sleeps in kthread_join, wait message kthrwait',
    'NetBSD 10.1: done',
  ],
  'big-lock.ts': [
    'left, first half: cpu0, 0 to 5 ms',
    'right, first half: cpu1, 5 to 10 ms',
    'left, second half: cpu0, 10 to 15 ms',
    'right, second half: cpu1, 20 to 25 ms',
  ],
  'unload.ts': ['done after 3.5 s, 4 rounds, thread state 5'],
  'fpu.ts': [
    'enter returned 0, then 0x400',
    'after the inner exit register 0 holds 42',
    'after the outer exit the unit holds 0',
    'panic: fpudna from kernel, lwp main (21) [NB10-KT-15]',
  ],
}

describe('examples', () => {
  const lines: string[] = []
  beforeEach(() => {
    lines.length = 0
    vi.spyOn(console, 'log').mockImplementation(
      (...parts: unknown[]) => void lines.push(...parts.join(' ').trimEnd().split('\n')),
    )
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each(Object.entries(PRINTS))('%s prints what its reader is told', async (file, expected) => {
    await import(/* @vite-ignore */ new URL(`../src/${file}`, import.meta.url).href)
    expect(lines).toEqual(expected)
  })

  test("the root README's first example is join.ts, and so is that of @kt/netbsd", () => {
    const source = readFileSync(new URL('../src/join.ts', import.meta.url), 'utf8').trim()
    for (const readme of ['../../README.md', '../../packages/netbsd/README.md']) {
      const block = /```ts\n([\s\S]*?)```/.exec(readFileSync(new URL(readme, import.meta.url), 'utf8'))
      expect(block?.[1]?.trim(), readme).toBe(source)
    }
  })
})
