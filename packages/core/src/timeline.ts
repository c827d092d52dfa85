import type { Footprint } from './access.js'

/**
 * Virtual time and what is due in it.
 *
 * Entries due at one instant fire in the order in which they were armed: an instant is a FIFO list, the instants are
 * kept in a binary heap, and an entry is unlinked at once when it is cancelled. Sleep time-outs fall on ticks, so many
 * threads share an instant and arming is usually a list insertion.
 */

/** Something due at an instant. Reused: arm it again when it has fired or was cancelled. */
export abstract class Due {
  /** Nanoseconds of virtual time; meaningful while armed. */
  timeNs = 0
  /** The instant's list this entry is in, null when not armed. */
  instant: Instant | null = null
  next: Due | null = null
  previous: Due | null = null
  /**
   * True for housekeeping that never ends, such as a statistics loop. It fires when time passes, yet time does not
   * pass for its sake: a machine on which only housekeeping is due has nothing left to do.
   */
  background = false

  /** What an explorer's reader calls it. */
  get label(): string {
    return 'timer'
  }

  /** Says what its firing will touch, as `Operation.touches` does. Without it that may be anything. */
  touches?(footprint: Footprint): void

  /** Called at the instant, with the entry no longer armed. */
  abstract fire(): void

  get isArmed(): boolean {
    return this.instant !== null
  }
}

class Instant {
  head: Due | null = null
  tail: Due | null = null
  constructor(readonly timeNs: number) {}
}

export class Timeline {
  /** Virtual nanoseconds since the machine was made. */
  now = 0
  /** Armed entries that time passes for. */
  foreground = 0

  /** Is told what is armed and disarmed, housekeeping left out; null when nobody asks. */
  watcher: { armed(due: Due): void; disarmed(due: Due): void } | null = null

  private readonly instants = new Map<number, Instant>()
  private readonly heap: number[] = []
  private latest: Instant | null = null

  arm(due: Due, timeNs: number): void {
    const latest = this.latest
    const instant = latest !== null && latest.timeNs === timeNs ? latest : this.instantAt(timeNs)
    due.timeNs = timeNs
    due.instant = instant
    due.next = null
    due.previous = instant.tail
    if (instant.tail === null) instant.head = due
    else instant.tail.next = due
    instant.tail = due
    if (due.background) return
    this.foreground++
    this.watcher?.armed(due)
  }

  cancel(due: Due): void {
    const instant = due.instant
    if (instant === null) return
    if (due.previous === null) instant.head = due.next
    else due.previous.next = due.next
    if (due.next === null) instant.tail = due.previous
    else due.next.previous = due.previous
    due.instant = null
    due.next = null
    due.previous = null
    if (due.background) return
    this.foreground--
    this.watcher?.disarmed(due)
  }

  /** The instant of the next armed entry, or Infinity. */
  nextDueNs(): number {
    const { heap } = this
    for (;;) {
      const timeNs = heap[0]
      if (timeNs === undefined) return Infinity
      if (this.instants.get(timeNs)!.head !== null) return timeNs
      this.forget()
    }
  }

  /** The next entry to fire, still armed, or null. */
  first(): Due | null {
    const timeNs = this.nextDueNs()
    return timeNs === Infinity ? null : this.instants.get(timeNs)!.head
  }

  /** Takes the first entry due now or earlier, disarmed, or null. */
  takeDue(): Due | null {
    const timeNs = this.nextDueNs()
    if (timeNs > this.now) return null
    const due = this.instants.get(timeNs)!.head!
    this.cancel(due)
    return due
  }

  private instantAt(timeNs: number): Instant {
    let instant = this.instants.get(timeNs)
    if (instant === undefined) {
      instant = new Instant(timeNs)
      this.instants.set(timeNs, instant)
      this.push(timeNs)
    }
    this.latest = instant
    return instant
  }

  /** Drops the first instant, whose entries have all fired or been cancelled. */
  private forget(): void {
    const { heap } = this
    const timeNs = heap[0]!
    if (this.latest?.timeNs === timeNs) this.latest = null
    this.instants.delete(timeNs)
    const last = heap.pop()!
    if (heap.length > 0) this.siftDown(last)
  }

  private push(timeNs: number): void {
    const { heap } = this
    let at = heap.length
    heap.push(timeNs)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]! <= timeNs) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timeNs
  }

  private siftDown(timeNs: number): void {
    const { heap } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= timeNs) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = timeNs
  }
}
