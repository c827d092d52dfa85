import { describe, expect, test, vi } from 'vitest'
import { folder, kt, LOST_WAKEUP } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const file = folder()
const lost = file('lost.ts', LOST_WAKEUP)
const TOKEN = 'kt1:MBBBRyG_B0'

async function shown(...words: string[]): Promise<string[]> {
  const { code, out, err } = await kt(...words)
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' })
  return out.trimEnd().split('\n')
}

/** The row of a thread in a view, its columns one space apart. */
async function row(name: string, ...words: string[]): Promise<string | undefined> {
  const lines = await shown(...words)
  return lines
    .find((line) => new RegExp(`\\b${name}\\b`).test(line))
    ?.trim()
    .replaceAll(/\s+/g, ' ')
}

describe('ps', () => {
  test.each([
    ['netbsd/lock-order', 'PID LID NLWP PRI NI WCHAN LSTATE CPU NAME'],
    ['openbsd/early-detach', 'PID PPID PGID TT STAT WCHAN COMMAND'],
    ['freebsd/lost-resume', 'PID TID PPID PRI NI MWCHAN STAT C COMMAND'],
  ])("of %s has the system's own columns", async (scenario, head) => {
    const [first] = await shown('ps', scenario)
    expect(first!.trim().replaceAll(/\s+/g, ' ').replace(' TID', '')).toBe(head.replace(' TID', ''))
  })

  test('after n steps of a token, as kt replay counts them', async () => {
    // 4. the waiter starts; 8. main returns; 9. the waiter sleeps.
    expect(await row('waiter', 'ps', TOKEN, '@3', lost)).toMatch(/ run \d waiter$/)
    expect(await row('waiter', 'ps', TOKEN, '@4', lost)).toMatch(/ - onproc \d waiter$/)
    expect(await row('waiter', 'ps', TOKEN, '@9', lost)).toMatch(/ ready sleep \d waiter$/)
    expect(await row('waiter', 'ps', TOKEN, lost)).toMatch(/ ready sleep \d waiter$/)
    // Before the first step there is main, and nothing that it makes.
    expect(await row('main', 'ps', TOKEN, lost, '@0')).toMatch(/ run \d main$/)
    expect(await row('waiter', 'ps', TOKEN, lost, '@0')).toBeUndefined()
  })
})

describe('ddb', () => {
  test.each([
    ['netbsd/lock-order', /^PID +LID S CPU +FLAGS +STRUCT LWP \* NAME +WAIT$/],
    ['openbsd/early-detach', /^ +PID +PPID +PGRP +UID +S +FLAGS +WAIT +COMMAND$/],
    ['freebsd/lost-resume', /^ +pid +ppid +pgrp +uid +state +wmesg +wchan +cmd$/],
  ])('of %s is what the debugger shows', async (scenario, head) => {
    expect((await shown('ddb', scenario))[0]).toMatch(head)
  })
})

describe('kdump', () => {
  test("of NetBSD has process and LWP, of FreeBSD process and thread, of OpenBSD the thread's own number", async () => {
    const lines = await Promise.all(
      ['netbsd/join-twice', 'freebsd/lost-resume', 'openbsd/early-detach'].map((id) => shown('kdump', id)),
    )
    expect(lines.map((each) => each.slice(0, 2))).toEqual([
      [
        '     0     27 main     CALL  kthread_create(0xffffffff,0x12,0,worker,0,ref,"worker")',
        '     0     27 main     RET   kthread_create 0',
      ],
      [
        '     0 100006 main     CALL  kthread_add(main,0,0,ref,0,0,"target")',
        '     0 100006 main     RET   kthread_add 0',
      ],
      [' 27932 main     CALL  kthread_create(events,softc,0,"events")', ' 27932 main     RET   kthread_create 0'],
    ])
  })

  test('a call that has begun by then and has not come back has no RET', async () => {
    expect(await shown('kdump', 'netbsd/join-twice', '@2')).toHaveLength(1)
    expect(await shown('kdump', 'netbsd/join-twice', '@3')).toHaveLength(2)
  })

  test('what returns a number that is not small has it in both forms', async () => {
    expect(await shown('kdump', 'openbsd/early-detach')).toContain(' 27932 main     RET   tsleep 35/0x23')
  })

  test('of a process that ktrace follows are its system calls, as OpenBSD itself has them', async () => {
    const TRACED = `import { createKernel } from '@kt/openbsd/5.1'
export const make = () => createKernel()
export function* main(k) {
  k.process({ name: 'prog', ktrace: true }, function* () { yield* k.getpid() })
  yield* k.tsleep('nap', 0, 'nap', 2)
}
`
    const lines = await shown('kdump', file('traced.js', TRACED))
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(line).toMatch(/^ *\d+ prog {5}(?:CALL {2}|RET {3})\w+/)
  })
})

test('dmesg has the console; what it says does not steer the terminal', async () => {
  const HOSTILE = `import { createKernel } from '@kt/freebsd/8.0'
export const make = () => createKernel()
export function* main(k) {
  yield* k.printf('\\u001b[2Jgone\\u0007\\nsecond line\\n')
}
`
  const path = file('hostile.js', HOSTILE)
  expect(await shown('dmesg', path)).toEqual([String.raw`\x1b[2Jgone\x07`, 'second line'])
  expect((await kt('dmesg', path, '@0')).out).toBe('')
})

test.each([
  [['ps'], /missing required argument 'run'/],
  [['ps', 'nowhere/near'], /^no scenario 'nowhere\/near'; expected a file such as/],
  [['ps', 'kt1:xyz', '@3'], /^'kt1:xyz': this token is torn/],
  [['ps', TOKEN], /^this token names no scenario; expected one behind it/],
  [['ps', TOKEN, '@10', lost], /^@10 is beyond the end: the run has 9 steps; expected @0 to @9$/],
  [['ddb', 'netbsd/lock-order', '@9999'], /^@9999 is beyond the end: the run has \d+ steps; expected @0 to @\d+$/],
  [['ps', TOKEN, '@x', lost], /^@n takes a whole number from 0 up, and not 'x'$/],
  [['ps', TOKEN, '@1', '@2'], /^'@1 @2' says it twice; expected one @n and one scenario at most$/],
  [['ps', 'netbsd/lock-order', './x.ts'], /^'netbsd\/lock-order' is no token; expected one scenario/],
  [['ps', TOKEN, lost, '--seed', '3'], /^--model and --seed are for a scenario/],
  [['ps', 'netbsd/lock-order', '--seed', 'x'], /^--seed takes a whole number/],
])('%j is one line and exit 2', async (words, line) => {
  const { code, out, err } = await kt(...words)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(/^kt: [^\n]+\n$/)
  expect(err.slice(4, -1)).toMatch(line)
})
