/** Recipes: each program runs as it is printed, on the schedules that it says, and what is said of it is there. */
import { explore, tell } from '@kt/explore'
import { describe, expect, test, vi } from 'vitest'
import { recipeSource } from '../src/recipe-source.js'
import { recipes } from '../src/recipes/index.js'
import { SYSTEMS } from '../src/recipes/system.js'
import { stories } from '../src/topics/stories/index.js'
import { printed } from './recipe-files.js'
import { kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000 })

const LINES_MIN = 25
const LINES_MAX = 60

/** How the usual run ends: what a recipe is for has happened then. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'create-early': ['main returned'],
  'use-the-fpu': ['main returned "3.5 and 1.5"', 'main returned "3.50"'],
  // All jobs that there were are done.
  'stop-a-thread': ['main returned 0'],
  'wait-at-unload': ['main returned'],
  // Nobody had to be left behind.
  'suspend-at-shutdown': ['main returned 0, and syncer sleeps on', 'the system shuts down'],
}

/** Where every schedule would be too many, and what bounds them. */
const BOUNDED: Readonly<Record<string, string>> = {
  'create-early netbsd': 'schedules',
  'create-early openbsd': 'schedules',
  'create-early freebsd': 'preemptions',
  'use-the-fpu netbsd': 'schedules',
  'suspend-at-shutdown netbsd': 'preemptions',
  'suspend-at-shutdown openbsd': 'preemptions',
  'suspend-at-shutdown freebsd': 'preemptions',
}

describe.each(recipes)('$id', async (recipe) => {
  const { id } = recipe
  const { path, programs } = await printed(id)

  test.each(SYSTEMS)('no schedule fails on %s, of all that there are or of as many as it says', (system) => {
    const { make, main, options } = programs.get(system)!
    const { complete, ending, failure, schedules } = explore(make, main, options)
    expect(failure === null ? [] : tell(failure)).toEqual([])
    expect(schedules).toBeGreaterThan(1)
    expect({ complete, ending }).toEqual({
      complete: !(`${id} ${system}` in BOUNDED),
      ending: BOUNDED[`${id} ${system}`] ?? 'complete',
    })
  })

  test('kt run tells of each program that it did what it is for', async () => {
    const { code, out, err } = await kt('run', path)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const told = out.split('\n').filter((line) => ENDS[id]!.some((end) => line.endsWith(end)))
    expect(told, out).toHaveLength(SYSTEMS.length)
  })

  test.each(SYSTEMS)('the program for %s is short, and says what it does', (system) => {
    const lines = recipeSource(recipe, system).trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(LINES_MIN)
    expect(lines.length).toBeLessThanOrEqual(LINES_MAX)
    expect(lines[0]).toMatch(/^\/\/ (NetBSD|OpenBSD|FreeBSD)/)
  })

  test('programs of several systems go into one module', () => {
    const names = SYSTEMS.flatMap((system) =>
      [
        ...recipeSource(recipe, system).matchAll(
          /^(?:export )?(?:import \* as|const|function\*?|interface|type) (\w+)/gm,
        ),
      ].map(([, name]) => name),
    )
    expect(names.length).toBeGreaterThan(SYSTEMS.length)
    expect(new Set(names).size).toBe(names.length)
  })

  test('names stories that there are, and ends its sentences', () => {
    const ids = new Set(stories.map((story) => story.id))
    expect(recipe.stories.filter((story) => !ids.has(story))).toEqual([])
    expect(recipe.asks).toMatch(/\?$/)
    for (const system of SYSTEMS)
      for (const text of [recipe.ways[system].says, recipe.ways[system].catch]) expect(text).toMatch(/^[A-Z_a-z].*\.$/)
  })
})

test('recipes have ids of their own, and each is told how its run ends', () => {
  const ids = recipes.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(ENDS).toSorted()).toEqual(ids.toSorted())
})
