import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'

const source = new URL('../src/', import.meta.url)

test('every id that a panic, an outcome or a remark can carry is a clause, a divergence, or noted', () => {
  const known = new Set(
    contracts.flatMap(({ clauses, divergences, notes }) => [...clauses, ...divergences, ...notes].map(({ id }) => id)),
  )
  const carried = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      Array.from(
        readFileSync(new URL(file, source), 'utf8').matchAll(/'((?:UB:)?OB-[A-Z]+\d?(?:-\d\d)?)'/g),
        (match) => match[1]!,
      ),
    )
  expect(carried.length).toBeGreaterThan(150)
  expect([...new Set(carried)].filter((id) => !known.has(id))).toEqual([])
})
