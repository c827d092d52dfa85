/** What does not fit is refused in one line that says what was expected, and nothing is written. */
import { existsSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { progressBar } from '../src/progress-bar.js'
import { openTerminal } from '../src/terminal.js'
import { folder, kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const file = folder()
const DEADLOCK = 'kt1:netbsd/lock-order:EC9J7jey'
const HEAD = "import { createKernel } from '@kt/netbsd/10.1'\nexport const make = () => createKernel({ ncpu: 1 })\n"

describe('refused', () => {
  test.each([
    [['help', 'rnu'], 'there is no such command; expected kt [options] [command] (more: kt --help)'],
    [['diff', 'a'], "missing required argument 'other'; expected kt diff [options] <token> <other> [scenario] (more: kt diff --help)"],
    [['replay', 'a', '--seed'], "option '--seed <n>' argument missing; expected kt replay [options] <token> [scenario] (more: kt replay --help)"],
    [['replay', DEADLOCK, '--fork', '@99'], '@99 is beyond the end: the run has 6 steps; expected @0 to @6'],
    [['compare', '--false-friends', '--matrix'], '--matrix is for stories, and does not go with --false-friends'],
    [['compare', 'netbsd/6', 'netbsd/10.1', '--all'], '--all is for stories, and does not go with two releases'],
    [['compare', 'NetBSD', 'openbsd'], "'NetBSD' is a system; expected two releases, or a topic and --release NetBSD"],
    [['compare', '--release', 'netbsd', 'join'], "no release 'join'; expected what is compared before --release"],
    [['explore', DEADLOCK], `'${DEADLOCK}' is a token, and kt replay makes its run again; expected a file or an exhibit`],
    [['explore', 'netbsd/lock-order', '--seed', '4'], '--seed is for a search at random; expected --strategy random or pct'],
    [['prove', 'zzz-1'], "no proof of 'zzz-1'; expected the id of a promise about schedules; nearest is OB-D-10"],
  ])('%j', async (words, line) => {
    expect(await kt(...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  }) // prettier-ignore

  test.each(['', '(', 'kind:clause AND', 'says:/[/'])('the filter %j', async (text) => {
    expect(await kt('list', '-f', text)).toEqual({
      code: 2,
      out: '',
      err: `kt: cannot read the filter '${text}'; expected such as 'kind:clause AND says:join'\n`,
    })
  })

  test('a trace writes no file when one of its places is none', async () => {
    const good = file('good.csv', '')
    const { code, err } = await kt('trace', DEADLOCK, '--csv', good, '--json', file('missing/x.json', ''))
    expect(code).toBe(2)
    expect(err).toMatch(/^kt: cannot write '.*x\.json' \(ENOENT\); expected a path that can be written\n$/)
    expect(existsSync(good)).toBe(false)
  })

  test('an async generator as main', async () => {
    const async = file('async.ts', `${HEAD}export async function* main(k) {}\n`)
    expect(await kt('run', async)).toEqual({
      code: 2,
      out: '',
      err: `kt: main of '${async}' is an async function; expected a generator function: function* main(k)\n`,
    })
  })
})

test('false friends of some releases are those among them', async () => {
  const { out: all } = await kt('compare', '--false-friends')
  const { code, out } = await kt('compare', '--false-friends', '--release', 'netbsd')
  expect(code).toBe(0)
  expect(all).toContain('FreeBSD')
  expect(out).not.toMatch(/FreeBSD|OpenBSD/)
  expect(out).toMatch(/\n\d+ false friends; /)
})

test('a replay of a run that was cut off exits as that run did', async () => {
  const endless = file('endless.ts', `${HEAD}export function* main(k) { for (;;) yield* k.yield() }\n`)
  const { code, out } = await kt('run', endless, '--steps', '40')
  expect(code).toBe(3)
  const [, token] = /kt replay (\S+) /.exec(out)!
  expect((await kt('replay', token!, endless, '--steps', '40')).code).toBe(3)
})

test('help shows the commands in lines that fit, each with what it takes', async () => {
  const { out } = await kt('--help')
  const lines = out.split('\n')
  expect(lines.some((line) => /^ {2}replay <token> \[scenario\] {2,}\S/.test(line))).toBe(true)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
})

describe('the line about long work', () => {
  function shown(act: (progress: ReturnType<typeof progressBar>) => void): string {
    const written: string[] = []
    act(progressBar({ isTTY: true, columns: 80, write: (text) => written.push(text) }))
    return written.join('')
  }

  test('leaves the cursor alone: Ctrl-C ends the work where it is', () => {
    const text = shown((progress) => {
      progress.show(1, 2, 'x')
      progress.end()
    })
    expect(text).toContain('1/2')
    expect(text).not.toContain('\x1b[?25l')
  })

  test('is not shown on a dumb terminal, which could not take it back', () => {
    const written: string[] = []
    const stream = { isTTY: true, columns: 80, write: (text: string) => written.push(text) }
    openTerminal({ out: stream, err: stream, env: { TERM: 'dumb' } }).progress.show(1, 2, 'x')
    expect(written).toEqual([])
  })

  test('counts its pace from its own beginning, and has none before anything was done', () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] })
    try {
      const text = shown((progress) => {
        progress.show(300, 500, 'x')
        vi.advanceTimersByTime(2000)
        progress.show(310, 500, 'y')
        progress.end()
      })
      const lines = stripVTControlCharacters(text)
      expect(lines).toContain('300/500, x')
      expect(lines).toContain('310/500, 5.0/s, 38s left, y')
    } finally {
      vi.useRealTimers()
    }
  })
})
