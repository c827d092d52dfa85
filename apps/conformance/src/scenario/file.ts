import { machineOf } from '@kt/core'
import { isSteady, programOf, type Explorable, type Main } from '@kt/explore'
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { printable } from '../terminal.js'
import { UsageError } from '../usage.js'
import { optionsIn } from './file-options.js'
import type { Scenario } from './scenario.js'

/** What can be run without a build, and behind it the name of one of several programs. */
const EXTENSION = /\.[cm]?[jt]s(?:#.*)?$/

/** Whether a word names a file and not an exhibit. */
export function isPath(word: string): boolean {
  return word.startsWith('.') || word.startsWith('/') || EXTENSION.test(word)
}

/**
 * Loads the scenario that a word means: the one a file exports as `make` and `main`, or with `./x.ts#name` another one
 * of its exports.
 */
export async function loadFile(word: string): Promise<Scenario> {
  const { path, name } = partsOf(word)
  const file = await programsIn(path)
  const names = [...file.programs.keys()]
  const [only] = names
  const chosen = name ?? (file.programs.has(PLAIN) || names.length !== 1 ? PLAIN : only!)
  const program = file.programs.get(chosen)
  const offered = names.map((known) => (known === PLAIN ? path : `${path}#${known}`)).join(', ')
  if (program === undefined) {
    const problem = name === undefined ? `'${path}' has several programs` : `'${path}' has no program '${name}'`
    throw new UsageError(`${problem}; expected one of ${offered}`)
  }
  return scenarioOf(file, chosen, program)
}

/** Loads every scenario of a file, in the order in which it exports them; of `./x.ts#name` that one. */
export async function loadFiles(word: string): Promise<Scenario[]> {
  const { path, name } = partsOf(word)
  if (name !== undefined) return [await loadFile(word)]
  const file = await programsIn(path)
  return Array.from(file.programs, ([known, program]) => scenarioOf(file, known, program))
}

function partsOf(word: string): { readonly path: string; readonly name: string | undefined } {
  const at = word.lastIndexOf('#')
  return at < 0 ? { path: word, name: undefined } : { path: word.slice(0, at), name: word.slice(at + 1) }
}

/** The name of the program that a file itself is: what it exports as `make` and `main`. */
const PLAIN = ''

type Exported = Readonly<Record<string, unknown>>

interface ProgramFile {
  readonly path: string
  readonly real: string
  readonly source: string
  readonly programs: ReadonlyMap<string, Exported>
}

async function programsIn(path: string): Promise<ProgramFile> {
  const { real, source } = read(path)
  const exported = await load(path, real)
  const isWhole = (value: unknown): value is Exported =>
    typeof value === 'object' && value !== null && 'make' in value && 'main' in value
  const programs = new Map<string, Exported>()
  // A module lists its exports by name; a reader expects the order of the file.
  const named = Object.entries(exported).filter((entry): entry is [string, Exported] => isWhole(entry[1]))
  const place = (name: string): number => source.search(new RegExp(`\\bexport\\b[^\\n]*\\b${escaped(name)}\\b`))
  if (named.length === 0 || 'make' in exported || 'main' in exported) programs.set(PLAIN, exported)
  for (const [name, program] of named.toSorted((a, b) => place(a[0]) - place(b[0]))) programs.set(name, program)
  return { path, real, source, programs }
}

/** As a regular expression takes it. */
function escaped(name: string): string {
  return name.replace(/[$]/g, String.raw`\$`)
}

/** One program of a file, tried out. */
function scenarioOf({ path, real, source }: ProgramFile, name: string, exported: Exported): Scenario {
  const word = name === PLAIN ? path : `${path}#${name}`
  const { make, main } = exported
  if (typeof make !== 'function' || typeof main !== 'function') {
    const missing = ['make', 'main'].filter((part) => typeof exported[part] !== 'function')
    throw new UsageError(
      `'${word}' exports no function ${missing.join(' and no function ')}; expected make() that returns a kernel, and function* main(k)`,
    )
  }
  if (main.constructor.name.startsWith('Async'))
    throw new UsageError(`main of '${word}' is an async function; expected a generator function: function* main(k)`)
  tryOut(word, make as () => unknown)
  const options = optionsIn(word, exported['options'])
  const program = programOf(make as () => Explorable, main as Main<Explorable>, options.fromBoot, options.steps)
  if (!isSteady(program))
    throw new UsageError(
      `'${word}' makes other calls when it is run again; expected that it keeps nothing outside make and main`,
    )
  return {
    name: word,
    identity: `${real}${name === PLAIN ? '' : `#${name}`} ${createHash('sha256').update(source).digest('hex')}`,
    isNamed: false,
    make: make as () => Explorable,
    main: main as Main<Explorable>,
    options,
  }
}

function read(path: string): { readonly real: string; readonly source: string } {
  if (!EXTENSION.test(path))
    throw new UsageError(`cannot load '${path}'; expected a file that ends in .ts, .mts or .js`)
  try {
    const real = realpathSync(resolve(path))
    return { real, source: readFileSync(real, 'utf8') }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read '${path}' (${code}); expected a file that exports make and main`, {
      cause: error,
    })
  }
}

async function load(path: string, real: string): Promise<Readonly<Record<string, unknown>>> {
  const [{ createJiti }, virtualModules] = await Promise.all([import('jiti'), ourModules()])
  // Nothing is written anywhere: a cache would have to be.
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, virtualModules })
  try {
    return await orNever(jiti.import<Record<string, unknown>>(real))
  } catch (error) {
    throw new UsageError(`cannot load '${path}': ${firstLine(error)}`, { cause: error })
  }
}

/** What a file awaits at its top may never come. With nothing else left to do the command would then just end. */
async function orNever<T>(loading: Promise<T>): Promise<T> {
  let giveUp = (): void => undefined
  const never = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(new Error('what it awaits never comes'))
    }
  })
  process.once('beforeExit', giveUp)
  try {
    return await Promise.race([loading, never])
  } finally {
    process.off('beforeExit', giveUp)
  }
}

/** The kernel that the file makes must be one of ours, of the same modules as the search that drives it. */
async function ourModules(): Promise<Record<string, unknown>> {
  const modules = {
    '@kt/core': import('@kt/core'),
    '@kt/explore': import('@kt/explore'),
    '@kt/netbsd': import('@kt/netbsd'),
    '@kt/netbsd/6': import('@kt/netbsd/6'),
    '@kt/netbsd/10.1': import('@kt/netbsd/10.1'),
    '@kt/openbsd': import('@kt/openbsd'),
    '@kt/openbsd/4.2': import('@kt/openbsd/4.2'),
    '@kt/openbsd/5.1': import('@kt/openbsd/5.1'),
    '@kt/freebsd': import('@kt/freebsd'),
    '@kt/freebsd/8.0': import('@kt/freebsd/8.0'),
  }
  const loaded = Object.entries(modules).map(async ([name, module]) => [name, await module] as const)
  return Object.fromEntries(await Promise.all(loaded))
}

function tryOut(path: string, make: () => unknown): void {
  let made: unknown
  try {
    made = make()
  } catch (error) {
    throw new UsageError(`make() of '${path}' fails: ${firstLine(error)}`, { cause: error })
  }
  if (machineOf(made) === null)
    throw new UsageError(`make() of '${path}' returns no kernel; expected what createKernel() of a release returns`)
}

/** What an error says. Only that of a file that does not compile has its place, on a second line. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n').map((line) => line.trim())
  return printable(lines.slice(0, text.startsWith('ParseError') ? 2 : 1).join(' at '))
}
