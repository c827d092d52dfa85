import { callNamed, callNames } from '../call-names.js'
import { catalogue, type CatalogueEntry } from '../catalogue.js'
import { entriesOf, idOf, loadContracts, notesOf, type AnyContract } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { pad, shorten, type Terminal } from '../terminal.js'
import { nearest, UsageError } from '../usage.js'

export interface ExplainOptions {
  /** Systems or releases that a recipe is for. */
  readonly release?: readonly string[]
}

/** Answers to a question that are shown. */
const ANSWERS_MAX = 8

/**
 * `kt explain <word>`: whatever has a name: a clause, a divergence or a note, a recipe, a topic, a story or an exhibit, a
 * call or a flag. Several words are a question: what answers it best is explained if it is a recipe, else what there is, is listed.
 */
export async function explain(
  terminal: Terminal,
  words: readonly string[],
  options: ExplainOptions,
): Promise<ExitCode> {
  const question = words.join(' ').trim()
  const named = await explainNamed(terminal, question, options)
  if (named !== null) return named
  if (options.release !== undefined && !question.includes(' ')) throw new UsageError(await noRecipe(question))
  const { search } = await import('../search.js')
  const found = await search(question, ANSWERS_MAX)
  const [best] = found
  if (!question.includes(' ')) throw new UsageError(await unknown(question))
  if (best === undefined)
    throw new UsageError(
      `nothing answers '${question}'; expected words that a page or a driver has; kt list has everything`,
    )
  if (best.kind === 'recipe') return (await explainNamed(terminal, best.id, options)) ?? ExitCode.ourFault
  if (options.release !== undefined) throw new UsageError(await noRecipe(question))
  printAnswers(terminal, found)
  return ExitCode.allHold
}

/** What clauses, rows and notes are called ends in a number, and nothing else does. */
const NUMBERED = /-\d+$/

/** Null where nothing has that name. Only what can have such a name is loaded. */
async function explainNamed(terminal: Terminal, word: string, options: ExplainOptions): Promise<ExitCode | null> {
  if (!NUMBERED.test(word)) {
    const code = await explainSubject(terminal, word.toLowerCase(), options)
    if (code !== null) return code
  }
  // What a contract has is told of every release.
  if (options.release !== undefined) return null
  const contracts = await loadContracts()
  if (idsOf(contracts).includes(word.toUpperCase()) || notesOf(contracts, word).length > 0) {
    const { explainEntry } = await import('./explain-entry.js')
    return explainEntry(terminal, contracts, word)
  }
  const call = callNamed(contracts, word)
  if (call === null) return null
  const { explainCall } = await import('./explain-call.js')
  return explainCall(terminal, contracts, call)
}

/** What no contract has: recipes, topics, stories and exhibits. */
async function explainSubject(terminal: Terminal, name: string, options: ExplainOptions): Promise<ExitCode | null> {
  const { recipes } = await import('../recipes/index.js')
  const recipe = recipes.find(({ id }) => id === name)
  if (recipe !== undefined) {
    const { explainRecipe } = await import('./explain-recipe.js')
    return explainRecipe(terminal, recipe, options.release)
  }
  // What else has a name is told of every release.
  if (options.release !== undefined) return null
  const { isTopic } = await import('../topics/topics.js')
  if (isTopic(name)) {
    const { explainTopic } = await import('./explain-topic.js')
    return explainTopic(terminal, name)
  }
  const { stories } = await import('../topics/stories/index.js')
  const story = stories.find(({ id }) => id === name)
  if (story !== undefined) {
    const { explainStory } = await import('./explain-story.js')
    return explainStory(terminal, story)
  }
  if (!name.includes('/')) return null
  const { exhibits } = await import('../museum/index.js')
  const exhibit = exhibits.find(({ id }) => id === name)
  if (exhibit === undefined) return null
  const { explainExhibit } = await import('./explain-exhibit.js')
  return explainExhibit(terminal, exhibit)
}

function idsOf(contracts: readonly AnyContract[]): readonly string[] {
  return contracts.flatMap(entriesOf).map(idOf)
}

async function noRecipe(word: string): Promise<string> {
  const { recipes } = await import('../recipes/index.js')
  const ids = recipes.map(({ id }) => id)
  return `--release is for a recipe, and '${word}' is none; expected one of ${ids.join(', ')}`
}

async function unknown(word: string): Promise<string> {
  const contracts = await loadContracts()
  const others = await catalogue(['topic', 'story', 'exhibit', 'recipe'])
  const notes = contracts.flatMap((contract) => contract.notes.map(({ id }) => id))
  const names = [...idsOf(contracts), ...notes, ...callNames(contracts), ...others.map(({ id }) => id)]
  return `nothing is called '${word}'; nearest is ${nearest(word, names)}; kt list has everything`
}

/** A line each, with what explains it whole. */
function printAnswers(terminal: Terminal, found: readonly CatalogueEntry[]): void {
  const width = Math.max(...found.map(({ id }) => id.length))
  const lines = found.map(({ id, kind, says }) =>
    shorten(`${pad(id, width)}  ${pad(kind, 10)}  ${says}`, terminal.columns),
  )
  terminal.print(['What comes nearest; kt explain tells each by its name:', '', ...lines].join('\n'))
}
