import { inRange, stepsOf, type KernelCall, type Steps } from '@kt/core'
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
  /** Destroyed for good: its memory was given back. */
  isFree = false
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
    yield* kthread_create_deferred((queue: Workq) => start(machine, queue, threads), wq)
    return wq
  }
  function* add(wq: Workq | null, task: Task): Steps<void> {
    const queue = wq ?? machine.syswq
    if (queue.isFree) gone(machine, queue)
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
    wq.isFree = true
  }

  return {
    workq_create(name, maxthreads) {
      if (typeof name !== 'string') throw new TypeError('workq_create: a name is expected')
      inRange('maxthreads', maxthreads, 1, 0x7fff_ffff)
      return machine.call('workq_create', create(name, maxthreads))
    },
    workq_add_task(wq, flags, fn, arg1, arg2) {
      check('workq_add_task', wq, fn)
      return machine.call('workq_add_task', addTask(wq, flags, { fn, arg1, arg2 }))
    },
    workq_queue_task(wq, _wqt, _flags, fn, arg1, arg2) {
      check('workq_queue_task', wq, fn)
      return machine.call('workq_queue_task', add(wq, { fn, arg1, arg2 }))
    },
    workq_destroy(wq) {
      if (!(wq instanceof Workq)) throw new TypeError('workq_destroy: a queue is expected')
      return machine.call('workq_destroy', destroy(wq))
    },
  }
}

function check(call: string, wq: Workq | null, fn: unknown): void {
  if (wq !== null && !(wq instanceof Workq)) throw new TypeError(`${call}: a queue is expected, or null for syswq`)
  if (typeof fn !== 'function') throw new TypeError(`${call}: fn must be a generator function`)
}

/**
 * Makes threads for a queue; called when they can be created. They are counted when they exist. Without any a queue
 * keeps its tasks; only the system's own may not be without.
 */
export function* start(machine: OpenbsdMachine, wq: Workq, threads = 1): Steps<void> {
  const { kthread, host, release, syswq } = machine
  // It was destroyed while the machine was cold. Only 5.1 keeps it until here, to find that out.
  if (wq.isFree && release.workqThreads === 'all at once') return
  if (wq.isFree) gone(machine, wq)
  for (let left = threads; left > 0; left--) {
    const error = yield* kthread.kthread_create((queue: Workq) => worker(machine, queue), wq, null, '%s', wq.name)
    if (error === 0) wq.running++
    else {
      if (wq === syswq && release.needsSyswq) yield* host.panic('unable to create system work queue thread')
      yield* host.printf(release.workqFailure, wq.name)
      return
    }
  }
}

function gone(machine: OpenbsdMachine, wq: Workq): never {
  machine.undefinedBehaviour('UB:OB-WORKQ', `work queue ${wq.name} was destroyed`)
}

function* worker(machine: OpenbsdMachine, wq: Workq): Steps<void> {
  const { tsleep, wakeup } = machine.sleep
  // What it does to its queue between its calls, none of them says.
  machine.running!.inside = 'workq'
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
