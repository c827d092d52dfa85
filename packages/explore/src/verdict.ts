import { report as threadReport, Thread, ThreadState, type Outcome, type ThreadReport } from '@kt/core'
import { nameOf, type Race } from './cell-race.js'
import type { Ended } from './subject.js'

/** A wakeup that came before its sleeper, on something that a thread then slept on for ever. */
export interface LostWakeup {
  /** What it is called: `'ready'`, `condvar cv`. */
  readonly channel: string
  /** Who woke nobody, and with which call. */
  readonly by: string
  readonly call: string
  readonly sleeper: string
}

/** What a run showed: a closed union, so that a `switch` over `kind` is checked. */
export type Verdict =
  /** `asleep`: threads that sleep without end although all is done, as a daemon may. */
  | { readonly kind: 'ok'; readonly value: unknown; readonly asleep: readonly string[] }
  | { readonly kind: 'panic'; readonly message: string; readonly clause: string | null; readonly thread: string | null }
  | { readonly kind: 'undefined'; readonly id: string; readonly message: string; readonly thread: string | null }
  /** A call was given a thread that had ended. `id`: what the kernel stopped over, as above. */
  | {
      readonly kind: 'dead-handle'
      readonly handle: string
      readonly id: string | null
      readonly message: string
      readonly thread: string | null
    }
  /** The scenario's own code threw: an assertion of its, or a mistake. */
  | { readonly kind: 'assertion'; readonly message: string; readonly thread: string }
  | { readonly kind: 'deadlock'; readonly stuck: readonly ThreadReport[] }
  /** Threads are stuck, and a wakeup that was meant for one of them had found nobody. */
  | { readonly kind: 'lost-wakeup'; readonly lost: LostWakeup; readonly stuck: readonly ThreadReport[] }
  /** Everybody who can go on does, and nothing comes of it. */
  | { readonly kind: 'livelock'; readonly threads: readonly string[] }
  /** Others go on for ever and one thread never gets what it waits for, though nobody is kept from running. */
  | { readonly kind: 'starvation'; readonly thread: string; readonly waitsFor: string }
  | { readonly kind: 'race'; readonly race: Race }
  /** Something was taken and never came back. */
  | { readonly kind: 'leak'; readonly what: string }
  | { readonly kind: 'shutdown'; readonly howto: number }
  /** The bound on steps ended the run before it had shown anything. */
  | { readonly kind: 'cut'; readonly steps: number }

/** Kinds of verdict, the worst first. */
const BY_SEVERITY: readonly Verdict['kind'][] = [
  'panic',
  'undefined',
  'dead-handle',
  'assertion',
  'lost-wakeup',
  'deadlock',
  'livelock',
  'starvation',
  'leak',
  'race',
  'cut',
  'shutdown',
  'ok',
]

/** How bad a verdict is, 0 the worst. */
export function severity(verdict: Verdict): number {
  return BY_SEVERITY.indexOf(verdict.kind)
}

/** Whether a verdict says that something is wrong. */
export function isFailure(verdict: Verdict): boolean {
  return verdict.kind !== 'ok' && verdict.kind !== 'shutdown' && verdict.kind !== 'cut'
}

/** Two runs with the same key showed the same. */
export function keyOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ok':
      return [`ok ${show(verdict.value)}`, ...verdict.asleep].join(', asleep: ')
    case 'panic':
      return `panic ${verdict.clause ?? ''} ${verdict.message}`
    case 'undefined':
      return `undefined ${verdict.id}`
    case 'dead-handle':
      return `dead-handle ${verdict.handle} ${verdict.id ?? ''}`
    case 'assertion':
      return `assertion ${verdict.message}`
    case 'deadlock':
      return `deadlock ${stuckKey(verdict.stuck)}`
    case 'lost-wakeup':
      return `lost-wakeup ${verdict.lost.channel} ${stuckKey(verdict.stuck)}`
    case 'livelock':
      return `livelock ${verdict.threads.join(' ')}`
    case 'starvation':
      return `starvation ${verdict.thread}`
    case 'race':
      return `race ${verdict.race.cell}`
    case 'leak':
      return `leak ${verdict.what}`
    case 'shutdown':
      return `shutdown ${verdict.howto}`
    case 'cut':
      return 'cut'
  }
}

function stuckKey(stuck: readonly ThreadReport[]): string {
  return stuck
    .map(({ name, call, waitsFor }) => `${name}:${call ?? ''}:${waitsFor ?? ''}`)
    .toSorted()
    .join(', ')
}

/** A value in a few words: of two equal ones the same. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype) {
    if (!Array.isArray(value)) return `a ${value.constructor.name}`
  }
  return JSON.stringify(value, (_key, item: unknown) => (isForeign(item) ? show(item) : item))
}

function isForeign(item: unknown): boolean {
  if (typeof item === 'bigint') return true
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false
  return Object.getPrototypeOf(item) !== Object.prototype
}

/** What a run's outcome says; what only its story can tell is refined by `story.ts`. */
export function verdictOf({ outcome, machine }: Ended): Verdict {
  switch (outcome.kind) {
    case 'done':
      return done(machine, outcome.value)
    case 'deadlock':
      return { kind: 'deadlock', stuck: outcome.stuck }
    case 'panic':
    case 'undefined':
      return stopped(outcome, deadHandle(machine.halt))
    case 'livelock':
      return { kind: 'cut', steps: outcome.steps }
    case 'shutdown':
      return { kind: 'shutdown', howto: outcome.howto }
    case 'fault':
      return { kind: 'assertion', message: messageOf(outcome.error), thread: outcome.thread.name }
  }
}

/** Main has returned. Whoever waits then for a lock that nobody will release is in a deadlock all the same. */
function done(machine: Ended['machine'], value: unknown): Verdict {
  const blocked = machine.blockedForGood()
  if (blocked.length > 0) return { kind: 'deadlock', stuck: blocked.map(threadReport) }
  return { kind: 'ok', value, asleep: machine.asleepForGood().map(nameOf).toSorted() }
}

function stopped(outcome: Outcome<unknown> & { kind: 'panic' | 'undefined' }, handle: string | null): Verdict {
  const { message } = outcome
  const thread = outcome.thread?.name ?? null
  const id = outcome.kind === 'panic' ? outcome.clause : outcome.id
  if (handle !== null) return { kind: 'dead-handle', handle, id, message, thread }
  if (outcome.kind === 'panic') return { kind: 'panic', message, clause: outcome.clause, thread }
  return { kind: 'undefined', id: outcome.id, message, thread }
}

/** The dead thread that the call in which the kernel stopped had been given. */
function deadHandle(halt: Ended['machine']['halt']): string | null {
  if (halt === null || (halt.kind !== 'panic' && halt.kind !== 'undefined') || halt.thread === null) return null
  const { a, b, c, d } = halt.thread
  for (const argument of [a, b, c, d]) {
    // Freed or not: what frees it later may be an end that no call has to do with.
    if (argument instanceof Thread && argument.state === ThreadState.dead)
      return argument.name ?? `thread ${argument.id}`
  }
  return null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error)
}
