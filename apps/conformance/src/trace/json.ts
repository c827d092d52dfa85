import type { Model } from '@kt/explore'
import { version } from '../version.js'
import { arrowsOf, type Arrow } from './arrows.js'
import { callsOf, type RunCall } from './calls.js'
import type { RunEvent, RunThread, RunTrace } from './recorded.js'
import { spansOf, type Span } from './spans.js'

/** What a run was of. */
export interface TraceSubject {
  readonly scenario: string
  readonly token: string
  readonly model: Model
  /** How it ended, in one sentence. */
  readonly ending: string
}

/** A run as other programs read it. `schema/trace.schema.json` describes it. */
export interface TraceFile extends TraceSubject {
  /** Changes when a reader has to change. */
  readonly schema: 'kt-trace/1'
  readonly version: string
  readonly cpus: number
  readonly steps: number
  /** Virtual nanoseconds at which the run began and ended, since the machine was made. */
  readonly beganNs: number
  readonly endedNs: number
  readonly threads: readonly Omit<RunThread, 'atFirst'>[]
  readonly events: readonly Omit<RunEvent, 'object'>[]
  readonly calls: readonly RunCall[]
  /** What each thread did all along. */
  readonly spans: readonly Span[]
  readonly arrows: readonly Arrow[]
}

/** The whole of a run in kt's own format: nothing in it has to be worked out again by whoever reads it. */
export function jsonOf(run: RunTrace, subject: TraceSubject): TraceFile {
  const { ncpu, steps, beganNs, endedNs, threads, events } = run
  return {
    schema: 'kt-trace/1',
    version: version(),
    ...subject,
    cpus: ncpu,
    steps,
    beganNs,
    endedNs,
    threads: threads.map(({ number, pid, id, name, isInterrupt }) => ({ number, pid, id, name, isInterrupt })),
    events: events.map(eventOf),
    calls: callsOf(run),
    spans: spansOf(run),
    arrows: arrowsOf(events),
  }
}

/** What an event was about has no meaning outside this program. */
function eventOf(event: RunEvent): Omit<RunEvent, 'object'> {
  const { number, step, timeNs, cpu, kind, thread, by, detail, wmesg, joined } = event
  return { number, step, timeNs, cpu, kind, thread, by, detail, wmesg, joined }
}
