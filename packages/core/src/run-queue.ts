import type { Thread } from './thread.js'

/**
 * The runnable threads of one CPU: a FIFO list for each rank, and a bitmap to find the best one.
 *
 * A rank is the release's priority turned so that higher is more urgent (`KernelPolicy.rank`). Neighbouring ranks may
 * share a place, which is then one FIFO. Enqueueing never reorders equals: a thread joins its place at the tail, or at
 * the head where the release puts a preempted thread.
 */
export class RunQueue {
  // A thread on no queue has null links, which every removal restores, so that joining an empty rank writes none.

  /** Threads on the queue. */
  length = 0

  /** By place; they grow as far as places are used, because to fill them is a good part of making a kernel. */
  private readonly heads: (Thread | null | undefined)[] = []
  private readonly tails: (Thread | null | undefined)[] = []
  /** Bit p of word p >> 5 is set when place p has threads; `summary` has a bit for each word. */
  private readonly words: number[]
  private summary = 0

  /**
   * @param places - How many there are.
   * @param ranksPerPlaceLog2 - Power of two of the ranks that share a place; 0 gives each its own.
   */
  constructor(
    places: number,
    private readonly ranksPerPlaceLog2: number = 0,
  ) {
    this.words = new Array<number>((places + 31) >> 5).fill(0)
  }

  /** The place of the best thread, −1 when the queue is empty. */
  get bestPlace(): number {
    if (this.summary === 0) return -1
    const word = 31 - Math.clz32(this.summary)
    return (word << 5) | (31 - Math.clz32(this.words[word]!))
  }

  /** Where a thread of a rank joins. */
  placeOf(_thread: Thread, rank: number): number {
    return rank >> this.ranksPerPlaceLog2
  }

  /** Whether anybody is at a place. */
  hasThreads(place: number): boolean {
    return (this.words[place >> 5]! & (1 << (place & 31))) !== 0
  }

  insertTail(thread: Thread, rank: number): void {
    this.addTail(thread, this.placeOf(thread, rank))
  }

  insertHead(thread: Thread, rank: number): void {
    this.addHead(thread, this.placeOf(thread, rank))
  }

  protected addTail(thread: Thread, place: number): void {
    const tail = this.tails[place] ?? null
    thread.rank = place
    this.tails[place] = thread
    this.length++
    if (tail === null) {
      this.open(place, thread)
      return
    }
    thread.previous = tail
    tail.next = thread
  }

  protected addHead(thread: Thread, place: number): void {
    const head = this.heads[place] ?? null
    thread.rank = place
    thread.next = head
    if (head === null) {
      this.tails[place] = thread
      this.open(place, thread)
    } else {
      head.previous = thread
      this.heads[place] = thread
    }
    this.length++
  }

  /** Takes the best thread, the longest queued of its place, or null. */
  take(): Thread | null {
    return this.summary === 0 ? null : this.takeAt(this.bestPlace)
  }

  /** Takes the first thread of a place that has some. */
  protected takeAt(place: number): Thread {
    const thread = this.heads[place]!
    const { next } = thread
    this.heads[place] = next
    if (next === null) {
      this.tails[place] = null
      this.close(place)
    } else {
      next.previous = null
      thread.next = null
    }
    thread.rank = -1
    this.length--
    return thread
  }

  /** The best thread that has none of the marks, or null. It stays on the queue. */
  bestWithout(marks: number): Thread | null {
    for (let place = this.bestPlace; place >= 0; place--) {
      for (let thread = this.heads[place] ?? null; thread !== null; thread = thread.next) {
        if ((thread.marks & marks) === 0) return thread
      }
    }
    return null
  }

  remove(thread: Thread): void {
    const { next, previous, rank: place } = thread
    if (previous === null) this.heads[place] = next
    else previous.next = next
    if (next === null) this.tails[place] = previous
    else next.previous = previous
    if (next === null && previous === null) this.close(place)
    thread.next = null
    thread.previous = null
    thread.rank = -1
    this.length--
  }

  /** The threads in the order in which they would be taken. */
  *threads(): Generator<Thread, void, undefined> {
    for (let place = this.heads.length - 1; place >= 0; place--) yield* this.threadsAt(place)
  }

  /** The threads of one place, the first to be taken first. */
  protected *threadsAt(place: number): Generator<Thread, void, undefined> {
    for (let thread = this.heads[place] ?? null; thread !== null; thread = thread.next) yield thread
  }

  private open(place: number, thread: Thread): void {
    this.heads[place] = thread
    const word = place >> 5
    this.words[word]! |= 1 << (place & 31)
    this.summary |= 1 << word
  }

  private close(place: number): void {
    const word = place >> 5
    this.words[word]! &= ~(1 << (place & 31))
    if (this.words[word] === 0) this.summary &= ~(1 << word)
  }
}
