import { arrowsOf, type ArrowEnd } from './arrows.js'
import { callsOf } from './calls.js'
import { momentsOf, toNs, type ClockName } from './clock.js'
import { labelsOf, takingPart } from './labels.js'
import type { RunTrace } from './recorded.js'
import { cpuSpans, spansOf, type Span } from './spans.js'

/** Entries of the Trace Event Format, as far as they are written here. */
export type ChromeEvent =
  | {
      readonly ph: 'M'
      readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index'
      readonly pid: number
      readonly tid: number
      readonly args: Readonly<Record<string, string | number>>
    }
  | (At & { readonly ph: 'X'; readonly dur: number; readonly args: Readonly<Record<string, string | number>> })
  | (At & { readonly ph: 'i'; readonly s: 't' })
  | (At & { readonly ph: 's'; readonly id: number })
  | (At & { readonly ph: 'f'; readonly id: number; readonly bp: 'e' })

interface At {
  readonly name: string
  readonly cat: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly ts: number
}

/** A file in the Trace Event Format. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms'
  readonly otherData: Readonly<Record<string, string>>
  readonly traceEvents: readonly ChromeEvent[]
}

// Tracks lie in three groups, which the format calls processes.
const CPUS = 1
const THREADS = 2
const CALLS = 3
const GROUPS = [
  [CPUS, 'CPUs'],
  [THREADS, 'Threads'],
  [CALLS, 'Kernel calls'],
] as const

/**
 * A run as Perfetto and other viewers of the Trace Event Format draw it: a track for each CPU and each thread, a third
 * group with the kernel calls of each thread, and arrows from what was done to what came of it.
 */
export function chromeTraceOf(run: RunTrace, clock: ClockName, about: Readonly<Record<string, string>>): ChromeTrace {
  const { at, end } = momentsOf(run, clock)
  const moment = (event: number): number => (event < 0 ? Math.min(0, at[0] ?? 0) : (at[event] ?? end))
  const spans = spansOf(run)
  const labels = labelsOf(run)
  const drawn = new Set(takingPart(run).map(({ number }) => number))
  const calls = callsOf(run)
  const callers = new Set(calls.map(({ thread }) => thread))
  const slice = (pid: number, tid: number, name: string, cat: string, span: Stretch, args: Args): ChromeEvent => {
    const ts = moment(span.from)
    return { ph: 'X', name, cat, pid, tid, ts, dur: toNs(moment(span.to) - ts), args }
  }
  const timed = [
    ...cpuSpans(spans).map((span) =>
      slice(CPUS, span.cpu + 1, labels[span.thread]!, span.state, span, { state: span.state }),
    ),
    ...spans
      .filter(({ thread }) => drawn.has(thread))
      .map((span) => slice(THREADS, span.thread + 1, stateName(span), span.state, span, stepsOf(run, span))),
    ...calls.map((call) =>
      slice(CALLS, call.thread + 1, call.name, 'call', call, {
        call: call.text,
        ...(call.returned === null ? {} : { returned: call.returned }),
      }),
    ),
    ...instants(run, moment),
    ...flows(run, spans, moment),
  ]
  return {
    displayTimeUnit: 'ms',
    otherData: { ...about, clock: clock === 'steps' ? 'steps: a step takes 1 ms' : 'virtual time' },
    traceEvents: [...names(run, labels, [...drawn], callers), ...timed.toSorted(byTime)],
  }
}

interface Stretch {
  readonly from: number
  readonly to: number
}

type Args = Readonly<Record<string, string | number>>

function stateName({ state, on }: Span): string {
  return on === '' ? state : `${state}: ${on}`
}

function stepsOf({ events }: RunTrace, { from, cpu }: Span): Args {
  return from < 0 ? { cpu } : { cpu, step: events[from]!.step }
}

/** What a thread did that takes no time, where it is worth a mark. */
function instants({ events }: RunTrace, moment: (event: number) => number): ChromeEvent[] {
  const marked = new Set(['lock', 'unlock', 'mark', 'note', 'exit', 'join'])
  return events.flatMap(({ kind, detail, thread, number }) =>
    thread === null || !marked.has(kind)
      ? []
      : [
          {
            ph: 'i' as const,
            s: 't' as const,
            name: detail === '' ? kind : `${kind} ${detail}`,
            cat: kind,
            pid: THREADS,
            tid: thread + 1,
            ts: moment(number),
          },
        ],
  )
}

/** An arrow is tied to the slices around its ends: an end that lies in none would be drawn nowhere. */
function flows(run: RunTrace, spans: readonly Span[], moment: (event: number) => number): ChromeEvent[] {
  const byThread: Span[][] = run.threads.map(() => [])
  for (const span of spans) byThread[span.thread]!.push(span)
  const tie = ({ thread, event }: ArrowEnd): number | null => {
    const last = byThread[thread]!.findLast(({ from }) => from <= event)
    if (last === undefined) return null
    // What a thread leaves behind when it has ended is tied to the last thing it did.
    return event < last.to ? moment(event) : Math.max(moment(last.from), toNs(moment(last.to) - 0.001))
  }
  return arrowsOf(run.events).flatMap(({ kind, from, to }, id) => {
    const [begin, end] = [tie(from), tie(to)]
    if (begin === null || end === null || begin > end) return []
    const common = { name: kind, cat: 'arrow', pid: THREADS, id }
    return [
      { ...common, ph: 's' as const, tid: from.thread + 1, ts: begin },
      { ...common, ph: 'f' as const, bp: 'e' as const, tid: to.thread + 1, ts: end },
    ]
  })
}

function names(
  { ncpu }: RunTrace,
  labels: readonly string[],
  drawn: readonly number[],
  callers: ReadonlySet<number>,
): ChromeEvent[] {
  const tracks = [
    ...Array.from({ length: ncpu }, (_, cpu) => ({ pid: CPUS, tid: cpu + 1, name: `cpu${cpu}` })),
    ...drawn.map((number) => ({ pid: THREADS, tid: number + 1, name: labels[number]! })),
    ...[...callers].map((number) => ({ pid: CALLS, tid: number + 1, name: labels[number]! })),
  ]
  return [
    ...GROUPS.flatMap(([pid, name]) => [
      { ph: 'M' as const, name: 'process_name' as const, pid, tid: 0, args: { name } },
      { ph: 'M' as const, name: 'process_sort_index' as const, pid, tid: 0, args: { sort_index: pid } },
    ]),
    ...tracks.flatMap(({ pid, tid, name }) => [
      { ph: 'M' as const, name: 'thread_name' as const, pid, tid, args: { name } },
      { ph: 'M' as const, name: 'thread_sort_index' as const, pid, tid, args: { sort_index: tid } },
    ]),
  ]
}

/** By time; what goes on for longer first, so that it lies around the others; an arrow begins before it ends. */
function byTime(a: ChromeEvent, b: ChromeEvent): number {
  const [first, second] = [place(a), place(b)]
  return first.ts - second.ts || second.dur - first.dur || first.rank - second.rank
}

function place(event: ChromeEvent): { readonly ts: number; readonly dur: number; readonly rank: number } {
  const { ph } = event
  if (ph === 'M') return { ts: 0, dur: 0, rank: 0 }
  return { ts: event.ts, dur: ph === 'X' ? event.dur : 0, rank: ['X', 'i', 's', 'f'].indexOf(ph) }
}
