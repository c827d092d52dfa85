import { pad, printable } from '../terminal.js'
import { labelsOf } from './labels.js'
import type { RunTrace } from './recorded.js'

const WHO_MAX = 24

/** The events of a run for somebody who reads: step, time in microseconds, CPU, who, what. */
export function textOf(run: RunTrace): string[] {
  const labels = labelsOf(run)
  const width = Math.min(WHO_MAX, Math.max(4, ...labels.map((label) => printable(label).length)))
  const rows = run.events.map(({ step, timeNs, cpu, kind, thread, by, detail, wmesg }) => {
    const who = thread === null ? 'idle' : printable(labels[thread]!)
    const whose = by !== null && by !== thread && thread !== null ? `by ${labels[by]!}` : ''
    const message = wmesg === null || wmesg === '' || wmesg === detail ? '' : `(${wmesg})`
    const what = [detail, message, whose].filter((part) => part !== '').join('  ')
    const head = `${String(step).padStart(4)} ${(timeNs / 1000).toFixed(1).padStart(12)}  cpu${cpu}`
    return `${head}  ${pad(who, width)}  ${pad(kind, 8)}  ${printable(what)}`.trimEnd()
  })
  return [`step      time/us  cpu   ${pad('thread', width)}  event     what`, ...rows]
}
