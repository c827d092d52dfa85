import { stepsOf, type KernelCall, type Steps } from '@kt/core'
import { ENOMEM } from './errno.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'

/** The caller of workq_add_task may sleep for memory; no effect otherwise. */
export const WQ_WAITOK = 1
/** Accepted, and without effect. */
export const WQ_MPSAFE = 2

type WorkFunction = (arg1: never, arg2: never) => Steps

interface Task {
  readonly fn: WorkFunction
  readonly arg1: unknown
  readonly arg2: unknown
}

/** `struct workq`: tasks in order, and the threads that run them. */
export class Workq {
  readonly tasks: Task[] = []
  isRunning = true
  /** Threads there are, and those that are not bored. */
  running = 0
  busy = 0
  /** Where workq_destroy waits for the threads. */
  readonly runningIdent: object = { kind: 'counter', name: 'wq_running' }

  constructor(
    readonly name: string,
    readonly maxthreads: number,
  ) {}

  get kind(): string {
    return 'workq'
  }
}

/** workq(9), as both releases have it; first in 4.2. */
export interface WorkqCalls {
  /**
   * Makes a queue. In 4.2 with one thread, and more on demand when all are busy; in 5.1 with all at once.
   *
   * @param name - Of its threads.
   * @param maxthreads - 1 or more.
   * @returns The queue, null without memory.
   * @see workq.9, workq_create (5.1 also takes an interrupt level, which has no effect here).
   */
  workq_create: (name: string, maxthreads: number, ipl?: number) => KernelCall<Workq | null>
  /**
   * Queues a task.
   *
   * @param wq - null for the system's own queue, `syswq`, of one thread.
   * @param flags - `WQ_WAITOK`, `WQ_MPSAFE` or 0.
   * @returns 0, or `ENOMEM`; never with `WQ_WAITOK`.
   * @see workq.9, workq_add_task.
   */
  workq_add_task: <A, B>(
    wq: Workq | null,
    flags: number,
    fn: (arg1: A, arg2: B) => Steps,
    arg1: A,
    arg2: B,
  ) => KernelCall<number>
  /**
   * Runs what is queued, then ends the threads, and waits for their word that they end.
   *
   * @see workq.9, workq_destroy.
   */
  workq_destroy: (wq: Workq) => KernelCall<void>
}

/** What 5.1 adds. */
export interface WorkqQueueCalls {
  /**
   * Queues a task in memory of the caller's, so that it cannot fail.
   *
   * @param wqt - The caller's memory; only its identity matters.
   * @see workq.9 (OpenBSD 5.1), workq_queue_task.
   */
  workq_queue_task: <A, B>(
    wq: Workq | null,
    wqt: object,
    flags: number,
    fn: (arg1: A, arg2: B) => Steps,
    arg1: A,
    arg2: B,
  ) => KernelCall<void>
}

export function workqCalls(machine: OpenbsdMachine): WorkqCalls & WorkqQueueCalls {
  const { tsleep, wakeup, wakeup_one } = machine.sleep
  const { kthread_create_deferred } = machine.kthread

  function* create(name: string, maxthreads: number): Steps<Workq | null> {
    if (machine.faults.fails('workq')) return null
    const wq = new Workq(name, maxthreads)
    const threads = machine.release.workqThreads === 'all at once' ? maxthreads : 1
    for (let n = 0; n < threads; n++) yield* kthread_create_deferred((queue: Workq) => start(machine, queue), wq)
    return wq
  }
  function* add(wq: Workq | null, task: Task): Steps<void> {
    const queue = wq ?? machine.syswq
    queue.tasks.push(task)
    const wantsMore = queue.busy + queue.tasks.length > queue.running && queue.running < queue.maxthreads
    if (machine.release.workqThreads === 'when all are busy' && wantsMore && queue.running > 0)
      yield* kthread_create_deferred((q: Workq) => start(machine, q), queue)
    yield* wakeup_one(queue)
  }
  function* addTask(wq: Workq | null, flags: number, task: Task): Steps<number> {
    if ((flags & WQ_WAITOK) === 0 && machine.faults.fails('workq_task')) return ENOMEM
    yield* add(wq, task)
    return 0
  }
  function* destroy(wq: Workq): Steps<void> {
    wq.isRunning = false
    while (wq.running > 0) {
      yield* wakeup(wq)
      yield* tsleep(wq.runningIdent, P.PWAIT, 'wqdestroy', 0)
    }
  }

  return {
    workq_create: (name, maxthreads) => machine.call('workq_create', create(name, maxthreads)),
    workq_add_task: (wq, flags, fn, arg1, arg2) =>
      machine.call('workq_add_task', addTask(wq, flags, { fn, arg1, arg2 })),
    workq_queue_task: (wq, _wqt, _flags, fn, arg1, arg2) =>
      machine.call('workq_queue_task', add(wq, { fn, arg1, arg2 })),
    workq_destroy: (wq) => machine.call('workq_destroy', destroy(wq)),
  }
}

/** Makes one more thread for a queue; called when threads can be created. It is counted when it exists. */
export function* start(machine: OpenbsdMachine, wq: Workq): Steps<void> {
  const error = yield* machine.kthread.kthread_create((queue: Workq) => worker(machine, queue), wq, null, '%s', wq.name)
  if (error !== 0) yield* machine.host.panic('unable to create %s thread', wq.name)
  wq.running++
}

function* worker(machine: OpenbsdMachine, wq: Workq): Steps<void> {
  const { tsleep, wakeup } = machine.sleep
  for (;;) {
    while (wq.tasks.length === 0 && wq.isRunning) yield* tsleep(wq, P.PWAIT, 'bored', 0)
    const task = wq.tasks.shift()
    if (task === undefined) break
    wq.busy++
    yield* stepsOf(task.fn(task.arg1 as never, task.arg2 as never), `workq ${wq.name}`)
    wq.busy--
  }
  wq.running--
  yield* wakeup(wq.runningIdent)
  yield* machine.kthread.kthread_exit(0)
}
