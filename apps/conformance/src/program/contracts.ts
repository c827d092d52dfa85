import type { Command } from 'commander'
import type { ExplainOptions } from '../commands/explain.js'
import type { ListOptions } from '../commands/list.js'
import type { RunOptions } from '../commands/run.js'
import type { ExitCode } from '../exit-code.js'
import type { Terminal } from '../terminal.js'
import { MODEL, RELEASE, SEED } from './words.js'

/** The commands that run clauses and say what they mean. */
export function addContracts(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command('run')
    .description('run clauses and divergences, and tell each verdict with its evidence; or a scenario, once')
    .argument('[word...]', 'such as NB10-KT-17, ./x.ts or netbsd/lock-order; all clauses if none is given')
    .option('--release <name>', RELEASE)
    .option('--reading <reading>', 'page or kernel; both if not given (a divergence always needs both)')
    .option('--model <name>', MODEL)
    .option('--seed <n>', SEED)
    .option('--steps <n>', 'of a scenario: at most so many steps')
    .action(async (words: string[], options: RunOptions) => {
      const { run } = await import('../commands/run.js')
      finish(await run(terminal, words, options))
    })
  program
    .command('explain')
    .description('say what something means: a clause, a call, a topic, a story, an exhibit, a recipe, or a question')
    .argument('<word...>', 'such as NB6-KT-22, kthread_join, join, join/unload, wait-at-unload')
    .option('--release <name...>', 'the systems that a recipe is for')
    .action(async (words: string[], options: ExplainOptions) => {
      const { explain } = await import('../commands/explain.js')
      finish(await explain(terminal, words, options))
    })
  program
    .command('prove')
    .description('check promises under every schedule of a small scenario')
    .argument('[id...]', 'such as NB6-KT-54; every promise that has a proof if none is given')
    .option('--release <name>', RELEASE)
    .action(async (ids: string[], options: { release?: string }) => {
      const { prove } = await import('../commands/prove.js')
      finish(await prove(terminal, ids, options))
    })
  program
    .command('list')
    .description('list everything that has a name: clauses, divergences, calls, topics, stories, exhibits, recipes')
    .argument('[kind...]', 'only these kinds')
    .option('--release <name>', RELEASE)
    .option('-f, --filter <expr>', "what an entry has to have, such as 'kind:clause AND says:join'")
    .action(async (kinds: string[], options: ListOptions) => {
      const { list } = await import('../commands/list.js')
      finish(await list(terminal, kinds, options))
    })
}
