import type { Command } from 'commander'
import type { ExploreWords } from '../commands/explore.js'
import type { ReplayCommandWords } from '../commands/replay.js'
import type { ExitCode } from '../exit-code.js'
import type { ReplayWords } from '../scenario/replayed.js'
import type { Terminal } from '../terminal.js'
import { STEPS } from './words.js'

/** The commands that explore schedules and make them again. */
export function addSchedules(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
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
      const { explore } = await import('../commands/explore.js')
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
      const { replay } = await import('../commands/replay.js')
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
      const { diff } = await import('../commands/diff.js')
      finish(await diff(terminal, [token, other], scenario, words))
    })
}
