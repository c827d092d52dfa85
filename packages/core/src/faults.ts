import type { Oracle } from './oracle.js'

/** A failure to inject. */
export interface Fault {
  /** The allocation or limit that fails, one of the release's names. */
  readonly at: string
  /**
   * When: `'once'` (the default) the next time, a number n the next n times, `{ from: n }` from the n-th time on
   * (1 is the next), `'maybe'` where the oracle says so.
   */
  readonly when?: 'once' | 'maybe' | number | { readonly from: number }
}

interface Armed {
  skip: number
  left: number
  isChoice: boolean
}

/** Named points at which an allocation may fail. Nothing fails unless a fault was injected there. */
export class Faults {
  private readonly armed = new Map<string, Armed>()

  constructor(
    /** The release's names. */
    readonly names: readonly string[],
    /** Says whether one that may fail does. */
    public oracle: Oracle | null,
  ) {}

  inject(fault: Fault): void {
    const { at, when = 'once' } = fault
    if (!this.names.includes(at)) {
      throw new RangeError(`there is no fault '${at}' to inject: this release has ${this.names.join(', ')}`)
    }
    const count = typeof when === 'object' ? when.from : typeof when === 'number' ? when : 1
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`a fault is injected 1 or more times, not ${String(count)}`)
    this.armed.set(at, {
      skip: typeof when === 'object' ? when.from - 1 : 0,
      left: typeof when === 'object' || when === 'maybe' ? Infinity : count,
      isChoice: when === 'maybe',
    })
  }

  /** Whether the allocation fails this time. */
  fails(at: string): boolean {
    if (this.armed.size === 0) return false
    const armed = this.armed.get(at)
    if (armed === undefined) return false
    if (armed.skip > 0) {
      armed.skip--
      return false
    }
    if (armed.isChoice) return this.oracle?.choose({ kind: 'fault', name: at, candidates: [false, true] }) === 1
    if (--armed.left === 0) this.armed.delete(at)
    return true
  }
}
