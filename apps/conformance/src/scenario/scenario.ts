import type { Explorable, ExploreOptions, Main } from '@kt/explore'
import { nearest, UsageError } from '../usage.js'
import { isPath, loadFile, loadFiles } from './file.js'

/** A program that can be explored and replayed. */
export interface Scenario {
  /** What people type to get it: the id of an exhibit, or the path of a file. */
  readonly name: string
  /** The same for the same program, whatever was typed. */
  readonly identity: string
  /** Whether its tokens name it, so that they can be replayed without saying of what. */
  readonly isNamed: boolean
  readonly make: () => Explorable
  readonly main: Main<Explorable>
  readonly options: ExploreOptions
}

/** What the id of an exhibit ends with where its mend is meant, as tokens have it. */
const MEND = '/mend'

/**
 * Finds a scenario.
 *
 * @param word - The id of an exhibit, with `/mend` behind it for the program in which the mistake is mended; or a path.
 * @throws UsageError in one line where there is none.
 */
export async function loadScenario(word: string): Promise<Scenario> {
  if (isPath(word)) return loadFile(word)
  return (await loadTelling(word)) ?? loadExhibit(word)
}

/** A story of the comparison as it is told to one release: `netbsd/10.1/join/returns`. */
async function loadTelling(word: string): Promise<Scenario | null> {
  // Exhibits have no digit behind their slash.
  if (!/^[a-z]+\/\d/.test(word)) return null
  const { tellingNamed } = await import('../topics/program.js')
  const telling = tellingNamed(word)
  if (telling === null) return null
  const { scenario, make, main, options } = telling
  return { name: scenario, identity: scenario, isNamed: true, make, main, options }
}

/** Every scenario that a word means: a file may have several. */
export async function loadScenarios(word: string): Promise<readonly Scenario[]> {
  return isPath(word) ? loadFiles(word) : [await loadExhibit(word)]
}

/** Whether a word is the id of an exhibit, or of the mend of one. */
export async function isExhibit(word: string): Promise<boolean> {
  const { exhibits } = await import('../museum/index.js')
  const asked = word.toLowerCase()
  return exhibits.some(({ id }) => asked === id || asked === id + MEND)
}

/** The mended program beside a mistake. */
export function mendOf(word: string): string {
  if (isPath(word)) throw new UsageError(`--mend is for an exhibit, and '${word}' is a file`)
  return word.endsWith(MEND) ? word : word + MEND
}

async function loadExhibit(word: string): Promise<Scenario> {
  if (/^kt\d+:/.test(word))
    throw new UsageError(`'${word}' is a token, and kt replay makes its run again; expected a file or an exhibit`)
  const { exhibits } = await import('../museum/index.js')
  const asked = word.toLowerCase()
  const isMend = asked.endsWith(MEND)
  const id = isMend ? asked.slice(0, -MEND.length) : asked
  const exhibit = exhibits.find((candidate) => candidate.id === id)
  if (exhibit === undefined) {
    const closest = nearest(
      id,
      exhibits.map((candidate) => candidate.id),
    )
    throw new UsageError(`no scenario '${word}'; expected a file such as ./x.ts, or an exhibit; nearest is ${closest}`)
  }
  const { make, mistake, mend, options } = exhibit
  const name = isMend ? id + MEND : id
  return {
    name,
    identity: name,
    isNamed: true,
    make,
    main: isMend ? mend : mistake,
    options: { ...options, scenario: name },
  }
}
