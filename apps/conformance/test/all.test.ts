/** `kt` without a command: every page, the releases side by side, and the stories; with few of each, to be quick. */
import { describe, expect, test, vi } from 'vitest'
import { execute } from '../src/program.js'
import { LABELS, RELEASES } from '../src/topics/releases.js'

const TOLD = ['name/process', 'arguments/null']
const CLAUSES = 2

vi.mock('../src/contracts.js', async (load) => {
  const original = await load<typeof import('../src/contracts.js')>()
  return {
    ...original,
    async loadContracts() {
      const contracts = await original.loadContracts()
      return contracts.map((contract) => ({
        ...contract,
        clauses: contract.pages.flatMap(({ page }) => contract.clauses.filter((clause) => clause.page === page).slice(0, CLAUSES)), // prettier-ignore
        divergences: contract.divergences.slice(0, 1),
      }))
    },
  }
})
vi.mock('../src/topics/stories/index.js', async (load) => {
  const { stories } = await load<typeof import('../src/topics/stories/index.js')>()
  return { stories: stories.filter(({ id }) => TOLD.includes(id)) }
})
vi.setConfig({ testTimeout: 60_000 })

async function kt(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await execute(words, {
    out: { columns: 120, write: (text) => (said.out += text) },
    err: { write: (text) => (said.err += text) },
    env: {},
  })
  return { code, ...said }
}

describe('kt', () => {
  test('has a matrix for each page, the releases side by side, the stories, and how all of it fared', async () => {
    const { code, out, err } = await kt()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const pages = [
      'NetBSD 6  kthread(9) of August 7, 2011',
      'NetBSD 10.1  kthread(9) of April 21, 2015',
      'OpenBSD 4.2  kthread(9) of May 31, 2007',
      'OpenBSD 5.1  __tfork_thread(3) of December 24, 2011',
      'FreeBSD 8.0  kthread(9) of November 2009',
      'FreeBSD 8.0  kproc(9) of October 19, 2007',
    ]
    const lines = out.split('\n')
    expect(lines.filter((line) => / {2}\S+\(\d\) of /.test(line))).toEqual(expect.arrayContaining(pages))
    const heads = RELEASES.map((release) => LABELS[release].replace('.', '\\.')).join(' {2}')
    expect(out).toMatch(new RegExp(`\\n +${heads}\\n─+\\nclauses +2 +2 +2 +4 +4\\n`))
    expect(out).toContain('\nOne story, every release\n')
    expect(out).toMatch(/\nWhere they differ, and kt compare <story> tells the answers\n\n {2}name\/process +\S/)
    const [clauses, stories] = out.trimEnd().split('\n').slice(-2)
    expect(clauses).toMatch(/^all hold: executed \d+\/\d+.*; divergences 5\/5; \d+\.\d s$/)
    expect(stories).toMatch(/^told: 2 stories told to 5 releases under both readings; [12] differ; \d+\.\d s$/)
  })

  test('tells no story to one release: there is nothing to compare', async () => {
    const { out } = await kt('--release', 'openbsd/4.2')
    expect(out).not.toContain('One story, every release')
    expect(out).not.toContain('told:')
  })

  test('--quiet leaves what holds out of both parts', async () => {
    const { out } = await kt('--quiet')
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^all hold: /),
      expect.stringMatching(/^told: 2 stories /),
    ])
  })
})

describe('kt compare', () => {
  test('of a topic has the table, and what each release answers', async () => {
    const { code, out, err } = await kt('compare', 'name')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const labels of ['NetBSD 6 and 10.1', 'OpenBSD 4.2 and 5.1', 'FreeBSD 8.0'])
      expect(out).toContain(`\n  ${labels} `)
    expect(out).toMatch(/told: 1 story told to 5 releases under both readings; [01] differ; \d+\.\d s\n$/)
  })

  test('of some releases tells the others nothing', async () => {
    const { out } = await kt('compare', 'name/process', '--release', 'netbsd', 'freebsd/8.0')
    expect(out).not.toMatch(/^ +OpenBSD/m)
    expect(out).toContain('told to 3 releases')
  })

  test.each([
    [['nmae'], /^kt: no topic or story 'nmae'; nearest is name; kt list topics has all of them\n$/],
    [['name', '--release', 'netbsd/7'], /^kt: no release 'netbsd\/7'; expected one of netbsd\/6, .*\n$/],
  ])('%j is refused in one line', async (words, line) => {
    const { code, out, err } = await kt('compare', ...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(line)
  })
})
