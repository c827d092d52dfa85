import type { KernelCall, Out, PrintfArgument, Steps } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import { create, setrunnable, startIdle, type CreateRequest } from './create.js'
import { destroy, exit, join } from './join.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'

export { KTHREAD_IDLE, KTHREAD_INTR, KTHREAD_MPSAFE, KTHREAD_MUSTJOIN, KTHREAD_TS } from './create.js'

/** The function of a kernel thread. Given no argument it receives its own LWP (NB-D-01). */
export type ThreadFunction<A> = (arg: A) => Steps

/** Whether `newlp` may be null: not where the flags are known to be `KTHREAD_MUSTJOIN`. */
type NewLwp<F extends number> = number extends F ? Out<Lwp> | null : F extends 0x10 ? Out<Lwp> : Out<Lwp> | null

/** kthread(9), the functions that both pages have. */
export interface KthreadCalls {
  /**
   * Creates a kernel thread: an LWP of process 0.
   *
   * @param pri - Priority, 0 … 223, higher is more urgent; `PRI_NONE` for 96, or 63 with `KTHREAD_TS`.
   * @param flags - `KTHREAD_*` ORed together, 0 for none. Unknown bits are ignored.
   * @param ci - The only CPU it may execute on, null for any.
   * @param func - Called when the thread first executes. Must end with `kthread_exit`.
   * @param arg - Handed to `func`; null hands it the thread's own LWP.
   * @param newlp - Receives the LWP, after the thread may already run. Null if not wanted, unless `KTHREAD_MUSTJOIN`.
   * @param fmt - Name in the format of printf(9); 15 bytes survive.
   * @returns 0; `EAGAIN` when a process limit is reached (page reading); `ENOMEM` without memory for the stack, which
   *   no page mentions. On an error nothing was created and `newlp` is untouched.
   * @throws KernelPanic NB-D-05 for `KTHREAD_MUSTJOIN` with a null `newlp`, NB-D-15 for `KTHREAD_INTR` without
   *   `KTHREAD_MPSAFE`, NB-D-04 for a null `fmt`, NB-G-04 for a priority out of range, NB-G-03 in an interrupt.
   * @see kthread.9 (NetBSD 6 and 10.1), kthread_create; clauses NB6-KT-13 to 48, NB10-KT-17 to 46.
   */
  kthread_create: {
    <A, const F extends number>(
      pri: number,
      flags: F,
      ci: CpuInfo | null,
      func: ThreadFunction<A>,
      arg: A,
      newlp: NewLwp<F>,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ): KernelCall<number>
    <const F extends number>(
      pri: number,
      flags: F,
      ci: CpuInfo | null,
      func: ThreadFunction<Lwp>,
      arg: null,
      newlp: NewLwp<F>,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ): KernelCall<number>
  }
  /**
   * Ends the calling kernel thread. With `KTHREAD_MUSTJOIN` it first waits until somebody joins it.
   *
   * @param ecode - Printed on the console when not 0; nobody can retrieve it.
   * @throws KernelPanic NB-D-22 when a user process calls it (page reading), NB-G-10 with a lock held.
   * @see kthread.9, kthread_exit; clauses NB6-KT-51 to 53, NB10-KT-47.
   */
  kthread_exit: (ecode: number) => KernelCall<never>
  /**
   * Waits until a kernel thread created with `KTHREAD_MUSTJOIN` has ended. For each such thread this is called once.
   *
   * @param l - The thread to wait for.
   * @returns 0, always.
   * @throws KernelPanic NB-D-07 when the thread was joined before, NB-D-08 when it is not to be joined.
   * @see kthread.9, kthread_join; clauses NB6-KT-54 to 58, NB10-KT-48 and 49.
   */
  kthread_join: (l: Lwp) => KernelCall<number>
  /**
   * Starts a thread that `KTHREAD_IDLE` left in LSIDL; no page names a function for it (NB-G-01).
   *
   * @throws KernelPanic NB-D-10 in any other state (DIAGNOSTIC), NB-G-04 for a priority out of range.
   */
  startIdle: (l: Lwp) => KernelCall<void>
  /**
   * Makes a sleeper runnable, and in 10.1 a thread in LSIDL.
   *
   * @throws KernelPanic NB-D-10 in any other state; in 6 in LSIDL too.
   * @see ctxsw.9, setrunnable.
   */
  setrunnable: (l: Lwp) => KernelCall<void>
}

/** What only the 2011 page has. */
export interface KthreadDestroyCalls {
  /**
   * Makes a kernel thread exit that never ran.
   *
   * @param l - The thread, in state LSIDL.
   * @throws KernelPanic NB6-KT-50 in any other state; NB-D-09 with a lock held (DIAGNOSTIC), and
   *   for a caller outside process 0 (kernel reading).
   * @see kthread.9 (NetBSD 6), kthread_destroy; clauses NB6-KT-49 and 50.
   */
  kthread_destroy: (l: Lwp) => KernelCall<void>
}

export function kthreadCalls(machine: NetbsdMachine): KthreadCalls {
  return {
    kthread_create(
      pri: number,
      flags: number,
      ci: CpuInfo | null,
      func: unknown,
      arg: unknown,
      newlp: Out<Lwp> | null,
      fmt: string,
      ...args: readonly PrintfArgument[]
    ) {
      machine.free?.watch(newlp)
      machine.enter(create).a = { pri, flags, ci, func, arg, newlp, fmt, args } satisfies CreateRequest
      return machine.port
    },
    kthread_exit(ecode) {
      machine.enter(exit).a = ecode
      return machine.port
    },
    kthread_join(l) {
      machine.enter(join).a = l
      return machine.port
    },
    startIdle(l) {
      machine.enter(startIdle).a = l
      return machine.port
    },
    setrunnable(l) {
      machine.enter(setrunnable).a = l
      return machine.port
    },
  }
}

export function kthreadDestroyCalls(machine: NetbsdMachine): KthreadDestroyCalls {
  return {
    kthread_destroy(l) {
      machine.enter(destroy).a = l
      return machine.port
    },
  }
}
