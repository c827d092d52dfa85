import type { Known } from './actors.js'
import { mixed, type Names } from './names.js'

/** The objects of a run by number: an object is known by who touched it first, at which point of its own history. */
export class Objects {
  private readonly numbers = new Map<unknown, number>()
  private readonly numbered = new Set<number>()

  constructor(private readonly names: Names) {}

  /** The number of something that a step touches, at the n-th place of what its actor touches there. */
  numberOf(object: unknown, known: Known, n: number): number {
    if (isValue(object)) return this.names.value(object)
    const met = this.numbers.get(object)
    const coordinate = mixed(known.path, n)
    if (met !== undefined) {
      this.names.alias(coordinate, met)
      return met
    }
    const number = this.unused(coordinate)
    this.numbers.set(object, number)
    this.numbered.add(number)
    return number
  }

  /** The number that was given at a coordinate, unless something else has it in this run. */
  private unused(coordinate: number): number {
    for (let at = coordinate; ; at = mixed(at, 1)) {
      const number = this.names.known(at) ?? this.names.fresh(at)
      if (!this.numbered.has(number)) return number
    }
  }

  /** The number of something that was touched, undefined for what was not. */
  numberKnown(object: unknown): number | undefined {
    return isValue(object) ? this.names.value(object) : this.numbers.get(object)
  }
}

/** Whether two that are equal are the same in every run. Each run may make symbols of its own, as it makes objects. */
function isValue(object: unknown): boolean {
  const type = typeof object
  return object === null || (type !== 'object' && type !== 'function' && type !== 'symbol')
}
