import { ref, type Out, type Steps } from '@kt/core'
import { equal, holds, valueOf } from '@kt/core/contract'
import type { UserPointer } from '../../../memory.js'
import type { ProcessRecord } from '../../../process.js'
import type { __tfork, Kernel } from '../../../releases/5.1.js'
import type { ProcessOptions } from '../../../start-process.js'

// What the checks of __tfork_thread(3) have in common: a user process on a machine with threads of user processes
// switched on, and threads in it.

/** How a user process is started, and whether threads are on. */
export interface Setting extends Partial<ProcessOptions> {
  /** kern.rthreads, default 1. */
  readonly rthreads?: number
}

/** A user process that has told what it saw. */
export interface Told<T> {
  /** What its body returned. */
  readonly value: T
  /** The process; it may have ended. */
  readonly process: ProcessRecord
}

/** 10 ms, a tick: long enough for every other thread to do a few calls and sleep. */
export const TICK_NS = 10_000_000

/** Ticks that a story may take: ten seconds, where none needs one. */
const TICKS_MAX = 1000

/**
 * Boots the machine, runs a user process `prog` on it until it has ended with all its threads, and gives what its body
 * returned. The body is the main function: when it returns, the process ends with status 0.
 */
export function tell<T>(k: Kernel, body: () => Steps<T>, setting: Setting = {}): Told<T> {
  const told = ref<{ readonly value: T }>()
  const process = live(
    k,
    function* () {
      told.value = { value: yield* body() }
      return 0
    },
    setting,
  )
  holds(told.value !== null, `the main function did not come to its end: ${endOf(process)}`)
  return { value: told.value.value, process }
}

/**
 * The same for a process that need not come to the end of its main function, whose value is the exit code.
 *
 * @returns The process, which has ended; the reaper has seen to its threads.
 */
export function live(k: Kernel, body: () => Steps, setting: Setting = {}): ProcessRecord {
  const { rthreads = 1, name = 'prog', ...options } = setting
  return valueOf(
    k.boot(function* () {
      equal(k.sysctl('kern.rthreads', rthreads), 0, 'setting kern.rthreads')
      const process = k.process({ ...options, name }, body)!
      for (let ticks = 0; process.threadCount > 0; ticks++) {
        holds(ticks < TICKS_MAX, `process ${name} did not end in ${TICKS_MAX} ticks`)
        yield* k.tsleep(process, k.PWAIT, 'story', 1)
      }
      yield* k.settle()
      return process
    }),
  )
}

/** How a process ended, in words. */
export function endOf({ xstat }: ProcessRecord): string {
  return (xstat & 0x7f) === 0 ? `exit code ${xstat >> 8}` : `signal ${xstat & 0x7f}`
}

/** The parameters of a thread; what is left out is null and 0. */
export function params(tf_tid: UserPointer<number> = null, tf_tcb: unknown = null, tf_flags = 0): __tfork {
  return { tf_tcb, tf_tid, tf_flags }
}

/** Maps a stack of 64 KB and gives its end: what to pass as `stack`. For user code. */
export function* newStack(k: Kernel): Steps<number> {
  return (yield* k.mmap(65_536)).end
}

/**
 * Creates a thread that has to come into being, on a stack of its own, and gives its number. For user code.
 *
 * @param tf_tid - Where the number goes besides, null for nowhere.
 */
export function* spawn(
  k: Kernel,
  func: () => Steps,
  tf_tid: Out<number> | null = null,
  tf_tcb: unknown = 'tcb',
): Steps<number> {
  const tid = yield* k.__tfork_thread(params(tf_tid, tf_tcb), yield* newStack(k), func, null)
  holds(tid > 0, `__tfork_thread = ${tid}, errno ${k.errno}`)
  return tid
}

/** What a creation that is to fail left: its value and errno. For user code. */
export function* attempt(k: Kernel, wanted: __tfork | null): Steps<{ readonly value: number; readonly errno: number }> {
  const value = yield* k.__tfork_thread(wanted, yield* newStack(k), idle, null)
  return { value, errno: k.errno }
}

/** Forks a process, waits for it, and gives its wait status. For user code. */
export function* statusOf(k: Kernel, child: () => Steps): Steps<number> {
  const status = ref<number>()
  const pid = yield* k.fork(child)
  equal(yield* k.wait4(pid, status, 0), pid, 'wait4 for a child')
  return status.value!
}

/** A thread with nothing to do. */
export function* idle(): Steps<void> {}
