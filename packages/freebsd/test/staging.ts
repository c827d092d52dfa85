import {
  createKernel,
  ref,
  seededOracle,
  type FreebsdOptions,
  type Kernel,
  type Outcome,
  type Proc,
  type Steps,
  type Td,
} from '../src/releases/8.0.js'

/** What scenarios of several test files begin with, and how they look at the end of a run. */

export const MS = 1_000_000
export const SECOND = 1_000_000_000

export const READINGS = ['page', 'kernel'] as const
export const SCHEDULERS = ['ule', '4bsd'] as const

/** A machine on which nothing runs but the scenario. */
export function quiet(options: FreebsdOptions = {}): Kernel {
  return createKernel({ daemons: 'none', ...options })
}

/** A way to run a scenario, anew for each kernel: an oracle serves one machine. */
export interface Schedule {
  readonly schedule: string
  readonly options: () => FreebsdOptions
}

/** The usual order on one to three CPUs, and some seeds of each. */
export const SCHEDULES: readonly Schedule[] = [1, 2, 3].flatMap((ncpu) => [
  { schedule: `${ncpu} CPUs, usual`, options: () => ({ ncpu }) },
  ...[1, 2, 3].map((seed) => ({
    schedule: `${ncpu} CPUs, seed ${seed}`,
    options: () => ({ ncpu, oracle: seededOracle(seed) }),
  })),
])

/** Creates a kernel thread of process 0, or of another, and gives its handle. */
export function* addThread(k: Kernel, name: string, body: () => Steps, procp: Proc | null = null): Steps<Td> {
  const newtdpp = ref<Td>()
  const error = yield* k.kthread_add(body, null, procp, newtdpp, 0, 0, '%s', name)
  if (error !== 0) throw new Error(`kthread_add of ${name}: ${error}`)
  return newtdpp.value!
}

/** Creates a process of the kernel and gives its handle. */
export function* addProcess(k: Kernel, name: string, body: () => Steps, flags = 0): Steps<Proc> {
  const newpp = ref<Proc>()
  const error = yield* k.kproc_create(body, null, newpp, flags, 0, '%s', name)
  if (error !== 0) throw new Error(`kproc_create of ${name}: ${error}`)
  return newpp.value!
}

/** A SYSINIT that says when it runs. */
export function notes<T>(log: T[], word: T): () => Steps<void> {
  return function* () {
    log.push(word)
    yield* []
  }
}

/** The value of a run that ended well; anything else is an error that tells how it ended. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
}

/** The end of a run in two words: its kind, and what is particular to it. */
export function endOf(outcome: Outcome<unknown>): readonly [kind: string, what: unknown] {
  switch (outcome.kind) {
    case 'done':
      return ['done', outcome.value]
    case 'deadlock':
      return ['deadlock', outcome.stuck.map(({ name, wmesg }) => `${name}: ${wmesg}`)]
    case 'panic':
      return ['panic', outcome.message]
    case 'undefined':
      return ['undefined', outcome.id]
    case 'shutdown':
      return ['shutdown', outcome.howto]
    case 'livelock':
      return ['livelock', outcome.thread?.name]
    case 'fault':
      throw outcome.error
  }
}
