import type { Lwp, NetbsdOptions, Outcome, Steps } from '../../src/releases/10.1.js'
import * as nb10 from '../../src/releases/10.1.js'
import * as nb6 from '../../src/releases/6.js'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { CpuInfo } from '../../src/cpu.js'

/** What the two releases differ in, as the suites need it: facts of the systems, not of the code. */
export interface Driver {
  readonly release: '6' | '10.1'
  readonly createKernel: (options?: NetbsdOptions) => NetbsdKernel
  /** A time-out that fires between the wakeup and the sleeper's turn decides (6), or came too late (10). */
  readonly lateTimeoutWins: boolean
  /** cv_signal wakes the first, or everybody up to the first uninterruptible waiter. */
  readonly signalPassesInterruptible: boolean
  /** LID of lwp0 and of `idle/0`. */
  readonly lids: readonly [number, number]
  /** Bytes of the handler table. */
  readonly softintBytes: number
}

export const releases: readonly Driver[] = [
  {
    release: '6',
    createKernel: (options) => nb6.createKernel(options),
    lateTimeoutWins: true,
    signalPassesInterruptible: false,
    lids: [1, 2],
    softintBytes: 8192,
  },
  {
    release: '10.1',
    createKernel: (options) => nb10.createKernel(options),
    lateTimeoutWins: false,
    signalPassesInterruptible: true,
    lids: [0, 2],
    softintBytes: 32_768,
  },
]

export const MS = 1_000_000

export interface SpawnOptions {
  readonly pri?: number
  readonly flags?: number
  readonly ci?: CpuInfo | null
}

/** Creates a kernel thread that does its body and exits. MP-safe unless the options say otherwise. */
export function* spawn(k: NetbsdKernel, name: string, body: () => Steps, options: SpawnOptions = {}): Steps<Lwp> {
  const { pri = k.PRI_NONE, flags = k.KTHREAD_MPSAFE, ci = null } = options
  const newlp = k.ref<Lwp>()
  function* func(): Steps<void> {
    yield* body()
    yield* k.kthread_exit(0)
  }
  const error = yield* k.kthread_create(pri, flags, ci, func, name, newlp, '%s', name)
  if (error !== 0) throw new Error(`kthread_create of ${name} failed with ${error}`)
  return newlp.value!
}

/** What a run that ended well returned; anything else is an error that tells how it ended. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
}

/** The message of a run that panicked. */
export function panicOf(outcome: Outcome<unknown>): string {
  if (outcome.kind === 'panic') return outcome.message
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`no panic: the run ended with ${JSON.stringify(outcome)}`)
}

/** The message of what a scenario threw. */
export function faultOf(outcome: Outcome<unknown>): string {
  if (outcome.kind === 'fault' && outcome.error instanceof Error) return outcome.error.message
  throw new Error(`no fault: the run ended with ${JSON.stringify(outcome)}`)
}
