/**
 * Numbers for what a program makes, the same in every run of one search: an actor is the n-th that another one brought
 * to life, an object is known by who touched it at which point of its own history.
 *
 * Numbers that grow with the order of a run would name different things in different runs.
 */
export class Names {
  /** Number of the actor by its parent and place: `parent * CHILDREN_MAX + n`. */
  private readonly actors = new Map<number, number>()
  /** Number of the object first touched at a coordinate. */
  private readonly objects = new Map<number, number>()
  private readonly values = new Map<unknown, number>()
  private lastObject = 0

  /** The n-th child of an actor; −1 is the parent of what was there when the run began. */
  actor(parent: number, n: number): number {
    const key = (parent + 1) * CHILDREN_MAX + n
    const known = this.actors.get(key)
    if (known !== undefined) return known
    const actor = this.actors.size
    this.actors.set(key, actor)
    return actor
  }

  /** Strings, numbers and other values name themselves. */
  value(value: unknown): number {
    const known = this.values.get(value)
    if (known !== undefined) return known
    const number = ++this.lastObject
    this.values.set(value, number)
    return number
  }

  /** The object touched at a coordinate, if one was in this or an earlier run. */
  known(coordinate: number): number | undefined {
    return this.objects.get(coordinate)
  }

  fresh(coordinate: number): number {
    const number = ++this.lastObject
    this.objects.set(coordinate, number)
    return number
  }

  /** Notes that an object known already is touched at another coordinate too. */
  alias(coordinate: number, object: number): void {
    if (!this.objects.has(coordinate)) this.objects.set(coordinate, object)
  }

  save(): SavedNames {
    return {
      actors: [...this.actors.keys()],
      objects: [...this.objects],
      values: Array.from(this.values, ([value, number]) => [typeof value, String(value), number] as const),
      lastObject: this.lastObject,
    }
  }

  static from({ actors, objects, values, lastObject }: SavedNames): Names {
    const names = new Names()
    for (const [number, key] of actors.entries()) names.actors.set(key, number)
    for (const [coordinate, object] of objects) names.objects.set(coordinate, object)
    for (const [type, text, number] of values) names.values.set(valueOf(type, text), number)
    names.lastObject = lastObject
    return names
  }
}

/** The names of a search, as plain data. */
export interface SavedNames {
  readonly actors: readonly number[]
  readonly objects: readonly (readonly [number, number])[]
  /** By type and as a text: not all of them are values that `JSON` has. */
  readonly values: readonly (readonly [type: string, text: string, number])[]
  readonly lastObject: number
}

const CHILDREN_MAX = 2 ** 20

/** The value that has a type and prints as a text. */
function valueOf(type: string, text: string): unknown {
  switch (type) {
    case 'string':
      return text
    case 'number':
      return Number(text)
    case 'bigint':
      return BigInt(text)
    case 'boolean':
      return text === 'true'
    case 'undefined':
      return undefined
    default:
      return null
  }
}

/** Mixes a number into a hash of 50 bits: a coordinate, of which no two that differ should be equal. */
export function mixed(hash: number, value: number): number {
  const low = Math.imul((hash >>> 0) ^ value, 0x9e37_79b1) >>> 0
  const high = Math.imul((Math.floor(hash / 2 ** 32) ^ (low >>> 7) ^ value) | 0, 0x85eb_ca6b) >>> 14
  return high * 2 ** 32 + ((low ^ (low >>> 15)) >>> 0)
}
