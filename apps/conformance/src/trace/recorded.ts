import { machineOf, recordCalls, ThreadState, type Thread, type Trace, type TraceRecord } from '@kt/core'
import type { Explorable, Story } from '@kt/explore'
import type { Scenario } from '../scenario/scenario.js'

/** The same scenario, whose kernels keep a trace from the beginning. */
export function recording(scenario: Scenario): Scenario {
  const { make } = scenario
  return {
    ...scenario,
    make(): Explorable {
      const kernel = make()
      recordCalls(kernel)
      return kernel
    },
  }
}

/** A thread of a run, as exporters know it. */
export interface RunThread {
  /** Its number in the run, from 0 on in the order in which threads were made: ids alone may come twice. */
  readonly number: number
  readonly pid: number
  readonly id: number
  readonly name: string
  /** An interrupt's frame, which no release counts as a thread. */
  readonly isInterrupt: boolean
  /** What it was doing when the run began, null for one that was made later. */
  readonly atFirst: ThreadStart | null
}

/** A state in which a thread begins. */
interface ThreadStart {
  readonly state: 'created' | 'runnable' | 'running' | 'sleeping' | 'stopped'
  readonly isAsleep: boolean
  readonly wmesg: string | null
}

/** Something that happened in a run. */
export interface RunEvent {
  readonly number: number
  /** The step in which it happened, from 1; 0 for what the run begins with. */
  readonly step: number
  readonly timeNs: number
  readonly cpu: number
  readonly kind: TraceRecord['kind']
  /** Number of the thread it happened to, null for none. */
  readonly thread: number | null
  /** Number of the thread that brought it about, null for the clock. */
  readonly by: number | null
  readonly detail: string
  readonly wmesg: string | null
  /** Number of the thread that was joined, null for what is no join. */
  readonly joined: number | null
  /** What it was about: a lock, a call. */
  readonly object: unknown
}

/** A run as data. Every exporter is made from it. */
export interface RunTrace {
  readonly ncpu: number
  readonly beganNs: number
  readonly endedNs: number
  readonly steps: number
  readonly threads: readonly RunThread[]
  readonly events: readonly RunEvent[]
}

/** What was recorded of a run, from the moment at which it began. */
export function traceOf({ ended }: Story): RunTrace {
  const machine = machineOf(ended.kernel)!
  const trace = machine.trace!
  const { events: from } = trace.before
  const records = [...trace.records(from)]
  const threads = numberThreads(trace, records)
  const numberOf = (thread: Thread | null): number | null =>
    thread === null ? null : (threads.get(thread)?.number ?? null)
  const steps = trace.stepsFrom
  let step = 0
  const events = records.map((record, number): RunEvent => {
    while (step < steps.length && steps[step]! <= from + number) step++
    const { timeNs, cpu, kind, thread, by, detail, text, object } = record
    return {
      number,
      step,
      timeNs,
      cpu: cpu.index,
      kind,
      thread: numberOf(thread),
      by: numberOf(by),
      detail,
      wmesg: kind === 'sleep' ? text : null,
      joined: kind === 'join' ? numberOf(object as Thread) : null,
      object,
    }
  })
  return {
    ncpu: machine.ncpu,
    beganNs: records[0]?.timeNs ?? machine.timeline.now,
    endedNs: machine.timeline.now,
    steps: steps.length,
    threads: [...threads.values()],
    events,
  }
}

function numberThreads(trace: Trace, records: readonly TraceRecord[]): Map<Thread, RunThread> {
  const names = namesIn(records)
  const threads = new Map<Thread, RunThread>()
  const add = (thread: Thread, name: string, atFirst: ThreadStart | null): void => {
    if (threads.has(thread)) return
    const { id, process } = thread
    threads.set(thread, { number: threads.size, pid: process.pid, id, name, isInterrupt: process.pid < 0, atFirst })
  }
  for (const { thread, name, state, isAsleep, wmesg } of trace.before.threads)
    add(thread, names.get(thread) ?? name, { state: STATES[state] ?? 'created', isAsleep, wmesg })
  for (const { kind, thread, by, object } of records) {
    for (const each of [thread, by, kind === 'join' ? (object as Thread) : null])
      if (each !== null) add(each, names.get(each) ?? nameOf(each), null)
  }
  return threads
}

/** What each thread was called when it last ran: one that has ended may have lost its name. */
function namesIn(records: readonly TraceRecord[]): Map<Thread, string> {
  const names = new Map<Thread, string>()
  for (const { kind, thread, text } of records)
    if (kind === 'switch' && thread !== null && text !== null) names.set(thread, text)
  return names
}

/** Of the dead none is there when a run begins. */
const STATES: Readonly<Partial<Record<ThreadState, ThreadStart['state']>>> = {
  [ThreadState.embryo]: 'created',
  [ThreadState.runnable]: 'runnable',
  [ThreadState.running]: 'running',
  [ThreadState.sleeping]: 'sleeping',
  [ThreadState.stopped]: 'stopped',
}

function nameOf(thread: Thread): string {
  return thread.name ?? thread.process.name
}
