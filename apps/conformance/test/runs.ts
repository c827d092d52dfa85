import type { Model } from '@kt/explore'
import { exhibits } from '../src/museum/index.js'
import { makeRun } from '../src/scenario/made.js'
import { loadScenario } from '../src/scenario/scenario.js'
import { recording, traceOf, type RunTrace } from '../src/trace/recorded.js'

// Runs for the tests of what is made of them: every exhibit and its mend, as the release would run it and otherwise.

export interface NamedRun {
  readonly name: string
  readonly run: RunTrace
}

export async function recordedRun(word: string, model: Model = 'smp', seed?: number): Promise<RunTrace> {
  const scenario = recording(await loadScenario(word))
  const words = { model, ...(seed === undefined ? {} : { seed: String(seed) }) }
  return traceOf(makeRun({ scenario, token: null }, words).story)
}

export async function everyRun(): Promise<NamedRun[]> {
  const runs: NamedRun[] = []
  for (const { id } of exhibits) {
    runs.push({ name: `${id} smp`, run: await recordedRun(id) })
    runs.push({ name: `${id} any`, run: await recordedRun(id, 'any', 3) })
    runs.push({ name: `${id}/mend up`, run: await recordedRun(`${id}/mend`, 'up', 5) })
  }
  return runs
}
