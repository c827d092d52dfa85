import { describe, expect, test, vi } from 'vitest'
import { exhibits } from '../src/museum/index.js'
import { loadScenario } from '../src/scenario/scenario.js'
import { folder, kt, LOST_WAKEUP } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const file = folder()

test('every exhibit is a scenario, and so is its mend', async () => {
  for (const { id, mistake, mend } of exhibits) {
    expect(await loadScenario(id)).toMatchObject({ name: id, isNamed: true, main: mistake })
    expect((await loadScenario(`${id}/mend`)).main).toBe(mend)
  }
})

describe('a file of somebody', () => {
  test('in TypeScript or JavaScript, with files and packages of its own', async () => {
    file('helper.ts', 'export const answer: number = 42\n')
    const text = `import { createKernel } from '@kt/openbsd/4.2'
import { machineOf } from '@kt/core'
import { answer } from './helper.js'
export const make = () => createKernel()
export function* main(k) {
  if (machineOf(k) === null) throw new Error('two cores')
  return answer
}
export const options = { strategy: 'first' }
`
    for (const name of ['a.js', 'a.mjs', 'a.ts', 'a.mts']) {
      const { code, out } = await kt('explore', file(name, text))
      expect(out).toContain('ok: main returned 42')
      expect(code).toBe(3)
    }
  })

  const KERNEL = `import { createKernel } from '@kt/netbsd/10.1'\nexport const make = () => createKernel()\n`
  const MAIN = 'export function* main() {}\n'
  test.each([
    [
      'does-not-compile.ts',
      'export const make = () => {',
      /^cannot load '.*': ParseError: .* at .*does-not-compile\.ts:1:27$/,
    ],
    ['throws.ts', "throw new Error('no luck\\nat all')", /^cannot load '.*': no luck$/],
    ['imports.ts', "import { x } from './missing.js'\nx()", /^cannot load '.*': Cannot find module '\.\/missing\.js'$/],
    ['empty.ts', ' ', /^'.*' exports no function make and no function main; expected make\(\) that returns a kernel, /],
    ['no-main.js', KERNEL, /^'.*' exports no function main; expected /],
    [
      'async.js',
      `${KERNEL}export async function main() {}`,
      /^main of '.*' is an async function; expected a generator/,
    ],
    ['no-kernel.js', `export const make = () => 3\n${MAIN}`, /^make\(\) of '.*' returns no kernel; expected /],
    ['make-fails.js', `export const make = () => nothing\n${MAIN}`, /^make\(\) of '.*' fails: nothing is not defined$/],
    [
      'options.js',
      `${KERNEL}${MAIN}export const options = { step: 3 }`,
      /^options of '.*' have 'step', which is none; nearest is steps$/,
    ],
    ['kinds.js', `${KERNEL}${MAIN}export const options = { steps: '3' }`, /^option 'steps' of '.*' is no number$/],
    ['notes.txt.js/none.ts', '', /^cannot read '.*' \(ENOENT\); expected a file that exports make and main$/],
  ])('%s: one line, exit 2', async (name, text, line) => {
    const { code, out, err } = await kt('explore', file(name, text))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^kt: [^\n]+\n$/)
    expect(err.slice(4, -1)).toMatch(line)
  })

  test('one that keeps something from run to run is refused', async () => {
    const text = LOST_WAKEUP.replace('export function* main', 'let runs = 0\nexport function* main').replace(
      'yield* ready.write(true)',
      'if (runs++ > 0) yield* ready.write(true)',
    )
    const { code, err } = await kt('explore', file('keeps.ts', text))
    expect(code).toBe(2)
    expect(err).toContain(
      'makes other calls when it is run again; expected that it keeps nothing outside make and main',
    )
  })
})

test('what is neither: one line, exit 2', async () => {
  expect(await kt('explore', 'netbsd/lock-odrer')).toEqual({
    code: 2,
    out: '',
    err: "kt: no scenario 'netbsd/lock-odrer'; expected a file such as ./x.ts, or an exhibit; nearest is netbsd/lock-order\n",
  })
})
