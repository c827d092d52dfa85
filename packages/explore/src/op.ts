import { Access } from '@kt/core'

/** The object of an operation that may touch anything. */
export const EVERYTHING = 0

/** The next operation of an actor. The same actor after the same past always has the same. */
export interface Op {
  /** As a reader knows it: `mutex_enter`. */
  readonly name: string
  /** Numbers of the objects it touches, the same in every run. */
  readonly objects: readonly number[]
  /** What it does to each. */
  readonly accesses: readonly Access[]
  /** The lock it waits for until that is free, by number; −1 for an operation that waits for none. */
  readonly acquires: number
}

/** For each access, a bit for each access whose order with it on one object nobody can tell. */
const COMMUTES: readonly number[] = commuting([
  [Access.read, Access.read],
  [Access.sleep, Access.sleep],
  [Access.expire, Access.expire],
  [Access.expire, Access.wait],
  [Access.expire, Access.sleep],
])

function commuting(pairs: readonly (readonly [Access, Access])[]): number[] {
  const bits: number[] = Array.from(Object.values(Access), () => 0)
  for (const [a, b] of pairs) {
    bits[a]! |= 1 << b
    bits[b]! |= 1 << a
  }
  return bits
}

/** Whether the order of two operations of different actors can matter. */
export function dependent(a: Op, b: Op): boolean {
  const { objects, accesses } = a
  const others = b.objects
  if (others.length > 0 && others[0] === EVERYTHING) return true
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i]!
    if (object === EVERYTHING) return true
    for (let j = 0; j < others.length; j++) {
      if (others[j] === object && (COMMUTES[accesses[i]!]! & (1 << b.accesses[j]!)) === 0) return true
    }
  }
  return false
}

/** An operation that turned out to touch anything: the run ended in it. */
export function touchingAll(op: Op): Op {
  return { ...op, objects: [EVERYTHING], accesses: [Access.write] }
}

/** An operation that touched more than it told of. */
export function touchingMore(op: Op, objects: readonly number[], accesses: readonly Access[]): Op {
  if (op.objects[0] === EVERYTHING) return op
  return { ...op, objects: [...op.objects, ...objects], accesses: [...op.accesses, ...accesses] }
}
