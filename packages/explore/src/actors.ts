import type { Machine, Mover } from '@kt/core'
import type { Names } from './names.js'
import type { Op } from './op.js'
import type { Actor } from './world.js'

/** What a run knows of an actor. */
export interface Known {
  readonly actor: Actor
  readonly mover: Mover
  /** Steps without which its next could not be made. */
  enabledBy: number[]
  /** Its history, as a number: what it called on which objects. */
  path: number
  children: number
  /** The step that armed it, for a timer, and what its firing touches. */
  armedBy: number
  expiry: Op | null
  /** What a thread does next, as it was announced. */
  announced: Op | null
}

/** Who takes part in a run: what is alive when it begins is named by its place, the others by who brought them to life. */
export class Actors {
  private readonly byActor: (Known | undefined)[] = []
  private readonly ofMover = new Map<Mover, Known>()
  /** Threads that were there when the run began, by their place among them. */
  private readonly residents = new Map<Mover, number>()

  constructor(
    machine: Machine,
    private readonly names: Names,
  ) {
    for (const process of machine.processes)
      for (const thread of process.threads()) this.residents.set(thread, this.residents.size)
  }

  /** Undefined for one that was not met in this run. */
  known(actor: Actor): Known | undefined {
    return this.byActor[actor]
  }

  /** All that were met. */
  all(): Known[] {
    return this.byActor.filter((known) => known !== undefined)
  }

  /**
   * What is known of a mover.
   *
   * @param parent - Who brought it to life, if it is met for the first time; null where the run begins.
   */
  meet(mover: Mover, parent: Known | null): Known {
    const met = this.ofMover.get(mover)
    if (met !== undefined) return met
    const resident = this.residents.get(mover)
    const actor =
      resident === undefined && parent !== null
        ? this.names.actor(parent.actor, parent.children++)
        : this.names.actor(-1, resident ?? this.residents.size + this.ofMover.size)
    const known: Known = {
      actor,
      mover,
      enabledBy: [],
      path: actor + 1,
      children: 0,
      armedBy: -1,
      expiry: null,
      announced: null,
    }
    this.byActor[actor] = known
    this.ofMover.set(mover, known)
    return known
  }
}
