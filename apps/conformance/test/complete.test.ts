/** `kt complete`: scripts for shells, and what they ask for. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test, vi } from 'vitest'
import { exhibits } from '../src/museum/index.js'
import { recipes } from '../src/recipes/index.js'
import { RELEASES } from '../src/topics/releases.js'
import { TOPICS } from '../src/topics/topics.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

/** The library writes to the console, as it is when a shell asks. */
async function printed(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const lines: string[] = []
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  try {
    const { code, out, err } = await kt('complete', ...words)
    return { code, out: [...lines, out].join('\n'), err }
  } finally {
    spy.mockRestore()
  }
}

/** Names that are offered for the words typed so far. */
async function offered(...words: string[]): Promise<string[]> {
  const { code, out, err } = await printed('--', ...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  // The last line is for the shell: how to go on.
  return out
    .trimEnd()
    .split('\n')
    .filter((line) => !/^:\d+$/.test(line))
    .map((line) => line.split('\t')[0]!)
}

describe('the script', () => {
  test('for bash is one that bash can read, and calls kt', async () => {
    const { code, out, err } = await printed('bash')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { status, stderr } = spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(out).toMatch(/\bkt complete -- /)
  })

  test.each(['zsh', 'fish', 'powershell'])('for %s is there', async (shell) => {
    const { code, out } = await printed(shell)
    expect(code).toBe(0)
    expect(out).toContain('kt complete')
  })

  test.each([
    [['csh'], 'csh'],
    [[], ''],
  ])('for %j is refused in one line', async (words, shell) => {
    expect(await kt('complete', ...words)).toEqual({
      code: 2,
      out: '',
      err: `kt: no shell '${shell}'; expected one of bash, zsh, fish, powershell\n`,
    })
  })
})

describe('what is offered', () => {
  test('commands', async () => {
    const commands = await offered('')
    for (const command of ['run', 'compare', 'explain', 'explore', 'list', 'trace']) expect(commands).toContain(command)
    expect(await offered('exp')).toEqual(['explain', 'explore'])
  })

  test('recipes and whatever else kt explain takes, with what each is', async () => {
    expect(await offered('explain', 'wait')).toEqual(['wait-at-unload'])
    const all = await offered('explain', '')
    for (const id of [...recipes.map((recipe) => recipe.id), ...Object.keys(TOPICS), 'kthread_join', 'NB10-KT-17'])
      expect(all).toContain(id)
    const { out } = await printed('--', 'explain', 'wait')
    expect(out).toContain(`wait-at-unload\t${recipes.find(({ id }) => id === 'wait-at-unload')!.asks}`)
  })

  test('what each other command takes', async () => {
    expect(await offered('explore', 'netbsd/')).toEqual(
      exhibits.map(({ id }) => id).filter((id) => id.startsWith('netbsd/')),
    )
    expect(await offered('compare', 'join/unl')).toEqual(['join/unload'])
    expect(await offered('list', 're')).toEqual(['recipe'])
  })

  test('options, and their values', async () => {
    expect(await offered('run', '--rel')).toEqual(['--release'])
    expect(await offered('run', '--release', '')).toEqual([...RELEASES])
    expect(await offered('run', '--reading', '')).toEqual(['page', 'kernel'])
    expect(await offered('explore', '--strategy', 'd')).toEqual(['dpor', 'dfs'])
  })
})
