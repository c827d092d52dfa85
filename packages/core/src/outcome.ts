import { CallPhase } from './call.js'
import { heldBy, waitsFor } from './locks-view.js'
import type { Machine } from './machine.js'
import { USUAL_TOKEN } from './oracle.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'

/** Why a run ended otherwise than by having nothing left to do, whether or not `main` had returned. */
export type Halt =
  | { readonly kind: 'panic'; readonly message: string; readonly clause: string | null; readonly thread: Thread | null }
  | { readonly kind: 'undefined'; readonly id: string; readonly message: string; readonly thread: Thread | null }
  | { readonly kind: 'livelock'; readonly steps: number; readonly thread: Thread | null }
  | { readonly kind: 'shutdown'; readonly howto: number }
  | { readonly kind: 'fault'; readonly error: unknown; readonly thread: Thread }

/** A thread as an outcome shows it. */
export interface ThreadReport {
  readonly id: number
  readonly name: string
  /** `sleeping`, `runnable`, `running`, `spinning`, `stopped`, `embryo` or `dead`. */
  readonly state: string
  /** The call it is in while it waits, else null: `kthread_join`. */
  readonly call: string | null
  /** Wait message of a sleeper, else null. */
  readonly wmesg: string | null
  /** What it waits for, in words, null when it does not wait: `mutex m, held by main (8)`. */
  readonly waitsFor: string | null
  /** Locks it holds, latest first. */
  readonly holds: readonly string[]
}

/** What every outcome carries. */
export interface OutcomeBase {
  /** Virtual nanoseconds since the machine was made. */
  readonly nowNs: number
  /** Kernel calls, clock ticks and started threads the run took. */
  readonly steps: number
  /** Replays the run on the same program. */
  readonly token: string
}

/** How a run ended: a closed union, so that a `switch` over `kind` is checked. */
export type Outcome<T> = OutcomeBase &
  (
    | { readonly kind: 'done'; readonly value: T }
    /** `main` cannot return: nothing runs and nothing is due. */
    | { readonly kind: 'deadlock'; readonly stuck: readonly ThreadReport[] }
    /** The kernel stopped. `clause` is what the caller broke, null where the page is silent. */
    | {
        readonly kind: 'panic'
        readonly message: string
        readonly clause: string | null
        readonly thread: ThreadReport | null
      }
    /** The release has no defined behaviour here; `id` begins with `UB:`. */
    | {
        readonly kind: 'undefined'
        readonly id: string
        readonly message: string
        readonly thread: ThreadReport | null
      }
    /** The bound on steps passed before all was done; `main` may have returned. */
    | { readonly kind: 'livelock'; readonly thread: ThreadReport | null }
    /** The system was shut down as a call asked for; `howto` is what that call said. */
    | { readonly kind: 'shutdown'; readonly howto: number }
    /** The scenario's own code threw, or misused a call. */
    | { readonly kind: 'fault'; readonly error: unknown; readonly thread: ThreadReport }
  )

/** Tells how the run ended, from the state the machine is in. */
export function conclude<T>(machine: Machine, returned: boolean, value: T, steps: number): Outcome<T> {
  const base = { nowNs: machine.timeline.now, steps, token: machine.oracle?.token() ?? USUAL_TOKEN }
  const { halt } = machine
  if (halt === null) {
    if (returned) return { ...base, kind: 'done', value }
    return { ...base, kind: 'deadlock', stuck: waiting(machine) }
  }
  switch (halt.kind) {
    case 'panic':
      return { ...base, kind: 'panic', message: halt.message, clause: halt.clause, thread: reportOrNull(halt.thread) }
    case 'undefined':
      return { ...base, kind: 'undefined', id: halt.id, message: halt.message, thread: reportOrNull(halt.thread) }
    case 'livelock':
      return { ...base, kind: 'livelock', thread: reportOrNull(halt.thread) }
    case 'shutdown':
      return { ...base, kind: 'shutdown', howto: halt.howto }
    case 'fault':
      return { ...base, kind: 'fault', error: halt.error, thread: report(halt.thread) }
  }
}

/** A thread as it is now. */
export function report(thread: Thread): ThreadReport {
  return {
    id: thread.id,
    name: thread.name ?? thread.process.name,
    state: stateName(thread),
    call: thread.phase === CallPhase.waiting ? thread.operation.name : null,
    wmesg: thread.state === ThreadState.sleeping ? thread.wmesg : null,
    waitsFor: waitsFor(thread),
    holds: heldBy(thread),
  }
}

function reportOrNull(thread: Thread | null): ThreadReport | null {
  return thread === null ? null : report(thread)
}

const STUCK: ReadonlySet<ThreadState> = new Set([ThreadState.sleeping, ThreadState.running, ThreadState.stopped])

/** Threads that wait for something nobody will bring. Housekeeping always waits and is left out. */
export function waiting(machine: Machine): ThreadReport[] {
  const stuck: ThreadReport[] = []
  for (const process of machine.processes) {
    for (const thread of process.threads()) {
      if (thread.is(ThreadMark.background)) continue
      if (STUCK.has(thread.state)) stuck.push(report(thread))
    }
  }
  return stuck.reverse()
}

function stateName(thread: Thread): string {
  switch (thread.state) {
    case ThreadState.embryo:
      return 'embryo'
    case ThreadState.runnable:
      return 'runnable'
    case ThreadState.running:
      return thread.cpu.current === thread && thread.cpu.spinningOn !== null ? 'spinning' : 'running'
    case ThreadState.sleeping:
      return 'sleeping'
    case ThreadState.dead:
      return 'dead'
    case ThreadState.stopped:
      return 'stopped'
  }
}
