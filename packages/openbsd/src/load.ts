import { ThreadState } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'

/** exp(−1/12), exp(−1/60) and exp(−1/180) in fixed point: the weight of the past, every five seconds. */
const WEIGHTS = [1884, 2014, 2036] as const
/** Seconds between samples. */
const SAMPLE_SECONDS = 5

/** The load averages of the last 1, 5 and 15 minutes. */
export class LoadAverage {
  private readonly averages: [number, number, number] = [0, 0, 0]
  private secondsToSample = SAMPLE_SECONDS

  /** That of the last minute, in fixed point. */
  get fixed(): number {
    return this.averages[0]
  }

  /** All three, as numbers. */
  get values(): readonly number[] {
    return this.averages.map((average) => average / P.FSCALE)
  }

  /** A second has passed. True when it is time to look. */
  isDue(): boolean {
    if (--this.secondsToSample > 0) return false
    this.secondsToSample = SAMPLE_SECONDS
    return true
  }

  sample(running: number): void {
    for (const [at, weight] of WEIGHTS.entries()) this.averages[at] = aged(this.averages[at]!, weight, running)
  }

  /** One minute's average of something else. */
  decay(average: number, running: number): number {
    return aged(average, WEIGHTS[0], running)
  }
}

function aged(average: number, weight: number, running: number): number {
  return (weight * average + running * P.FSCALE * (P.FSCALE - weight)) >> P.FSHIFT
}

/** Threads that run, want to, or sleep for a moment at a kernel priority. Idle threads are left out. */
export function loadOf(machine: OpenbsdMachine): number {
  let running = 0
  for (const p of machine.table.pids.values()) {
    if (p === p.cpu.idle) continue
    const wants = [ThreadState.runnable, ThreadState.running, ThreadState.embryo] as readonly ThreadState[]
    const waitsBriefly = p.state === ThreadState.sleeping && p.p_priority <= P.PZERO && p.p_slptime <= 1
    if (wants.includes(p.state) || waitsBriefly) running++
  }
  return running
}
