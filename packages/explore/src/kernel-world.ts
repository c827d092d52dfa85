import {
  Access,
  CallPhase,
  Due,
  ThreadMark,
  type FreeRun,
  type FreeRunObserver,
  type Mover,
  type Thread,
} from '@kt/core'
import { Actors, type Known } from './actors.js'
import { raceOf, type Race } from './cell-race.js'
import { Collector, isHeldBy } from './collector.js'
import { mixed, type Names } from './names.js'
import { Objects } from './objects.js'
import { touchingMore, type Op } from './op.js'
import { Unsteady } from './unsteady.js'
import type { Actor, Choice, Disarmed, Pending, Stepped, World } from './world.js'

/** A free run of a kernel, as a search sees it. */
export class KernelWorld implements World, FreeRunObserver {
  private readonly who: Actors
  private readonly objects: Objects
  private readonly footprint: Collector
  /** The first two accesses to a cell that nothing ordered. */
  race: Race | null = null
  /** What was woken, by number. */
  private readonly woken = new Set<number>()
  /** Whether something was done that may have woken anything. */
  private mayHaveWoken = false
  /** What the step in which the run ended kept from being made. */
  private atHalt: readonly Pending[] | null = null
  private steps = 0
  private current: Known | null = null
  private answers: readonly number[] = []
  private choices: Choice[] = []
  private disarmedNow: Disarmed[] = []
  private touched: { objects: number[]; accesses: Access[] } | null = null
  private dynamicCount = 0
  /** Who has something to do from this step on. */
  private readonly enabledNow: Known[] = []

  /** Whether some thread has asked for the time: then it matters which of two timers fires first, and when. */
  hasAskedForTime = false

  /** @param timeMatters - Whether what depends on the time, or changes it, is dependent with everything. */
  constructor(
    readonly free: FreeRun,
    names: Names,
    private readonly timeMatters: boolean,
  ) {
    const { machine } = free
    this.who = new Actors(machine, names)
    this.objects = new Objects(names)
    this.footprint = new Collector(this.objects, machine.timeline)
    for (const thread of free.threads) this.meet(thread)
    for (const due of free.dues) this.armed(due)
    for (const known of this.who.all()) this.announce(known)
    free.observer = this
  }

  get isOver(): boolean {
    return this.free.isOver
  }

  // Who

  /** The mover of an actor that is known in this run. */
  mover(actor: Actor): Mover {
    return this.who.known(actor)!.mover
  }

  actors(): readonly Actor[] {
    const { free } = this
    const actors: Actor[] = []
    for (const thread of free.threads) actors.push(this.meet(thread).actor)
    if (free.hasClock) for (const due of free.dues) actors.push(this.meet(due).actor)
    return actors
  }

  isEnabled(actor: Actor): boolean {
    const known = this.who.known(actor)
    if (known === undefined) return false
    const { mover } = known
    const { free } = this
    if (mover instanceof Due) return mover.isArmed && free.hasClock
    return free.threads.includes(mover) && free.canStep(mover)
  }

  private meet(mover: Mover): Known {
    return this.who.meet(mover, this.current)
  }

  // What

  next(actor: Actor): Op {
    const known = this.who.known(actor)!
    return known.mover instanceof Due ? known.expiry! : this.told(known, known.mover)
  }

  pending(): readonly Pending[] {
    return this.atHalt ?? this.unmade(this.free.threads, this.canStepNow())
  }

  private canStepNow(): boolean[] {
    const { free } = this
    return free.threads.map((thread) => free.canStep(thread))
  }

  /** The next steps of threads, and what is due. */
  private unmade(threads: readonly Thread[], canStep: readonly boolean[]): Pending[] {
    const { free, steps } = this
    const movers: readonly Mover[] = free.hasClock ? [...threads, ...free.dues] : threads
    return movers.flatMap((mover, at) => {
      const known = this.meet(mover)
      const op = this.outlook(known)
      // What the last step itself brought about in its last act did not keep anybody waiting before it.
      const enabledBy = known.enabledBy.filter((step) => step < steps)
      return op === null ? [] : [{ actor: known.actor, op, isEnabled: canStep[at] ?? true, enabledBy }]
    })
  }

  /** A thread's code may look at every out-pointer, before its next call is known or after. */
  private outlook(known: Known): Op | null {
    const op = known.mover instanceof Due ? known.expiry : known.announced
    if (op === null) return null
    const { watched } = this.free
    if (known.mover instanceof Due || watched.size === 0) return op
    const { length } = op.objects
    const outs = Array.from(watched, (out, at) => this.objects.numberOf(out, known, length + at))
    return touchingMore(
      op,
      outs,
      outs.map(() => Access.write),
    )
  }

  /** What a thread does next, and to what. */
  private told(known: Known, thread: Thread): Op {
    const { free, footprint } = this
    footprint.begin(known)
    if (free.isRaised(thread)) return footprint.everything('interrupt', null)
    if (free.mustRegain(thread)) {
      const { bigLock } = free.machine
      footprint.add(bigLock, Access.lock)
      return footprint.op(bigLock.name, bigLock)
    }
    // Whoever waits for the big lock cannot come before what is done with it, but before it was taken.
    if (thread.is(ThreadMark.bigLockHeld)) footprint.add(free.machine.bigLock, Access.lock)
    const { operation, phase, inside } = thread
    if (phase === CallPhase.fresh && inside === null) return footprint.op('start', null)
    const isCalling = phase === CallPhase.announced || phase === CallPhase.waiting
    const wanted = isCalling ? (operation.takes?.(thread) ?? null) : null
    // Nobody can come between a thread and a lock that it has: to take that once more is to wait for nobody.
    const taken = wanted === null || isHeldBy(wanted, thread) ? null : wanted
    const name = inside ?? operation.name
    if (operation.touches === undefined || inside !== null || thread.is(ThreadMark.pinning))
      return footprint.everything(name, taken)
    operation.touches(thread, footprint)
    const isTimed = this.timeMatters && footprint.touchesTime
    return isTimed ? footprint.everything(name, taken) : footprint.op(name, taken)
  }

  /**
   * Numbers what a thread is about to touch. In all runs with the same beginning everything that was announced in it
   * then has the same number, whoever comes to touch it first: the search compares with steps of earlier runs.
   */
  private announce(known: Known): void {
    const { mover } = known
    if (!(mover instanceof Due) && this.free.threads.includes(mover)) known.announced = this.told(known, mover)
  }

  // Steps

  step(actor: Actor, answers: readonly number[]): Stepped {
    const known = this.who.known(actor)!
    const { tried } = this.footprint
    this.answers = answers
    this.choices = []
    this.disarmedNow = []
    this.touched = null
    const { enabledBy } = known
    this.make(known)
    const took = tried.findIndex((lock) => (lock as { owner?: unknown }).owner === known.mover)
    return {
      enabledBy,
      took: took < 0 ? -1 : this.objects.numberKnown(tried[took])!,
      disarmed: this.disarmedNow,
      choices: this.choices,
      touched: this.touched,
      halted: this.free.machine.halt !== null,
    }
  }

  replay(actor: Actor, answers: readonly number[], name: string): void {
    const known = this.who.known(actor)
    if (known === undefined || !this.isEnabled(actor)) throw new Unsteady(name, null)
    this.answers = answers
    this.choices = []
    // For what its history says of it.
    const op = known.mover instanceof Due ? known.expiry! : this.told(known, known.mover)
    if (op.name !== name) throw new Unsteady(name, op.name)
    this.make(known)
  }

  private make(known: Known): void {
    const { free } = this
    const { mover } = known
    const { hasClock } = free
    // A system may act on when it stops: who could go on has to be seen before that.
    const others = free.threads.slice()
    const canStep = this.canStepNow()
    this.race ??= raceOf(mover, free.threads)
    known.enabledBy = []
    this.current = known
    this.dynamicCount = this.footprint.count
    if (mover instanceof Due) {
      known.expiry = null
      free.fire(mover)
    } else free.step(mover)
    // Main has returned: what is armed will not fire any more.
    if (hasClock && !free.hasClock) for (const due of free.dues) this.disarmed(due)
    this.current = null
    if (free.machine.halt !== null) {
      this.atHalt = this.unmade(others, canStep)
      return
    }
    if (!this.footprint.addWoken(this.woken)) this.mayHaveWoken = true
    known.path = mixed(known.path, this.footprint.hash)
    this.steps++
    this.announce(known)
    for (const enabled of this.enabledNow.splice(0)) this.announce(enabled)
  }

  /** Answers a question that the machine asks within a step. */
  answer(answers: number): number {
    const given = this.answers[this.choices.length] ?? 0
    const answer = given < answers ? given : 0
    this.choices.push({ answer, answers })
    return answer
  }

  /** Whether somebody sleeps for ever on what was woken before: only the run's story tells what that means. */
  get mayHaveLostWakeup(): boolean {
    if (this.woken.size === 0 && !this.mayHaveWoken) return false
    return this.free.machine.asleepForGood().some(({ sleepQueue }) => {
      if (this.mayHaveWoken && sleepQueue !== null) return true
      const number = sleepQueue === null ? undefined : this.objects.numberKnown(sleepQueue.object)
      return number !== undefined && this.woken.has(number)
    })
  }

  // What a step brings about

  enabled(thread: Thread): void {
    const known = this.meet(thread)
    if (this.current === null) return
    if (known !== this.current) known.enabledBy.push(this.steps)
    this.enabledNow.push(known)
  }

  armed(due: Due): void {
    const known = this.meet(due)
    known.armedBy = this.current === null ? -1 : this.steps
    known.enabledBy = this.current === null ? [] : [this.steps]
    const collector = new Collector(this.objects, this.free.machine.timeline)
    collector.begin(known)
    if (due.touches === undefined || this.timeMatters) known.expiry = collector.everything(due.label, null)
    else {
      due.touches(collector)
      known.expiry = collector.op(due.label, null)
    }
  }

  disarmed(due: Due): void {
    const { actor, expiry, armedBy } = this.meet(due)
    // What one step arms and disarms could never have fired.
    if (this.current !== null && armedBy === this.steps) return
    if (expiry !== null) this.disarmedNow.push({ actor, op: expiry, armedBy })
  }

  watches(object: unknown): void {
    if (this.current !== null) this.objects.numberOf(object, this.current, this.dynamicCount++)
  }

  askedForTime(): void {
    if (this.current !== null) this.hasAskedForTime = true
  }

  accessed(object: unknown, isWrite: boolean): void {
    if (this.current === null) return
    this.touched ??= { objects: [], accesses: [] }
    this.touched.objects.push(this.objects.numberOf(object, this.current, this.dynamicCount++))
    this.touched.accesses.push(isWrite ? Access.write : Access.read)
  }
}
