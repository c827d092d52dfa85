import { readFileSync } from 'node:fs'
import type { Recipe } from './recipes/recipe.js'
import type { System } from './recipes/system.js'

/**
 * The program of a recipe for a system, as it was written. The package brings its source along, which lies one folder up,
 * from here as from what is built of this.
 */
export function recipeSource({ id, ways }: Recipe, system: System): string {
  return readFileSync(new URL(`../src/recipes/${id}/${ways[system].file}`, import.meta.url), 'utf8')
}
