import type { Thread } from './thread.js'

/**
 * The runnable threads of one CPU: a FIFO list for each rank, and a bitmap to find the best one.
 *
 * A rank is the release's priority turned so that higher is more urgent (`KernelPolicy.rank`). Enqueueing never
 * reorders equals: a thread joins its rank at the tail, or at the head where the release puts a preempted thread.
 */
export class RunQueue {
  // A thread on no queue has null links, which every removal restores, so that joining an empty rank writes none.

  /** Threads on the queue. */
  length = 0

  /** By rank; they grow as far as ranks are used, because to fill them is a good part of making a kernel. */
  private readonly heads: (Thread | null | undefined)[] = []
  private readonly tails: (Thread | null | undefined)[] = []
  /** Bit r of word r >> 5 is set when rank r has threads; `summary` has a bit for each word. */
  private readonly words: number[]
  private summary = 0

  constructor(ranks: number) {
    this.words = new Array<number>((ranks + 31) >> 5).fill(0)
  }

  /** The rank of the best thread, −1 when the queue is empty. */
  get bestRank(): number {
    if (this.summary === 0) return -1
    const word = 31 - Math.clz32(this.summary)
    return (word << 5) | (31 - Math.clz32(this.words[word]!))
  }

  insertTail(thread: Thread, rank: number): void {
    const tail = this.tails[rank] ?? null
    thread.rank = rank
    this.tails[rank] = thread
    this.length++
    if (tail === null) {
      this.open(rank, thread)
      return
    }
    thread.previous = tail
    tail.next = thread
  }

  insertHead(thread: Thread, rank: number): void {
    const head = this.heads[rank] ?? null
    thread.rank = rank
    thread.next = head
    if (head === null) {
      this.tails[rank] = thread
      this.open(rank, thread)
    } else {
      head.previous = thread
      this.heads[rank] = thread
    }
    this.length++
  }

  /** Takes the best thread, the longest queued of its rank, or null. */
  take(): Thread | null {
    if (this.summary === 0) return null
    const rank = this.bestRank
    const thread = this.heads[rank]!
    const { next } = thread
    this.heads[rank] = next
    if (next === null) {
      this.tails[rank] = null
      this.close(rank)
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
    for (let rank = this.bestRank; rank >= 0; rank--) {
      for (let thread = this.heads[rank] ?? null; thread !== null; thread = thread.next) {
        if ((thread.marks & marks) === 0) return thread
      }
    }
    return null
  }

  remove(thread: Thread): void {
    const { next, previous, rank } = thread
    if (previous === null) this.heads[rank] = next
    else previous.next = next
    if (next === null) this.tails[rank] = previous
    else next.previous = previous
    if (next === null && previous === null) this.close(rank)
    thread.next = null
    thread.previous = null
    thread.rank = -1
    this.length--
  }

  /** The threads in the order in which they would be taken. */
  *threads(): Generator<Thread, void, undefined> {
    for (let rank = this.heads.length - 1; rank >= 0; rank--) {
      for (let thread = this.heads[rank] ?? null; thread !== null; thread = thread.next) yield thread
    }
  }

  private open(rank: number, thread: Thread): void {
    this.heads[rank] = thread
    const word = rank >> 5
    this.words[word]! |= 1 << (rank & 31)
    this.summary |= 1 << word
  }

  private close(rank: number): void {
    const word = rank >> 5
    this.words[word]! &= ~(1 << (rank & 31))
    if (this.words[word] === 0) this.summary &= ~(1 << word)
  }
}
