import { ComposedCall, type KernelCall, type Suspension } from './call.js'
import type { Machine } from './machine.js'
import { Thread } from './thread.js'

/** A kernel call that a scenario made, as it wrote it. */
export class CallRecord {
  /** What it returned, undefined until it comes back and where it returns nothing. */
  value: unknown = undefined

  constructor(
    readonly name: string,
    readonly args: readonly unknown[],
    /** Whether it is an access to a variable that threads share, which a release knows no call for. */
    readonly isAccess = false,
  ) {}

  /** `kthread_join(worker)`. */
  get callText(): string {
    return `${this.name}(${this.args.map(argumentText).join(', ')})`
  }

  /** `kthread_join 0`. */
  get returnText(): string {
    return this.value === undefined ? this.name : `${this.name} ${argumentText(this.value)}`
  }
}

/** An argument in a word: handles and objects by their names, a text as C writes it. */
export function argumentText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'function':
      return value.name === '' ? 'function' : value.name
    case 'object':
      return value === null ? 'NULL' : objectText(value)
    default:
      return String(value)
  }
}

function objectText(object: object): string {
  if (object instanceof Thread) return object.name ?? object.process.name
  const { name } = object as { name?: unknown }
  if (typeof name === 'string' && name !== '') return name
  return 'value' in object ? 'ref' : 'object'
}

/** A kernel call that puts itself into the trace when it begins and when it comes back. */
export function recordedCall(machine: Machine, call: KernelCall<never>, record: CallRecord): KernelCall<never> {
  return new RecordedCall(machine, call, record)
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/**
 * A function of a kernel that puts the calls made with it into the trace, when they begin and when they come back. What
 * is no kernel call it leaves alone.
 */
export function recording(machine: Machine, name: string, make: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    const made = make.apply(this, args)
    if (made !== machine.port && !(made instanceof ComposedCall)) return made
    return recordedCall(machine, made as KernelCall<never>, new CallRecord(name, args))
  }
}

/** Passes everything on as it is: the machine knows a suspension by its identity. */
class RecordedCall implements KernelCall<never> {
  private thread: Thread | null = null
  private hasBegun = false

  constructor(
    private readonly machine: Machine,
    private readonly call: KernelCall<never>,
    private readonly record: CallRecord,
  ) {}

  [Symbol.iterator](): KernelCall<never> {
    // An announced call begins when it is chosen: the first time it is driven it only says what it will be.
    const isAnnounced = this.machine.mayBeTaken
    const made = this.call[Symbol.iterator]()
    this.thread = this.machine.running
    let turns = 0
    return {
      [Symbol.iterator]() {
        return this
      },
      next: () => {
        if (turns++ === (isAnnounced ? 1 : 0)) this.begin()
        const result = made.next()
        if (result.done === true) this.end(result.value)
        return result
      },
    }
  }

  next(): IteratorResult<Suspension, never> {
    return this.call.next()
  }

  private begin(): void {
    this.hasBegun = true
    this.machine.trace?.call(this.thread!, this.record)
  }

  private end(value: unknown): void {
    // One that had no fuel left for more than being announced.
    if (!this.hasBegun) this.begin()
    this.record.value = value
    this.machine.trace?.return(this.thread!, this.record)
  }
}
