import type { Outcome } from '@kt/core'
import {
  seededOracle,
  type FreebsdOptions,
  type Kernel,
  type KernelCall,
  type Proc,
  type Reading,
  type Steps,
  type Td,
} from '../../src/releases/8.0.js'

/** A machine on which a scenario runs, with the schedule it takes. */
export interface Flavour {
  readonly machine: string
  readonly reading: Reading
  readonly scheduler: 'ule' | '4bsd'
  readonly ncpu: number
  readonly invariants: boolean
  /** Anew for each kernel: an oracle serves one machine. */
  readonly options: () => FreebsdOptions
}

const readings = ['page', 'kernel'] as const
const schedulers = ['ule', '4bsd'] as const

function flavour(reading: Reading, scheduler: 'ule' | '4bsd', ncpu: number, invariants: boolean): Flavour {
  const cpus = ncpu === 1 ? '1 CPU' : `${ncpu} CPUs`
  const machine = `${reading}, ${scheduler}, ${cpus}${invariants ? ', INVARIANTS' : ''}`
  const options = { reading, scheduler, ncpu, invariants, daemons: 'none' } as const
  return { machine, reading, scheduler, ncpu, invariants, options: () => options }
}

/** Both readings, both schedulers, one CPU and two, with and without INVARIANTS. Quiet, and in the usual order. */
export const flavours: readonly Flavour[] = readings.flatMap((reading) =>
  schedulers.flatMap((scheduler) =>
    [1, 2].flatMap((ncpu) => [false, true].map((invariants) => flavour(reading, scheduler, ncpu, invariants))),
  ),
)

/** Those with one CPU: what happens when is certain. */
export const onOneCpu: readonly Flavour[] = flavours.filter(({ ncpu }) => ncpu === 1)

/** The same machines, and each scheduler on two CPUs in orders that a seed decides. */
export const allSchedules: readonly Flavour[] = [
  ...flavours,
  ...[1, 2, 3, 4, 5].flatMap((seed) =>
    schedulers.map((scheduler): Flavour => {
      const usual = flavour('kernel', scheduler, 2, seed % 2 === 0)
      return {
        ...usual,
        machine: `${usual.machine}, seed ${seed}`,
        options: () => ({ ...usual.options(), oracle: seededOracle(seed) }),
      }
    }),
  ),
]

/** A machine on which nothing runs but the scenario. */
export const quiet = { daemons: 'none' } as const

export const MS = 1_000_000
export const EINTR = 4
export const EWOULDBLOCK = 35
/** A time-out in ticks that is never over: without one INVARIANTS wants a lock. */
export const LONG = 100_000

/**
 * Creates a thread of process 0 that does its body and exits.
 *
 * @param priority - What it has before it first runs, by default that of thread0: 68.
 */
export function* spawn(k: Kernel, name: string, body: () => Steps | KernelCall<unknown>, priority?: number): Steps<Td> {
  return yield* spawnIn(k, null, name, body, priority)
}

/** The same in another process. */
export function* spawnIn(
  k: Kernel,
  procp: Proc | null,
  name: string,
  body: () => Steps | KernelCall<unknown>,
  priority?: number,
): Steps<Td> {
  const newtdp = k.ref<Td>()
  function* func(): Steps<void> {
    yield* body()
    yield* k.kthread_exit()
  }
  const error = yield* k.kthread_add(func, null, procp, newtdp, k.RFSTOPPED, 0, '%s', name)
  if (error !== 0) throw new Error(`kthread_add of ${name} failed with ${error}`)
  const td = newtdp.value!
  yield* k.thread_lock(td)
  if (priority !== undefined) yield* k.sched_prio(td, priority)
  yield* k.sched_add(td, k.SRQ_BORING)
  yield* k.thread_unlock(td)
  return td
}

/** Sleeps for a number of ticks and up to one more, whatever else happens; at no priority, so it keeps its own. */
export function* pause(k: Kernel, ticks: number): Steps<void> {
  yield* k.pause('pause', ticks)
}

/** What a run that ended well returned; anything else is an error that tells how it ended. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
}

/** How a run panicked: message and clause. */
export function panicOf(outcome: Outcome<unknown>): readonly [message: string, clause: string | null] {
  if (outcome.kind === 'panic') return [outcome.message, outcome.clause]
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`no panic: the run ended with ${JSON.stringify(outcome)}`)
}

/** What undefined behaviour a run met. */
export function undefinedOf(outcome: Outcome<unknown>): string {
  if (outcome.kind === 'undefined') return outcome.id
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`nothing undefined: the run ended with ${JSON.stringify(outcome)}`)
}
