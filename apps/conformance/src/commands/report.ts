import { resolve } from 'node:path'
import { contractsOf, entriesOf, loadContracts, releaseOf, type AnyContract } from '../contracts.js'
import { exitCodeOfRows, exitCodeOf, ExitCode, worst } from '../exit-code.js'
import { rowsTimed, surveyTimed, timed, type Timed } from '../progress.js'
import { runProof, type ProofResult } from '../prove.js'
import { reportOf, textOf, type Found, type Report } from '../report/json.js'
import type { Changes } from '../report/since.js'
import { rowsLine } from '../report/rows.js'
import { lastLine } from '../report/text.js'
import { READINGS } from '../survey.js'
import type { Terminal } from '../terminal.js'
import { storiesOf } from '../topics/asked.js'
import { isRelease } from '../topics/releases.js'
import { stories } from '../topics/stories/index.js'
import type { Story } from '../topics/story.js'
import { UsageError } from '../usage.js'
import { requirePlace, writeWhole } from '../write-whole.js'

export interface ReportOptions {
  /** Paths of the files to write, `-` for the standard output. */
  readonly json?: string
  readonly html?: string
  readonly junit?: string
  readonly tap?: string
  readonly atf?: string
  readonly markdown?: string
  /** Path of an earlier report. */
  readonly since?: string
  readonly proofs?: boolean
  readonly date?: string
  readonly release?: string
  /** Only these topics or stories of the comparison. */
  readonly topic?: readonly string[]
}

/** What a writer makes a file from. */
interface Material {
  readonly report: Report
  readonly found: Found
  readonly changes: Changes | null
  readonly date: string | null
}

type Format = 'html' | 'json' | 'junit' | 'tap' | 'atf' | 'markdown'

/** Each is loaded when it is asked for: most runs write one. */
const WRITERS: Readonly<Record<Format, (material: Material) => Promise<string>>> = {
  async html({ report, found, changes, date }) {
    const { htmlOf } = await import('../report/html.js')
    return htmlOf(report, found.contracts, { changes, date })
  },
  json: ({ report }) => Promise.resolve(`${textOf(report)}\n`),
  async junit({ report }) {
    const { junitOf } = await import('../report/junit.js')
    return junitOf(report)
  },
  async tap({ report }) {
    const { tapOf } = await import('../report/tap.js')
    return tapOf(report)
  },
  async atf({ report }) {
    const { atfOf } = await import('../report/atf.js')
    return atfOf(report)
  },
  async markdown({ report, changes }) {
    const { markdownOf } = await import('../report/markdown.js')
    return markdownOf(report, changes)
  },
}

/** `kt report`: everything that was asked and seen, for other programs and for people. */
export async function report(terminal: Terminal, options: ReportOptions): Promise<ExitCode> {
  const asked = filesOf(options)
  const since = options.since === undefined ? null : await import('../report/since.js')
  const old = since?.readReport(options.since!) ?? null
  const contracts = contractsOf(await loadContracts(), options.release)
  const told = options.topic === undefined ? stories : [...new Set(options.topic.flatMap(storiesOf))]

  const { found: survey, seconds } = surveyTimed(terminal, contracts.flatMap(entriesOf))
  const rows = await rowsTimed(terminal, told, contracts.map(releaseOf).filter(isRelease))
  const proofs = options.proofs === true ? proofsTimed(terminal, contracts).found : undefined
  const found = { contracts, survey, rows: rows.found, ...(proofs === undefined ? {} : { proofs }) }
  const made = reportOf(found)
  const changes = old === null ? null : (since?.changesSince(onlyStories(old, told), made) ?? null)

  // All are made before the first is written: a format that breaks down leaves no half of a report.
  const material = { report: made, found, changes, date: options.date ?? null }
  const texts = await Promise.all(
    asked.map(async ({ format, file }) => ({ file, text: await WRITERS[format](material) })),
  )
  for (const { file, text } of texts) if (file !== '-') writeWhole(file, text)
  const printed = texts.find(({ file }) => file === '-')
  if (printed === undefined) {
    terminal.print(lastLine(terminal, made.totals, survey, seconds))
    terminal.print(rowsLine(terminal, rows.found, rows.seconds))
    if (changes !== null) terminal.print(changesLine(terminal, changes))
    for (const { file } of texts) terminal.print(`written: ${file}`)
  } else {
    terminal.print(printed.text.replace(/\n$/, ''))
  }
  return worst([exitCodeOf(survey), exitCodeOfRows(rows.found), ...(proofs ?? []).map(proofCode)])
}

/** What is to be written where. Wrong uses are told now, and not after minutes of work. */
function filesOf(options: ReportOptions): readonly { readonly format: Format; readonly file: string }[] {
  const formats = Object.keys(WRITERS) as Format[]
  const asked = formats.flatMap((format) => {
    const file = options[format]
    return file === undefined ? [] : [{ format, file }]
  })
  const names = formats.map((format) => `--${format}`)
  if (asked.length === 0) throw new UsageError(`nothing to write; expected one or more of ${names.join(', ')}`)
  for (const { format, file } of asked) {
    const other = asked.find((one) => one.format !== format && pathOf(one.file) === pathOf(file))
    if (other !== undefined) {
      const where = file === '-' ? 'the standard output' : `'${file}'`
      throw new UsageError(`--${format} and --${other.format} both go to ${where}; expected one place for each`)
    }
    if (file !== '-') requirePlace(file)
  }
  return asked
}

function pathOf(file: string): string {
  return file === '-' ? file : resolve(file)
}

function proofsTimed(terminal: Terminal, contracts: readonly AnyContract[]): Timed<readonly ProofResult[]> {
  const all = contracts.flatMap((contract) =>
    contract.proofs.flatMap((proof) => READINGS.map((reading) => ({ contract, proof, reading }))),
  )
  return timed(terminal, (starting) =>
    all.map(({ contract, proof, reading }, done) => {
      starting(proof.clauses.join(' '), done, all.length)
      return runProof(contract, proof, reading)
    }),
  )
}

/** What was not asked for this time has not gone. */
function onlyStories(old: Report, told: readonly Story[]): Report {
  const isAll = stories.every((story) => told.includes(story))
  return isAll ? old : { ...old, stories: old.stories.filter(({ id }) => told.some((story) => story.id === id)) }
}

function changesLine({ colours }: Terminal, { from, added, changed, removed }: Changes): string {
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed`
  return `${colours.bold('since')} kt ${from.version}: ${counts}`
}

function proofCode({ state, isBroken }: ProofResult): ExitCode {
  if (isBroken) return ExitCode.ourFault
  if (state === 'fail') return ExitCode.contractFailed
  return state === 'bounded' ? ExitCode.budgetEnded : ExitCode.allHold
}
