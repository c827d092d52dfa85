import type { Command } from 'commander'
import type { ReportOptions } from '../commands/report.js'
import type { ExitCode } from '../exit-code.js'
import type { Terminal } from '../terminal.js'
import { RELEASE } from './words.js'

/** The commands that write what was seen. */
export function addReporting(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command('report')
    .description(
      'write everything that was asked and seen, in as many forms as are asked for (- is the standard output)',
    )
    .option('--html <file>', 'a page that opens from disk, with evidence for every verdict')
    .option('--json <file>', 'for programs, as schema/report.schema.json says')
    .option('--junit <file>', 'XML, for services that show test results')
    .option('--tap <file>', 'Test Anything Protocol, version 14')
    .option('--atf <file>', 'as atf-run writes and atf-report reads')
    .option('--markdown <file>', 'tables for a wiki or a pull request')
    .option('--since <file>', 'an earlier report in JSON: what was added, changed and removed comes first')
    .option('--proofs', 'with the promises under every schedule, which takes minutes')
    .option('--date <text>', 'a date for the foot of the page, which has none of its own')
    .option('--topic <name...>', 'only these topics or stories of the comparison, which takes the longest')
    .option('--release <name>', RELEASE)
    .action(async (options: ReportOptions) => {
      const { report } = await import('../commands/report.js')
      finish(await report(terminal, options))
    })
}
