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
  'attach.ts': [
    'at attach tsleep returns 0 after 0 ns: the machine is cold',
    'later: kthread_create returns 0, process 3',
    'running: 12 slots of the process table',
    'detached and reaped: 11',
  ],
  'two-threads.ts': printedIn('../../packages/openbsd/README.md'),
  'bufdaemon.ts': [
    'after a second: 10 rounds by thread 100004 of process 0 (kernel)',
    "Waiting (max 60 seconds) for system thread `bufdaemon' to stop...done",
    "Waiting (max 60 seconds) for system thread `laggard' to stop...timed out",
    'All buffers synced.',
    'Uptime: 1m2s',
    'Rebooting...',
    'shutdown: bufdaemon sleeps in ktsusp, after 10 rounds',
  ],
  'driver-unload.ts': ['detach came back at 106 ms', 'done; process 2 has ended: true'],
  'lost-resume.ts': [
    'as the page has it, in 300 schedules:',
    '  300 x suspended and resumed',
    'as the kernel has it, in 300 schedules:',
    '  250 x suspended and resumed',
    '  37 x the resume was lost: parked, and nobody asks it to',
    '  13 x the word was lost: EWOULDBLOCK, and it is parked',
  ],
  'kdump.ts': [
    ' 19606 prog     CALL  mmap(0,0x1000)',
    ' 19606 prog     RET   mmap 8589934592/0x200000000',
    ' 19606 prog     CALL  __tfork(0x7f7ffffeeff0)',
    ' 19606 prog     RET   __tfork -1 errno 91 Not supported',
    ' 19606 prog     CALL  sysctl()',
    ' 19606 prog     RET   sysctl 0',
    ' 19606 prog     CALL  __tfork(0x7f7ffffeeff0)',
    ' 19606 prog     RET   __tfork 1024846/0xfa34e',
    ' 19606 prog     CALL  nanosleep(0x989680)',
    ' 24846 prog     RET   rfork 0',
    ' 24846 prog     CALL  __threxit(0)',
    ' 19606 prog     RET   nanosleep 0',
    ' 19606 prog     CALL  exit(0)',
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

  test.each([
    ['the root README', '../../README.md', 'join.ts'],
    ['@kt/netbsd', '../../packages/netbsd/README.md', 'join.ts'],
    ['@kt/openbsd', '../../packages/openbsd/README.md', 'two-threads.ts'],
    ['@kt/freebsd', '../../packages/freebsd/README.md', 'bufdaemon.ts'],
  ])('the first example of %s is one of these', (_, readme, file) => {
    const source = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8').trim()
    expect(exampleIn(readme).source).toBe(source)
  })
})

/** What a README's first example prints, as the block below it says. */
function printedIn(readme: string): readonly string[] {
  return exampleIn(readme).prints.split('\n')
}

/** A README's first block of TypeScript, and the block that follows at once, if one does. */
function exampleIn(readme: string): { readonly source: string; readonly prints: string } {
  const text = readFileSync(new URL(readme, import.meta.url), 'utf8')
  const [, source = '', prints = ''] = /```ts\n([\s\S]*?)```\n(?:\n```\n([\s\S]*?)```)?/.exec(text) ?? []
  return { source: source.trim(), prints: prints.trimEnd() }
}
