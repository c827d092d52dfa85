import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'

const page = readFileSync(new URL('../../../docs/openbsd.md', import.meta.url), 'utf8')
const kernels = { '4.2': ob42.createKernel(), '5.1': ob51.createKernel() } as const

/** Words of code on the page; of calls and members the name alone. */
const words = new Set(
  Array.from(page.matchAll(/`([^`\n]+)`/g)).flatMap(([, code]) =>
    Array.from(code!.matchAll(/(?:k\.)?([A-Za-z_]\w*)/g), (match) => match[1]!),
  ),
)

/** Names on either kernel. */
const names = new Set(Object.values(kernels).flatMap((kernel) => Array.from(namesOf(kernel))))

function* namesOf(kernel: object): Iterable<string> {
  for (const name in kernel) yield name
}

test('every call that a release has is named, whichever service it belongs to', () => {
  // Who executes is a property that cannot be read here, where nobody does.
  const kernel = kernels['5.1']
  const isCall = (name: string) => !NOT_NOW.has(name) && typeof kernel[name as keyof typeof kernel] === 'function'
  const calls = [...names].filter(isCall)
  expect(calls.length).toBeGreaterThan(90)
  expect(calls.filter((name) => !words.has(name))).toEqual([])
})

const NOT_NOW: ReadonlySet<string> = new Set(['curproc', 'errno', 'sp'])

test('every call and constant that docs/openbsd.md names exists in a release', () => {
  const looksLikeOne = /^(?:_?[a-z]+_\w+|__\w+|[A-Z]+_[A-Z]+\w*|E[A-Z]{4,})$/
  const absent = [...words].filter((name) => looksLikeOne.test(name) && !names.has(name))
  // The system call that no C function makes, an argument, members of a structure, and what `inject` can make fail.
  const others = ['__tfork', 'clock_id', 'kthread_q', 'tf_flags', 'tf_tcb', 'tf_tid', 'workq_task']
  expect(absent.sort()).toEqual(others)
})

test('what follows k. exists', () => {
  const members = Array.from(page.matchAll(/`k\.(\w+)/g), (match) => match[1]!)
  expect(members.length).toBeGreaterThan(30)
  const known = (name: string) => names.has(name) || IDENTITY.has(name)
  expect(members.filter((name) => !known(name))).toEqual([])
  for (const name of IDENTITY) expect([name, name in kernels['5.1']]).toEqual([name, true])
})

/** Properties that are read from the machine; they are not listed by a loop over the kernel. */
const IDENTITY: ReadonlySet<string> = new Set([
  'cold',
  'console',
  'errno',
  'forkstat',
  'ktraceRecords',
  'lbolt',
  'msgbuf',
  'remarks',
  'trace',
  'uvmexp',
])

test('what it says is only in 5.1 is', () => {
  const only = Array.from(page.matchAll(/^\| (`.*?`) +\|[^|]*5\.1 only/gm), ([, cell]) => cell!)
  const calls = only.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)/g), (match) => match[1]!))
  expect(calls).toEqual(expect.arrayContaining(['msleep', 'mtx_enter_try', 'timeout_add_bt', 'workq_queue_task']))
  for (const name of [...calls, '__tfork_thread', 'rawTfork', 'getthrid', '__threxit', '__get_tcb'])
    expect([name, name in kernels['4.2'], name in kernels['5.1']]).toEqual([name, false, true])
  const newer = [...namesOf(kernels['5.1'])].filter((name) => !(name in kernels['4.2']) && /^[a-z_]/.test(name))
  const inTable = new Set([
    ...calls,
    ...Array.from(page.matchAll(/^### (`.*`)/gm), ([, text]) => text!).flatMap(callsIn),
  ])
  expect(newer.filter((name) => !inTable.has(name))).toEqual([])
})

function callsIn(heading: string): readonly string[] {
  return Array.from(heading.matchAll(/`(\w+)\(/g), (match) => match[1]!)
}

test('every row, question and clause it refers to exists', () => {
  const rows = contracts.flatMap(({ divergences, clauses, notes }) => [...divergences, ...clauses, ...notes])
  const known = new Set(rows.map(({ id }) => id))
  const ids = Array.from(page.matchAll(/(?:UB:)?OB-[A-Z]+(?:-\d\d)?/g), ([id]) => id).filter((id) => id !== 'OB-D-')
  expect(ids.length).toBeGreaterThan(40)
  expect(ids.filter((id) => !known.has(id) && !['OB-KT', 'OB-TF', 'OB-D', 'OB-Q'].includes(id))).toEqual([])
})

test('the readings part in the rows in which it says they do', () => {
  const [paragraph] = /^## Readings\n\n(?:.+\n)+/m.exec(page)!
  const told = Array.from(paragraph.matchAll(/OB-[DQ]-\d\d/g), ([id]) => id)
  const parting = contracts.flatMap(({ divergences }) => divergences.filter(({ differs }) => differs))
  expect(told).toEqual([...new Set(parting.map(({ id }) => id))].sort())
})
