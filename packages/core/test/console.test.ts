import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Console } from '../src/console.js'

test('a console shows what was written, in lines, an open one included', () => {
  const console = new Console()
  console.write('one')
  expect(console.lines).toEqual(['one'])
  console.write(' line\nand another\n')
  expect(console.lines).toEqual(['one line', 'and another'])
  console.write('\n')
  expect(console.lines).toEqual(['one line', 'and another', ''])
})

test('where the text was cut does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'bc', '\n', 'd\ne', '\n\n', '')), (parts) => {
      const console = new Console()
      for (const part of parts) console.write(part)
      const lines = parts.join('').split('\n')
      expect(console.lines).toEqual(lines.at(-1) === '' ? lines.slice(0, -1) : lines)
    }),
  )
})
