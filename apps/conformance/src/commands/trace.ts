import { resolve } from 'node:path'
import { parseToken, sentence } from '@kt/explore'
import { ExitCode } from '../exit-code.js'
import { makeRun, targetOf, type MadeRun, type RunWords } from '../scenario/made.js'
import { oneOf } from '../scenario/words.js'
import type { Terminal } from '../terminal.js'
import { CLOCKS, usualClock } from '../trace/clock.js'
import { csvOf } from '../trace/csv.js'
import { jsonOf, type TraceSubject } from '../trace/json.js'
import { chromeTraceOf } from '../trace/perfetto.js'
import { recording, traceOf, type RunTrace } from '../trace/recorded.js'
import { shivizOf } from '../trace/shiviz.js'
import { textOf } from '../trace/text.js'
import { UsageError } from '../usage.js'
import { requirePlace, writeWhole } from '../write-whole.js'

export interface TraceWords extends RunWords {
  readonly perfetto?: string
  readonly shiviz?: string
  readonly csv?: string
  readonly json?: string
  readonly clock?: string
}

/** `kt trace <run> [scenario]`: all that happened in a run, for people or for other programs. */
export async function trace(
  terminal: Terminal,
  word: string,
  other: string | undefined,
  words: TraceWords,
): Promise<ExitCode> {
  const { perfetto, shiviz, csv, json } = words
  const files = { perfetto, shiviz, csv, json }
  const places = Object.values(files).filter((file) => file !== undefined)
  const paths = places.map((file) => (file === '-' ? file : resolve(file)))
  const clashing = places.find((_, at) => paths.indexOf(paths[at]!) !== at)
  if (clashing !== undefined) throw new UsageError(`two formats were to go to '${clashing}'; expected a file for each`)
  for (const file of places) if (file !== '-') requirePlace(file)
  const clock = words.clock === undefined ? null : oneOf('--clock', words.clock, CLOCKS)
  if (clock !== null && perfetto === undefined) throw new UsageError('--clock is for --perfetto')

  const { scenario, token } = await targetOf(word, other)
  const run = makeRun({ scenario: recording(scenario), token }, words)
  const recorded = traceOf(run.story)
  const subject = subjectOf(scenario.name, run)
  const formats = {
    perfetto: () => `${JSON.stringify(chromeTraceOf(recorded, clock ?? usualClock(recorded), { ...subject }))}\n`,
    shiviz: () => shivizOf(recorded),
    csv: () => csvOf(recorded),
    json: () => `${JSON.stringify(jsonOf(recorded, subject), null, 2)}\n`,
  }
  if (places.length === 0) terminal.print(textOf(recorded).join('\n'))
  for (const name of ['perfetto', 'shiviz', 'csv', 'json'] as const) {
    const file = files[name]
    if (file === undefined) continue
    const text = formats[name]()
    if (file === '-') terminal.print(text.trimEnd())
    else writeWhole(file, text)
  }
  // What goes to the standard output is for another program, and stays alone there.
  if (places.length > 0 && !places.includes('-')) terminal.print(summary(recorded, places))
  return ExitCode.allHold
}

function subjectOf(scenario: string, { story, verdict }: MadeRun): TraceSubject {
  return { scenario, token: story.token, model: parseToken(story.token).model, ending: sentence(verdict) }
}

function summary({ events, steps }: RunTrace, files: readonly string[]): string {
  return `${events.length} events of ${steps} steps written to ${files.join(', ')}`
}
