import type { Steps } from '@kt/core'
import { equal } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'

/** Creates a kernel thread that has to come into being, and gives its process. */
export function* spawn(k: OpenbsdKernel, func: (self: Proc | null) => Steps, name = 'worker'): Steps<Proc> {
  const newpp = k.ref<Proc>()
  equal(yield* k.kthread_create(func, null, newpp, '%s', name), 0, `kthread_create of ${name}`)
  return newpp.value!
}

/** A body that has nothing to do. */
export function* exits(k: OpenbsdKernel): Steps<never> {
  return yield* k.kthread_exit(0)
}

/** A body that sleeps until `ident` is woken, and then ends. */
export function* waits(k: OpenbsdKernel, ident: string): Steps<never> {
  yield* k.tsleep(ident, k.PWAIT, 'waits', 0)
  return yield* k.kthread_exit(0)
}

/** Sleeps for some ticks, so that others get their turn. */
export function* pause(k: OpenbsdKernel, ticks: number): Steps<void> {
  yield* k.tsleep('pause', k.PWAIT, 'pause', ticks)
}

/** The deferral of a function, as the attach function of a driver. */
export function* defers<A>(k: OpenbsdKernel, func: (arg: A) => Steps, arg: A): Steps<void> {
  yield* k.kthread_create_deferred(func, arg)
}

/** A creation, to be made from a system call. */
export function* creates(k: OpenbsdKernel): Steps<number> {
  return yield* k.kthread_create(() => waits(k, 'go'), null, null, 'asked')
}

/** Table slots in use. */
export function nprocs(k: OpenbsdKernel): number {
  return Number(k.sysctl('kern.nprocs'))
}

/** Makes the table so large that exactly so many slots are free. */
export function leaveFree(k: OpenbsdKernel, slots: number): void {
  equal(k.sysctl('kern.maxproc', nprocs(k) + slots), 0, 'setting kern.maxproc')
}

/** Names of what is alive, the newest first. */
export function names(k: OpenbsdKernel): string[] {
  return k.allproc.map(({ p_comm }) => p_comm)
}
