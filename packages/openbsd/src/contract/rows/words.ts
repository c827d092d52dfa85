import { ref, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import * as ERRNO from '../../errno.js'
import type { CommonKernel, Constants, OpenbsdKernel, Runs } from '../../kernel.js'
import type { Proc } from '../../proc.js'
import type { Kernel } from '../../releases/5.1.js'
import type { ProcessOptions } from '../../start-process.js'

/** What rows run on: what both releases have, and 5.1 with its threads of user processes. */
export type K = OpenbsdKernel
export type K51 = Kernel
/** What a story needs that is told to either. */
export type AnyK = CommonKernel & Constants

/** Boots a kernel, runs the story, and gives what the story says, or how it ended instead. */
export function tell<T extends AnyK & Runs<T>>(
  trial: Trial<T>,
  options: Record<string, unknown>,
  story: (k: T) => Steps<string>,
): string {
  const outcome = trial.createKernel(options).boot(story)
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** An errno by its name, 0 as it is. */
export function errnoName(errno: number): string {
  if (errno === 0) return '0'
  return Object.entries(ERRNO).find(([, value]) => value === errno)?.[0] ?? String(errno)
}

/** A yes or a no. */
export function yesNo(holds: boolean): string {
  return holds ? 'yes' : 'no'
}

// Kernel threads

/** A kernel thread, by what it executes; the creation has to succeed. */
export function* created(k: AnyK, name: string, func: () => Steps): Steps<Proc> {
  const newpp = ref<Proc>()
  const error = yield* k.kthread_create(func, 'arg', newpp, '%s', name)
  if (error !== 0) throw new Error(`kthread_create of ${name} returns ${errnoName(error)}`)
  return newpp.value!
}

/** The function of a kernel thread that ends at once. */
export function ends(k: AnyK): () => Steps<void> {
  return function* () {
    yield* k.kthread_exit(0)
  }
}

/** The function of a kernel thread that sleeps for good, where no signal reaches it. */
export function sleeps(k: AnyK): () => Steps<void> {
  return function* func() {
    yield* k.tsleep(func, k.PWAIT, 'for ever', 0)
    yield* k.kthread_exit(0)
  }
}

/** Creates sleeping kernel threads until one cannot be had: how many there are now, and the errno. */
export function* fillWithKthreads(k: AnyK): Steps<{ readonly made: number; readonly error: number }> {
  for (let made = 0; ; made++) {
    const error = yield* k.kthread_create(sleeps(k), 'arg', null, 'filler')
    if (error !== 0) return { made, error }
  }
}

/** Lets others run for so many ticks. */
export function* pause(k: AnyK, ticks: number): Steps<void> {
  yield* k.tsleep(pause, k.PWAIT, 'pause', ticks)
}

// User processes

/** What a user process finds out. The caller, kernel code, waits until it has ended and was reaped. */
export function* asUser<T>(k: AnyK, options: ProcessOptions, body: () => Steps<T>): Steps<T> {
  const found = ref<{ readonly what: T }>()
  const { ps_mainproc } = k.process(options, function* () {
    found.value = { what: yield* body() }
  })!
  while (!ps_mainproc!.isFree) yield* pause(k, 1)
  if (found.value === null) throw new Error(`process ${options.name} ended by signal ${ps_mainproc!.p_xstat & 0x7f}`)
  return found.value.what
}

/** What a system call returned, right after it: the value, or the name of the error. */
export function resultOf(k: AnyK, value: number): string {
  return value === -1 ? `-1 ${errnoName(k.errno)}` : String(value)
}

/** The code of a user process that is there for a second. */
export function lingers(k: AnyK): () => Steps<void> {
  return function* () {
    yield* k.nanosleep(1e9)
  }
}
