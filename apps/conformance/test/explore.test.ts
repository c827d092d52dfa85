import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { counters, folder, kt, ktProcess, LOST_WAKEUP, timeless } from './schedules.js'

const file = folder()
const lost = file('lost.ts', LOST_WAKEUP)
const small = file('small.ts', counters(2, 2))

// The first to run a command loads all packages.
vi.setConfig({ testTimeout: 60_000 })

describe('what it prints', () => {
  test('outcomes, the failure as it is told, the bound last; exit 1', async () => {
    const { code, out, err } = await kt('explore', lost)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(timeless(out)).toBe(`verdict                              schedules  token
──────────────────────────────────────────────────────────────
lost-wakeup: 'ready', waiter sleeps          1  kt1:MBBBRyG_B0
ok: main returned                            2  kt1:ESQwUQ

lost wakeup: main calls wakeup before waiter sleeps on 'ready', and nobody wakes it again

  1.   main    starts, kthread_create waiter
  2. » waiter  starts, read ready
  3. » main    write ready, wakeup 'ready', return
  4.   waiter  tsleep 'ready'

stuck:
  waiter (28)  sleeping in tsleep, waits for a wakeup on 'ready'; main (wakeup) did, too early

replay: kt replay kt1:MBBBRyG_B0 ${lost}

1 kind of failure in 3 schedules (model any, complete), T s
`)
  })

  test('an exhibit is named by its tokens, and its mend holds', async () => {
    const mistake = await kt('explore', 'netbsd/lock-order')
    expect(mistake.code).toBe(1)
    expect(mistake.out).toMatch(/^replay: kt replay kt1:netbsd\/lock-order:\S+$/m)
    const mend = await kt('explore', 'netbsd/lock-order', '--mend')
    expect(mend.code).toBe(0)
    expect(mend.out).toMatch(/\n0 failures in \d+ schedules \(model any, complete\), \d+\.\d\d s\n$/)
  })

  test('quiet: the failure and the last line', async () => {
    const failing = await kt('explore', lost, '-q')
    expect(failing.out).toMatch(/^lost wakeup: /)
    const holding = await kt('explore', small, '--quiet')
    expect(holding.out).toMatch(/^0 failures in \d+ schedules \(model any, complete\), \d+\.\d\d s\n$/)
  })
})

test('the guide shows what the command prints', async () => {
  const guide = readFileSync(new URL('../../../docs/exploring.md', import.meta.url), 'utf8')
  const program = /```ts\n([\s\S]*?)```/.exec(guide)![1]!
  const screen = /```\n\$ kt explore \.\/lost\.ts\n([\s\S]*?)```/.exec(guide)![1]!
  const { out } = await kt('explore', file('guide.ts', program))
  expect(timeless(out).replace(file('guide.ts', ''), './lost.ts')).toBe(timeless(screen))
})

describe('exit codes', () => {
  test.each<[number, string, string[]]>([
    [0, small, []],
    [0, small, ['--preemptions', '1']],
    [3, small, ['--schedules', '2']],
    [3, small, ['--strategy', 'random', '--schedules', '5', '--seed', '3']],
    [3, small, ['--strategy', 'first']],
    [3, small, ['--steps', '3']],
    [1, lost, ['--stop-at-failure', '--strategy', 'dfs']],
    [1, lost, ['--schedules', '3']],
  ])('%i: %s %j', async (expected, scenario, words) => {
    expect((await kt('explore', scenario, ...words)).code).toBe(expected)
  })

  test('a bound on time ends it: 3', async () => {
    const { code, out } = await kt('explore', file('many.ts', counters(4, 4)), '--time', '100ms')
    expect(code).toBe(3)
    expect(out).toMatch(/\(model any, stopped: bound on time\), 0\.\d\d s\n$/)
  })

  test('Ctrl-C ends it: what was found until then, 3', async () => {
    const saved = file('interrupted.json', '')
    const child = ktProcess('explore', file('many.ts', counters(4, 4)), '--save', saved)
    const said = { out: '', err: '' }
    child.stdout!.on('data', (text) => (said.out += String(text)))
    child.stderr!.on('data', (text) => (said.err += String(text)))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    while (!existsSync(saved)) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    expect(await ended).toBe(3)
    expect(said.err).toBe('')
    expect(said.out).toMatch(/ schedules? \(model any, stopped: interrupted\), \d+\.\d\d s\n$/)
  })
})

describe('save and resume', () => {
  test('a search in two pieces finds what one at once finds', async () => {
    const saved = file('two.json', '')
    const first = await kt('explore', lost, '--schedules', '1', '--save', saved)
    expect(first.code).toBe(3)
    const second = await kt('explore', lost, '--resume', saved)
    expect(timeless(second.out)).toBe(timeless((await kt('explore', lost)).out))
  })

  test('options that say what is searched are kept', async () => {
    const saved = file('kept.json', '')
    await kt('explore', small, '--strategy', 'pct', '--seed', '9', '--schedules', '4', '--save', saved)
    const resumed = await kt('explore', small, '--resume', saved, '--schedules', '9')
    const alone = await kt('explore', small, '--strategy', 'pct', '--seed', '9', '--schedules', '9')
    expect(timeless(resumed.out)).toBe(timeless(alone.out))
    const { code, err } = await kt('explore', small, '--resume', saved, '--strategy', 'dfs')
    expect({ code, err }).toEqual({
      code: 2,
      err: 'kt: the saved search has another strategy than dfs; leave the option out to go on\n',
    })
  })

  test('a torn or foreign file, or one of another scenario, is one line and exit 2', async () => {
    const saved = file('torn.json', '')
    await kt('explore', lost, '--schedules', '2', '--save', saved)
    const text = readFileSync(saved, 'utf8')
    const refused = async (resume: string, scenario = lost): Promise<string> => {
      const { code, out, err } = await kt('explore', scenario, '--resume', resume)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(/^kt: [^\n]+\n$/)
      return err
    }
    expect(await refused(saved, small)).toContain('is a search of another scenario, or of one that has changed since')
    for (const length of [0, 1, 40, 100, text.indexOf('\n') + 1, text.length - 30]) {
      writeFileSync(saved, text.slice(0, length))
      expect(await refused(saved)).toMatch(/is torn|is no saved search/)
    }
    writeFileSync(saved, text.replace('"schedules":2', '"schedules":1'))
    expect(await refused(saved)).toContain('is torn')
    expect(await refused(lost)).toContain('is no saved search')
    expect(await refused(file('none.json', ''))).toContain('(ENOENT)')
  })

  test('what is no saved search is not written over', async () => {
    const { code, err } = await kt('explore', lost, '--save', lost)
    expect({ code, err }).toEqual({
      code: 2,
      err: `kt: '${lost}' is there and is no saved search; expected a new file, or one that --save wrote\n`,
    })
    expect(readFileSync(lost, 'utf8')).toBe(LOST_WAKEUP)
  })
})

describe('usage', () => {
  test.each([
    [['--strategy', 'dpr'], "--strategy takes one of dpor, dfs, pct, random, first, and not 'dpr'; nearest is dpor"],
    [['--model', 'ups'], "--model takes one of any, smp, up, and not 'ups'; nearest is up"],
    [['--model', 'smp', '--strategy', 'dpor'], "'dpor' is sound in the model 'any' only: take 'dfs' for 'smp'"],
    [['--schedules', '0'], "--schedules takes a whole number from 1 up, and not '0'"],
    [['--preemptions', '-1'], "--preemptions takes a whole number from 0 up, and not '-1'"],
    [['--time', '5'], "--time takes a time such as 500ms, 10s or 2m, and not '5'"],
    [['--mend'], `--mend is for an exhibit, and '${lost}' is a file`],
  ])('%j is refused in one line', async (words, line) => {
    expect(await kt('explore', lost, ...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })
})
