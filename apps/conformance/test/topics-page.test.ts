import { expect, test } from 'vitest'
import { stories } from '../src/topics/stories/index.js'
import { TOPICS } from '../src/topics/topics.js'
import { anchorOf } from './porting/guides.js'
import { headingAnchor, topicsPage } from './topics-page.js'

// To rewrite it: npx vitest run --project conformance test/topics-page.test.ts -u
test('docs/topics.md is what the stories give', async () => {
  await expect(topicsPage(stories)).toMatchFileSnapshot('../../../docs/topics.md')
})

test('no two headings of docs/topics.md have one anchor, and each is what a link says', () => {
  const anchors = [...stories.map(({ id }) => anchorOf(id)), ...Object.values(TOPICS).map(headingAnchor)]
  expect(new Set(anchors).size).toBe(anchors.length)
  expect(stories.filter(({ id }) => anchorOf(id) !== headingAnchor(id))).toEqual([])
})
