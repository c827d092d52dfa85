import { RunQueue, type Thread } from '@kt/core'
import * as P from './param.js'

/** Slots of the calendar: as many as there are time-sharing priorities. */
const SLOTS = 64
const PRIORITIES_PER_PLACE = 4
const IDLE_PLACES = 8
/** Places by rank, from below: the idle ones, the calendar, the real-time ones. */
const CALENDAR: number = IDLE_PLACES
const REALTIME: number = CALENDAR + SLOTS
const PLACES: number = REALTIME + P.PRI_MIN_TIMESHARE / PRIORITIES_PER_PLACE

/**
 * The queue of a CPU under SCHED_ULE, three in one: a plain one for everything down to priority 159, then a calendar for
 * time-sharing, then one for idle classes.
 *
 * In the calendar a priority is a distance: a thread joins as many slots ahead of the insert index as its priority is
 * worse than the best. Threads are taken at the removal index, which follows the insert index round; so everybody's
 * turn comes, and the better ones' more often.
 */
export class UleQueue extends RunQueue {
  private insertIndex = 0
  private removeIndex = 0

  constructor() {
    super(PLACES)
  }

  override placeOf(_thread: Thread, rank: number): number {
    const priority = P.PRI_MAX - rank
    if (priority < P.PRI_MIN_TIMESHARE) return PLACES - 1 - Math.floor(priority / PRIORITIES_PER_PLACE)
    if (priority > P.PRI_MAX_TIMESHARE)
      return IDLE_PLACES - 1 - Math.floor((priority - P.PRI_MIN_IDLE) / PRIORITIES_PER_PLACE)
    let slot = (priority - P.PRI_MIN_TIMESHARE + this.insertIndex) % SLOTS
    // One slot stays between them while the removal index waits for threads to drain.
    if (this.removeIndex !== this.insertIndex && slot === this.removeIndex) slot = (slot + SLOTS - 1) % SLOTS
    return CALENDAR + slot
  }

  /** A preempted thread of time-sharing is next. */
  override insertHead(thread: Thread, rank: number): void {
    const place = this.placeOf(thread, rank)
    this.addHead(thread, isInCalendar(place) ? CALENDAR + this.removeIndex : place)
  }

  override take(): Thread | null {
    const place = this.nextPlace()
    if (place < 0) return null
    const thread = this.takeAt(place)
    this.drained(place)
    return thread
  }

  override remove(thread: Thread): void {
    const place = thread.rank
    super.remove(thread)
    this.drained(place)
  }

  override *threads(): Generator<Thread, void, undefined> {
    for (let place = PLACES - 1; place >= REALTIME; place--) yield* this.threadsAt(place)
    for (let n = 0; n < SLOTS; n++) yield* this.threadsAt(CALENDAR + ((this.removeIndex + n) % SLOTS))
    for (let place = CALENDAR - 1; place >= 0; place--) yield* this.threadsAt(place)
  }

  /** A statistics clock: the calendar turns by a slot, once the slot before was drained. */
  advance(): void {
    if (this.insertIndex !== this.removeIndex) return
    this.insertIndex = (this.insertIndex + 1) % SLOTS
    if (!this.hasThreads(CALENDAR + this.removeIndex)) this.removeIndex = this.insertIndex
  }

  private nextPlace(): number {
    const best = this.bestPlace
    if (!isInCalendar(best)) return best
    for (let n = 0; ; n++) {
      const place = CALENDAR + ((this.removeIndex + n) % SLOTS)
      if (this.hasThreads(place)) return place
    }
  }

  /** The removal index leaves a slot whose last thread went. */
  private drained(place: number): void {
    if (!isInCalendar(place) || this.insertIndex === this.removeIndex || this.hasThreads(place)) return
    if (place === CALENDAR + this.removeIndex) this.removeIndex = (this.removeIndex + 1) % SLOTS
  }
}

function isInCalendar(place: number): boolean {
  return place >= CALENDAR && place < REALTIME
}
