import { Access } from './access.js'
import { CallRecord, recordedCall } from './call-records.js'
import type { KernelCall, Operation } from './call.js'
import type { Machine } from './machine.js'
import type { Thread } from './thread.js'

/** How a cell is made. */
export interface CellOptions {
  /** What reports call it; default `cell`. */
  readonly name?: string
  /**
   * Whether its accesses are made to be concurrent, as those of `atomic_ops(3)` are. Default false: two that nothing
   * orders, one of them a write, are a data race.
   */
  readonly atomic?: boolean
}

/** A variable that threads share. Each access is a call, before which another CPU may act. */
export class Cell<T> {
  readonly name: string
  readonly atomic: boolean

  constructor(
    private readonly machine: Machine,
    /** What it holds; to look at it from outside, when nothing runs. */
    public value: T,
    { name = 'cell', atomic = false }: CellOptions = {},
  ) {
    this.name = name
    this.atomic = atomic
  }

  get kind(): string {
    return 'cell'
  }

  /** The value. */
  read(): KernelCall<T> {
    this.machine.enter(read).a = this
    return this.accessed('read')
  }

  /** Stores a value. */
  write(value: T): KernelCall<void> {
    const thread = this.machine.enter(write)
    thread.a = this
    thread.b = value
    return this.accessed('write', value)
  }

  /**
   * Stores what a function makes of the value, in one access: an atomic operation, whatever the cell is.
   *
   * @returns The new value.
   */
  update(change: (value: T) => T): KernelCall<T> {
    const thread = this.machine.enter(update)
    thread.a = this
    thread.b = change
    return this.accessed('update', change)
  }

  private accessed(how: string, ...args: unknown[]): KernelCall<never> {
    const { machine } = this
    if (!machine.recordsCalls) return machine.port
    return recordedCall(machine, machine.port, new CallRecord(`${this.name}.${how}`, args, true))
  }
}

/** The access to a cell that a thread is about to make and that nothing protects, null for any other call. */
export function cellAccess(thread: Thread): { readonly cell: Cell<unknown>; readonly isWrite: boolean } | null {
  const { operation, a } = thread
  if ((operation !== read && operation !== write) || !(a instanceof Cell) || a.atomic) return null
  return { cell: a as Cell<unknown>, isWrite: operation === write }
}

const read: Operation = {
  name: 'read',
  touches: (thread, footprint) => footprint.add(thread.a, Access.read),
  start(_machine, thread) {
    thread.result = (thread.a as Cell<unknown>).value
    return true
  },
  resume: () => true,
}

const write: Operation = {
  name: 'write',
  touches: (thread, footprint) => footprint.add(thread.a, Access.write),
  start(_machine, thread) {
    ;(thread.a as Cell<unknown>).value = thread.b
    thread.result = undefined
    return true
  },
  resume: () => true,
}

const update: Operation = {
  name: 'update',
  touches: (thread, footprint) => footprint.add(thread.a, Access.write),
  start(_machine, thread) {
    const cell = thread.a as Cell<unknown>
    cell.value = (thread.b as (value: unknown) => unknown)(cell.value)
    thread.result = cell.value
    return true
  },
  resume: () => true,
}
