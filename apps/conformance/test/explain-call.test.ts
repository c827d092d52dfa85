import { describe, expect, test } from 'vitest'
import { callNames } from '../src/call-names.js'
import { loadContracts, releaseOf } from '../src/contracts.js'
import { execute } from '../src/program.js'
import { nearestTo, purposeOf, purposes } from '../src/nearest-calls.js'
import { RELEASES } from '../src/topics/releases.js'
import { kt } from './schedules.js'

const contracts = await loadContracts()

/** Names that a release has. */
function namesIn(release: string): ReadonlySet<string> {
  return new Set(contracts.find((contract) => releaseOf(contract) === release)!.calls.map(({ name }) => name))
}

describe('what comes nearest', () => {
  test('names calls that the release has', () => {
    for (const { purpose, answers } of purposes) {
      for (const release of RELEASES) {
        const names = namesIn(release)
        const strangers = answers[release].calls.filter((name) => !names.has(name))
        expect(strangers, `${purpose}, ${release}`).toEqual([])
      }
    }
  })

  test('has an answer in every release for every call of any', () => {
    expect(callNames(contracts).filter((name) => purposeOf(name) === null)).toEqual([])
    for (const name of callNames(contracts)) {
      for (const release of RELEASES) expect(nearestTo(name, release)?.catch, name).toMatch(/^.*\.$/)
    }
  })

  test('is the call itself where the release has it for that purpose', () => {
    const elsewhere = callNames(contracts).filter((name) =>
      RELEASES.some((release) => namesIn(release).has(name) && !nearestTo(name, release)!.calls.includes(name)),
    )
    expect(elsewhere).toEqual([])
  })

  test('of a purpose no two have one name', () => {
    const names = purposes.map(({ purpose }) => purpose)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('kt explain with a call', () => {
  test('every call of every release is explained', async () => {
    for (const name of callNames(contracts)) {
      const { code, out, err } = await kt('explain', name)
      expect({ code, err }, name).toEqual({ code: 0, err: '' })
      expect(out.startsWith(`${name}\n`), name).toBe(true)
    }
  })

  test.each([
    'kthread_suspend',
    'kproc_shutdown',
    'kthread_create_deferred',
    '__tfork_thread',
    'KTHREAD_MUSTJOIN',
    'kthread_fpu_enter',
  ])(
    // prettier-ignore
    '%s is a screen',
    async (name) => {
      expect((await atColumns(100, name)).length).toBeLessThanOrEqual(30)
    },
  )

  test('kthread_join: prototype, what it does, returns, panics, the catch, the nearest, where to go on', async () => {
    const lines = await atColumns(100, 'kthread_join')
    expect(lines.length).toBeLessThanOrEqual(27)
    expect(lines.slice(0, 4)).toEqual([
      'kthread_join',
      '  kthread(9): to wait for the end of a thread',
      'NetBSD 6, 10.1',
      '  int kthread_join(lwp_t *l)',
    ])
    const labels = lines.map((line) => /^ {2}(\w+) {2,}/.exec(line)?.[1]).filter((label) => label !== undefined)
    expect(labels).toEqual(['does', 'returns', 'when', 'owes', 'panics', 'catch'])
    expect(lines.join('\n')).toMatch(/FreeBSD 8\.0 +msleep, PROC_LOCK\. /)
    expect(lines.at(-1)).toBe(
      'More: kt compare --false-friends kthread_join; kt explain wait-at-unload; kt compare join',
    )
  })

  test.each([
    ['KTHREAD_JOIN', 'kthread_join'],
    ['kthread_join()', 'kthread_join'],
    ['threxit', '__threxit'],
    ['kthread_mustjoin', 'KTHREAD_MUSTJOIN'],
  ])('%s is %s', async (word, name) => {
    expect((await kt('explain', word)).out).toBe((await kt('explain', name)).out)
  })

  test('a clause, a divergence and a note are told as before', async () => {
    for (const id of ['NB6-KT-54', 'nb-d-07', 'UB:NB-D-07']) {
      const { code, out } = await kt('explain', id)
      expect({ id, code }).toEqual({ id, code: 0 })
      expect(out.toUpperCase()).toContain(id.toUpperCase())
    }
  })

  test('a word that means nothing is one line and exit 2', async () => {
    const { code, out, err } = await kt('explain', 'kthread_jion')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^kt: .*'kthread_jion'.*nearest.* kthread_join\b.*\n$/)
  })
})

async function atColumns(columns: number, name: string): Promise<readonly string[]> {
  let said = ''
  const out = { columns, write: (text: string) => (said += text) }
  await execute(['explain', name], { out, err: out, env: {} })
  return said.trimEnd().split('\n')
}
