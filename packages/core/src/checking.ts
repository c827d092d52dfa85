import type { Steps, Suspension } from './call.js'
import type { Thread } from './thread.js'

// What is checked where something comes in from outside, and how messages name things.

/**
 * What every generator inherits from. Each generator function gives its generators a shape of their own, so looking
 * `next` up on a body is the one load of a switch that no cache helps; it is called from here instead.
 */
const generatorPrototype = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())) as {
  next: (this: Steps) => IteratorResult<Suspension, unknown>
}
/** `next` of every generator, to be called with one. */
export const generatorNext: (this: Steps) => IteratorResult<Suspension, unknown> = generatorPrototype.next

/**
 * What a body or a callback returned when it was called, if that is what a generator function returns.
 *
 * @param name - Whose function it is, for the error.
 */
export function stepsOf(value: unknown, name: string): Steps {
  if (isSteps(value)) return value
  throw new TypeError(`the function of ${name} is not a generator function: write function*`)
}

/** Whether this is what a generator function returns. */
export function isSteps(value: unknown): value is Steps {
  return Object.getPrototypeOf(Object.getPrototypeOf(value ?? 0)) === generatorPrototype
}

/** How messages name a thread. */
export function describe(thread: Thread): string {
  return `${thread.name ?? thread.process.name} (${thread.id})`
}

/** One of the allowed words, or an error that lists them. */
export function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new RangeError(`${name} must be one of ${allowed.join(', ')}, not ${value}`)
}

/** A whole number within bounds, both included, or an error that says which option is off. */
export function inRange(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `${name} must be a whole number from ${min} to ${max}, not ${typeof value === 'number' ? value : `'${String(value)}'`}`,
    )
  }
  return value
}
