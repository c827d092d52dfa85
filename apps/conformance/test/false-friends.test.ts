import { call, flag, says, takes, type CallFacts } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { loadContracts, releaseOf } from '../src/contracts.js'
import { falseFriends, type Calls } from '../src/friends.js'
import { execute } from '../src/program.js'
import { glossary } from './glossary.js'
import { kt } from './schedules.js'

const contracts = await loadContracts()

// To rewrite it: npx vitest run --project conformance test/false-friends.test.ts -u
test('docs/false-friends.md is what the tables give', async () => {
  await expect(glossary(contracts)).toMatchFileSnapshot('../../../docs/false-friends.md')
})

describe('what is a false friend', () => {
  const written = {
    prototype: 'int go(int ticks)',
    takes: [takes('ticks', 'ticks, 0 without end', 'how long')],
    means: says('goes', 'It goes.'),
    callers: says('anybody'),
    returnsWhen: says('at once'),
    returns: says('0'),
  }
  const of = (os: string, ...calls: CallFacts[]): Calls => ({ os, release: '1', calls })
  const go = (changed: Partial<typeof written> & { readonly panics?: ReturnType<typeof says> } = {}): CallFacts =>
    call('go(9)', 'go', { ...written, ...changed })
  const bites = (...all: Calls[]): string[] =>
    falseFriends(all).map(({ name, bite, differences }) => `${name} ${bite}: ${differences.map(({ matter }) => matter).join(', ')}`) // prettier-ignore

  test('is not what means the same in other words', () => {
    expect(bites(of('a', go()), of('b', go({ means: says('goes', 'It is off.') })))).toEqual([])
    expect(bites(of('a', go()), of('b'))).toEqual([])
  })

  test('bites silently with as many parameters and another meaning', () => {
    expect(bites(of('a', go()), of('b', go({ means: says('stops', 'It stops.') })))).toEqual(['go silently: means'])
    const tick = [takes('ticks', 'ticks, 0 is one', 'how long')]
    expect(bites(of('a', go()), of('b', go({ takes: tick })))).toEqual(['go silently: parameters'])
  })

  test('bites loudly where the parameters do not fit', () => {
    expect(bites(of('a', go()), of('b', go({ takes: [] })))).toEqual(['go loudly: parameters'])
  })

  test('bites at the edges where only mistakes, callers or numbers differ', () => {
    expect(bites(of('a', go()), of('b', go({ panics: says('always') })))).toEqual(['go at the edges: panics'])
    const one = flag('go(9)', 'GO', { value: 1, means: says('goes', 'It goes.') })
    const two = flag('go(9)', 'GO', { value: 2, means: says('goes', 'It goes.') })
    expect(bites(of('a', one), of('b', two))).toEqual(['GO at the edges: value'])
  })

  test('bites as its worst pair does, and the worst comes first', () => {
    const silent = go({ returns: says('1') })
    const other = flag('go(9)', 'GO', { value: 1, means: says('goes', 'It goes.') })
    const another = flag('go(9)', 'GO', { value: 2, means: says('goes', 'It goes.') })
    const all = [of('a', other, go()), of('b', another, go({ takes: [] })), of('c', silent)]
    expect(bites(...all)).toEqual(['go silently: parameters, returns', 'GO at the edges: value'])
  })
})

describe('kt compare --false-friends', () => {
  test('tells the known ones, each with its bite', () => {
    const found = new Map(falseFriends(contracts).map((friend) => [friend.name, friend]))
    expect(found.get('kthread_create')?.bite).toBe('loudly')
    expect(found.get('kthread_exit')?.bite).toBe('silently')
    const stop = found.get('callout_stop')!
    expect(stop.bite).toBe('silently')
    expect(stop.differences.map(({ sides }) => sides.map(({ releases }) => releases))).toEqual([
      [['netbsd/6', 'netbsd/10.1'], ['freebsd/8.0']],
    ])
    expect(found.get('cv_signal')?.releases).toEqual(['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'])
    expect(found.has('wakeup')).toBe(false)
  })

  test('lists all without a name', async () => {
    const { code, out } = await kt('compare', '--false-friends')
    expect(code).toBe(0)
    for (const { name } of falseFriends(contracts)) expect(out).toMatch(new RegExp(`^ {4}${name} `, 'm'))
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      `${falseFriends(contracts).length} false friends; each in full: kt compare --false-friends NAME`,
    )
  })

  test('tells one on a screen: what differs, the catch, and what the others have', async () => {
    const { code, out, err } = await kt('compare', '--false-friends', 'KTHREAD_CREATE()')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'kthread_create',
      '  bites loudly: the parameters do not fit, so that the compiler tells',
    ])
    const heads = lines.filter((line) => /^ {2}\w/.test(line)).slice(1)
    expect(heads).toEqual([
      ...[
        '  what it does',
        '  parameters',
        '  when it returns',
        '  who may call it',
        '  what is owed',
        '  what panics',
      ],
      ...['  the catch', '  not there; nearest'],
    ])
    expect(lines.length).toBeLessThanOrEqual(50)
    expect(out).toContain('    FreeBSD 8.0  kthread_add, kproc_create. ')
  })

  test('tells of one that is none, and of one that only one release has', async () => {
    expect((await kt('compare', '--false-friends', 'wakeup')).out).toContain('no false friend: it means the same in')
    expect((await kt('compare', '--false-friends', 'kthread_destroy')).out).toContain('only NetBSD 6 has it')
  })

  test('a name that nothing has is one line and exit 2', async () => {
    const { code, out, err } = await kt('compare', '--false-friends', 'kthread_craete')
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: "kt: no call or flag 'kthread_craete' in any release; nearest is kthread_create\n",
    })
  })

  test.each([40, 60, 80, 100, 200])('keeps to %i columns', async (columns) => {
    let said = ''
    const out = { columns, write: (text: string) => (said += text) }
    const commands = [
      ['compare', '--false-friends'],
      ['compare', '--false-friends', 'kthread_create', 'tsleep'],
      ...contracts.slice(1).map((contract) => ['compare', releaseOf(contracts[0]!), releaseOf(contract)]),
      ['explain', 'kthread_create'],
    ]
    for (const words of commands) await execute(words, { out, err: out, env: {} })
    expect(said.split('\n').filter((line) => Array.from(line).length > columns)).toEqual([])
  })
})
