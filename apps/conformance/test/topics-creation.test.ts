/** What stories of creation stand on. */
import { expect, test } from 'vitest'
import { rowOf } from '../src/topics/row.js'
import { outPointerStories } from '../src/topics/stories/out-pointer.js'

test('an errno is told by its name on every release', () => {
  const { cells } = rowOf(outPointerStories.find(({ id }) => id === 'out-pointer/error')!)
  expect(cells.map(({ page }) => page.words.split(':')[0])).toEqual(Array.from({ length: 5 }, () => 'ENOMEM'))
})
