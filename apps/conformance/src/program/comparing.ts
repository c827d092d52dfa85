import type { Command } from 'commander'
import type { CompareOptions } from '../commands/compare.js'
import type { ExitCode } from '../exit-code.js'
import type { Terminal } from '../terminal.js'

/** The command that compares systems and releases. */
export function addComparing(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command('compare')
    .description('tell the same stories to every release, and show where they differ')
    .argument('[topic...]', 'such as join, join/returns, or two releases; everything if none is given')
    .option('--all', 'rows on which all answer alike too')
    .option('--matrix', 'only the table')
    .option('--false-friends', 'calls that have the same name and another meaning; the arguments are names of calls')
    .option('--release <name...>', 'only these releases or systems')
    .option('-q, --quiet', 'print only what has gone stale, and the last line')
    .action(async (topics: string[], options: CompareOptions) => {
      const { compare } = await import('../commands/compare.js')
      finish(await compare(terminal, topics, options))
    })
}
