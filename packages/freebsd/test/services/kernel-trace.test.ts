import { expect, it } from 'vitest'
import { createKernel } from '../../src/releases/8.0.js'

it('a thread that returns from main ends once, in the trace as well', () => {
  const k = createKernel({ trace: true })
  k.boot(function* () {})
  const exits = [...k.trace!.events()].filter(({ kind, name }) => kind === 'exit' && name === 'main')
  expect(exits).toHaveLength(1)
})
