import { expect, test } from 'vitest'
import { recipes } from '../src/recipes/index.js'
import { recipeBook } from './recipe-book.js'

// To rewrite it: npx vitest run --project conformance test/recipes-docs.test.ts -u
test('docs/recipes.md is what the recipes give', async () => {
  await expect(recipeBook(recipes)).toMatchFileSnapshot('../../../docs/recipes.md')
})
