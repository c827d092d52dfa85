import { expect } from 'vitest'
import { recipeSource } from '../src/recipe-source.js'
import { recipes } from '../src/recipes/index.js'
import { SYSTEMS, type System } from '../src/recipes/system.js'
import { loadFiles } from '../src/scenario/file.js'
import type { Scenario } from '../src/scenario/scenario.js'
import { folder, kt } from './schedules.js'

// Recipes as somebody has them who has printed them into a file.

const file = folder()
let changes = 0

/** A recipe for all systems, as the command prints it: written to a file, and loaded from there. */
export async function printed(
  id: string,
): Promise<{ readonly path: string; readonly programs: ReadonlyMap<System, Scenario> }> {
  const { code, out, err } = await kt('explain', id)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const path = file(`${id}.ts`, out)
  const scenarios = await loadFiles(path)
  const exported = SYSTEMS.map((system) => `${path}#on${system.slice(0, 1).toUpperCase()}${system.slice(1)}`)
  expect(scenarios.map(({ name }) => name).toSorted()).toEqual(exported.toSorted())
  return { path, programs: new Map(SYSTEMS.map((system, at) => [system, named(scenarios, exported[at]!)])) }
}

function named(scenarios: readonly Scenario[], name: string): Scenario {
  return scenarios.find((scenario) => scenario.name === name)!
}

/** The program of a recipe for one system with something changed in it, which has to be there once. */
export async function changed(id: string, system: System, from: string, to: string): Promise<Scenario> {
  const source = recipeSource(
    recipes.find((recipe) => recipe.id === id)!,
    system,
  )
  expect(source.split(from), `'${from}' in ${id} for ${system}`).toHaveLength(2)
  // A module is loaded once: each change has a file of its own.
  const [scenario] = await loadFiles(file(`${id}-${system}-${changes++}.ts`, source.replace(from, to)))
  return scenario!
}
