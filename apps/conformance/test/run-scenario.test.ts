import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { folder, kt, ktToEnd, LOST_WAKEUP } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const file = folder()

const TWO = `import { createKernel } from '@kt/netbsd/10.1'
const make = () => createKernel()
export const zeta = { make, *main(k) { yield* k.printf('hello %s\\n', 'zeta') } }
export const alpha = { make, *main(k) { yield* k.tsleep('never', 0, 'never', 0) }, options: { steps: 50 } }
`

const HELLO = TWO.replace('const zeta', 'const hello').replace(/.*alpha.*\n/, '')

describe('kt run of a scenario', () => {
  test('prints the console, how it ended, and what makes the run again', async () => {
    const { code, out, err } = await kt('run', file('hello.js', HELLO))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^hello zeta\n\nall is well: main returned\n\nthis run again: kt replay kt1:[\w-]+ '\S+hello\.js#hello'\n$/,
    )
    const [, token, path] = /kt replay (\S+) '?([^'\n]+)'?\n$/.exec(out)!
    expect((await kt('replay', token!, path!)).out).toContain('all is well: main returned')
  })

  test('shows ps where somebody is stuck, and says so in its exit', async () => {
    const { code, out } = await kt('run', `${file('two.ts', TWO)}#alpha`)
    expect(code).toBe(1)
    expect(out).toContain('deadlock: main can never go on\n\n  PID   LID NLWP')
    expect(out).toMatch(/ never +sleep +0 main\n/)
  })

  test('of a file with several runs all of them, in the order of the file', async () => {
    const path = file('two.ts', TWO)
    const { code, out } = await kt('run', path)
    expect(code).toBe(1)
    expect(out.match(/^── .*/gm)).toEqual([`── ${path}#zeta`, `── ${path}#alpha`])
  })

  test('with a seed makes other choices, the same ones each time', async () => {
    const path = file('lost.ts', LOST_WAKEUP)
    const outs = await Promise.all(['1', '2', '3', '4', '5', '6'].map((seed) => kt('run', path, '--seed', seed)))
    expect(new Set(outs.map(({ out }) => out)).size).toBeGreaterThan(1)
    expect((await kt('run', path, '--seed', '3')).out).toBe(outs[2]!.out)
  })

  test('of an exhibit and of its mend', async () => {
    const { code, out } = await kt('run', 'netbsd/join-twice', 'netbsd/join-twice/mend', '--seed', '3')
    expect(code).toBe(1)
    expect(out.match(/^── .*/gm)).toEqual(['── netbsd/join-twice', '── netbsd/join-twice/mend'])
    expect(out).toContain('\nNB-D-07: kt explain NB-D-07 says more\n')
    expect(out).toContain('this run again: kt replay kt1:netbsd/join-twice:')
  })

  test('that is cut off exits with 3', async () => {
    const { code, out } = await kt('run', 'netbsd/lock-order', '--steps', '3')
    expect(code).toBe(3)
    expect(out).toContain('the run was cut off after 3 steps')
  })
})

describe('a file with several programs', () => {
  const path = file('two.ts', TWO)
  const both = `${path}#zeta, ${path}#alpha`

  test.each([
    [['explore', path], `'${path}' has several programs; expected one of ${both}`],
    [['trace', `${path}#beta`], `'${path}' has no program 'beta'; expected one of ${both}`],
    [['run', `${path}#`], `'${path}' has no program ''; expected one of ${both}`],
  ])('%j says which there are', async (words, line) => {
    expect(await kt(...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })

  test('is explored and replayed by the name of one', async () => {
    const { code, out } = await kt('explore', `${path}#zeta`)
    expect(code).toBe(0)
    expect(out).toContain('ok: main returned')
  })

  test('of which make and main are one, and the one that is meant without a name', async () => {
    const more = file('more.ts', `${LOST_WAKEUP}export const other = { make, *main() {} }\nexport const n = { a: 1 }\n`)
    expect((await kt('trace', more)).out).toContain('ready.write(true)')
    expect((await kt('run', more)).out.match(/^── .*/gm)).toEqual([`── ${more}`, `── ${more}#other`])
  })

  test('one of which has no main that is a function is told by its name', async () => {
    const wrong = file('wrong.js', "export const first = { make: () => 3, main: 'x' }\n")
    const { code, err } = await kt('run', wrong)
    expect(code).toBe(2)
    expect(err).toMatch(/^kt: '.*wrong\.js#first' exports no function main; expected make\(\) that returns a kernel/)
  })
})

test.each([
  [['run', 'netbsd/lock-odrer'], /^no clause or divergence 'netbsd\/lock-odrer'/],
  [['run', 'NB10-KT-17', 'netbsd/lock-order'], /^'NB10-KT-17' is no scenario; expected either scenarios or ids/],
  [['run', 'netbsd/lock-order', '--reading', 'page'], /^--release and --reading are for clauses/],
  [['run', 'NB10-KT-17', '--seed', '3'], /^--seed is for a scenario; expected a file or an exhibit$/],
  [['run', './missing.ts'], /^cannot read '\.\/missing\.ts' \(ENOENT\)/],
])('%j is one line and exit 2', async (words, line) => {
  const { code, out, err } = await kt(...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^kt: [^\n]+\n$/)
  expect(err.slice(4, -1)).toMatch(line)
})

describe('as a process', () => {
  test('a file that awaits for ever is told in one line', () => {
    const never = file('never.ts', 'await new Promise(() => {})\n')
    const { code, out, err } = ktToEnd('run', never)
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `kt: cannot load '${never}': what it awaits never comes\n`,
    })
  })

  test.runIf(existsSync('/dev/full'))('an output that is full is told in one line', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '-C', '@kt/source', 'src/cli.ts', 'trace', 'netbsd/lock-order'],
      { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', full, 'pipe'], encoding: 'utf8' },
    )
    closeSync(full)
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'kt: cannot write the output (ENOSPC); expected a place that takes it\n',
    })
  })
})

test('a search that cannot be kept leaves nothing behind', async () => {
  const folderOf = dirname(file('anything', ''))
  const before = readdirSync(folderOf)
  expect(await kt('explore', 'netbsd/lock-order', '--save', '')).toMatchObject({
    code: 2,
    err: 'kt: --save takes the path of a file, and not an empty word\n',
  })
  expect(existsSync('.tmp')).toBe(false)
  const { code, err } = await kt('explore', 'netbsd/lock-order', '--save', `${folderOf}/`)
  expect(code).toBe(2)
  expect(err).toMatch(/^kt: [^\n]+\n$/)
  expect(readdirSync(folderOf)).toEqual(before)
})
