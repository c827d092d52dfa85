import { ExitCode } from '../exit-code.js'
import type { Recipe } from '../recipes/recipe.js'
import { recipeSource } from '../recipe-source.js'
import { SYSTEMS, type System } from '../recipes/system.js'
import { wrap, type Terminal } from '../terminal.js'
import { RELEASES } from '../topics/releases.js'
import { nearest, UsageError } from '../usage.js'

/** Columns of what is printed: it goes into a file, and not to a terminal. */
const COLUMNS = 110

/** `kt explain <recipe>`: a module that runs on each of the systems asked for, with what there is to know in its comments. */
export function explainRecipe(terminal: Terminal, recipe: Recipe, asked: readonly string[] | undefined): ExitCode {
  const systems = systemsOf(asked)
  const { id, title, asks, stories, ways } = recipe
  terminal.print(
    [
      ...remark(`${title}. ${asks}`),
      ...remark(`Keep it: kt explain ${id}${asked === undefined ? '' : ` --release ${systems.join(' ')}`} > driver.ts`),
      ...remark('Run it: kt run ./driver.ts. Under every schedule: kt explore ./driver.ts#' + programOf(systems[0]!)),
      ...remark(`How the releases differ: kt compare ${stories.join(' ')}`),
    ].join('\n'),
  )
  for (const system of systems) {
    const { says, catch: bites } = ways[system]
    terminal.print(['', ...remark(`${LABELS[system]}: ${says}`), ...remark(`Catch: ${bites}`), ''].join('\n'))
    terminal.print(recipeSource(recipe, system).trimEnd())
  }
  return ExitCode.allHold
}

const LABELS: Readonly<Record<System, string>> = { netbsd: 'NetBSD', openbsd: 'OpenBSD', freebsd: 'FreeBSD' }

/** What the module exports for a system. */
function programOf(system: System): string {
  return `on${system.slice(0, 1).toUpperCase()}${system.slice(1)}`
}

function remark(text: string): string[] {
  return wrap(text, COLUMNS).map((line) => `// ${line}`)
}

/** Systems by their names; a release stands for its system. */
function systemsOf(asked: readonly string[] | undefined): readonly System[] {
  if (asked === undefined) return SYSTEMS
  const known: readonly string[] = [...SYSTEMS, ...RELEASES]
  const wanted = asked.flatMap((word) => word.split(',')).map((word) => word.toLowerCase())
  for (const word of wanted) {
    if (!known.includes(word))
      throw new UsageError(
        `no system or release '${word}'; expected some of ${known.join(', ')}; nearest is ${nearest(word, known)}`,
      )
  }
  return SYSTEMS.filter((system) => wanted.some((word) => word.split('/')[0] === system))
}
