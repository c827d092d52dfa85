import { stepsOf, type KernelCall, type Out, type Steps } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import { ENOMEM } from './errno.js'
import type { FpuCalls } from './fpu.js'
import { KTHREAD_MPSAFE, KTHREAD_TS } from './kthread.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import { kcondvar_t } from './condvar.js'
import { kmutex_t, MUTEX_DEFAULT } from './mutex.js'
import * as P from './param.js'

export const WQ_MPSAFE = 0x01
export const WQ_PERCPU = 0x02
/** 10.1. */
export const WQ_FPU = 0x04

/** An item of work. May be used again as soon as its function has begun. */
export interface Work {
  /** Free for the caller. */
  readonly data?: unknown
}

type WorkFunction = (work: Work, arg: never) => Steps

/** One worker with its list. */
class Queue {
  readonly mutex: kmutex_t
  readonly cv: kcondvar_t
  worker: Lwp | null = null
  pending: Work[] = []
  /** Odd while a batch runs. */
  generation = 0

  constructor(
    readonly ci: CpuInfo | null,
    name: string,
    ipl: number,
  ) {
    this.mutex = new kmutex_t(name)
    this.mutex.init(MUTEX_DEFAULT, ipl)
    this.cv = new kcondvar_t(name)
    this.cv.init(name)
  }
}

/** A workqueue: a function and the workers that call it. */
export class Workqueue {
  readonly queues: Queue[]
  isDying = false

  constructor(
    readonly name: string,
    readonly func: WorkFunction,
    readonly arg: unknown,
    readonly flags: number,
    ipl: number,
    cpus: readonly CpuInfo[],
  ) {
    const own = (flags & WQ_PERCPU) !== 0 ? cpus : [null]
    this.queues = own.map((ci) => new Queue(ci, name, ipl))
  }
}

/** workqueue(9), as both releases have it. */
export interface WorkqueueCalls {
  /**
   * Makes a workqueue and its worker, or one worker bound to each CPU with `WQ_PERCPU`.
   *
   * @param wqp - Receives the workqueue.
   * @param name - Wait message, and name of the worker (`name` or `name/N`); 15 bytes survive.
   * @param func - Called for each item, in the worker.
   * @param prio - Priority of the worker; below 64 it is time-shared.
   * @param ipl - Highest interrupt level from which items are enqueued.
   * @param flags - `WQ_MPSAFE`, `WQ_PERCPU`, and in 10.1 `WQ_FPU`.
   * @returns 0, or what `kthread_create` returned (`EAGAIN`, `ENOMEM`); then nothing is left behind. `ENOMEM` also
   *   where the fault `workqueue` is injected.
   * @throws KernelPanic in 10.1 for a name of more than 15 bytes (DIAGNOSTIC).
   * @see workqueue.9, workqueue_create.
   */
  workqueue_create: <A>(
    wqp: Out<Workqueue>,
    name: string,
    func: (work: Work, arg: A) => Steps,
    arg: A,
    prio: number,
    ipl: number,
    flags: number,
  ) => KernelCall<number>
  /**
   * Queues an item. The caller's level is at most the workqueue's.
   *
   * @param ci - Whose worker, with `WQ_PERCPU`; null for that of this CPU, and without the flag.
   * @throws KernelPanic when the item is queued already, or for a CPU without `WQ_PERCPU` (DIAGNOSTIC).
   * @see workqueue.9, workqueue_enqueue.
   */
  workqueue_enqueue: (wq: Workqueue, work: Work, ci: CpuInfo | null) => KernelCall<void>
  /**
   * Ends the workers of a workqueue on which nothing is queued. Waits for their word that they end, not for their end.
   *
   * @throws KernelPanic when something is queued (DIAGNOSTIC).
   * @see workqueue.9, workqueue_destroy.
   */
  workqueue_destroy: (wq: Workqueue) => KernelCall<void>
}

/** What 10.1 adds. */
export interface WorkqueueWaitCalls {
  /**
   * Waits until an item's function has been called and has returned. Returns at once in the worker itself. Nobody may
   * queue the item again meanwhile.
   *
   * @see workqueue.9 (NetBSD 10.1), workqueue_wait.
   */
  workqueue_wait: (wq: Workqueue, work: Work) => KernelCall<void>
}

export function workqueueCalls(machine: NetbsdMachine, fpu: FpuCalls | null): WorkqueueCalls & WorkqueueWaitCalls {
  const { mutex_enter, mutex_exit } = machine.mutex
  const { cv_wait, cv_signal, cv_broadcast } = machine.condvar
  const { kthread_create, kthread_exit } = machine.kthread

  const wake = (queue: Queue) =>
    machine.release.workqueueWakes === 'signal' ? cv_signal(queue.cv) : cv_broadcast(queue.cv)

  /** The worker: takes all that is queued, calls the function for each outside the lock, and again. */
  function* worker({ wq, queue }: { readonly wq: Workqueue; readonly queue: Queue }): Steps<void> {
    // The window is opened once and never closed (NB-D-18).
    if (fpu !== null && (wq.flags & WQ_FPU) !== 0) yield* fpu.kthread_fpu_enter()
    for (;;) {
      yield* mutex_enter(queue.mutex)
      while (queue.pending.length === 0 && !wq.isDying) yield* cv_wait(queue.cv, queue.mutex)
      if (wq.isDying) break
      const batch = queue.pending
      queue.pending = []
      queue.generation++
      yield* mutex_exit(queue.mutex)
      for (const work of batch) yield* stepsOf(wq.func(work, wq.arg as never), `workqueue ${wq.name}`)
      yield* mutex_enter(queue.mutex)
      queue.generation++
      yield* cv_broadcast(queue.cv)
      yield* mutex_exit(queue.mutex)
    }
    queue.worker = null
    yield* cv_broadcast(queue.cv)
    yield* mutex_exit(queue.mutex)
    yield* kthread_exit(0)
  }

  function* create(wqp: Out<Workqueue>, wq: Workqueue, prio: number): Steps<number> {
    if (machine.release.workqueueNameAsserted) machine.assert(wq.name.length < P.MAXCOMLEN, 'strlen(name) < MAXCOMLEN')
    if (machine.faults.fails('workqueue')) return ENOMEM
    const flags = ((wq.flags & WQ_MPSAFE) !== 0 ? KTHREAD_MPSAFE : 0) | (prio < P.PRI_KERNEL ? KTHREAD_TS : 0)
    for (const queue of wq.queues) {
      const newlp = { value: null as Lwp | null }
      const { ci } = queue
      const name = ci === null ? wq.name : `${wq.name}/${ci.index}`
      const error = yield* kthread_create(prio, flags, ci, worker, { wq, queue }, newlp, '%s', name)
      if (error !== 0) {
        yield* destroy(wq)
        return error
      }
      queue.worker = newlp.value
    }
    wqp.value = wq
    return 0
  }

  function* enqueue(wq: Workqueue, work: Work, ci: CpuInfo | null): Steps<void> {
    const isPerCpu = (wq.flags & WQ_PERCPU) !== 0
    machine.assert(ci === null || isPerCpu, '(wq->wq_flags & WQ_PERCPU) != 0 || ci == NULL')
    const queue = wq.queues[isPerCpu ? (ci ?? machine.cpu).index : 0]!
    yield* mutex_enter(queue.mutex)
    // Only 10 looks; a list that has an item twice is good for nothing.
    const isTwice = queue.pending.includes(work)
    if (isTwice && machine.release.workqueueLooksForTwice) {
      machine.assert(false, `workqueue ${wq.name}: work is queued already`)
    }
    if (isTwice) machine.undefinedBehaviour('UB:NB-WORKQUEUE', `work is queued twice on workqueue ${wq.name}`)
    queue.pending.push(work)
    yield* wake(queue)
    yield* mutex_exit(queue.mutex)
  }

  function* wait(wq: Workqueue, work: Work): Steps<void> {
    for (const queue of wq.queues) {
      if (queue.worker === machine.curlwp) continue
      yield* mutex_enter(queue.mutex)
      while (queue.pending.includes(work)) yield* cv_wait(queue.cv, queue.mutex)
      const { generation } = queue
      while (generation % 2 === 1 && queue.generation === generation) yield* cv_wait(queue.cv, queue.mutex)
      yield* mutex_exit(queue.mutex)
    }
  }

  function* destroy(wq: Workqueue): Steps<void> {
    wq.isDying = true
    for (const queue of wq.queues) {
      yield* mutex_enter(queue.mutex)
      machine.assert(queue.pending.length === 0, 'workqueue_destroy: the queue is empty')
      yield* cv_broadcast(queue.cv)
      // Not for the end of the thread: for its word that it will end.
      while (queue.worker !== null) yield* cv_wait(queue.cv, queue.mutex)
      yield* mutex_exit(queue.mutex)
    }
  }

  return {
    workqueue_create(wqp, name, func, arg, prio, ipl, flags) {
      const wq = new Workqueue(name, func, arg, flags, ipl, machine.cpus)
      return machine.call('workqueue_create', create(wqp, wq, prio))
    },
    workqueue_enqueue: (wq, work, ci) => machine.call('workqueue_enqueue', enqueue(wq, work, ci)),
    workqueue_wait: (wq, work) => machine.call('workqueue_wait', wait(wq, work)),
    workqueue_destroy: (wq) => machine.call('workqueue_destroy', destroy(wq)),
  }
}
