import type { Choice, FreeRun, Oracle } from '@kt/core'
import type { Race } from './cell-race.js'
import type { Search } from './dpor.js'
import type { Event } from './event.js'
import { KernelWorld } from './kernel-world.js'
import type { Names } from './names.js'
import { Line } from './picked-run.js'

/** One run of a reduced search. */
export class DporRun implements Oracle {
  readonly announces = true
  readonly freeTimers = true
  world: KernelWorld | null = null

  constructor(
    private readonly search: Search,
    private readonly names: Names,
    private readonly timeMatters: boolean,
    private readonly stepsMax: number = Infinity,
  ) {}

  restart(): void {
    this.world = null
  }

  token(): string {
    return ''
  }

  choose({ candidates }: Choice): number {
    return this.world?.answer(candidates.length) ?? 0
  }

  drive(free: FreeRun): void {
    const { search } = this
    this.world = new KernelWorld(free, this.names, this.timeMatters)
    search.run(this.world, this.stepsMax)
    // What is known of a part of a run says nothing of what could have come in another order.
    if (this.stepsMax === Infinity) search.learn(this.world)
    free.observer = null
    free.settle()
  }

  get race(): Race | null {
    return this.world?.race ?? null
  }
}

/** Makes a known run again to learn which choices it was, of those that stand in line. */
export class Transcription implements Oracle {
  readonly announces = true
  readonly freeTimers = true
  /** Index of each choice among two or more. */
  readonly choices: number[] = []
  private world: KernelWorld | null = null

  constructor(
    private readonly events: readonly Event[],
    private readonly names: Names,
  ) {}

  restart(): void {
    this.choices.length = 0
  }

  token(): string {
    return ''
  }

  choose({ candidates }: Choice): number {
    const answer = this.world?.answer(candidates.length) ?? 0
    this.choices.push(answer)
    return answer
  }

  drive(free: FreeRun): void {
    // Which steps depend on which does not matter here.
    const world = (this.world = new KernelWorld(free, this.names, false))
    const line = new Line(free)
    for (const { actor, choices, op } of this.events) {
      const candidates = line.candidates()
      const mover = world.mover(actor)
      if (candidates.length > 1) this.choices.push(candidates.indexOf(mover))
      const answers = choices.map(({ answer }) => answer)
      world.replay(actor, answers, op.name)
      line.moved(mover)
    }
    free.observer = null
    free.settle()
  }
}
