import { Misfit, sentence, type Replayed, type ReplayOptions } from '@kt/explore'
import type { ExitCode } from '../exit-code.js'
import { scheduleLines } from '../report/schedule.js'
import { replayed, requireStep, scenarioOf, type ReplayWords } from '../scenario/replayed.js'
import { count, quoted } from '../scenario/words.js'
import { printable, wrap, type Terminal } from '../terminal.js'
import { UsageError } from '../usage.js'
import { codeOfVerdict } from './run-scenario.js'

export interface ReplayCommandWords extends ReplayWords {
  readonly step?: boolean
  readonly continue?: boolean
  readonly fork?: string
  readonly seed?: string
}

/** `kt replay <token>`: makes a run again and tells all of it. */
export async function replay(
  terminal: Terminal,
  token: string,
  word: string | undefined,
  words: ReplayCommandWords,
): Promise<ExitCode> {
  const options = optionsOf(words)
  const scenario = await scenarioOf(token, word)
  const run = strictly(() => replayed(scenario, token, words, options))
  if (options.forkAt !== undefined) requireStep(run.story, options.forkAt)
  await printSchedule(terminal, run, words.step === true)
  const { bold, dim } = terminal.colours
  const { story, verdict, misfit } = run
  if (misfit !== null) printWrapped(terminal, `${misfit.message}; it went on with the usual choices`)
  const [head = '', ...rest] = wrap(sentence(verdict), terminal.columns)
  terminal.print([bold(head), ...rest.map((line) => bold(line))].join('\n'))
  const { console: lines } = story.ended.kernel
  if (lines.length > 0) terminal.print(['', 'console:', ...lines.map((line) => `  ${printable(line)}`)].join('\n'))
  if (story.token !== token) {
    const rest = [
      ...(word === undefined ? [] : [quoted(word)]),
      ...(words.steps === undefined ? [] : ['--steps', words.steps]),
    ]
    terminal.print(dim(`\n${['this run again: kt replay', story.token, ...rest].join(' ')}`))
  }
  return codeOfVerdict(verdict)
}

function optionsOf({ step, continue: goesOn, fork, seed }: ReplayCommandWords): ReplayOptions {
  const ways = [step, goesOn, fork].filter((way) => way !== undefined)
  if (ways.length > 1)
    throw new UsageError('--step, --continue and --fork are three ways to replay; expected one of them')
  if (seed !== undefined && fork === undefined) throw new UsageError('--seed is for what comes after --fork')
  if (fork !== undefined) {
    const forkAt = count('--fork', fork.replace(/^@/, ''), 0)
    return { forkAt, ...(seed === undefined ? {} : { seed: count('--seed', seed, 0) }) }
  }
  return goesOn === true ? { mode: 'continue' } : {}
}

/** A token that does not fit the program is a wrong use of it. */
export function strictly(make: () => Replayed): Replayed {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    throw new UsageError(`${printable(error.message)}; kt replay --continue goes on from there`, {
      cause: error,
    })
  }
}

/** All at once, or a step at a time for somebody who looks. */
async function printSchedule(terminal: Terminal, { story }: Replayed, isStepped: boolean): Promise<void> {
  let waits = isStepped
  for (const line of scheduleLines(terminal, story)) {
    terminal.print(line)
    waits = waits && (await terminal.pause())
  }
  terminal.print('')
}

function printWrapped(terminal: Terminal, text: string): void {
  terminal.print(`${wrap(text, terminal.columns).join('\n')}\n`)
}
