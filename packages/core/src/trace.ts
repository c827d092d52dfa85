import type { CallRecord } from './call-records.js'
import type { Cpu } from './cpu.js'
import { nameObject } from './locks-view.js'
import type { Machine } from './machine.js'
import { format } from './printf.js'
import { ThreadMark, ThreadState, WakeReason, type Thread } from './thread.js'

/** Kinds of events, with the word by which a trace shows each. */
const KINDS = [
  'create',
  'start',
  'switch',
  'sleep',
  'wake',
  'preempt',
  'lock',
  'unlock',
  'spin',
  'exit',
  'note',
  'mark',
  'stop',
  'let go',
  'join',
  'call',
  'return',
] as const
export type EventKind = (typeof KINDS)[number]

const KIND = Object.fromEntries(KINDS.map((kind, index) => [kind, index])) as Record<EventKind, number>
const WAKE_REASONS = Object.keys(WakeReason)

/** One event, as someone reads it. */
export interface TraceEvent {
  /** Virtual nanoseconds. */
  readonly timeNs: number
  readonly cpu: number
  readonly kind: EventKind
  /** Id and name of the thread it happened to; −1 for an interrupt, −1 and `idle` for none or a CPU's idle loop. */
  readonly thread: number
  readonly name: string
  /** Channel, lock, reason or text, by kind. */
  readonly detail: string
}

/** One event, as a program that draws it needs it. */
export interface TraceRecord {
  readonly timeNs: number
  readonly cpu: Cpu
  readonly kind: EventKind
  /** The thread it happened to, null for none or a CPU's idle loop. */
  readonly thread: Thread | null
  /**
   * The thread that executed then, and so brought it about; null where the clock did, or nobody. Known where calls are
   * recorded, and so is `text`.
   */
  readonly by: Thread | null
  /** What it was about: a channel, a lock, the thread that was joined, a call; else a text or null. */
  readonly object: unknown
  /** The wait message of a sleep, the name that a thread has when it gets a CPU; else null. */
  readonly text: string | null
  /** As `TraceEvent` has it. */
  readonly detail: string
}

/** A thread as it was when a run began. */
export interface TracedThread {
  readonly thread: Thread
  readonly name: string
  readonly state: ThreadState
  readonly isAsleep: boolean
  readonly wmesg: string | null
}

const CHUNK_EVENTS = 1024

/**
 * What happened, in order. Recording stores two numbers and two references for each event; names are looked up when
 * somebody reads. Objects count by the order in which they first appear, so equal runs have equal hashes whatever the
 * objects are.
 */
export class Trace {
  private readonly chunks: Chunk[] = []
  private chunk: Chunk | null = null
  private used = CHUNK_EVENTS

  /** Events before the current or last run began, and the threads that were there then. */
  before: { readonly events: number; readonly threads: readonly TracedThread[] } = { events: 0, threads: [] }
  /** For each step of that run that an explorer made, how many events lay before it. */
  readonly stepsFrom: number[] = []

  constructor(private readonly machine: Machine) {}

  /** Events so far. */
  get length(): number {
    return this.chunks.length === 0 ? 0 : (this.chunks.length - 1) * CHUNK_EVENTS + this.used
  }

  /** A run begins. */
  beginRun(): void {
    const threads: TracedThread[] = []
    for (const process of this.machine.processes) {
      for (const thread of process.threads()) {
        const { state, wmesg } = thread
        const isAsleep = state === ThreadState.sleeping || thread.is(ThreadMark.asleep)
        if (state === ThreadState.dead) continue
        const name = thread.name ?? process.name
        threads.push({ thread, name, state, isAsleep, wmesg: isAsleep ? wmesg : null })
      }
    }
    this.before = { events: this.length, threads }
    this.stepsFrom.length = 0
  }
  /** An explorer makes the next step of the run. */
  beginStep(): void {
    this.stepsFrom.push(this.length)
  }

  create(thread: Thread): void {
    this.add(KIND.create, thread.cpu, thread, 0, thread.name)
  }
  start(thread: Thread): void {
    this.add(KIND.start, thread.cpu, thread, 0, null)
  }
  switch(cpu: Cpu, thread: Thread | null): void {
    this.add(KIND.switch, cpu, thread, 0, null)
  }
  sleep(thread: Thread, object: unknown): void {
    this.add(KIND.sleep, thread.cpu, thread, 0, object ?? thread.wmesg)
  }
  wake(thread: Thread, reason: WakeReason): void {
    this.add(KIND.wake, this.machine.cpu, thread, reason, null)
  }
  preempt(thread: Thread): void {
    this.add(KIND.preempt, thread.cpu, thread, 0, null)
  }
  lock(thread: Thread, lock: unknown): void {
    this.add(KIND.lock, thread.cpu, thread, 0, lock)
  }
  unlock(thread: Thread, lock: unknown): void {
    this.add(KIND.unlock, thread.cpu, thread, 0, lock)
  }
  spin(thread: Thread, lock: unknown): void {
    this.add(KIND.spin, thread.cpu, thread, 0, lock)
  }
  stop(thread: Thread): void {
    this.add(KIND.stop, thread.cpu, thread, 0, null)
  }
  letGo(thread: Thread): void {
    this.add(KIND['let go'], thread.cpu, thread, 0, null)
  }
  exit(thread: Thread): void {
    this.add(KIND.exit, thread.cpu, thread, 0, null)
  }
  /** A thread has seen that another one has ended. Part of a call, and told where calls are. */
  join(thread: Thread, ended: Thread): void {
    if (this.machine.recordsCalls) this.add(KIND.join, thread.cpu, thread, 0, ended)
  }
  /** A kernel call begins, or comes back. Only where calls are recorded. */
  call(thread: Thread, call: CallRecord): void {
    this.add(KIND.call, thread.cpu, thread, 0, call)
  }
  return(thread: Thread, call: CallRecord): void {
    this.add(KIND.return, thread.cpu, thread, 0, call)
  }
  /** Something the release does not print and a reader wants to know, by the personality. */
  note(thread: Thread | null, text: string): void {
    this.add(KIND.note, this.machine.cpu, thread, 0, text)
  }
  /** A mark by the scenario's author. */
  mark(thread: Thread | null, text: string): void {
    this.add(KIND.mark, this.machine.cpu, thread, 0, text)
  }

  private add(kind: number, cpu: Cpu, thread: Thread | null, value: number, object: unknown): void {
    let { chunk } = this
    if (this.used === CHUNK_EVENTS || chunk === null) {
      chunk = {
        heads: new Int32Array(CHUNK_EVENTS),
        times: new Float64Array(CHUNK_EVENTS),
        // Of full length at once: growing them costs more than all the rest.
        threads: new Array<Thread | null>(CHUNK_EVENTS),
        objects: new Array<unknown>(CHUNK_EVENTS),
        told: null,
      }
      this.chunk = chunk
      this.chunks.push(chunk)
      this.used = 0
    }
    const index = this.used++
    chunk.heads[index] = kind | (cpu.index << 8) | (value << 16)
    chunk.times[index] = this.machine.timeline.now
    chunk.threads[index] = thread
    chunk.objects[index] = object
    if (this.machine.recordsCalls) (chunk.told ??= [])[index] = { by: this.machine.running, text: textOf(kind, thread) }
  }

  /** The events in order, from the given one on. */
  *events(from = 0): Generator<TraceEvent, void, undefined> {
    for (const { timeNs, cpu, kind, thread, detail } of this.records(from)) {
      const name = thread === null ? 'idle' : (thread.name ?? thread.process.name)
      yield { timeNs, cpu: cpu.index, kind, thread: idOf(thread), name, detail }
    }
  }

  /** The same with the threads and objects themselves, which may have changed since. */
  *records(from = 0): Generator<TraceRecord, void, undefined> {
    for (let index = from; index < this.length; index++) {
      const chunk = this.chunks[Math.floor(index / CHUNK_EVENTS)]!
      const within = index % CHUNK_EVENTS
      const head = chunk.heads[within]!
      const kind = KINDS[head & 0xff]!
      const object = chunk.objects[within]
      yield {
        timeNs: chunk.times[within]!,
        cpu: this.machine.cpus[(head >> 8) & 0xff]!,
        kind,
        thread: chunk.threads[within] ?? null,
        by: chunk.told?.[within]?.by ?? null,
        object,
        text: chunk.told?.[within]?.text ?? null,
        detail: kind === 'wake' ? WAKE_REASONS[head >> 16]! : detailOf(kind, object),
      }
    }
  }

  /** The events as lines: time in microseconds, CPU, what happened, to whom, with what. */
  toString(): string {
    const lines = Array.from(this.events(), ({ timeNs, cpu, kind, name, thread, detail }) => {
      const who = thread < 0 ? name : `${name} (${thread})`
      return format('%12s us  cpu%d  %-8s %-20s %s', [(timeNs / 1000).toFixed(1), cpu, kind, who, detail]).trimEnd()
    })
    return lines.join('\n')
  }

  /** A 64-bit hash of all events, in hexadecimal; the same on every platform for the same run. */
  hash(): string {
    const digest = new Digest()
    const order = new Map<unknown, number>()
    for (let index = 0; index < this.length; index++) {
      const chunk = this.chunks[Math.floor(index / CHUNK_EVENTS)]!
      const within = index % CHUNK_EVENTS
      const head = chunk.heads[within]!
      digest.word(head & 0xffff)
      digest.word(idOf(chunk.threads[within] ?? null))
      digest.word(head >> 16)
      const timeNs = chunk.times[within]!
      digest.word(timeNs % 0x1_0000_0000)
      digest.word(Math.floor(timeNs / 0x1_0000_0000))
      const object = chunk.objects[within]
      let place = order.get(object)
      if (place === undefined) {
        place = order.size
        order.set(object, place)
        if (typeof object === 'string') digest.text(object)
      }
      digest.word(place)
    }
    return digest.hex()
  }
}

function idOf(thread: Thread | null): number {
  return thread === null ? -1 : thread.id
}

interface Chunk {
  /** Kind, CPU and value of each event, a byte, a byte and two. */
  readonly heads: Int32Array
  readonly times: Float64Array
  readonly threads: (Thread | null)[]
  readonly objects: unknown[]
  /**
   * Who brought an event about, and words for it that are gone later; where calls are recorded, because it takes time. No
   * part of the hash.
   */
  told: { readonly by: Thread | null; readonly text: string | null }[] | null
}

/** The wait message ends with the sleep, and the name of a thread may change, or go with it. */
function textOf(kind: number, thread: Thread | null): string | null {
  if (thread === null) return null
  if (kind === KIND.sleep) return thread.wmesg
  return kind === KIND.switch ? (thread.name ?? thread.process.name) : null
}

function detailOf(kind: EventKind, object: unknown): string {
  if (object === null || object === undefined) return ''
  if (kind === 'call') return (object as CallRecord).callText
  if (kind === 'return') return (object as CallRecord).returnText
  if (kind === 'join') return (object as Thread).name ?? (object as Thread).process.name
  return typeof object === 'string' ? object : nameObject(object)
}

/** Two multiplicative hashes side by side, on 32-bit words. */
class Digest {
  private high = 0x811c9dc5 | 0
  private low = 0x9747b28c | 0

  word(word: number): void {
    this.high = Math.imul(this.high ^ word, 0x01000193)
    this.low = Math.imul((this.low << 13) | (this.low >>> 19), 5) + Math.imul(word, 0xcc9e2d51)
  }

  text(text: string): void {
    for (let at = 0; at < text.length; at++) this.word(text.charCodeAt(at))
  }

  hex(): string {
    return [this.high, this.low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
