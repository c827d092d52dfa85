import { recipeSource } from '../src/recipe-source.js'
import type { Recipe } from '../src/recipes/recipe.js'
import { SYSTEMS, type System } from '../src/recipes/system.js'

// docs/recipes.md, from the recipes.

const HEAD = `# Recipes

Tasks that drivers have with kernel threads, and the program for each on NetBSD 10.1, OpenBSD 5.1 and FreeBSD 8.0: how it is
done there, what goes wrong for who comes from another system, and code that runs.

\`kt explain\` prints the same as one module, of all systems or of some, and finds a recipe by a question too:

\`\`\`text
kt explain wait-at-unload --release netbsd openbsd > driver.ts
kt explain "how do I wait for my thread at unload?"
kt run ./driver.ts
kt explore ./driver.ts#onNetbsd
\`\`\`

\`kt run\` runs each program of the file once, with the choices that the release usually makes, and \`kt explore\` runs one under
other schedules too: under all of them, or as many as \`options\` of the program says where there are too many. The file needs
nothing around it: \`kt\` brings the packages that it imports. To see that a recipe is needed, take a line out of it and explore
again.

The promises of all of them are tested, under the pages and under the kernels as they were, and so is it that a program
which leaves the step out is found out.
`

const LABELS: Readonly<Record<System, string>> = { netbsd: 'NetBSD', openbsd: 'OpenBSD', freebsd: 'FreeBSD' }

export function recipeBook(recipes: readonly Recipe[]): string {
  const contents = recipes
    .map(({ id, title, asks }) => `- [${title}](#${anchor(title)}), \`${id}\`: ${asks}`)
    .join('\n')
  return `${[HEAD.trimEnd(), contents, ...recipes.map(entry)].join('\n\n')}\n`
}

/** As Markdown's readers make it of a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

function entry(recipe: Recipe): string {
  const { id, title, asks, stories, ways } = recipe
  const told = SYSTEMS.map((system) =>
    [
      `### ${LABELS[system]}: ${title.toLowerCase()}`,
      marked(ways[system].says),
      `**The catch**: ${marked(ways[system].catch)}`,
      `\`\`\`ts\n${recipeSource(recipe, system).trimEnd()}\n\`\`\``,
    ].join('\n\n'),
  )
  const command = `\`\`\`text\nkt explain ${id} > driver.ts\nkt compare ${stories.join(' ')}\n\`\`\``
  const about = 'How the releases differ in what it is made of is told by the stories it belongs to:'
  return [`## ${title}`, asks, about, command, ...told].join('\n\n')
}

/** Names of code, which Markdown would else take apart, as code. */
function marked(text: string): string {
  return text.replace(/\b\w+\(\d?\)|\b\w*_\w+/g, '`$&`')
}
