import type { Command } from 'commander'
import type { StateWords, View } from '../commands/state.js'
import type { TraceWords } from '../commands/trace.js'
import type { ExitCode } from '../exit-code.js'
import type { Terminal } from '../terminal.js'
import { MODEL, SEED, STEPS } from './words.js'

const RUN = 'a token as explore prints it, an exhibit such as netbsd/lock-order, or a file such as ./x.ts'

const VIEWS: readonly (readonly [View, string])[] = [
  ['ps', "the threads, in the columns of the system's own ps"],
  ['ddb', "the threads, as the kernel debugger's ps shows them"],
  ['kdump', "the kernel calls that were made, in the form of the release's kdump (ktrace itself records system calls)"],
  ['dmesg', 'what the kernel has printed on the console'],
]

/** The commands that look at what a run left, or at all that happened in it. */
export function addLooking(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  for (const [view, what] of VIEWS) {
    program
      .command(view)
      .description(`${what}; after a run, or after n steps of it`)
      .argument('<run>', RUN)
      .argument('[@n]', 'after so many steps; at the end if not given')
      .argument('[scenario]', 'for a token that names none')
      .option('--model <name>', MODEL)
      .option('--seed <n>', SEED)
      .option('--steps <n>', STEPS)
      .action(async (run: string, first: string | undefined, second: string | undefined, words: StateWords) => {
        const { showState } = await import('../commands/state.js')
        finish(await showState(terminal, view, [run, first, second], words))
      })
  }
  program
    .command('trace')
    .description(
      'all that happened in a run: as lines, or as files that other programs draw (- for the standard output)',
    )
    .argument('<run>', RUN)
    .argument('[scenario]', 'for a token that names none')
    .option('--perfetto <file>', 'in the Trace Event Format, which ui.perfetto.dev opens')
    .option('--shiviz <file>', 'a log with vector clocks, which ShiViz opens')
    .option('--csv <file>', 'events as comma-separated values')
    .option('--json <file>', 'everything, as schema/trace.schema.json says')
    .option('--clock <name>', 'what Perfetto shows as time: virtual, or steps (1 ms each)')
    .option('--model <name>', MODEL)
    .option('--seed <n>', SEED)
    .option('--steps <n>', STEPS)
    .action(async (run: string, scenario: string | undefined, words: TraceWords) => {
      const { trace } = await import('../commands/trace.js')
      finish(await trace(terminal, run, scenario, words))
    })
}
