import { machineOf } from '@kt/core'
import { isSteady, programOf, type Explorable, type Main } from '@kt/explore'
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { printable } from '../terminal.js'
import { UsageError } from '../usage.js'
import { optionsIn } from './file-options.js'
import type { Scenario } from './scenario.js'

/** What can be run without a build. */
const EXTENSION = /\.[cm]?[jt]s$/

/** Whether a word names a file and not an exhibit. */
export function isPath(word: string): boolean {
  return word.startsWith('.') || word.startsWith('/') || EXTENSION.test(word)
}

/** Loads a scenario that somebody wrote: a file that exports `make` and `main`, and `options` if it has any. */
export async function loadFile(path: string): Promise<Scenario> {
  const { real, source } = read(path)
  const exported = await load(path, real)
  const { make, main } = exported
  if (typeof make !== 'function' || typeof main !== 'function') {
    const missing = ['make', 'main'].filter((name) => typeof exported[name] !== 'function')
    throw new UsageError(
      `'${path}' exports no function ${missing.join(' and no function ')}; expected make() that returns a kernel, and function* main(k)`,
    )
  }
  if (main.constructor.name === 'AsyncFunction')
    throw new UsageError(`main of '${path}' is an async function; expected a generator function: function* main(k)`)
  tryOut(path, make as () => unknown)
  const options = optionsIn(path, exported['options'])
  const program = programOf(make as () => Explorable, main as Main<Explorable>, options.fromBoot, options.steps)
  if (!isSteady(program))
    throw new UsageError(
      `'${path}' makes other calls when it is run again; expected that it keeps nothing outside make and main`,
    )
  return {
    name: path,
    identity: `${real} ${createHash('sha256').update(source).digest('hex')}`,
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
    return await jiti.import<Record<string, unknown>>(real)
  } catch (error) {
    throw new UsageError(`cannot load '${path}': ${firstLine(error)}`, { cause: error })
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
