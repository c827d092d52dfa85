import type { Cpu } from './cpu.js'
import { nameObject } from './locks-view.js'
import type { Machine } from './machine.js'
import { format } from './printf.js'
import { WakeReason, type Thread } from './thread.js'

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

  constructor(private readonly machine: Machine) {}

  /** Events so far. */
  get length(): number {
    return this.chunks.length === 0 ? 0 : (this.chunks.length - 1) * CHUNK_EVENTS + this.used
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
  }

  /** The events in order, from the given one on. */
  *events(from = 0): Generator<TraceEvent, void, undefined> {
    for (let index = from; index < this.length; index++) {
      const chunk = this.chunks[Math.floor(index / CHUNK_EVENTS)]!
      const within = index % CHUNK_EVENTS
      const head = chunk.heads[within]!
      const thread = chunk.threads[within] ?? null
      const kind = KINDS[head & 0xff]!
      yield {
        timeNs: chunk.times[within]!,
        cpu: (head >> 8) & 0xff,
        kind,
        thread: idOf(thread),
        name: thread === null ? 'idle' : (thread.name ?? thread.process.name),
        detail: kind === 'wake' ? WAKE_REASONS[head >> 16]! : detailOf(chunk.objects[within]),
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
}

function detailOf(object: unknown): string {
  if (object === null || object === undefined) return ''
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
