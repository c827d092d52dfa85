import { expect, test } from 'vitest'
import { Cell, cellAccess } from '../src/cell.js'
import { Plain } from './personality.js'

test('a cell keeps what is written, and an update answers the new value', () => {
  const k = new Plain()
  const cell = new Cell(k.machine, 1)
  const outcome = k.run(function* () {
    const before = yield* cell.read()
    yield* cell.write(before + 4)
    const updated = yield* cell.update((value) => value * 10)
    return [before, updated, yield* cell.read()]
  })
  expect(outcome).toMatchObject({ kind: 'done', value: [1, 50, 50] })
  expect(cell.value).toBe(50)
})

test('its accesses are calls: outside a thread and without yield* they are refused', () => {
  const k = new Plain()
  const cell = new Cell(k.machine, 1, { name: 'x' })
  for (const access of [() => cell.read(), () => cell.write(2), () => cell.update((value) => value)])
    expect(access).toThrow('was called outside any thread of this kernel')
  const outcome = k.run(function* () {
    expect(cell.write(2)).toBeDefined()
    yield* cell.read()
  })
  expect(outcome.kind).toBe('fault')
  expect(outcome.kind === 'fault' && String(outcome.error)).toContain('write() was called without yield*')
  expect(cell.value).toBe(1)
})

test('what an update throws is its thread’s, and nothing is stored', () => {
  const k = new Plain()
  const cell = new Cell(k.machine, 1)
  const outcome = k.run(function* () {
    yield* cell.update(() => {
      throw new RangeError('not so')
    })
  })
  expect(outcome).toMatchObject({ kind: 'fault', error: new RangeError('not so') })
  expect(cell.value).toBe(1)
})

test('is named, and is not atomic unless it is said', () => {
  const { machine } = new Plain()
  const plain = new Cell(machine, 0)
  const atomic = new Cell(machine, 0, { name: 'n', atomic: true })
  expect([plain.name, plain.kind, plain.atomic]).toEqual(['cell', 'cell', false])
  expect([atomic.name, atomic.atomic]).toEqual(['n', true])
})

test('only plain accesses of a cell that is not atomic can race', () => {
  const k = new Plain()
  const [plain, atomic] = [new Cell(k.machine, 0, { name: 'plain' }), new Cell(k.machine, 0, { atomic: true })]
  const seen: unknown[] = []
  const look = (): void => {
    const access = cellAccess(k.machine.running!)
    seen.push(access === null ? null : [access.cell.name, access.isWrite])
  }
  k.run(function* () {
    yield* plain.read()
    look()
    yield* plain.write(1)
    look()
    yield* plain.update((value) => value)
    look()
    yield* atomic.write(1)
    look()
    yield* k.yield()
    look()
  })
  expect(seen).toEqual([['plain', false], ['plain', true], null, null, null])
})
