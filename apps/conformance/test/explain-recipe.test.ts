/** `kt explain` of a recipe: a module for the systems asked for, which runs where nothing else is. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { recipeSource } from '../src/recipe-source.js'
import { recipes } from '../src/recipes/index.js'
import { SYSTEMS, type System } from '../src/recipes/system.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const recipe = recipes.find(({ id }) => id === 'wait-at-unload')!

/** Which programs a module has. */
function programsIn(out: string): string[] {
  return Array.from(out.matchAll(/^export const (\w+)/gm), ([, name]) => name!)
}

describe('kt explain wait-at-unload', () => {
  test('prints the programs of all systems, each behind what is said of it, and nothing that is no module', async () => {
    const { code, out, err } = await kt('explain', 'WAIT-at-unload')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(programsIn(out)).toEqual(['onNetbsd', 'onOpenbsd', 'onFreebsd'])
    for (const system of SYSTEMS) expect(out).toContain(recipeSource(recipe, system))
    const isCode = new Set(SYSTEMS.flatMap((system) => recipeSource(recipe, system).split('\n')))
    const [head] = out.split('import ')
    expect(head!.split('\n').filter((line) => line !== '' && !line.startsWith('// '))).toEqual([])
    const words = out.replaceAll(/\n\/\/ /g, ' ')
    for (const { says, catch: bites } of Object.values(recipe.ways)) {
      expect(words).toContain(says)
      expect(words).toContain(`Catch: ${bites}`)
    }
    expect(words).toContain(`kt compare ${recipe.stories.join(' ')}`)
    // What is said fits beside the code; the code itself is as its file has it.
    const remarks = out.split('\n').filter((line) => line.startsWith('// ') && !isCode.has(line))
    expect(Math.max(...remarks.map(({ length }) => length))).toBeLessThanOrEqual(113)
  })

  test.each<[readonly string[], readonly System[]]>([
    [
      ['netbsd', 'openbsd'],
      ['netbsd', 'openbsd'],
    ],
    [['openbsd,netbsd'], ['netbsd', 'openbsd']],
    [['FreeBSD'], ['freebsd']],
    [['netbsd/10.1'], ['netbsd']],
    [['netbsd/6', 'netbsd'], ['netbsd']],
  ])('--release %j prints %j', async (asked, systems) => {
    const { code, out } = await kt('explain', 'wait-at-unload', '--release', ...asked)
    expect(code).toBe(0)
    expect(programsIn(out)).toEqual(systems.map((system) => `on${system[0]!.toUpperCase()}${system.slice(1)}`))
    expect(out).toContain(`// Keep it: kt explain wait-at-unload --release ${systems.join(' ')} > driver.ts\n`)
    expect(out).toContain(`kt explore ./driver.ts#${programsIn(out)[0]!}\n`)
  })

  const EXPECTED = 'netbsd, openbsd, freebsd, netbsd/6, netbsd/10.1, openbsd/4.2, openbsd/5.1, freebsd/8.0'
  test.each([
    [['--release', 'netbds'], `no system or release 'netbds'; expected some of ${EXPECTED}; nearest is netbsd`],
    [
      ['--release', 'netbsd', 'netbsd/7'],
      `no system or release 'netbsd/7'; expected some of ${EXPECTED}; nearest is netbsd/6`,
    ],
  ])('%j is refused in one line', async (words, line) => {
    expect(await kt('explain', 'wait-at-unload', ...words)).toEqual({ code: 2, out: '', err: `kt: ${line}\n` })
  })

  test('--release with what is no recipe is refused in one line', async () => {
    for (const word of ['NB6-KT-01', 'join', 'kthread_join', 'a priority that is inherited']) {
      const { code, out, err } = await kt('explain', word, '--release', 'netbsd')
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(/^kt: --release is for a recipe, and '.*' is none; expected one of .*wait-at-unload.*\n$/)
    }
  })
})

describe('in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kt-empty-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('what is printed runs, and is explored, and leaves nothing behind', async () => {
    const { out: module } = await kt('explain', 'wait-at-unload', '--release', 'netbsd', 'openbsd')
    const path = join(folder, 'driver.ts')
    writeFileSync(path, module)
    const run = await kt('run', path)
    expect({ code: run.code, err: run.err }).toEqual({ code: 0, err: '' })
    expect(run.out.match(/all is well: main returned$/gm)).toHaveLength(2)
    const explored = await kt('explore', `${path}#onOpenbsd`)
    expect({ code: explored.code, err: explored.err }).toEqual({ code: 0, err: '' })
    expect(explored.out).toMatch(/0 failures in \d+ schedules \(model any, complete\)/)
    expect(readdirSync(folder)).toEqual(['driver.ts'])
  })
})
