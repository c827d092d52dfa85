import type { Footprint, Takeable } from './access.js'
import type { Machine } from './machine.js'
import type { Thread } from './thread.js'

declare const suspension: unique symbol

/** What a thread hands to the machine while it waits. Only a kernel call makes one, so `yield` alone is a type error. */
export interface Suspension {
  readonly [suspension]: never
}

/** The code of a thread, between its kernel calls. */
export type Steps<R = unknown> = Generator<Suspension, R, unknown>

/**
 * A kernel call that has been named but not made. `yield*` makes it, once:
 *
 *     const error = yield* kthread_create(…)
 */
export interface KernelCall<T> {
  next(value?: unknown): IteratorResult<Suspension, T>
  [Symbol.iterator](): KernelCall<T>
}

/**
 * A call of one piece: it completes, or it waits and completes later. Operations have no state of their own; what a
 * call needs while it waits is in the thread's argument fields.
 */
export interface Operation {
  /** The name a reader knows, `tsleep`. */
  readonly name: string
  /** Makes the call. True when it is complete, with the answer in `thread.result`. */
  start(machine: Machine, thread: Thread): boolean
  /** The thread has a CPU again. True when the call is complete now. */
  resume(machine: Machine, thread: Thread): boolean
  /**
   * Says what the next part of the call will touch, be it its beginning or, in phase `waiting`, its going on. It may
   * say more than the part then does, never less. Without it the call may touch anything.
   */
  touches?(thread: Thread, footprint: Footprint): void
  /** The lock without which the next part cannot get on, null when there is none. */
  takes?(thread: Thread): Takeable | null
}

/** How far the thread is in the call it makes. */
export const CallPhase = {
  /** In its own code. */
  fresh: 0,
  /** The call is known and has not begun. */
  announced: 1,
  /** The call has begun and waits. */
  waiting: 2,
  /** The call is complete; the thread was displaced before it could go on. */
  displaced: 3,
} as const
export type CallPhase = (typeof CallPhase)[keyof typeof CallPhase]

/** The operation of a thread that was never dispatched. */
export const notStarted: Operation = {
  name: '(not started)',
  start: () => true,
  resume: () => true,
}

/**
 * The thing after `yield*`, one for each kernel and used for every call: its fields are the running thread's, so making
 * a call allocates nothing.
 *
 * `next` is first called by the caller's `yield*`, and once more each time the machine gives the thread a CPU. When the
 * machine announces (an explorer is attached) the call suspends before it begins, and begins when its CPU is chosen;
 * otherwise it begins at once. Nothing else differs between the two roads.
 */
export class CallPort implements KernelCall<never> {
  /** Handed to the machine by a thread that waits; its identity proves that a kernel call suspended. */
  readonly suspended: IteratorResult<Suspension, never> = { done: false, value: undefined as never }
  private readonly completed: IteratorReturnResult<unknown> = { done: true, value: undefined }

  constructor(private readonly machine: Machine) {}

  [Symbol.iterator](): this {
    const { machine } = this
    if (machine.pending === null) machine.misused('a kernel call is made once: call it again instead of keeping it')
    machine.pending = null
    return this
  }

  next(): IteratorResult<Suspension, never> {
    const { machine } = this
    const thread = machine.running!
    if (machine.isHandedOver) machine.misdriven(thread)
    let complete: boolean
    switch (thread.phase) {
      case CallPhase.fresh:
        if (--machine.fuel < 0 || machine.mayBeTaken) {
          thread.phase = CallPhase.announced
          return this.suspend()
        }
        complete = thread.operation.start(machine, thread)
        break
      case CallPhase.announced:
        thread.phase = CallPhase.fresh
        complete = thread.operation.start(machine, thread)
        break
      case CallPhase.waiting:
        thread.phase = CallPhase.fresh
        complete = thread.operation.resume(machine, thread)
        break
      case CallPhase.displaced:
        thread.phase = CallPhase.fresh
        return this.complete(thread)
    }
    if (!complete) {
      // `mayGoOn` has announced the call's next part.
      if ((thread.phase as CallPhase) === CallPhase.fresh) thread.phase = CallPhase.waiting
      return this.suspend()
    }
    if (machine.cpu.attention !== 0 && machine.scheduler.mustGiveWay(machine.cpu)) {
      thread.phase = CallPhase.displaced
      return this.suspend()
    }
    return this.complete(thread)
  }

  private suspend(): IteratorResult<Suspension, never> {
    this.machine.isHandedOver = true
    return this.suspended
  }

  private complete(thread: Thread): IteratorResult<Suspension, never> {
    this.completed.value = thread.result
    return this.completed as IteratorReturnResult<never>
  }
}

/** A call that a personality composes from others. It is checked for a forgotten `yield*` like any other. */
export class ComposedCall<T> implements KernelCall<T> {
  constructor(
    private readonly machine: Machine,
    private readonly operation: Operation,
    private readonly steps: Steps<T>,
  ) {}

  [Symbol.iterator](): KernelCall<T> {
    const { machine, steps } = this
    if (machine.pending === null) machine.misused('a kernel call is made once: call it again instead of keeping it')
    machine.pending = null
    return machine.mayBeTaken ? announced(machine, this.operation, steps) : steps
  }

  next(): IteratorResult<Suspension, T> {
    return this.machine.misused('a kernel call is made with yield*')
  }
}

/**
 * Lets another CPU act before a composed call looks at anything, as it may before a call of one piece. Until it is
 * complete the thread is known to be inside it: what it touches between the calls it is composed of, none of them says.
 * One that has `touches` says with it that they do, and what it touches before the first.
 */
function* announced<T>(machine: Machine, operation: Operation, steps: Steps<T>): Steps<T> {
  const tells = operation.touches !== undefined
  const touches: typeof operation.touches = (self, footprint) => operation.touches!(self, footprint)
  const thread = machine.begin(begun(operation.name, tells ? touches : undefined))
  // Its arguments are in its steps; those of the call before are nobody's.
  thread.a = thread.b = thread.c = thread.d = null
  // Only the calls it is composed of count.
  machine.fuel++
  const outer = thread.inside
  if (!tells) thread.inside ??= operation.name
  yield* machine.port
  const value = yield* steps
  thread.inside = outer
  return value
}

/** A call that has no part of its own: it is there to be chosen. */
export function begun(name: string, touches?: Operation['touches']): Operation {
  return {
    name,
    start: (_machine, thread) => {
      thread.result = undefined
      return true
    },
    resume: () => true,
    ...(touches === undefined ? {} : { touches }),
  }
}
