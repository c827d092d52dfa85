import { seededOracle, type Outcome } from '@kt/core'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { KernelCall, OpenbsdOptions, Proc, SignalHandler, Steps } from '../../src/releases/5.1.js'
import * as ob42 from '../../src/releases/4.2.js'
import * as ob51 from '../../src/releases/5.1.js'

/** A release as scenarios for both know it. */
export interface Driver {
  readonly release: '4.2' | '5.1'
  readonly createKernel: (options?: OpenbsdOptions) => OpenbsdKernel
}

export const releases: readonly Driver[] = [
  { release: '4.2', createKernel: (options) => ob42.createKernel(options) },
  { release: '5.1', createKernel: (options) => ob51.createKernel(options) },
]

/** A machine on which a scenario runs, with the schedule it takes. */
export interface Schedule {
  readonly schedule: string
  /** Anew for each kernel: an oracle serves one machine. */
  readonly options: () => OpenbsdOptions
}

function seeded(seed: number, ncpu: number, freeTimers: boolean): Schedule {
  const timers = freeTimers ? ' and free timers' : ''
  return {
    schedule: `${ncpu} CPUs, seed ${seed}${timers}`,
    options: () => ({ ncpu, oracle: seededOracle(seed, freeTimers) }),
  }
}

const usual: readonly Schedule[] = [
  { schedule: '1 CPU', options: () => ({ ncpu: 1 }) },
  { schedule: '2 CPUs', options: () => ({ ncpu: 2 }) },
]

const anySteps: readonly Schedule[] = [1, 2, 3, 4, 5].map((seed) => seeded(seed, seed === 1 ? 1 : 2, false))

/** Schedules on which time is exact: CPUs are quicker than the clock. */
export const schedules: readonly Schedule[] = [...usual, ...anySteps, seeded(6, 3, false)]

/** The same, and some on which a timer may overtake a CPU that has something to do. */
export const allSchedules: readonly Schedule[] = [
  ...schedules,
  ...[11, 12, 13, 14, 15].map((seed) => seeded(seed, 2, true)),
]

/** Every release on every schedule. */
export function everywhere(list: readonly Schedule[]): readonly (Driver & Schedule)[] {
  return releases.flatMap((driver) => list.map((schedule) => ({ ...driver, ...schedule })))
}

export const MS = 1_000_000

/** Creates a kernel thread that does its body and exits. */
export function* spawn(k: OpenbsdKernel, name: string, body: () => Steps): Steps<Proc> {
  const newpp = k.ref<Proc>()
  function* func(): Steps<void> {
    yield* body()
    yield* k.kthread_exit(0)
  }
  const error = yield* k.kthread_create(func, name, newpp, '%s', name)
  if (error !== 0) throw new Error(`kthread_create of ${name} failed with ${error}`)
  return newpp.value!
}

/** Sleeps for a number of ticks, whatever else happens. */
export function* pause(k: OpenbsdKernel, ticks: number): Steps<void> {
  yield* k.tsleep({ kind: 'pause' }, k.PWAIT, 'pause', ticks)
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

/** Names of the kernel threads that are alive. */
export function threadsNamed(k: OpenbsdKernel, name: string): Proc[] {
  return k.allproc.filter((p) => p.p_comm === name)
}

// User processes

/** Runs a user process on a machine that has booted, for five seconds, and gives what it reported. */
export function report(k: OpenbsdKernel, body: (log: unknown[]) => Steps): unknown[] {
  const log: unknown[] = []
  const outcome = k.boot(function* () {
    yield* pause(k, 1)
    k.process({ name: 'prog' }, () => body(log))
    yield* pause(k, 5 * k.hz)
  })
  valueOf(outcome)
  return log
}

/** What a system call returned, and errno if it failed. */
export function* answer(k: OpenbsdKernel, call: KernelCall<number>): Steps<string> {
  const value = yield* call
  return value === -1 ? `errno ${k.errno}` : String(value)
}

/** A handler that reports what it caught. */
export function handler(log: unknown[]): SignalHandler {
  return function* (signo) {
    log.push(`caught ${signo}`)
  }
}
