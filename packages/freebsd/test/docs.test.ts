import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'
import { createKernel } from '../src/releases/8.0.js'

const page = readFileSync(new URL('../../../docs/freebsd.md', import.meta.url), 'utf8')
const kernel = createKernel()

/** Words of code on the page; of calls and members the name alone. */
const words = new Set(
  Array.from(page.matchAll(/``([^\n]+?)``|`([^`\n]+)`/g)).flatMap(([, long, code]) =>
    Array.from((long ?? code)!.matchAll(/(?:k\.)?([A-Za-z_]\w*)/g), (match) => match[1]!),
  ),
)

const names = new Set(namesOf(kernel))

function* namesOf(object: object): Iterable<string> {
  for (const name in object) yield name
}

/** Who executes is a property that cannot be read here, where nobody does. */
const NOT_NOW: ReadonlySet<string> = new Set(['curthread', 'curproc'])

test('every call is named, whichever service it belongs to', () => {
  const isCall = (name: string) => !NOT_NOW.has(name) && typeof kernel[name as keyof typeof kernel] === 'function'
  const calls = [...names].filter(isCall)
  expect(calls.length).toBeGreaterThan(110)
  expect(calls.filter((name) => !words.has(name))).toEqual([])
})

test('every call and constant that docs/freebsd.md names exists', () => {
  const looksLikeOne = /^(?:_?[a-z]+_\w+|[A-Z]+_[A-Z]+\w*|E[A-Z]{4,})$/
  const absent = [...words].filter((name) => looksLikeOne.test(name) && !names.has(name))
  // The end of a range, members of descriptors, events, stock queues and processes, and what messages print.
  expect(absent.sort()).toEqual([
    'callout_init_rw',
    'g_down',
    'g_event',
    'g_up',
    'global_procpp',
    'global_threadpp',
    'p_mtx',
    'process_exit',
    'process_fork',
    'shutdown_final',
    'shutdown_post_sync',
    'shutdown_pre_sync',
    'swi_giant',
    'thread_ctor',
    'vm_thread_new',
  ])
})

test('what follows k. exists', () => {
  const members = Array.from(page.matchAll(/`k\.(\w+)/g), (match) => match[1]!)
  expect(members.length).toBeGreaterThan(25)
  expect(members.filter((name) => !(name in kernel))).toEqual([])
})

test('every row, question and clause it refers to exists', () => {
  const rows = contracts.flatMap(({ divergences, clauses, notes }) => [...divergences, ...clauses, ...notes])
  const known = new Set(rows.map(({ id }) => id))
  const ids = Array.from(page.matchAll(/UB:[a-z0-9-]+|FB8-[A-Z]+-\d\d/g), ([id]) => id)
  expect(ids.length).toBeGreaterThan(60)
  expect(ids.filter((id) => !known.has(id))).toEqual([])
})

test('the readings part in the rows in which it says they do', () => {
  const [paragraph] = /^## Readings\n\n(?:.+\n)+/m.exec(page)!
  const told = Array.from(paragraph.matchAll(/FB8-[DO]-\d\d/g), ([id]) => id)
  const parting = contracts.flatMap(({ divergences }) => divergences.filter(({ differs }) => differs))
  expect(told).toEqual([...new Set(parting.map(({ id }) => id))].sort())
})
