import {
  Access,
  BigLock,
  Due,
  EVERYTHING as ANYTHING,
  ThreadMark,
  type Footprint,
  type Mover,
  type Takeable,
} from '@kt/core'
import type { Known } from './actors.js'
import { mixed } from './names.js'
import type { Objects } from './objects.js'
import { EVERYTHING, type Op } from './op.js'

/** Collects what a step says that it will touch. */
export class Collector implements Footprint {
  private known!: Known
  private objects: number[] = []
  private accesses: Access[] = []
  private isAnything = false
  /** Whether the time is among what was collected. */
  touchesTime = false
  tried: Takeable[] = []
  hash = 0

  /** @param timeline - Stands for the time, as operations name it. */
  constructor(
    private readonly numbers: Objects,
    private readonly timeline: unknown,
  ) {}

  get count(): number {
    return this.objects.length
  }

  begin(known: Known): void {
    this.known = known
    this.objects = []
    this.accesses = []
    this.tried = []
    this.isAnything = false
    this.touchesTime = false
    this.hash = 0
  }

  add(object: unknown, access: Access): void {
    if (object === ANYTHING) {
      this.isAnything = true
      return
    }
    if (object === this.timeline) this.touchesTime = true
    const number = this.numbers.numberOf(object, this.known, this.objects.length)
    this.objects.push(number)
    this.accesses.push(access)
    this.hash = mixed(this.hash, number)
  }

  tries(lock: Takeable): void {
    if (!isHeldBy(lock, this.known.mover)) this.tried.push(lock)
  }

  /** Adds what was to be woken; false where that can be anything. */
  addWoken(objects: Set<number>): boolean {
    for (const [at, access] of this.accesses.entries()) if (access === Access.wake) objects.add(this.objects[at]!)
    return !this.isAnything
  }

  op(name: string, taken: Takeable | null): Op {
    for (let i = 0; i < name.length; i++) this.hash = mixed(this.hash, name.charCodeAt(i))
    const { objects, accesses } = this
    const acquires = taken === null ? -1 : this.numbers.numberOf(taken, this.known, objects.length)
    return this.isAnything
      ? { name, objects: [EVERYTHING, ...objects], accesses: [Access.write, ...accesses], acquires }
      : { name, objects, accesses, acquires }
  }

  everything(name: string, taken: Takeable | null): Op {
    this.isAnything = true
    return this.op(name, taken)
  }
}

/** Whether a mover has a lock. */
export function isHeldBy(lock: Takeable, mover: Mover): boolean {
  if (lock instanceof BigLock) return !(mover instanceof Due) && mover.is(ThreadMark.bigLockHeld)
  return (lock as { owner?: unknown }).owner === mover
}
