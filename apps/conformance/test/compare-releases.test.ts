import { describe, expect, test } from 'vitest'
import { loadContracts, releaseOf } from '../src/contracts.js'
import { drift } from '../src/drift.js'
import { kt } from './schedules.js'

const contracts = await loadContracts()
const [netbsd6, netbsd101, openbsd42, openbsd51, freebsd80] = contracts.slice(0, 5) as [
  (typeof contracts)[number],
  (typeof contracts)[number],
  (typeof contracts)[number],
  (typeof contracts)[number],
  (typeof contracts)[number],
]

describe('drift', () => {
  test('from NetBSD 6 to 10.1: floating point came, destroy went, joins changed', () => {
    const { added, removed, changed, system } = drift(netbsd6, netbsd101)
    expect(added.map(({ name }) => name)).toEqual(expect.arrayContaining(['kthread_fpu_enter', 'kthread_fpu_exit', 'WQ_FPU'])) // prettier-ignore
    expect(removed.map(({ name }) => name)).toEqual(['kthread_destroy'])
    expect(changed.map(({ name }) => name)).toEqual(expect.arrayContaining(['kthread_join', 'kthread_exit', 'setrunnable'])) // prettier-ignore
    expect(changed.map(({ name }) => name)).not.toContain('kthread_create')
    expect(system!.rows.gone.map(({ id }) => id)).toEqual(['NB-D-09'])
    expect(system!.rows.come.map(({ id }) => id)).toEqual(['NB-D-16', 'NB-D-17', 'NB-D-18'])
    expect(system!.rows.turned.map(({ to }) => to.id)).toEqual(['NB-D-07', 'NB-D-08'])
    const exit = system!.sections.find(({ section }) => section === 'kthread(9), FUNCTIONS, kthread_destroy')
    expect(exit?.gone.map(({ id }) => id)).toEqual(['NB6-KT-49', 'NB6-KT-50'])
    expect(exit?.come).toEqual([])
  })

  test('from OpenBSD 4.2 to 5.1: the page stood still, another came', () => {
    const { removed, system } = drift(openbsd42, openbsd51)
    expect(removed).toEqual([])
    expect(system).toMatchObject({ kept: 34, sections: [], pagesGone: [] })
    expect(system!.pagesCome.map(({ page }) => page)).toEqual(['__tfork_thread(3)'])
    expect(system!.rows.turned.map(({ to }) => to.id)).toEqual(['OB-D-01'])
  })

  test('every clause of both is kept, gone, come, or on a page that only one has', () => {
    for (const [from, to] of [
      [netbsd6, netbsd101],
      [netbsd101, netbsd6],
      [openbsd42, openbsd51],
      [openbsd51, openbsd42],
    ] as const) {
      const { kept, sections, pagesGone } = drift(from, to).system!
      const gone = sections.flatMap((section) => section.gone).length
      const pages = new Set(pagesGone.map(({ page }) => page))
      const lost = from.clauses.filter(({ page }) => pages.has(page)).length
      expect(kept + gone + lost).toBe(from.clauses.length)
    }
  })

  test('across systems pages are not compared, and every call is somewhere', () => {
    for (const from of contracts) {
      for (const to of contracts) {
        if (from === to) continue
        const { removed, changed, same, system } = drift(from, to)
        expect(system === null).toBe(from.os !== to.os)
        expect(removed.length + changed.length + same.length).toBe(from.calls.length)
      }
    }
    expect(drift(freebsd80, openbsd42).changed.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kthread_exit', 'tsleep', 'wakeup_one', 'mtx_init']),
    )
  })
})

describe('kt compare with two releases', () => {
  test('of a system: calls, rows and pages', async () => {
    const { code, out, err } = await kt('compare', 'netbsd/6', 'NETBSD/10.1')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^NetBSD 6 → NetBSD 10\.1\n/)
    expect(out).toMatch(/\n {2}calls that came: \d+\n {4}kthread_fpu_enter +From here on/)
    expect(out).toMatch(/\n {2}calls that went: 1\n {4}kthread_destroy +none\. /)
    expect(out).toMatch(/\n {4}- NB6-KT-49: /)
    expect(out).toMatch(/\n {4}\+ NB10-KT-06: /)
  })

  test('of two systems: namesakes, and what comes nearest', async () => {
    const { code, out } = await kt('compare', 'freebsd/8.0', 'openbsd/4.2')
    expect(code).toBe(0)
    expect(out).toContain('  the same name and the same meaning: ')
    expect(out).toMatch(/\n {4}kthread_exit +loudly: what it does/)
    expect(out).toMatch(/\n {4}kthread_add, +kthread_create\. It makes a process/)
    expect(out.trimEnd().split('\n').at(-1)).toBe('  the other way: kt compare openbsd/4.2 freebsd/8.0')
  })

  test.each([
    [['netbsd/6'], "'netbsd/6' is not two releases; expected such as kt compare netbsd/6 netbsd/10.1"],
    [['netbsd/6', 'netbsd/10'], /^no release 'netbsd\/10'; expected one of .*; nearest is netbsd\/6$/],
    [['netbsd/6', 'netbsd/6'], "'netbsd/6' cannot be compared with itself"],
  ])('%j is one line and exit 2', async (words, message) => {
    const { code, out, err } = await kt('compare', ...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    const said = err.replace(/^kt: /, '').trimEnd()
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })

  test('every two releases can be compared', async () => {
    for (const from of contracts) {
      for (const to of contracts) {
        if (from !== to) expect((await kt('compare', releaseOf(from), releaseOf(to))).code).toBe(0)
      }
    }
  })
})
