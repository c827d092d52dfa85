import type { ExploreOptions, SavedExploration } from '@kt/explore'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { UsageError } from '../usage.js'
import { writeWhole } from '../write-whole.js'

/** Options that say what is searched. A search that is gone on with keeps them; bounds on it may change. */
const DECIDING: readonly (keyof Deciding)[] = [
  'strategy',
  'model',
  'freeTimers',
  'preemptions',
  'steps',
  'seed',
  'changes',
  'fromBoot',
  'races',
  'leaks',
]

type Deciding = Pick<
  ExploreOptions,
  'strategy' | 'model' | 'freeTimers' | 'preemptions' | 'steps' | 'seed' | 'changes' | 'fromBoot' | 'races' | 'leaks'
>

/** A search on its way, as a file has it. */
export interface Checkpoint {
  /** Which scenario it is of. */
  readonly identity: string
  readonly options: Deciding
  /** How long it has taken until now. */
  readonly seconds: number
  readonly search: SavedExploration
}

const FORMAT = 'kt exploration 1'

/** Of all options those that say what is searched. */
export function deciding(options: ExploreOptions): Deciding {
  return Object.fromEntries(DECIDING.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])))
}

/** Writes a checkpoint whole or not at all: whoever is killed at any moment leaves this one or the one before it. */
export function writeCheckpoint(file: string, checkpoint: Checkpoint): void {
  const body = JSON.stringify(checkpoint)
  writeWhole(file, `${JSON.stringify({ format: FORMAT, sum: sumOf(body) })}\n${body}\n`)
}

/** Reads a checkpoint. */
export function readCheckpoint(file: string): Checkpoint {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read '${file}' (${code ?? message}); expected a file that --save wrote`, {
      cause: error,
    })
  }
  const [head = '', body = ''] = text.split('\n')
  const { format, sum } = headOf(head)
  if (format === undefined) throw new UsageError(`'${file}' is no saved search; expected a file that --save wrote`)
  if (format !== FORMAT) throw new UsageError(`'${file}' is another kind of search; this kt reads '${FORMAT}'`)
  if (sum !== sumOf(body)) throw new UsageError(`'${file}' is torn; expected a file as --save wrote it`)
  return JSON.parse(body) as Checkpoint
}

/** Refuses to write over what is something else: a mistyped name must not cost a file. */
export function checkPlace(file: string): void {
  if (file === '') throw new UsageError('--save takes the path of a file, and not an empty word')
  if (!existsSync(file)) return
  let head = ''
  try {
    head = readFileSync(file, 'utf8').split('\n', 1)[0]!
  } catch {
    // A folder, or nothing that may be read.
  }
  if (headOf(head).format === undefined)
    throw new UsageError(`'${file}' is there and is no saved search; expected a new file, or one that --save wrote`)
}

function headOf(line: string): { readonly format?: unknown; readonly sum?: unknown } {
  try {
    const head: unknown = JSON.parse(line)
    const isOurs = typeof head === 'object' && head !== null && 'format' in head && 'sum' in head
    return isOurs ? head : {}
  } catch {
    return {}
  }
}

function sumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
