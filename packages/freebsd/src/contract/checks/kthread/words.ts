import type { KernelCall, Steps } from '@kt/core'
import { equal, valueOf, type Trial } from '@kt/core/contract'
import { ref, type Kernel, type kinfo_proc, type Proc, type Td } from '../../../releases/8.0.js'

/** A check of a clause. */
export type Check = (trial: Trial<Kernel>) => void

/** A machine on which nothing runs but what a check starts. */
export function quiet(trial: Trial<Kernel>, options: Readonly<Record<string, unknown>> = {}): Kernel {
  return trial.createKernel({ daemons: 'none', ncpu: 1, ...options })
}

/** Boots a quiet machine, runs `main` on it to its end, and gives what that returned. */
export function runs<T>(trial: Trial<Kernel>, main: (k: Kernel) => Steps<T>): T {
  return valueOf(quiet(trial).boot(main))
}

/** Adds a thread that has to come into being, to process 0 unless told otherwise, and gives it. */
export function* adds(k: Kernel, func: () => Steps, name = 'worker', procp: Proc | null = null): Steps<Td> {
  const newtdpp = ref<Td>()
  equal(yield* k.kthread_add(func, null, procp, newtdpp, 0, 0, '%s', name), 0, `kthread_add of ${name}`)
  return newtdpp.value!
}

/** Creates a process that has to come into being, and gives it. */
export function* creates(k: Kernel, func: () => Steps, name = 'daemon'): Steps<Proc> {
  const newpp = ref<Proc>()
  equal(yield* k.kproc_create(func, null, newpp, 0, 0, '%s', name), 0, `kproc_create of ${name}`)
  return newpp.value!
}

/** A body that has nothing to do. */
export function* exits(k: Kernel): Steps<never> {
  return yield* k.kthread_exit()
}

/** A body that sleeps until `chan` is woken, and then ends. */
export function* waits(k: Kernel, chan: string): Steps<never> {
  yield* k.tsleep(chan, 0, 'waits', 0)
  return yield* k.kthread_exit()
}

/** A body that parks when it is asked to, every so many ticks, for good. */
export function* checks(k: Kernel, ticks = 10): Steps<never> {
  for (;;) {
    yield* k.kthread_suspend_check(k.curthread)
    yield* k.pause('loop', ticks)
  }
}

/** Waits for some ticks, so that others get their turn. */
export function* pause(k: Kernel, ticks: number): Steps<void> {
  yield* k.pause('turn', ticks)
}

/** Its line in the thread listing, undefined once it is not there. */
export function entry(k: Kernel, td: Td): kinfo_proc | undefined {
  return k.kinfo_proc().find(({ ki_pid, ki_tid }) => ki_pid === td.td_proc.p_pid && ki_tid === td.td_tid)
}

/** Names of the threads of a process in the thread listing, the newest first. */
export function listed(k: Kernel, { p_pid }: Proc): readonly string[] {
  return k.kinfo_proc().filter(({ ki_pid }) => ki_pid === p_pid).map(({ ki_ocomm }) => ki_ocomm) // prettier-ignore
}

/** Puts a thread that was left stopped on a run queue. */
export function* queues(k: Kernel, td: Td): Steps<void> {
  yield* k.thread_lock(td)
  yield* k.sched_add(td, k.SRQ_BORING)
  yield* k.thread_unlock(td)
}

/** What a kernel has under a prefix. */
export function namesOf(k: object, prefix: string): string[] {
  const found: string[] = []
  for (const name in k) if (name.startsWith(prefix)) found.push(name)
  return found.sort()
}

/** What the types forbid: something that C would not take for an argument of that type. Nothing comes into being. */
export function refuses(trial: Trial<Kernel>, call: keyof Kernel, wrong: readonly (readonly unknown[])[]): void {
  for (const args of wrong) {
    const k = quiet(trial)
    const func = k[call] as (...args: readonly unknown[]) => KernelCall<unknown>
    const threads: number[] = []
    const { kind } = k.boot(function* () {
      threads.push(k.kinfo_proc().length)
      yield* func(...args)
    })
    threads.push(k.kinfo_proc().length)
    equal([kind, threads[1]], ['fault', threads[0]], `${call}(${args.map(String).join(', ')}): end, and threads`)
  }
}
