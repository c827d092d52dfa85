import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { catalogue, KINDS, type Kind } from '../catalogue.js'
import { ExitCode } from '../exit-code.js'
import { RELEASES } from '../topics/releases.js'
import { UsageError } from '../usage.js'

const SHELLS: readonly string[] = ['bash', 'zsh', 'fish', 'powershell']

/** Kinds of names that the argument of a command takes; what takes a token gets what its runs are of. */
const ARGUMENTS: Readonly<Record<string, readonly Kind[]>> = {
  run: ['clause', 'divergence', 'exhibit'],
  explain: ['clause', 'divergence', 'call', 'topic', 'story', 'exhibit', 'recipe'],
  compare: ['topic', 'story'],
  prove: ['clause'],
  explore: ['exhibit'],
  trace: ['exhibit'],
  ps: ['exhibit'],
  ddb: ['exhibit'],
  kdump: ['exhibit'],
  dmesg: ['exhibit'],
}

/** Values of options that commander does not know as choices. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  release: RELEASES,
  reading: ['page', 'kernel'],
  strategy: ['dpor', 'dfs', 'pct', 'random', 'first'],
  model: ['any', 'smp', 'up'],
}

/**
 * `kt complete SHELL` prints the script for a shell; `kt complete -- WORDS`, which that script calls, what can follow.
 *
 * @param shell - Null when words are to be completed.
 */
export async function complete(program: Command, shell: string | null, words: readonly string[]): Promise<ExitCode> {
  const root = tab(program)
  if (shell !== null) {
    if (!SHELLS.includes(shell)) throw new UsageError(`no shell '${shell}'; expected one of ${SHELLS.join(', ')}`)
    root.setup('kt', 'kt', shell)
    return ExitCode.allHold
  }
  const [name = ''] = words
  const kinds = ARGUMENTS[name]
  // Loading names takes a while: only those that may follow.
  const entries = kinds === undefined || words.at(-1)?.startsWith('-') === true ? [] : await catalogue(kinds)
  const command = root.commands.get(name)
  for (const argument of command?.arguments.values() ?? [])
    argument.handler = (give) => {
      for (const { id, says } of entries) give(id, says)
    }
  if (name === 'list')
    for (const argument of command?.arguments.values() ?? [])
      argument.handler = (give) => {
        for (const kind of KINDS) give(kind, '')
      }
  for (const option of command?.options.values() ?? []) {
    const values = VALUES[option.value]
    if (values !== undefined)
      option.handler = (give) => {
        for (const value of values) give(value, '')
      }
  }
  root.parse([...words])
  return ExitCode.allHold
}
