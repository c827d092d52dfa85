import { READINGS, surveyEntries, type Reading, type Survey } from './survey.js'
import type { Entry } from './contracts.js'
import type { Terminal } from './terminal.js'

/** Work shorter than this is done before a line about it could be read. */
const SILENT_MS = 400

/** Runs clauses and divergences, shows how far it is when that takes long, and says how long it took. */
export function surveyTimed(
  terminal: Terminal,
  entries: readonly Entry[],
  readings: readonly Reading[] = READINGS,
): { readonly found: Survey; readonly seconds: number } {
  const beginMs = performance.now()
  const found = surveyEntries(entries, readings, (id, done, total) => {
    const ms = performance.now() - beginMs
    if (ms > SILENT_MS) terminal.status(progressLine(id, done, total, ms))
  })
  terminal.status('')
  return { found, seconds: (performance.now() - beginMs) / 1000 }
}

function progressLine(id: string, done: number, total: number, ms: number): string {
  const rate = (done / ms) * 1000
  const left = rate === 0 ? 'time left unknown' : `${Math.ceil((total - done) / rate)} s left`
  return `${done}/${total}, ${rate.toFixed(0)}/s, ${left}, now ${id}`
}
