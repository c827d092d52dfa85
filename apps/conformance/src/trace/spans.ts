import type { RunEvent, RunThread, RunTrace } from './recorded.js'

/** A stretch of a run in which something stayed as it was, from one event to another. */
export interface Span {
  /** The thread, or for a CPU who ran there, by number. */
  readonly thread: number
  readonly cpu: number
  readonly state: SpanState
  /** What it sleeps or spins on, else empty. */
  readonly on: string
  /** Number of the event that begins it; −1 for what the run began with. */
  readonly from: number
  /** Number of the event that ends it, or how many events there are. */
  readonly to: number
}

/** `created`: made, and has not run. `runnable`: could run, and another one has the CPU. */
type SpanState = 'created' | 'runnable' | 'running' | 'spinning' | 'sleeping' | 'stopped'

/** What every thread did all along: running, waiting for a CPU, asleep. */
export function spansOf(run: RunTrace): Span[] {
  const states = new States(run)
  for (const event of run.events) states.tell(event)
  return states.finish()
}

/** Where a thread stands while the events go by. */
interface Standing {
  state: SpanState | null
  cpu: number
  on: string
  from: number
  /** Whether it sleeps under being stopped. */
  asleepOn: string | null
}

class States {
  private readonly spans: Span[] = []
  private readonly standings: Standing[]
  /** Who has each CPU. */
  private readonly current: (number | null)[] = []

  constructor(private readonly run: RunTrace) {
    this.standings = run.threads.map(({ atFirst }) => standingOf(atFirst))
  }

  tell(event: RunEvent): void {
    const { kind, thread, cpu, number } = event
    if (kind === 'switch') this.switched(cpu, thread, number)
    if (thread === null) return
    const standing = this.standings[thread]!
    const what = event.wmesg !== null && event.wmesg !== '' ? event.wmesg : event.detail
    switch (kind) {
      case 'create':
        this.enter(thread, 'created', '', event)
        return
      case 'sleep':
        standing.asleepOn = what
        this.enter(thread, 'sleeping', what, event)
        return
      case 'wake':
        standing.asleepOn = null
        if (standing.state !== 'stopped') this.enter(thread, 'runnable', '', event)
        return
      case 'stop':
        this.enter(thread, 'stopped', '', event)
        return
      case 'let go':
        this.enter(thread, standing.asleepOn === null ? 'runnable' : 'sleeping', standing.asleepOn ?? '', event)
        return
      case 'preempt':
        this.enter(thread, 'runnable', '', event)
        return
      case 'spin':
        this.enter(thread, 'spinning', event.detail, event)
        return
      case 'lock':
        if (standing.state === 'spinning') this.enter(thread, 'running', '', event)
        return
      case 'exit':
        this.enter(thread, null, '', event)
        return
      default:
        this.runsAgain(thread, event)
    }
  }

  finish(): Span[] {
    for (const [thread] of this.standings.entries()) this.close(thread, this.run.events.length)
    return this.spans.toSorted((a, b) => a.from - b.from || a.thread - b.thread)
  }

  private switched(cpu: number, thread: number | null, number: number): void {
    const before = this.current[cpu] ?? null
    this.current[cpu] = thread
    if (before !== null && before !== thread) {
      const state = this.standings[before]!.state
      if (state === 'running' || state === 'spinning') this.change(before, 'runnable', '', cpu, number)
    }
    if (thread !== null) this.change(thread, 'running', '', cpu, number)
  }

  /** What a thread does itself shows that it runs, where nothing else told so. */
  private runsAgain(thread: number, event: RunEvent): void {
    const { state } = this.standings[thread]!
    if (event.by === thread && state !== 'running') this.enter(thread, 'running', '', event)
  }

  private enter(thread: number, state: SpanState | null, on: string, { cpu, number }: RunEvent): void {
    this.change(thread, state, on, cpu, number)
  }

  private change(thread: number, state: SpanState | null, on: string, cpu: number, number: number): void {
    const standing = this.standings[thread]!
    if (standing.state === state && standing.on === on && standing.cpu === cpu) return
    this.close(thread, number)
    Object.assign(standing, { state, on, cpu, from: number })
  }

  private close(thread: number, to: number): void {
    const { state, cpu, on, from } = this.standings[thread]!
    if (state !== null && to > from) this.spans.push({ thread, cpu, state, on, from, to })
  }
}

function standingOf(atFirst: RunThread['atFirst']): Standing {
  const nowhere = { state: null, cpu: 0, on: '', from: -1, asleepOn: null }
  if (atFirst === null) return nowhere
  const { state, isAsleep, wmesg } = atFirst
  const on = wmesg ?? ''
  return { ...nowhere, state, on: state === 'sleeping' ? on : '', asleepOn: isAsleep ? on : null }
}

/** Who had each CPU when. */
export function cpuSpans(spans: readonly Span[]): Span[] {
  return spans.filter(({ state, from }) => (state === 'running' || state === 'spinning') && from >= 0)
}
