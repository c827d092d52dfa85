import {
  bound,
  Exploration,
  programOf,
  tell,
  type ExploreOptions,
  type Failure,
  type Model,
  type Report,
  type SearchProgress,
  type StrategyName,
} from '@kt/explore'
import { clauseIn } from '../contracts.js'
import { ExitCode } from '../exit-code.js'
import { outcomeTable } from '../report/outcomes.js'
import { checkPlace, deciding, readCheckpoint, writeCheckpoint, type Checkpoint } from '../scenario/checkpoint.js'
import { loadScenario, mendOf, type Scenario } from '../scenario/scenario.js'
import { count, durationMs, oneOf, quoted } from '../scenario/words.js'
import { printable, type Terminal } from '../terminal.js'
import { UsageError } from '../usage.js'

export interface ExploreWords {
  readonly mend?: boolean
  readonly strategy?: string
  readonly model?: string
  readonly preemptions?: string
  readonly schedules?: string
  readonly steps?: string
  readonly time?: string
  readonly seed?: string
  readonly stopAtFailure?: boolean
  readonly save?: string
  readonly resume?: string
  readonly jobs?: string
  readonly quiet?: boolean
}

const STRATEGIES: readonly StrategyName[] = ['dpor', 'dfs', 'pct', 'random', 'first']
const MODELS: readonly Model[] = ['any', 'smp', 'up']

/** Between two slices of this length a search listens for Ctrl-C; between two of the other it is saved. */
const SLICE_MS = 50
const SAVE_EVERY_MS = 400

/** `kt explore <scenario>`: runs a program under every schedule, or under as many as the bounds allow. */
export async function explore(terminal: Terminal, word: string, words: ExploreWords): Promise<ExitCode> {
  try {
    return await search(terminal, word, words)
  } catch (error) {
    // Options that do not go together, or a program that is not the same each time: nobody but its author can mend that.
    if (error instanceof TypeError && error.message.startsWith('explore: '))
      throw new UsageError(error.message.slice('explore: '.length), { cause: error })
    throw error
  }
}

async function search(terminal: Terminal, word: string, words: ExploreWords): Promise<ExitCode> {
  const scenario = await loadScenario(words.mend === true ? mendOf(word) : word)
  const { save, resume } = words
  const jobs = words.jobs === undefined ? 1 : count('--jobs', words.jobs, 1)
  if (save !== undefined) checkPlace(save)
  const saved = resume === undefined ? null : readCheckpoint(resume)
  const options = optionsOf(scenario, words, saved)
  if (words.seed !== undefined && !isSampling(options))
    throw new UsageError('--seed is for a search at random; expected --strategy random or pct')
  if (jobs > 1) return exploreOnCores(terminal, scenario, words, options, jobs)
  const exploration = begin(scenario, saved, resume, {
    ...options,
    onProgress: (progress) => {
      showProgress(terminal, progress)
    },
  })

  const spentBefore = saved?.seconds ?? 0
  const beginMs = performance.now()
  const seconds = (): number => spentBefore + (performance.now() - beginMs) / 1000
  const keep = (): void => {
    if (save === undefined) return
    writeCheckpoint(save, { ...identify(scenario, options), seconds: seconds(), search: exploration.save() })
  }
  await runSliced(exploration, keep)
  return printReport(terminal, scenario, words, exploration.report(), seconds())
}

/** The same on several cores, each with parts of the search. */
async function exploreOnCores(
  terminal: Terminal,
  scenario: Scenario,
  words: ExploreWords,
  options: ExploreOptions,
  jobs: number,
): Promise<ExitCode> {
  if (words.save !== undefined || words.resume !== undefined)
    throw new UsageError('--save and --resume are for a search on one core; leave out --jobs')
  // Each part would have the bound for itself.
  if (options.schedules !== undefined && !isSampling(options))
    throw new UsageError('--jobs does not go with a bound on schedules; expected --time, or --strategy random or pct')
  // Options that do not go together are told of before any worker begins.
  begin(scenario, null, undefined, options)
  const { exploreWithWorkers } = await import('../scenario/workers.js')
  const beginMs = performance.now()
  const onProgress = (progress: SearchProgress): void => {
    showProgress(terminal, progress)
  }
  const report = await interruptibly((interruption) =>
    exploreWithWorkers(scenario, { ...options, onProgress }, jobs, interruption),
  )
  if (report !== null) return printReport(terminal, scenario, words, report, (performance.now() - beginMs) / 1000)
  terminal.progress.end()
  terminal.print('stopped before any part of the search was done')
  return ExitCode.budgetEnded
}

function isSampling({ strategy }: ExploreOptions): boolean {
  return strategy === 'random' || strategy === 'pct'
}

async function printReport(
  terminal: Terminal,
  scenario: Scenario,
  words: ExploreWords,
  report: Report,
  seconds: number,
): Promise<ExitCode> {
  terminal.progress.end()
  if (words.quiet !== true) terminal.print(`${outcomeTable(terminal, report)}\n`)
  if (report.failure !== null) {
    const told = await toldFailure(scenario, words, report.failure)
    terminal.print(`${told.map(printable).join('\n')}\n`)
  }
  terminal.print(bound(report, seconds))
  return exitCodeOf(report)
}

/** Goes on until the search ends or the user does not want to wait any longer, and keeps it at the beginning and the end too. */
async function runSliced(search: Exploration, keep: () => void): Promise<void> {
  await interruptibly(async (interruption) => {
    keep()
    let keptMs = performance.now()
    while (!search.runFor(SLICE_MS)) {
      await new Promise(setImmediate)
      if (interruption.aborted) break
      if (performance.now() - keptMs < SAVE_EVERY_MS) continue
      keep()
      keptMs = performance.now()
    }
    keep()
  })
}

/** Does something that Ctrl-C ends early. */
async function interruptibly<T>(act: (interruption: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (): void => {
    controller.abort()
  }
  process.once('SIGINT', interrupt)
  try {
    return await act(controller.signal)
  } finally {
    process.off('SIGINT', interrupt)
  }
}

function identify({ identity }: Scenario, options: ExploreOptions): Pick<Checkpoint, 'identity' | 'options'> {
  return { identity, options: deciding(options) }
}

/** What was found counts more than how the search ended; a bound on preemptions that was held to is no early end. */
function exitCodeOf({ failure, complete, ending }: Report): ExitCode {
  if (failure !== null) return ExitCode.contractFailed
  return complete || ending === 'preemptions' ? ExitCode.allHold : ExitCode.budgetEnded
}

/** What the command says comes before what the file or the exhibit says. */
function optionsOf({ options }: Scenario, words: ExploreWords, saved: Checkpoint | null): ExploreOptions {
  const given = optionsIn(words)
  if (saved !== null) {
    const kept: Readonly<Record<string, unknown>> = saved.options
    const other = Object.entries(deciding(given)).find(([name, value]) => kept[name] !== value)
    if (other !== undefined)
      throw new UsageError(`the saved search has another ${other[0]} than ${other[1]}; leave the option out to go on`)
    const { schedules, timeMs, stopAtFailure, scenario } = options
    return { ...present({ schedules, timeMs, stopAtFailure, scenario }), ...saved.options, ...given }
  }
  // A word that asks for another kind of search takes those of the scenario along that go with its own kind only.
  const { strategy, preemptions, ...rest } = options
  const isOtherKind = given.preemptions !== undefined || given.model !== undefined
  const kept = {
    ...(strategy === undefined || isOtherKind ? {} : { strategy }),
    ...(preemptions === undefined || given.strategy !== undefined ? {} : { preemptions }),
  }
  return { ...rest, ...kept, ...given }
}

function present<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}

function optionsIn(words: ExploreWords): ExploreOptions {
  const { strategy, model, preemptions, schedules, steps, time, seed, stopAtFailure } = words
  return present({
    strategy: strategy === undefined ? undefined : oneOf('--strategy', strategy, STRATEGIES),
    model: model === undefined ? undefined : oneOf('--model', model, MODELS),
    preemptions: preemptions === undefined ? undefined : count('--preemptions', preemptions, 0),
    schedules: schedules === undefined ? undefined : count('--schedules', schedules, 1),
    steps: steps === undefined ? undefined : count('--steps', steps, 1),
    timeMs: time === undefined ? undefined : durationMs('--time', time),
    seed: seed === undefined ? undefined : count('--seed', seed, 0),
    stopAtFailure,
  })
}

/** Begins a search, or goes on with one that was saved. */
function begin(
  { identity, make, main }: Scenario,
  saved: Checkpoint | null,
  file: string | undefined,
  options: ExploreOptions,
): Exploration {
  if (saved !== null && saved.identity !== identity)
    throw new UsageError(`'${file ?? ''}' is a search of another scenario, or of one that has changed since`)
  const { fromBoot = false, steps } = options
  const resume = saved === null ? {} : { resume: saved.search }
  return new Exploration(programOf(make, main, fromBoot, steps), { ...options, ...resume })
}

function showProgress({ progress }: Terminal, { schedules, depth, estimate, failures }: SearchProgress): void {
  const found = failures === 0 ? '' : `, ${failures} kind${failures === 1 ? '' : 's'} of failure`
  progress.show(schedules, Number.isFinite(estimate) ? Math.round(estimate) : null, `${depth} deep${found}`)
}

/** A failure with its clause in our words, and the command that replays it here. */
async function toldFailure({ name, isNamed }: Scenario, { steps }: ExploreWords, failure: Failure): Promise<string[]> {
  const { verdict } = failure
  const id = verdict.kind === 'panic' ? verdict.clause : verdict.kind === 'undefined' ? verdict.id : null
  const says = id === null ? null : await clauseIn(id)
  const rest = `${isNamed ? '' : ` ${quoted(name)}`}${steps === undefined ? '' : ` --steps ${steps}`}`
  return tell(failure, { clause: () => says, command: (token) => `kt replay ${token}${rest}` })
}
