import { Due, ThreadState } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import type { Td } from './td.js'

/** Seconds over which each of the three averages forgets. */
const PERIODS = [60, 300, 900] as const
/** Seconds between samples, on average. */
const SAMPLE_SECONDS = 5

/** The load averages of the last 1, 5 and 15 minutes, sampled every five seconds or so. */
export class LoadAverage extends Due {
  readonly values: [number, number, number] = [0, 0, 0]

  constructor(private readonly machine: FreebsdMachine) {
    super()
    this.background = true
  }

  /** From SI_SUB_KICK_SCHEDULER on. The jitter keeps it from falling in step with what it counts. */
  start(): void {
    const { clock, random, timeline } = this.machine
    const ticks = clock.hz * 4 + (random.next() % (clock.hz * 2 + 1))
    timeline.arm(this, clock.tickTimeNs(ticks))
  }

  override fire(): void {
    const running = loadOf(this.machine)
    for (const [at, period] of PERIODS.entries()) {
      const past = Math.exp(-SAMPLE_SECONDS / period)
      this.values[at] = this.values[at]! * past + running * (1 - past)
    }
    this.start()
  }
}

/** Threads that run or want to; processes that say so are left out. */
function loadOf(machine: FreebsdMachine): number {
  let running = 0
  for (const process of machine.processes) {
    for (const thread of process.threads()) {
      const wants = thread.state === ThreadState.runnable || thread.state === ThreadState.running
      if (wants && ((thread as Td).process.p_flag & P.P_NOLOAD) === 0) running++
    }
  }
  return running
}
