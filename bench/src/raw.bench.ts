/** The engine with nothing on top: what every other figure is held against. */
import type { Case } from './measure.js'

function* bare(turns: number): Generator<undefined, number, undefined> {
  for (let turn = 0; turn < turns; turn++) yield
  return turns
}

function* once(argument: number): Generator<undefined, number, undefined> {
  return argument
}

export const cases: readonly Case[] = [
  {
    name: 'raw: two generators, resumed alternately',
    unit: 'switch',
    operations: 2_000_000,
    run(operations) {
      const a = bare(operations)
      const b = bare(operations)
      for (let turn = 0; turn < operations; turn += 2) {
        a.next()
        b.next()
      }
    },
  },
  {
    name: 'raw: a generator, created and run to its end',
    unit: 'life',
    operations: 1_000_000,
    run(operations) {
      let sum = 0
      for (let n = 0; n < operations; n++) sum += once(n).next().value ?? 0
      if (sum !== (operations * (operations - 1)) / 2) throw new Error('the generators did not run')
    },
  },
]
