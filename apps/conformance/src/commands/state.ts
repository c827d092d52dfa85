import { ExitCode } from '../exit-code.js'
import { viewsOf } from '../scenario/ended.js'
import { makeRun, targetOf, type RunWords } from '../scenario/made.js'
import { count } from '../scenario/words.js'
import { printable, type Terminal } from '../terminal.js'
import { kdumpOf, systemOf } from '../trace/kdump.js'
import { recording, traceOf } from '../trace/recorded.js'
import { UsageError } from '../usage.js'

/** What of the machine is shown. */
export type View = 'ps' | 'ddb' | 'kdump' | 'dmesg'

export type StateWords = RunWords

/**
 * `kt ps|ddb|kdump|dmesg <run> [@n] [scenario]`: the machine as a run leaves it, or as it is after n of its steps.
 *
 * @param given - The words of the command: the run, and in any order after how many steps and of which scenario.
 */
export async function showState(
  terminal: Terminal,
  view: View,
  [run, ...rest]: readonly [string, string | undefined, string | undefined],
  words: StateWords,
): Promise<ExitCode> {
  const others = rest.filter((word) => word !== undefined)
  const moments = others.filter((word) => word.startsWith('@'))
  const scenarios = others.filter((word) => !word.startsWith('@'))
  if (moments.length > 1 || scenarios.length > 1)
    throw new UsageError(`'${others.join(' ')}' says it twice; expected one @n and one scenario at most`)
  const until = moments[0] === undefined ? undefined : count('@n', moments[0].slice(1), 0)
  const { scenario, token } = await targetOf(run, scenarios[0])
  // Only kdump looks at what was recorded.
  const { story } = makeRun({ scenario: view === 'kdump' ? recording(scenario) : scenario, token }, words, until)
  const lines = linesOf(view, story)
  if (lines.length > 0) terminal.print(lines.map(printable).join('\n'))
  return ExitCode.allHold
}

function linesOf(view: View, story: Parameters<typeof traceOf>[0]): readonly string[] {
  const kernel = viewsOf(story.ended)
  switch (view) {
    case 'ps':
      return kernel.psText().split('\n')
    case 'ddb':
      return kernel.ddbPs().split('\n')
    case 'dmesg':
      return kernel.console
    case 'kdump': {
      // A process of the scenario that is traced has records of its own, which are what kdump would have read.
      const recorded = kernel.kdump?.() ?? ''
      return recorded === '' ? kdumpOf(traceOf(story), systemOf(story.ended.machine)) : recorded.split('\n')
    }
  }
}
