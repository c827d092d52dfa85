import type { Thread } from './thread.js'

/** What sleepers of a queue wait on; printed in views and reports, and what an explorer compares. */
export type WaitObject = object | string | number | bigint | symbol

/**
 * Threads asleep on one object: a wait channel, a condition variable, or a lock's turnstile.
 *
 * The order is the release's: `KernelPolicy.sleepRank` sorts, equals stay in order of arrival, and a release that
 * gives every sleeper the same rank has a plain FIFO.
 */
export class SleepQueue {
  head: Thread | null = null
  tail: Thread | null = null
  length = 0
  /** For a system that looks for its best sleeper: no priority here is below this one, so that the search can end at it. */
  bound: number = Infinity

  constructor(
    /** The object slept on. */
    readonly object: WaitObject,
    /** True where a sleeper waits for a lock, and so lends its priority to the owner. */
    readonly isTurnstile: boolean = false,
  ) {}

  /** Puts a thread behind all sleepers of its own and better ranks. */
  insert(thread: Thread, rank: number): void {
    thread.rank = rank
    thread.sleepQueue = this
    if (this.length++ === 0) {
      // The links of a thread on no queue are null.
      this.head = this.tail = thread
      return
    }
    let before = this.tail
    while (before !== null && before.rank < rank) before = before.previous
    const after = before === null ? this.head : before.next
    thread.previous = before
    thread.next = after
    if (before === null) this.head = thread
    else before.next = thread
    if (after === null) this.tail = thread
    else after.previous = thread
  }

  remove(thread: Thread): void {
    thread.rank = -1
    thread.sleepQueue = null
    if (--this.length === 0) {
      this.head = this.tail = null
      return
    }
    const { next, previous } = thread
    if (previous === null) this.head = next
    else previous.next = next
    if (next === null) this.tail = previous
    else next.previous = previous
    thread.next = null
    thread.previous = null
  }

  *threads(): Generator<Thread, void, undefined> {
    for (let thread = this.head; thread !== null; thread = thread.next) yield thread
  }
}

/** How many empty channels may pile up before they are swept out. */
const EMPTY_CHANNELS_MAX = 4096

/**
 * The wait channels of a kernel: any value can be slept on, and two values are one channel only if they are the same
 * value. A channel stays when its last sleeper leaves, because it is about to be slept on again; when too many lie
 * empty they are swept.
 */
export class ChannelTable {
  private readonly channels = new Map<WaitObject, SleepQueue>()
  private sweepAt = EMPTY_CHANNELS_MAX
  /** The channels used last: two threads that take turns use two, over and over. */
  private last: SleepQueue | null = null
  private lastButOne: SleepQueue | null = null

  /** The channel's queue, or null when nobody ever slept on it. */
  find(object: WaitObject): SleepQueue | null {
    const { last, lastButOne } = this
    if (last !== null && last.object === object) return last
    if (lastButOne !== null && lastButOne.object === object) return this.remember(lastButOne)
    const queue = this.channels.get(object)
    return queue === undefined ? null : this.remember(queue)
  }

  private remember(queue: SleepQueue): SleepQueue {
    this.lastButOne = this.last
    this.last = queue
    return queue
  }

  /** The channel's queue, made when there is none. */
  at(object: WaitObject): SleepQueue {
    const found = this.find(object)
    if (found !== null) return found
    if (this.channels.size >= this.sweepAt) this.sweep()
    const queue = new SleepQueue(object)
    this.channels.set(object, queue)
    return this.remember(queue)
  }

  private sweep(): void {
    for (const [object, queue] of this.channels) if (queue.length === 0) this.channels.delete(object)
    this.sweepAt = this.channels.size * 2 + EMPTY_CHANNELS_MAX
    this.last = null
    this.lastButOne = null
  }
}
