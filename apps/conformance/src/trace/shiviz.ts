import { arrowsOf, type Arrow } from './arrows.js'
import { takingPart } from './labels.js'
import type { RunEvent, RunTrace } from './recorded.js'

/** How ShiViz reads an entry: who and its clock on one line, what on the next. */
export const SHIVIZ_FORMAT: string = String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`

/** Events that are about who has a CPU, and not about what threads do to each other. */
const OF_CPUS: ReadonlySet<RunEvent['kind']> = new Set(['switch', 'preempt'])

/** What the thread at the other end of an arrow did, where both ends are one event. */
const DOINGS: Partial<Record<RunEvent['kind'], string>> = {
  create: 'creates',
  wake: 'wakes',
  stop: 'stops',
  'let go': 'lets go',
}

/**
 * A run as ShiViz reads it: a log with a vector clock for each thread. A thread's clock has its own events, and of each
 * other thread those that had to come first, by an arrow or by several.
 */
export function shivizOf(run: RunTrace): string {
  const hosts = hostsOf(run)
  const log = new Log(hosts)
  const arrows = arrowsOf(run.events)
  const into = new Map<number, Arrow[]>()
  for (const arrow of arrows) into.set(arrow.to.event, [...(into.get(arrow.to.event) ?? []), arrow])
  for (const event of run.events) tellEvent(run, event, into.get(event.number) ?? [], log)
  // The first line says how to read the others; an empty one in the place of what would part several runs.
  return [SHIVIZ_FORMAT, '', ...log.lines, ''].join('\n')
}

function tellEvent({ threads }: RunTrace, event: RunEvent, into: readonly Arrow[], log: Log): void {
  const { thread, by, kind, number } = event
  if (thread === null) return
  const doing = DOINGS[kind]
  const hasSource = doing !== undefined && by !== null && by !== thread
  if (hasSource) log.add(by, number, `${doing} ${threads[thread]!.name}`, [])
  // The thread that was made has no event before it runs.
  if (kind === 'create' || (OF_CPUS.has(kind) && into.length === 0)) return
  log.add(thread, number, textOf(event, hasSource ? threads[by]!.name : null), into)
}

function textOf({ kind, detail, wmesg }: RunEvent, by: string | null): string {
  switch (kind) {
    case 'switch':
      return 'runs for the first time'
    case 'sleep':
      return `sleeps on ${detail}${wmesg === null || wmesg === '' ? '' : ` (${wmesg})`}`
    case 'wake':
      return by === null ? `is woken: ${detail}` : `is woken by ${by}`
    case 'stop':
      return by === null ? 'stops' : `is stopped by ${by}`
    case 'let go':
      return by === null ? 'is let go' : `is let go by ${by}`
    default:
      return detail === '' ? kind : `${kind} ${detail}`
  }
}

/** Names without blanks, of which no two are the same. */
function hostsOf(run: RunTrace): string[] {
  const taken = new Set<string>()
  const hosts: string[] = run.threads.map(() => '')
  for (const { name, id, number } of takingPart(run)) {
    const plain = name.replace(/[^\w.:/@#-]+/g, '_') || 'thread'
    const host = [plain, `${plain}.${id}`, `${plain}.${id}.${number}`].find((candidate) => !taken.has(candidate))!
    taken.add(host)
    hosts[number] = host
  }
  return hosts
}

/** The entries so far, and the clock of each thread. */
class Log {
  readonly lines: string[] = []
  private readonly clocks: number[][]
  /** The clock of each entry, by thread and event: what arrows carry along. */
  private readonly sent = new Map<string, readonly number[]>()

  constructor(private readonly hosts: readonly string[]) {
    this.clocks = hosts.map(() => hosts.map(() => 0))
  }

  add(thread: number, event: number, text: string, into: readonly Arrow[]): void {
    const clock = this.clocks[thread]!
    for (const { from } of into) {
      const carried = this.sent.get(`${from.thread} ${from.event}`) ?? []
      for (const [host, count] of carried.entries()) clock[host] = Math.max(clock[host]!, count)
    }
    clock[thread]!++
    this.sent.set(`${thread} ${event}`, [...clock])
    const known = clock.flatMap((count, host) => (count === 0 ? [] : [[this.hosts[host], count] as const]))
    this.lines.push(`${this.hosts[thread]!} ${JSON.stringify(Object.fromEntries(known))}`, oneLine(text))
  }
}

/** Names and texts are a program's own: a line break in one would begin another entry. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
