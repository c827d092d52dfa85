import { Command, CommanderError } from 'commander'
import type { ExploreWords } from './commands/explore.js'
import type { ReplayCommandWords } from './commands/replay.js'
import { ExitCode } from './exit-code.js'
import type { ReplayWords } from './scenario/replayed.js'
import { openTerminal, type Output, type Terminal, type World } from './terminal.js'
import { nearest, UsageError } from './usage.js'
import { version } from './version.js'

/** Runs the command with the words after its name, and says how to exit. */
export async function execute(words: readonly string[], world: World): Promise<ExitCode> {
  const { out, err } = world
  let code: ExitCode = ExitCode.allHold
  const program = build(openTerminal(world), (result) => (code = result))
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
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
    .version(version())
    .addHelpText('after', EXIT_CODES)

  program
    .command('all', { isDefault: true })
    .description('run every clause and divergence and print the matrix (what kt does without a command)')
    .argument('[word...]', 'none is expected')
    .option('--release <name>', RELEASE)
    .option('-q, --quiet', 'print only failures and the last line')
    .action(async ([word]: string[], options: { release?: string; quiet?: boolean }) => {
      // What is no command ends up here, as a word of the default one.
      if (word !== undefined) throw new UsageError(noCommand(program, word))
      const { all } = await import('./commands/all.js')
      finish(await all(terminal, options))
    })
  program
    .command('run')
    .description('run some clauses or divergences, or all, and tell each verdict with its evidence')
    .argument('[id...]', 'such as NB10-KT-17; all of them if none is given')
    .option('--release <name>', RELEASE)
    .option('--reading <reading>', 'page or kernel; both if not given (a divergence always needs both)')
    .action(async (ids: string[], options: { release?: string; reading?: string }) => {
      const { run } = await import('./commands/run.js')
      finish(await run(terminal, ids, options))
    })
  program
    .command('explain')
    .description('say in our words what a clause or a divergence means, and how it fares')
    .argument('<id>', 'such as NB6-KT-22')
    .action(async (id: string) => {
      const { explain } = await import('./commands/explain.js')
      finish(await explain(terminal, id))
    })
  program
    .command('prove')
    .description('check promises under every schedule of a small scenario')
    .argument('[id...]', 'such as NB6-KT-54; every promise that has a proof if none is given')
    .option('--release <name>', RELEASE)
    .action(async (ids: string[], options: { release?: string }) => {
      const { prove } = await import('./commands/prove.js')
      finish(await prove(terminal, ids, options))
    })
  program
    .command('list')
    .description('list the clauses and divergences')
    .option('--release <name>', RELEASE)
    .action(async (options: { release?: string }) => {
      const { list } = await import('./commands/list.js')
      finish(await list(terminal, options))
    })
  program
    .command('report')
    .description('write everything that was asked and seen to a file')
    .requiredOption('--json <file>', 'where to write it (- for the standard output), as schema/report.schema.json says')
    .option('--release <name>', RELEASE)
    .action(async (options: { json: string; release?: string }) => {
      const { report } = await import('./commands/report.js')
      finish(await report(terminal, options))
    })
  addSchedules(program, terminal, finish)
  return program
}

/** The commands that explore schedules and make them again. */
function addSchedules(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command('explore')
    .description('run a program under every schedule, and tell what goes wrong under which')
    .argument('<scenario>', 'an exhibit such as netbsd/lock-order, or a file that exports make and main')
    .option('--mend', 'the program of the exhibit in which the mistake is mended')
    .option('--strategy <name>', 'dpor (every schedule that can be told from the others), dfs, pct, random or first')
    .option('--model <name>', 'any (whoever can go on may), smp or up (the release decides)')
    .option('--preemptions <n>', 'only schedules that preempt a thread at most so often')
    .option('--schedules <n>', 'at most so many schedules')
    .option('--steps <n>', 'at most so many steps in a schedule')
    .option('--time <time>', 'at most so long, such as 10s')
    .option('--seed <n>', 'of random and pct')
    .option('--stop-at-failure', 'end at the first failure')
    .option('--jobs <n>', 'on so many cores; the same schedules, verdict and outcomes')
    .option('--save <file>', 'keep the search there, at least once a second')
    .option('--resume <file>', 'go on with a search that was kept')
    .option('-q, --quiet', 'print only the failure and the last line')
    .action(async (scenario: string, words: ExploreWords) => {
      const { explore } = await import('./commands/explore.js')
      finish(await explore(terminal, scenario, words))
    })
  program
    .command('replay')
    .description('make a run again, and tell every step of it')
    .argument('<token>', 'as explore prints it')
    .argument('[scenario]', 'for a token that names none')
    .option('--step', 'wait for Enter after each step')
    .option('--continue', 'go on with the usual choices where the token no longer fits the program')
    .option('--fork <@step>', 'make other choices after so many steps')
    .option('--seed <n>', 'what decides after the fork; the usual choices if not given')
    .option('--steps <n>', STEPS)
    .action(async (token: string, scenario: string | undefined, words: ReplayCommandWords) => {
      const { replay } = await import('./commands/replay.js')
      finish(await replay(terminal, token, scenario, words))
    })
  program
    .command('diff')
    .description('show two runs side by side up to where they part')
    .argument('<token>', 'as explore prints it')
    .argument('<other>', 'another')
    .argument('[scenario]', 'for tokens that name none')
    .option('--steps <n>', STEPS)
    .action(async (token: string, other: string, scenario: string | undefined, words: ReplayWords) => {
      const { diff } = await import('./commands/diff.js')
      finish(await diff(terminal, [token, other], scenario, words))
    })
}

const STEPS = 'the bound on steps that the schedule was found with'
const RELEASE = 'a release, such as netbsd/10.1, or a system'

const EXIT_CODES = `
Exit codes:
  0  everything holds
  1  a contract failed
  2  the command was used wrongly
  3  nothing failed, and a bound ended the search before all was covered
  4  a fault of ours
`

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
    const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
    err.write(`kt: ${message}\n`)
    return ExitCode.wrongUsage
  }
  err.write(`kt: a fault of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return ExitCode.ourFault
}
