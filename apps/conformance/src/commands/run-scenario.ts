import { isFailure, sentence, type Verdict } from '@kt/explore'
import { clauseIn } from '../contracts.js'
import { ExitCode, worst } from '../exit-code.js'
import { stoppedBy, viewsOf } from '../scenario/ended.js'
import { makeRun, type MadeRun, type RunWords } from '../scenario/made.js'
import { loadScenarios, type Scenario } from '../scenario/scenario.js'
import { quoted } from '../scenario/words.js'
import { printable, wrap, type Terminal } from '../terminal.js'

/** `kt run <scenario…>`: each program once, with the choices that the release usually makes, and how it ended. */
export async function runScenarios(terminal: Terminal, names: readonly string[], words: RunWords): Promise<ExitCode> {
  const scenarios: Scenario[] = []
  for (const name of names) scenarios.push(...(await loadScenarios(name)))
  const codes: ExitCode[] = []
  for (const [at, scenario] of scenarios.entries()) {
    const run = makeRun({ scenario, token: null }, words)
    if (at > 0) terminal.print('')
    if (scenarios.length > 1) terminal.print(terminal.colours.dim(`── ${printable(scenario.name)}`))
    await tell(terminal, scenario, run, words)
    codes.push(codeOfVerdict(run.verdict))
  }
  return worst(codes)
}

async function tell(terminal: Terminal, scenario: Scenario, run: MadeRun, words: RunWords): Promise<void> {
  const { bold, dim } = terminal.colours
  const { story, verdict } = run
  const { console: lines } = story.ended.kernel
  if (lines.length > 0) terminal.print(`${lines.map(printable).join('\n')}\n`)
  const clause = await clauseOf(verdict)
  const told = wrap(sentence(verdict), terminal.columns).map((line) => bold(line))
  terminal.print([...told, ...(clause === null ? [] : wrap(clause, terminal.columns))].join('\n'))
  if (isStuck(verdict)) {
    terminal.print(`\n${viewsOf(story.ended).psText().split('\n').map(printable).join('\n')}`)
  }
  const rest = [
    ...(scenario.isNamed ? [] : [quoted(scenario.name)]),
    ...(words.steps === undefined ? [] : ['--steps', words.steps]),
  ]
  terminal.print(dim(`\n${['this run again: kt replay', story.token, ...rest].join(' ')}`))
}

/** What was broken, with what it says. */
async function clauseOf(verdict: Verdict): Promise<string | null> {
  const id = stoppedBy(verdict)
  if (id === null) return null
  const says = await clauseIn(id)
  return `${id}: ${says ?? `kt explain ${id} says more`}`
}

function isStuck({ kind }: Verdict): boolean {
  return kind === 'deadlock' || kind === 'lost-wakeup' || kind === 'leak' || kind === 'starvation'
}

/** A run that was cut off has shown nothing yet. */
export function codeOfVerdict(verdict: Verdict): ExitCode {
  if (isFailure(verdict)) return ExitCode.contractFailed
  return verdict.kind === 'cut' ? ExitCode.budgetEnded : ExitCode.allHold
}
