import type { Thread } from './thread.js'

/** Who a process is. Real and effective ids are apart because limits count the real one. */
export interface Credentials {
  readonly realUid: number
  readonly effectiveUid: number
}

/** Soft and hard value of one resource limit. */
export interface Limit {
  soft: number
  hard: number
}

/** The resource limits of a process, by the release's names. Shared by reference where the release shares them. */
export type Limits = Record<string, Limit>

/** An address space. Its identity is all that matters: two processes share it or they do not. */
export class AddressSpace {
  constructor(readonly name: string) {}
}

/** A process: what its threads share. Personalities extend it. */
export class Process {
  /** Newest thread; the list goes on through `older`. */
  newest: Thread | null = null
  threadCount = 0

  constructor(
    readonly pid: number,
    public name: string,
    public credentials: Credentials,
    public limits: Limits,
    readonly addressSpace: AddressSpace,
  ) {}

  /** Adds a thread at the head of the list: views go from the newest to the oldest. */
  add(thread: Thread): void {
    thread.older = this.newest
    if (this.newest !== null) this.newest.newer = thread
    this.newest = thread
    this.threadCount++
  }

  remove(thread: Thread): void {
    if (thread.newer === null) this.newest = thread.older
    else thread.newer.older = thread.older
    if (thread.older !== null) thread.older.newer = thread.newer
    thread.newer = null
    thread.older = null
    this.threadCount--
  }

  /** The threads, newest first. */
  *threads(): Generator<Thread, void, undefined> {
    for (let thread = this.newest; thread !== null; thread = thread.older) yield thread
  }
}
