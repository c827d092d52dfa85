import type { KernelCall, Operation, Steps, Thread } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import type { Td } from './td.js'

/** A handler: called with its own argument and what the event says. Whatever it returns is made with `yield*`. */
export type EventHandler = (arg: never, ...event: never[]) => Iterable<unknown>

/** What a registration returns. */
export interface eventhandler_tag {
  readonly name: string
}

/** Priority of an entry that was deregistered while its list was walked. */
const DEAD = -1
/** Walks of one list by one thread, each in a handler of the one before, that its stack may hold. */
const NESTED_MAX = 100

class Entry implements eventhandler_tag {
  constructor(
    readonly name: string,
    readonly func: EventHandler,
    readonly arg: unknown,
    public priority: number,
  ) {}
}

class HandlerList {
  readonly entries: Entry[] = []
  /** Whose walks of the list go on. */
  readonly walkers: Thread[] = []

  prune(): void {
    const live = this.entries.filter(({ priority }) => priority !== DEAD)
    this.entries.splice(0, Infinity, ...live)
  }
}

/** EVENTHANDLER(9). */
export interface EventhandlerCalls {
  /**
   * Registers a handler. A list is made by the first registration.
   *
   * @param name - Of the event: `shutdown_pre_sync`, `shutdown_post_sync`, `shutdown_final`, `process_fork`,
   *   `process_exit`, or any other that somebody invokes.
   * @param func - Called with `arg` and the arguments of the event; may sleep.
   * @param priority - Lower comes first, 0 … ; equals in order of registration.
   * @returns A tag to deregister it by.
   * @see EVENTHANDLER(9), EVENTHANDLER_REGISTER.
   */
  EVENTHANDLER_REGISTER: <A>(
    name: string,
    func: (arg: A, ...event: never[]) => Iterable<unknown>,
    arg: A,
    priority: number,
  ) => KernelCall<eventhandler_tag>
  /**
   * Removes a handler. One that runs is not waited for.
   *
   * @param tag - null removes all of the event.
   * @see EVENTHANDLER(9), EVENTHANDLER_DEREGISTER.
   */
  EVENTHANDLER_DEREGISTER: (name: string, tag: eventhandler_tag | null) => KernelCall<void>
  /**
   * Calls the handlers in order, also those that are registered behind the current one meanwhile.
   *
   * @see EVENTHANDLER(9), EVENTHANDLER_INVOKE.
   */
  EVENTHANDLER_INVOKE: (name: string, ...event: readonly unknown[]) => KernelCall<void>
}

/** The lists of a kernel. */
export class EventHandlers {
  private readonly lists = new Map<string, HandlerList>()

  constructor(private readonly machine: FreebsdMachine) {}

  register(name: string, func: EventHandler, arg: unknown, priority: number): eventhandler_tag {
    let list = this.lists.get(name)
    if (list === undefined) this.lists.set(name, (list = new HandlerList()))
    const entry = new Entry(name, func, arg, priority)
    const at = list.entries.findIndex((other) => other.priority !== DEAD && other.priority > priority)
    list.entries.splice(at < 0 ? list.entries.length : at, 0, entry)
    return entry
  }

  deregister(name: string, tag: eventhandler_tag | null): void {
    const list = this.lists.get(name)
    if (list === undefined) return
    for (const entry of list.entries) if (tag === null || entry === tag) entry.priority = DEAD
    if (list.walkers.length === 0) list.prune()
  }

  /** Calls the handlers of an event; nothing where nobody ever registered one. */
  *invoke(name: string, ...event: readonly unknown[]): Steps<void> {
    const list = this.lists.get(name)
    if (list === undefined) return
    const walker = this.machine.running!
    list.walkers.push(walker)
    if (list.walkers.length > NESTED_MAX) this.assertStackHolds(list, name, walker)
    for (let at = 0; at < list.entries.length; at++) {
      const entry = list.entries[at]!
      if (entry.priority === DEAD) continue
      this.machine.ktr.handler(entry.name, entry.priority)
      yield* entry.func(entry.arg as never, ...(event as never[])) as Steps
      // Others may have come in before it meanwhile.
      at = list.entries.indexOf(entry)
    }
    list.walkers.splice(list.walkers.lastIndexOf(walker), 1)
    if (list.walkers.length === 0) list.prune()
  }

  /** Stops a thread whose handlers of an event invoke that event, as one that reboots in a shutdown handler does. */
  private assertStackHolds({ walkers }: HandlerList, name: string, thread: Thread): void {
    if (walkers.filter((walker) => walker === thread).length > NESTED_MAX)
      this.machine.undefinedBehaviour('UB:kernel-stack', `a handler of ${name} brings on ${name}, without an end`)
  }

  /** The live handlers of an event: their arguments and priorities, in order. */
  handlers(name: string): readonly { readonly arg: unknown; readonly priority: number; readonly func: unknown }[] {
    const live = (this.lists.get(name)?.entries ?? []).filter(({ priority }) => priority !== DEAD)
    return live.map(({ arg, priority, func }) => ({ arg, priority, func }))
  }
}

export function eventhandlerCalls(machine: FreebsdMachine): EventhandlerCalls {
  return {
    EVENTHANDLER_REGISTER(name, func, arg, priority) {
      if (typeof name !== 'string') throw new TypeError('EVENTHANDLER_REGISTER: a name is expected')
      if (typeof func !== 'function') throw new TypeError('EVENTHANDLER_REGISTER: func must be a function')
      if (!Number.isInteger(priority) || priority < 0)
        throw new RangeError(`EVENTHANDLER_REGISTER: a priority is a whole number from 0, not ${String(priority)}`)
      const td = machine.enter(register)
      td.a = { name, func, arg, priority }
      return machine.port
    },
    EVENTHANDLER_DEREGISTER(name, tag) {
      if (typeof name !== 'string') throw new TypeError('EVENTHANDLER_DEREGISTER: a name is expected')
      if (tag !== null && !(tag instanceof Entry))
        throw new TypeError('EVENTHANDLER_DEREGISTER: what EVENTHANDLER_REGISTER gave is expected, or null')
      const td = machine.enter(deregister)
      td.a = name
      td.b = tag
      return machine.port
    },
    EVENTHANDLER_INVOKE(name, ...event) {
      if (typeof name !== 'string') throw new TypeError('EVENTHANDLER_INVOKE: a name is expected')
      return machine.call('EVENTHANDLER_INVOKE', machine.events.invoke(name, ...event))
    },
  }
}

const register: Operation = {
  name: 'EVENTHANDLER_REGISTER',
  start(machine: FreebsdMachine, td: Td) {
    const { name, func, arg, priority } = td.a as {
      readonly name: string
      readonly func: EventHandler
      readonly arg: unknown
      readonly priority: number
    }
    td.result = machine.events.register(name, func, arg, priority)
    return true
  },
  resume: () => true,
}

const deregister: Operation = {
  name: 'EVENTHANDLER_DEREGISTER',
  start(machine: FreebsdMachine, td: Td) {
    machine.events.deregister(td.a as string, td.b as eventhandler_tag | null)
    td.result = undefined
    return true
  },
  resume: () => true,
}
