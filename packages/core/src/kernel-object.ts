import { recording } from './call-records.js'
import type { Machine } from './machine.js'
import type { Trace } from './trace.js'

/** Makes functions that belong together, bound to a machine. */
export type CallGroup<M> = (machine: M) => object

/**
 * The object that scenarios call: reads that are properties, and, from the prototype of a release's class
 * (`kernelClass`), its functions and constants.
 */
export abstract class KernelObject<M extends Machine> {
  /** Groups of functions that were made so far, by their number. */
  private readonly made: (Record<string, unknown> | undefined)[] = []

  constructor(protected readonly machine: M) {}

  /**
   * A function of a group, which is made when the first of its functions is wanted. From then on it is the kernel's own
   * property, because a call through the prototype's getter costs as much as the rest of a cheap call.
   */
  functionOf(index: number, group: CallGroup<M>, name: string): unknown {
    const made = (this.made[index] ??= group(this.machine) as Record<string, unknown>)[name]
    const isRecorded = this.machine.recordsCalls && typeof made === 'function'
    const value: unknown = isRecorded ? recording(this.machine, name, made as (...args: unknown[]) => unknown) : made
    Object.defineProperty(this, name, { value, enumerable: true, configurable: true })
    return value
  }

  /** Functions that were made before anybody wanted their calls recorded are made anew. */
  static recordCalls(kernel: KernelObject<Machine>): void {
    kernel.machine.record()
    kernel.machine.recordsCalls = true
    for (const functions of kernel.made) {
      for (const name of Object.keys(functions ?? {}))
        if (Object.hasOwn(kernel, name)) Reflect.deleteProperty(kernel, name)
    }
  }

  /** The machine behind the object, for explorers and tests: scenarios have no use for it. */
  static machineOf(kernel: KernelObject<Machine>): Machine {
    return kernel.machine
  }

  get ncpu(): number {
    return this.machine.ncpu
  }
  get now(): number {
    this.machine.free?.observer?.askedForTime()
    return this.machine.timeline.now
  }
  get ticks(): number {
    this.machine.free?.observer?.askedForTime()
    return this.machine.clock.ticks
  }
  get hz(): number {
    return this.machine.clock.hz
  }
  get console(): readonly string[] {
    return this.machine.console.lines
  }
  get trace(): Trace | null {
    return this.machine.trace
  }
}

/** The machine of a kernel object of any system, null for anything else. */
export function machineOf(kernel: unknown): Machine | null {
  return kernel instanceof KernelObject ? KernelObject.machineOf(kernel as KernelObject<Machine>) : null
}

/**
 * Has a kernel keep a trace from here on that has the calls of the scenario in it as well. Functions that were taken
 * from the kernel before (`const { kthread_create } = k`) go unrecorded.
 *
 * @returns Whether it is a kernel.
 */
export function recordCalls(kernel: unknown): boolean {
  if (!(kernel instanceof KernelObject)) return false
  KernelObject.recordCalls(kernel as KernelObject<Machine>)
  return true
}

/**
 * The class of a release's kernel objects. Its prototype has the constants, and for each function a getter, so that a
 * kernel is made without making the some hundred functions most of which it will never need.
 *
 * The class lives as long as the program, and so does what its getters can see: no machine is among it.
 *
 * @param Base - The system's properties.
 * @param specimen - Some machine of the release, on which each group is made once to learn the names in it.
 */
export function kernelClass<M extends Machine>(
  Base: new (machine: M) => KernelObject<M>,
  constants: object,
  groups: readonly CallGroup<M>[],
  specimen: M,
): new (machine: M) => KernelObject<M> {
  return classOf(Base, constants, namedGroups(groups, specimen))
}

interface NamedGroup<M> {
  readonly group: CallGroup<M>
  readonly names: readonly string[]
}

function namedGroups<M>(groups: readonly CallGroup<M>[], specimen: M): NamedGroup<M>[] {
  return groups.map((group) => ({ group, names: Object.keys(group(specimen)) }))
}

function classOf<M extends Machine>(
  Base: new (machine: M) => KernelObject<M>,
  constants: object,
  groups: readonly NamedGroup<M>[],
): new (machine: M) => KernelObject<M> {
  class Kernel extends Base {
    static {
      for (const [name, value] of Object.entries(constants)) {
        Object.defineProperty(this.prototype, name, { value, enumerable: true })
      }
      for (const [index, { group, names }] of groups.entries()) {
        for (const name of names) {
          const get = function (this: Kernel): unknown {
            return this.functionOf(index, group, name)
          }
          Object.defineProperty(this.prototype, name, { get, enumerable: true })
        }
      }
    }
  }
  return Kernel
}
