import type { TraceEvent } from '../trace.js'
import type { Contract, PageFacts, TrialOptions } from './clause.js'
import { factsOf } from './page.js'

/** What a run leaves behind for a reader of the verdict. */
export interface Evidence {
  /** What the check noted, in order. */
  readonly saw: readonly string[]
  /** One entry for each kernel the check made. */
  readonly runs: readonly RunEvidence[]
}

export interface RunEvidence {
  readonly console: readonly string[]
  /** Virtual nanoseconds at the end. */
  readonly nowNs: number
  readonly events: number
  readonly traceHash: string
}

/** What core needs to know of a kernel to keep evidence; every personality's kernel has it. */
interface Inspectable {
  readonly console: readonly string[]
  readonly now: number
  readonly trace: { readonly length: number; hash(): string; events(from?: number): Iterable<TraceEvent> } | null
}

/** Steps after which a check's run is a livelock: far more than any needs, and soon reached. */
const STEPS_MAX = 1_000_000

/** One execution of a check under one reading: makes the kernels and keeps what they leave. */
export class Trial<K> {
  readonly reading: 'page' | 'kernel'
  private readonly kernels: K[] = []
  private readonly notes: string[] = []

  constructor(
    readonly contract: Contract<K>,
    reading: 'page' | 'kernel',
  ) {
    this.reading = reading
  }

  /** A cold, traced kernel of the release under this trial's reading. */
  createKernel(options: Readonly<Record<string, unknown>> = {}): K {
    const all: TrialOptions = { stepsMax: STEPS_MAX, ...options, reading: this.reading, trace: true }
    const kernel = this.contract.createKernel(all)
    this.kernels.push(kernel)
    return kernel
  }

  /**
   * What is known of a page besides its clauses.
   *
   * @param name - As the contract has it: `kthread(9)`.
   * @throws SimulatorFault if the release has no such page.
   */
  page(name: string): PageFacts {
    return factsOf(this.contract, name)
  }

  /** Keeps something worth knowing with the verdict. */
  saw(what: string): void {
    this.notes.push(what)
  }

  evidence(): Evidence {
    return { saw: this.notes, runs: this.kernels.map((kernel) => evidenceOf(kernel as Inspectable)) }
  }
}

function evidenceOf(kernel: Inspectable): RunEvidence {
  const { console, now, trace } = kernel
  return { console: [...console], nowNs: now, events: trace?.length ?? 0, traceHash: trace?.hash() ?? '' }
}
