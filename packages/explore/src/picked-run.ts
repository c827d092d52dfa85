import {
  Due,
  ThreadState,
  type Choice,
  type Cpu,
  type FreeRun,
  type Machine,
  type Mover,
  type Oracle,
  type Thread,
} from '@kt/core'
import { raceOf, type Race } from './cell-race.js'
import type { Picker, Point } from './picker.js'

/**
 * Which schedules there are.
 *
 * - `any`: whichever thread can go on may go next, as on many CPUs of any speed.
 * - `smp`: the release's priorities and preemption say who has a CPU; which CPU makes the next step is open.
 * - `up`: the same on one CPU.
 */
export type Model = 'any' | 'smp' | 'up'

/** Is told each step of a run before it is made, and after. */
export interface Watcher {
  /** @param preempts - Whether another one could have gone on. */
  before(mover: Mover | Cpu, preempts: boolean): void
  after(): void
}

/** An oracle whose choices a picker makes. */
export class PickedRun implements Oracle {
  readonly announces = true
  readonly drive?: (run: FreeRun) => void
  /** The first two accesses to a cell that nothing ordered. */
  race: Race | null = null
  /** Whether the run was ended before it was over. */
  wasCut = false
  private made = 0

  constructor(
    private readonly picker: Picker,
    model: Model,
    readonly freeTimers: boolean,
    private readonly watcher: Watcher | null = null,
    /** Ends the run after so many steps. */
    private readonly until: number = Infinity,
  ) {
    if (model === 'any') this.drive = (free) => this.driveFree(free)
  }

  restart(): void {
    this.race = null
  }

  token(): string {
    return ''
  }

  choose(choice: Choice): number {
    const { candidates, kind } = choice
    return this.pick({ kind, candidates, goesOn: choice.kind === 'step' && choice.goesOn })
  }

  /** Where CPUs are chosen: one of them, or what is due, makes a step. */
  moves(mover: Cpu | Due, preempts: boolean): void {
    const { watcher } = this
    if (this.made++ > 0) watcher?.after()
    watcher?.before(mover, preempts)
  }

  endsHere(machine: Machine): boolean {
    if (this.made < this.until) return false
    this.wasCut = true
    machine.cutShort()
    return true
  }

  private pick(point: Point): number {
    const index = this.picker.pick(point)
    return index >= 0 && index < point.candidates.length ? index : 0
  }

  private driveFree(free: FreeRun): void {
    const { watcher } = this
    const line = new Line(free)
    while (!free.isOver) {
      const candidates = line.candidates()
      if (candidates.length === 0) break
      if (this.endsHere(free.machine)) return
      const at: number = candidates.length === 1 ? 0 : this.pick({ kind: 'step', candidates, goesOn: line.goesOn })
      const mover: Mover = candidates[at]!
      this.race ??= raceOf(mover, candidates)
      watcher?.before(mover, line.goesOn && at > 0)
      this.made++
      free.machine.trace?.beginStep()
      if (mover instanceof Due) free.fire(mover)
      else free.step(mover)
      watcher?.after()
      line.moved(mover)
    }
    free.settle()
  }
}

/** Steps a thread may make in a row before others come first in line. */
const IN_A_ROW_MAX = 100

/** Who stands first in line for the next step of a free run. Choices are counted along it, so tokens depend on it. */
export class Line {
  /** Whether the first made the last step and can go on: a choice of another one preempts it. */
  goesOn = false
  private last: Thread | null = null
  private inARow = 0

  constructor(private readonly free: FreeRun) {}

  /** Whoever goes on, the others in the order in which they became runnable, then what is due. */
  candidates(): Mover[] {
    const { free, last } = this
    this.goesOn =
      last !== null && this.inARow < IN_A_ROW_MAX && last.state === ThreadState.running && free.canStep(last)
    const movers: Mover[] = this.goesOn ? [last!] : []
    for (const thread of free.threads) if (thread !== last && free.canStep(thread)) movers.push(thread)
    // One that has run for long lets the others go first.
    if (!this.goesOn && last !== null && free.threads.includes(last) && free.canStep(last)) movers.push(last)
    if (free.hasClock) movers.push(...free.dues)
    return movers
  }

  moved(mover: Mover): void {
    this.inARow = mover === this.last ? this.inARow + 1 : 0
    this.last = mover instanceof Due ? null : mover
  }
}
