/** Measuring: CPU time of the main thread, in interleaved rounds. */
import { readdirSync, readFileSync } from 'node:fs'

/** One thing to measure, set up anew in each round. */
export interface Case {
  readonly name: string
  /** What is counted: `switch`, `yield`, `life`. */
  readonly unit: string
  /** How many of them one round does. */
  readonly operations: number
  /** Does them. What needs setting up first starts the watch again when that is done, and stops it before it clears up. */
  run(operations: number, watch: Stopwatch): void | Promise<void>
}

/** What came out of a case: nanoseconds for one operation. */
export interface Figure {
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly rounds: readonly number[]
}

const TASKS = '/proc/self/task'
const cpuNs: () => number = hasSchedstat() ? mainThreadNs : processNs
/** What the figures are. */
export const clockName: string = cpuNs === mainThreadNs ? 'CPU time of the main thread' : 'CPU time of the process'

export class Stopwatch {
  private startedNs = 0
  private stoppedNs: number | null = null

  start(): void {
    this.stoppedNs = null
    this.startedNs = cpuNs()
  }

  /** The first stop counts. */
  stop(): void {
    this.stoppedNs ??= cpuNs()
  }

  /** What was measured elsewhere, in place of what this watch saw. */
  report(elapsedNs: number): void {
    this.startedNs = 0
    this.stoppedNs = elapsedNs
  }

  get elapsedNs(): number {
    return (this.stoppedNs ?? cpuNs()) - this.startedNs
  }
}

/**
 * CPU time of the main thread in nanoseconds: that of the process without that of the engine's own threads, which
 * compile and collect garbage beside ours. Linux keeps the time of each thread; the running one's is some milliseconds
 * behind there, which is why it is not simply read. Elsewhere it is the time of the whole process.
 */

function mainThreadNs(): number {
  let othersNs = 0
  for (const thread of readdirSync(TASKS)) {
    if (thread !== String(process.pid))
      othersNs += Number.parseInt(readFileSync(`${TASKS}/${thread}/schedstat`, 'latin1'), 10)
  }
  return processNs() - othersNs
}

function processNs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

function hasSchedstat(): boolean {
  try {
    return mainThreadNs() > 0
  } catch {
    return false
  }
}

/**
 * Measures all cases in turn, round after round, so that a slow moment of the machine falls on neighbours alike.
 *
 * @param rounds - How many rounds count. Two more go first, for the compiler.
 */
export async function measure(cases: readonly Case[], rounds: number): Promise<Map<string, Figure>> {
  const samples = new Map<Case, number[]>(cases.map((each) => [each, []]))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const each of cases) {
      const watch = new Stopwatch()
      watch.start()
      await each.run(each.operations, watch)
      const ns = watch.elapsedNs / each.operations
      if (round >= 0) samples.get(each)!.push(ns)
    }
  }
  return new Map(cases.map((each) => [each.name, figure(each.unit, samples.get(each)!)]))
}

const WARM_UP_ROUNDS = 2

export function figure(unit: string, rounds: readonly number[]): Figure {
  const sorted = rounds.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { unit, median, min: sorted[0]!, rounds }
}
