import type { Command } from 'commander'
import type { ExitCode } from '../exit-code.js'

/**
 * The command by which shells complete the others.
 *
 * @param typed - The words after the command's name.
 * @param bare - Makes the program without this command: what is completed.
 */
export function addCompleting(
  program: Command,
  typed: readonly string[],
  bare: () => Command,
  finish: (code: ExitCode) => void,
): void {
  program
    .command('complete')
    .description('print the script by which a shell completes kt: eval "$(kt complete bash)"')
    .argument('[shell]', 'bash, zsh, fish or powershell')
    .argument('[words...]', 'what has been typed, behind --: shells ask so')
    .action(async (shell: string | undefined, words: string[]) => {
      const { complete } = await import('../commands/complete.js')
      // Commander takes the -- away; without it a word is the name of a shell.
      const isAsked = typed.includes('--')
      finish(
        await complete(
          bare(),
          isAsked ? null : (shell ?? ''),
          isAsked && shell !== undefined ? [shell, ...words] : words,
        ),
      )
    })
}
