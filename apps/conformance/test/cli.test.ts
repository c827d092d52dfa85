import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Report } from '../src/index.js'
import { execute } from '../src/program.js'

vi.setConfig({ testTimeout: 60_000 })

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'kt-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts the command as a user would, from its source. */
function spawn(...words: string[]): { status: number | null; out: string; err: string } {
  const nodeWords = ['--import', 'tsx', '-C', '@kt/source', 'src/cli.ts', ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, nodeWords, { cwd: root, encoding: 'utf8' })
  return { status, out: stdout, err: stderr }
}

/** Runs it in this process. */
async function kt(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await execute(words, {
    out: { write: (text) => (said.out += text) },
    err: { write: (text) => (said.err += text) },
    env: {},
  })
  return { code, ...said }
}

const TIMEOUT_MS = 120_000

describe('as a process', () => {
  test(
    'kt prints a matrix for each page of a release, and its exit says what its last line says',
    () => {
      const { status, out, err } = spawn('--release', 'netbsd/10.1')
      expect(err).toBe('')
      expect(out).toMatch(/^NetBSD 10\.1 {2}kthread\(9\) of April 21, 2015\n/)
      expect(out).not.toContain('\x1b')
      const last = out.trimEnd().split('\n').at(-1)!
      expect(last).toMatch(/^(all hold|failed): executed \d+\/59.*; \d+\.\d s$/)
      expect(status).toBe(last.startsWith('all hold') ? 0 : 1)
    },
    TIMEOUT_MS,
  )

  test(
    'kt report writes what it is asked for, and exits as kt does',
    () => {
      const formats = ['json', 'html', 'junit', 'tap', 'atf', 'markdown']
      const files = formats.flatMap((format) => [`--${format}`, join(folder, `report.${format}`)])
      const { status, out, err } = spawn('report', '--topic', 'name/process', ...files)
      expect(err).toBe('')
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report
      const failed = [...report.clauses, ...report.divergences].some(({ state }) => state === 'fail')
      expect(status).toBe(failed ? 1 : 0)
      expect(out.startsWith(failed ? 'failed: ' : 'all hold: ')).toBe(true)
      expect(out).toMatch(/\ntold: 1 story told to 5 releases under both readings; [01] differ; \d+\.\d s\n/)
      for (const format of formats) expect(out).toContain(`\nwritten: ${join(folder, `report.${format}`)}\n`)
      expect(readdirSync(folder).sort()).toEqual(formats.map((format) => `report.${format}`).sort())
      const read = (format: string): string => readFileSync(join(folder, `report.${format}`), 'utf8')
      expect(read('html')).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/)
      expect(read('junit')).toMatch(/^<\?xml [^]*<\/testsuites>\n$/)
      expect(read('tap')).toMatch(/^TAP version 14\n/)
      expect(read('atf')).toMatch(/^Content-Type: application\/X-atf-tps; version="3"\n\n/)
      expect(read('markdown')).toMatch(/^# /)
    },
    TIMEOUT_MS,
  )

  test('a wrong use is one line and exit 2', () => {
    const { status, out, err } = spawn('run', 'NB6-KT-99')
    expect({ status, out, err }).toEqual({
      status: 2,
      out: '',
      err: "kt: no clause or divergence 'NB6-KT-99' in netbsd/6, netbsd/10.1, openbsd/4.2, openbsd/5.1, freebsd/8.0; nearest is NB6-KT-09\n",
    })
  })

  test('a reader who leaves ends it quietly', () => {
    const command = `'${process.execPath}' --import tsx -C @kt/source src/cli.ts list | head -1`
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^NB6-KT-01 .*\n$/)
  })
})

const COMMANDS = [
  ...['all', 'run', 'explain', 'prove', 'list', 'compare', 'report', 'explore', 'replay', 'diff'],
  ...['ps', 'ddb', 'kdump', 'dmesg', 'trace', 'complete'],
]

describe('usage', () => {
  test.each([
    [['bogus'], `no command 'bogus'; expected one of ${COMMANDS.join(', ')}; nearest is run`],
    [['rnu', 'NB6-KT-01'], `no command 'rnu'; expected one of ${COMMANDS.join(', ')}; nearest is run`],
    [
      ['run', 'nb10-kt-9'],
      "no clause or divergence 'nb10-kt-9' in netbsd/6, netbsd/10.1, openbsd/4.2, openbsd/5.1, freebsd/8.0; nearest is NB10-KT-09",
    ],
    [
      ['run', 'NB6-KT-01', '--release', 'netbsd/10.1'],
      "no clause or divergence 'NB6-KT-01' in netbsd/10.1; nearest is NB10-KT-01",
    ],
    [
      ['run', '--release', 'netbsd/7'],
      "no release 'netbsd/7'; expected one of netbsd/6, netbsd/10.1, openbsd/4.2, openbsd/5.1, freebsd/8.0, or a system",
    ],
    [['run', '--reading', 'both'], "no reading 'both'; expected page or kernel"],
    [['report'], 'nothing to write; expected one or more of --html, --json, --junit, --tap, --atf, --markdown'],
    [
      ['report', '--tap', '-', '--html', '-'],
      '--html and --tap both go to the standard output; expected one place for each',
    ],
    [['report', '--tap', 'x', '--atf', './x'], "--tap and --atf both go to 'x'; expected one place for each"],
    [['report', '--html', '/'], "cannot write '/' (EISDIR); expected a path that can be written"],
    [['report', '--json', ''], "cannot write '' (ENOENT); expected a path that can be written"],
    [
      ['report', '--json', '-', '--since', 'no.json'],
      "cannot read 'no.json' (ENOENT); expected a file that kt report --json wrote",
    ],
  ])('%j is refused in one line', async (words, line) => {
    expect(await kt(...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })

  // What the library for arguments finds, before anything of the command is loaded.
  test.each([
    [
      ['explain'],
      "missing required argument 'word'; expected kt explain [options] <word...> (more: kt explain --help)",
    ],
    [['diff', 'a'], "missing required argument 'other'"],
    [['diff', 'a', 'b', 'c', 'd'], "too many arguments for 'diff'. Expected 3 arguments but got 4"],
    [['--sideways'], "unknown option '--sideways'"],
    [['list', '--relaese', 'x'], "unknown option '--relaese' (Did you mean --release?)"],
  ])('%j is refused in one line', async (words, problem) => {
    const { code, out, err } = await kt(...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.startsWith(`kt: ${problem}`), err).toBe(true)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })

  test('a path that cannot be written is refused in one line', async () => {
    const { code, out, err } = await kt(
      'report',
      '--release',
      'netbsd/10.1',
      '--json',
      join(folder, 'missing', 'x.json'),
    )
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^kt: cannot write '.*x\.json' \(ENOENT\); expected a path that can be written\n$/)
  }, 120_000)

  test('--help and --version are no mistakes', async () => {
    const help = await kt('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const command of COMMANDS) expect(help.out).toContain(`\n  ${command} `)
    expect(await kt('--version')).toEqual({ code: 0, out: '0.0.0\n', err: '' })
  })
})

describe('commands', () => {
  test('run tells both readings of a clause unless one is asked for', async () => {
    const both = await kt('run', 'NB10-KT-17')
    expect(both.out).toMatch(/^(pass|fail) {2}NB10-KT-17 {2}page /m)
    expect(both.out).toMatch(/^(pass|fail) {2}NB10-KT-17 {2}kernel /m)
    const one = await kt('run', 'NB10-KT-17', '--reading', 'page')
    expect(one.out).not.toContain('NB10-KT-17  kernel')
    expect(one.out).toMatch(/^(all hold|failed): executed [01]\/1 page; \d+\.\d s$/m)
  })

  test('an id given twice is run once', async () => {
    const { out } = await kt('run', 'NB10-KT-17', 'nb10-kt-17', '--reading', 'page')
    expect(out.match(/NB10-KT-17 {2}page/g)).toHaveLength(1)
  })

  test('explain takes several ids for a question, and lists them', async () => {
    const { code, out } = await kt('explain', 'NB6-KT-01', 'NB6-KT-02')
    expect(code).toBe(0)
    expect(out).toMatch(/^NB6-KT-01 .*\nNB6-KT-02 /m)
  })

  test('explain shows a clause in one screen: page, section, words and both readings', async () => {
    const { out } = await kt('explain', 'NB6-KT-22')
    expect(out).toContain('kthread(9) of August 7, 2011, NetBSD 6 (netbsd/6), FUNCTIONS, kthread_create')
    expect(out).toMatch(/^ {2}says {6}\S/m)
    expect(out).toMatch(/^(pass|fail) {2}reading page$/m)
    expect(out).toMatch(/^(pass|fail|contradicts) {2}reading kernel$/m)
    expect(out.split('\n').length).toBeLessThanOrEqual(40)
  })

  test('explain shows a divergence in every release that has it', async () => {
    const { out } = await kt('explain', 'NB-D-02')
    expect(out).toMatch(/^(pass|fail) {2}NB-D-02 {2}netbsd\/6 /m)
    expect(out).toMatch(/^(pass|fail) {2}NB-D-02 {2}netbsd\/10\.1 /m)
    expect(out).toMatch(/^ {2}breaks {4}NB6-KT-61: /m)
  })

  test('report to - is the JSON and nothing else', async () => {
    const { out } = await kt('report', '--json', '-', '--release', 'netbsd/10.1', '--topic', 'name')
    expect((JSON.parse(out) as Report).releases.map(({ release }) => release)).toEqual(['netbsd/10.1'])
  }, 120_000)

  test('--quiet leaves out what holds', async () => {
    const { out } = await kt('--quiet', '--release', 'netbsd/10.1')
    expect(out).not.toContain('page reading')
    expect(out).toMatch(/^(all hold|failed): /m)
  }, 120_000)
})
