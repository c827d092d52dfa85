import { Command, CommanderError } from 'commander'
import type { AllOptions } from './commands/all.js'
import { ExitCode } from './exit-code.js'
import { addCompleting } from './program/completing.js'
import { addComparing } from './program/comparing.js'
import { addContracts } from './program/contracts.js'
import { addLooking } from './program/looking.js'
import { addReporting } from './program/reporting.js'
import { addSchedules } from './program/schedules.js'
import { RELEASE } from './program/words.js'
import { openTerminal, type Output, type Terminal, type World } from './terminal.js'
import { nearest, UsageError } from './usage.js'
import { version } from './version.js'

/** Runs the command with the words after its name, and says how to exit. */
export async function execute(words: readonly string[], world: World): Promise<ExitCode> {
  const { out, err } = world
  let code: ExitCode = ExitCode.allHold
  const terminal = openTerminal(world)
  const finish = (result: ExitCode): void => void (code = result)
  const program = build(terminal, finish)
  addCompleting(program, words, () => build(terminal, finish), finish)
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride((error) => refuse(command, error))
      .configureOutput({
        writeOut: (text) => void out.write(text),
        // Commander explains a wrong use in several lines; the error it throws is told below in one.
        writeErr: () => undefined,
      })
  }
  try {
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    return failed(error, err)
  }
}

/** Every command is loaded when it is run, so that `--help` answers at once. */
function build(terminal: Terminal, finish: (code: ExitCode) => void): Command {
  const program = new Command('kt')
    .description(
      'Runs the kernel-thread manual pages of the BSDs: every sentence is a clause with an executed verdict.',
    )
    .configureHelp({ helpWidth: terminal.columns, minWidthToWrap: 20, subcommandTerm: shortUsage })
    .version(version())
    .addHelpText('after', EXIT_CODES)

  program
    .command('all', { isDefault: true })
    .description('run every clause, tell every story and print how they fared (what kt does without a command)')
    .allowExcessArguments()
    .option('--release <name>', RELEASE)
    .option('--html <file>', 'write a page that opens from disk, with the evidence for everything')
    .option('-q, --quiet', 'print only failures and the last lines')
    .action(async (options: AllOptions, { args: [word] }: Command) => {
      // What is no command ends up here, as a word of the default one.
      if (word !== undefined) throw new UsageError(noCommand(program, word))
      const { all } = await import('./commands/all.js')
      finish(await all(terminal, options))
    })
  addContracts(program, terminal, finish)
  addComparing(program, terminal, finish)
  addReporting(program, terminal, finish)
  addSchedules(program, terminal, finish)
  addLooking(program, terminal, finish)
  return program
}

const EXIT_CODES = `
Exit codes:
  0  everything holds
  1  a contract failed
  2  the command was used wrongly
  3  nothing failed, and a bound ended the search or the run before all was covered
  4  a fault of ours
`

/** Commander says what is wrong; what was expected is the usage of the command. */
function refuse(command: Command, error: CommanderError): never {
  if (error.exitCode === 0) throw error
  const usage = command.createHelp().commandUsage(command)
  // Of `kt help` with a word that is no command there is no message.
  const wrong = error.code === 'commander.help' ? 'there is no such command' : oneLine(error.message)
  throw new UsageError(`${wrong}; expected ${usage} (more: ${nameOf(command)} --help)`, { cause: error })
}

/** `kt run`, as it is typed. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

/** A command in the list of all: every one has options. */
function shortUsage(command: Command): string {
  return `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim()
}

function oneLine(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
}

function noCommand(program: Command, word: string): string {
  // An id of a clause or a row, with its digits at the end.
  if (/^[a-z0-9]+-[a-z]+-\d+$/i.test(word)) return `no command '${word}'; to run a clause or a row: kt run ${word}`
  const names = program.commands.map((command) => command.name())
  return `no command '${word}'; expected one of ${names.join(', ')}; nearest is ${nearest(word, names)}`
}

/** A wrong use is told in one line. Anything unexpected is ours, and comes with the place it happened. */
function failed(error: unknown, err: Output): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.allHold
  if (error instanceof UsageError || error instanceof CommanderError) {
    err.write(`kt: ${oneLine(error.message)}\n`)
    return ExitCode.wrongUsage
  }
  err.write(`kt: a fault of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return ExitCode.ourFault
}
