import { format, inRange, stepsOf, type KernelCall, type Out, type PrintfArgument, type Steps } from '@kt/core'
import { EINVAL, ENOMEM } from './errno.js'
import { addOperation } from './create.js'
import { addStep } from './kthread.js'
import type { FreebsdMachine } from './machine.js'
import { MTX_DEF } from './mutex-options.js'
import { Mtx } from './mutex.js'
import * as P from './param.js'
import type { Td } from './td.js'

/** Characters of the name of a queue's threads that survive, and the largest count a task keeps. */
const NAME_MAX = 18
const PENDING_MAX = 0xffff

type TaskFunction = (context: never, pending: number) => Steps

/** `struct task`; `TASK_INIT` makes it. */
export class Task {
  ta_pending = 0

  constructor(
    /** Higher comes first. */
    readonly ta_priority: number,
    readonly ta_func: TaskFunction,
    readonly ta_context: unknown,
  ) {}
}

/** `struct taskqueue`. */
export class Taskqueue {
  readonly tasks: Task[] = []
  readonly mutex: Mtx
  /** What a thread of it runs at the moment. */
  readonly running: Set<Task> = new Set()
  threads: Td[] = []
  tcount = 0
  isActive = true
  /** `taskqueue_free` is through with it. */
  isFreed = false
  /** Where `taskqueue_free` waits for the threads. */
  readonly threadsIdent: object = { kind: 'threads of', name: '' }

  constructor(
    readonly name: string,
    readonly enqueue: (context: never) => Iterable<unknown>,
    readonly context: unknown,
  ) {
    this.mutex = new Mtx(name, MTX_DEF)
    this.threadsIdent = { kind: 'threads of', name }
  }

  get kind(): string {
    return 'taskqueue'
  }
}

/** taskqueue(9). */
export interface TaskqueueCalls {
  /** A task: `func(context, pending)` is called once for all times it was enqueued meanwhile. @see taskqueue(9) */
  TASK_INIT: <A>(priority: number, func: (context: A, pending: number) => Steps, context: A) => Task
  /**
   * Makes a queue.
   *
   * @param enqueue - Told when there is work; `taskqueue_thread_enqueue` for a queue with threads of its own.
   * @param context - Handed to `enqueue`: a cell with the queue.
   * @see taskqueue(9), taskqueue_create.
   */
  taskqueue_create: <A>(
    name: string,
    mflags: number,
    enqueue: (context: A) => Iterable<unknown>,
    context: A,
  ) => KernelCall<Taskqueue>
  /** Tells the threads of a queue that there is work. @param context - A cell with the queue. @see taskqueue(9) */
  taskqueue_thread_enqueue: (context: Out<Taskqueue>) => KernelCall<void>
  /**
   * Makes the threads of a queue, in process 0. One that cannot be had is left out, with a line on the console.
   *
   * @param pri - What they run at.
   * @param name - In the format of printf(9); with several threads a number is appended. With one the result is itself
   *   taken as a format.
   * @returns 0; `EINVAL` for less than one; `ENOMEM` where the fault `taskqueue` is injected.
   * @see taskqueue(9), taskqueue_start_threads.
   */
  taskqueue_start_threads: (
    tqp: Out<Taskqueue>,
    count: number,
    pri: number,
    name: string,
    ...args: readonly PrintfArgument[]
  ) => KernelCall<number>
  /** Queues a task by priority, equals in order; one that is queued is only counted. Returns 0. @see taskqueue(9) */
  taskqueue_enqueue: (tq: Taskqueue, task: Task) => KernelCall<number>
  /** Waits until a task is neither queued nor running. @see taskqueue(9) */
  taskqueue_drain: (tq: Taskqueue, task: Task) => KernelCall<void>
  /** Runs what is queued, on the caller. @see taskqueue(9) */
  taskqueue_run: (tq: Taskqueue) => KernelCall<void>
  /** Runs what is queued, ends the threads, and waits for their word that they end. @see taskqueue(9) */
  taskqueue_free: (tq: Taskqueue) => KernelCall<void>
}

export function taskqueueCalls(machine: FreebsdMachine): TaskqueueCalls {
  const calls = {
    TASK_INIT: (priority, func, context) => {
      inRange('TASK_INIT: priority', priority, 0, PENDING_MAX)
      if (typeof func !== 'function') throw new TypeError('TASK_INIT: func must be a generator function')
      return new Task(priority, func, context)
    },
    taskqueue_create: (name, _mflags, enqueue, context) =>
      machine.call('taskqueue_create', create(name, enqueue as Taskqueue['enqueue'], context)),
    taskqueue_thread_enqueue: (context) => machine.call('taskqueue_thread_enqueue', threadEnqueue(machine, context)),
    taskqueue_start_threads: (tqp, count, pri, name, ...args) =>
      machine.call('taskqueue_start_threads', startThreads(machine, tqp, count, pri, name, args)),
    taskqueue_enqueue: (tq, task) =>
      machine.call('taskqueue_enqueue', enqueueTask(machine, liveQueue(machine, 'taskqueue_enqueue', tq), task)),
    taskqueue_drain: (tq, task) =>
      machine.call('taskqueue_drain', drain(machine, liveQueue(machine, 'taskqueue_drain', tq), task)),
    taskqueue_run: (tq) => machine.call('taskqueue_run', runLocked(machine, liveQueue(machine, 'taskqueue_run', tq))),
    taskqueue_free: (tq) => machine.call('taskqueue_free', free(machine, liveQueue(machine, 'taskqueue_free', tq))),
  } satisfies TaskqueueCalls
  return calls
}

function queueOf(call: string, value: unknown): Taskqueue {
  if (value instanceof Taskqueue) return value
  throw new TypeError(`${call}: a Taskqueue is expected, not ${value === null ? 'null' : typeof value}`)
}

/** A queue that may still be used. */
function liveQueue(machine: FreebsdMachine, call: string, value: unknown): Taskqueue {
  const tq = queueOf(call, value)
  if (tq.isFreed) machine.undefinedBehaviour('UB:taskqueue', `${call}: ${tq.name} was freed`)
  return tq
}

/** The queue in a cell. */
function queueIn(call: string, cell: Out<Taskqueue> | null | undefined): Taskqueue {
  if (typeof cell !== 'object' || cell === null) throw new TypeError(`${call}: a ref() with the queue is expected`)
  return queueOf(call, cell.value)
}

function taskOf(call: string, value: unknown): Task {
  if (value instanceof Task) return value
  throw new TypeError(`${call}: a Task is expected, not ${value === null ? 'null' : typeof value}`)
}

function* create(name: string, enqueue: Taskqueue['enqueue'], context: unknown): Steps<Taskqueue> {
  if (typeof name !== 'string') throw new TypeError('taskqueue_create: a name is expected')
  if (typeof enqueue !== 'function') throw new TypeError('taskqueue_create: enqueue must be a function')
  return new Taskqueue(name, enqueue, context)
}

function* threadEnqueue(machine: FreebsdMachine, context: Out<Taskqueue>): Steps<void> {
  yield* machine.sleep.wakeup_one(queueIn('taskqueue_thread_enqueue', context))
}

const add = addOperation('taskqueue_start_threads')

function* startThreads(
  machine: FreebsdMachine,
  tqp: Out<Taskqueue>,
  count: number,
  pri: number,
  name: string,
  args: readonly PrintfArgument[],
): Steps<number> {
  const { host, sched } = machine
  const call = 'taskqueue_start_threads'
  if (!Number.isInteger(count)) throw new TypeError(`${call}: count must be a whole number, not ${String(count)}`)
  if (typeof name !== 'string') throw new TypeError(`${call}: name must be a string, not ${String(name)}`)
  if (count <= 0) return EINVAL
  const tq = queueIn(call, tqp)
  inRange(`${call}: pri`, pri, P.PRI_MIN, P.PRI_MAX)
  const ktname = format(name, args, { size: NAME_MAX + 1, address: machine.addressOf })
  if (machine.faults.fails('taskqueue')) {
    yield* host.printf('taskqueue_start_threads: no memory for %s threads\n', ktname)
    return ENOMEM
  }
  const started: Td[] = []
  for (let n = 0; n < count; n++) {
    const newtdpp: Out<Td> = { value: null }
    const [fmt, fmtArgs] = count === 1 ? [ktname, []] : ['%s_%d', [ktname, n]]
    const error = yield* addStep(machine, add, {
      func: () => threadLoop(machine, tq),
      arg: null,
      procp: null,
      newtdpp,
      flags: P.RFSTOPPED,
      pages: 0,
      fmt,
      args: fmtArgs,
    })
    if (error !== 0) yield* host.printf('taskqueue_start_threads: kthread_add(%s): error %d', ktname, error)
    else {
      started.push(newtdpp.value!)
      newtdpp.value!.inside = tq.name
      tq.tcount++
    }
  }
  tq.threads.push(...started)
  for (const td of started) {
    yield* sched.thread_lock(td)
    yield* sched.sched_prio(td, pri)
    yield* sched.sched_add(td, P.SRQ_BORING)
    yield* sched.thread_unlock(td)
  }
  return 0
}

function* threadLoop(machine: FreebsdMachine, tq: Taskqueue): Steps<void> {
  const { mtx_lock, mtx_unlock } = machine.mtx
  const { msleep, wakeup_one } = machine.sleep
  yield* mtx_lock(tq.mutex)
  do {
    yield* run(machine, tq)
    // What came while the last task ran is not slept through.
    if (tq.tasks.length === 0 && tq.isActive) yield* msleep(tq, tq.mutex, 0, '-', 0)
  } while (tq.isActive)
  tq.tcount--
  yield* wakeup_one(tq.threadsIdent)
  yield* mtx_unlock(tq.mutex)
  yield* machine.kthread.kthread_exit()
}

/** Runs what is queued, with the mutex held but for the tasks themselves. */
function* run(machine: FreebsdMachine, tq: Taskqueue): Steps<void> {
  const { mtx_lock, mtx_unlock } = machine.mtx
  for (let task = tq.tasks.shift(); task !== undefined; task = tq.tasks.shift()) {
    const pending = task.ta_pending
    task.ta_pending = 0
    tq.running.add(task)
    yield* mtx_unlock(tq.mutex)
    yield* stepsOf(task.ta_func(task.ta_context as never, pending), `a task of ${tq.name}`)
    yield* mtx_lock(tq.mutex)
    tq.running.delete(task)
    yield* machine.sleep.wakeup(task)
  }
}

function* runLocked(machine: FreebsdMachine, tq: Taskqueue): Steps<void> {
  yield* machine.mtx.mtx_lock(tq.mutex)
  yield* run(machine, tq)
  yield* machine.mtx.mtx_unlock(tq.mutex)
}

function* enqueueTask(machine: FreebsdMachine, tq: Taskqueue, task: Task): Steps<number> {
  const { mtx_lock, mtx_unlock } = machine.mtx
  taskOf('taskqueue_enqueue', task)
  yield* mtx_lock(tq.mutex)
  if (task.ta_pending > 0) {
    task.ta_pending = Math.min(task.ta_pending + 1, PENDING_MAX)
    yield* mtx_unlock(tq.mutex)
    return 0
  }
  task.ta_pending = 1
  const at = tq.tasks.findIndex(({ ta_priority }) => ta_priority < task.ta_priority)
  tq.tasks.splice(at < 0 ? tq.tasks.length : at, 0, task)
  yield* tq.enqueue(tq.context as never) as Steps
  yield* mtx_unlock(tq.mutex)
  return 0
}

function* drain(machine: FreebsdMachine, tq: Taskqueue, task: Task): Steps<void> {
  const { mtx_lock, mtx_unlock } = machine.mtx
  taskOf('taskqueue_drain', task)
  yield* mtx_lock(tq.mutex)
  while (task.ta_pending > 0 || tq.running.has(task)) yield* machine.sleep.msleep(task, tq.mutex, P.PWAIT, '-', 0)
  yield* mtx_unlock(tq.mutex)
}

function* free(machine: FreebsdMachine, tq: Taskqueue): Steps<void> {
  const { mtx_lock, mtx_unlock } = machine.mtx
  yield* mtx_lock(tq.mutex)
  tq.isActive = false
  yield* run(machine, tq)
  while (tq.tcount > 0) {
    yield* machine.sleep.wakeup(tq)
    yield* machine.sleep.msleep(tq.threadsIdent, tq.mutex, P.PWAIT, 'taskqueue_destroy', 0)
  }
  yield* mtx_unlock(tq.mutex)
  tq.isFreed = true
}
