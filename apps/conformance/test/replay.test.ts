import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { execute } from '../src/program.js'
import { folder, kt, LOST_WAKEUP } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const file = folder()
const lost = file('lost.ts', LOST_WAKEUP)
const TOKEN = 'kt1:MBBBRyG_B0'
const STEPS = `  1.   main    starts
  2.   main    kthread_create waiter
  3.   main    kthread_create waiter  or waiter
  4. » waiter  starts                 or main
  5.   waiter  read ready             or main
  6. » main    write ready            or waiter
  7.   main    wakeup 'ready'         or waiter
  8.   main    return                 or waiter
  9.   waiter  tsleep 'ready'
`

describe('replay', () => {
  test('every step, who could have gone instead, the verdict; exit 1 for a failure', async () => {
    const { code, out, err } = await kt('replay', TOKEN, lost)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toBe(`${STEPS}
lost wakeup: main calls wakeup before waiter sleeps on 'ready', and nobody wakes it again
`)
  })

  test('every token that explore prints is replayed to its outcome', async () => {
    const { out } = await kt('explore', lost)
    const tokens = [...out.matchAll(/^(ok|lost-wakeup).* (kt1:\S+)$/gm)]
    expect(tokens).toHaveLength(2)
    for (const [, kind, token] of tokens) expect((await kt('replay', token!, lost)).code).toBe(kind === 'ok' ? 0 : 1)
  })

  test('a token that names an exhibit needs no scenario, and the console is shown', async () => {
    const { out: explored } = await kt('explore', 'netbsd/stolen-wakeup')
    const command = /^replay: kt (replay \S+)$/m.exec(explored)![1]!.split(' ')
    const { code, out } = await kt(...command)
    expect(code).toBe(1)
    expect(out).toMatch(/\n\nthe kernel panics in worker\/\d: .*\n\nconsole:\n {2}panic: /)
  })

  test('a program that has changed: at which step, 2; --continue goes on', async () => {
    const changed = file('changed.ts', LOST_WAKEUP.replace('yield* ready.read()', 'yield* ready.update((it) => it)'))
    expect(await kt('replay', TOKEN, changed)).toEqual({
      code: 2,
      out: '',
      err: 'kt: the token fits the program up to step 5: main is about to make another call than then: write ready; kt replay --continue goes on from there\n',
    })
    const { code, out } = await kt('replay', TOKEN, changed, '--continue')
    expect(code).toBe(0)
    expect(out).toMatch(/it went on with the\s+usual choices/)
  })

  test('--fork follows it for so many steps and tells the token of what came of it', async () => {
    const { out } = await kt('replay', TOKEN, lost, '--fork', '@5')
    const closeUp = (text: string): string => text.replace(/ +/g, ' ')
    expect(closeUp(out).startsWith(closeUp(STEPS.split('\n').slice(0, 5).join('\n')))).toBe(true)
    expect(out).not.toContain('6. » main')
    const [, token] = /^this run again: kt replay (\S+) /m.exec(out)!
    const again = await kt('replay', token!, lost)
    expect(out.startsWith(again.out.trimEnd())).toBe(true)
    const seeds = await Promise.all(
      [1, 2, 3].map((seed) => kt('replay', TOKEN, lost, '--fork', '@2', '--seed', `${seed}`)),
    )
    expect(new Set(seeds.map((said) => said.out)).size).toBeGreaterThan(1)
  })

  test.each([
    [['kt1:EBBBRyG_BF', lost], "'kt1:EBBBRyG_BF': this token is torn: its parts do not add up"],
    [['EBBBRyG_BE', lost], "'EBBBRyG_BE': this is no token: one begins with kt1:"],
    [['kt2:EBBBRyG_BE'], "'kt2:EBBBRyG_BE': this token is of version kt2, and kt1 is understood"],
    [[TOKEN], 'this token names no scenario; expected one behind it, such as ./x.ts'],
    [
      [TOKEN, lost, '--step', '--continue'],
      '--step, --continue and --fork are three ways to replay; expected one of them',
    ],
    [[TOKEN, lost, '--seed', '1'], '--seed is for what comes after --fork'],
    [[TOKEN, lost, '--fork', '@x'], "--fork takes a whole number from 0 up, and not 'x'"],
  ])('%j is refused in one line', async (words, line) => {
    expect(await kt('replay', ...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })

  test('--step waits for Enter after each step of somebody who looks', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true })
    let out = ''
    const steps = (): number => out.split('\n').filter((line) => /^ +\d+\. /.test(line)).length
    const output = { isTTY: true, columns: 80, write: (text: string) => (out += text) }
    const done = execute(['replay', TOKEN, lost, '--step'], { out: output, err: output, env: { NO_COLOR: '1' }, input })
    for (let step = 1; step <= 9; step++) {
      await vi.waitFor(() => {
        expect(steps()).toBe(step)
      }, 30_000)
      input.write('\n')
    }
    expect(await done).toBe(1)
    expect((await kt('replay', TOKEN, lost, '--step')).out).toContain(STEPS)
  })

  test.each([80, 120])('no line is wider than a terminal of %i columns', async (columns) => {
    const { out: explored } = await kt('explore', 'netbsd/stolen-wakeup')
    const token = /^replay: kt replay (\S+)$/m.exec(explored)![1]!
    let out = ''
    const output = { isTTY: true, columns, write: (text: string) => (out += text) }
    await execute(['replay', token], { out: output, err: output, env: {} })
    const lines = stripVTControlCharacters(out).split('\n')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => line.length > columns)).toEqual([])
  })
})
