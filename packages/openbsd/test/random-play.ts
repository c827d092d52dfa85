import { SimulatorFault, ThreadState, type Oracle, type Outcome, type Steps } from '@kt/core'
import { createKernel as createKernel42, type Kernel as Kernel42 } from '../src/releases/4.2.js'
import { createKernel as createKernel51, type Kernel as Kernel51 } from '../src/releases/5.1.js'
import type { OpenbsdMachine } from '../src/machine.js'
import type { Proc } from '../src/proc.js'
import { InvariantBroken, machineOf, watch } from './invariants.js'
import { KernelPlayer } from './random-kernel.js'
import { UserPlayer } from './random-user.js'
import type { Scenario } from './random-scenario.js'

export type AnyKernel = Kernel42 | Kernel51

/** What a run showed: all of it, so that two runs can be compared. */
export interface Run {
  readonly outcome: Outcome<unknown>
  readonly hash: string
  readonly log: readonly string[]
  readonly console: readonly string[]
}

/** What a thread knows of itself while it plays its steps. */
export interface Self {
  readonly name: string
  readonly kind: 'kthread' | 'user' | 'interrupt'
  readonly p: Proc | null
  /** Order of the lock taken last: others are taken in ascending order only, so that no scenario can deadlock. */
  order: number
  /** It may not wait: a mutex is held, the level is raised, or it is a handler. */
  mayNotWait: number
}

/** Rounds after which what user code left behind is killed, and after which the run has failed. */
const KILL_AFTER = 40
const ROUNDS_MAX = 4000

/** A kernel set up to play a scenario: `boot` begins, the rest is played by its threads. */
export class Player {
  readonly k: AnyKernel
  readonly machine: OpenbsdMachine
  readonly log: string[] = []
  readonly kernel: KernelPlayer
  readonly user: UserPlayer
  /** Something may fail for want of a slot, or because it was made to. */
  isLimited = false
  isInjected = false
  private readonly check: () => void

  constructor(
    readonly scenario: Scenario,
    readonly oracle: Oracle | null = null,
  ) {
    const { ncpu, reading, arch, seed } = scenario
    const common = { ncpu, reading, arch, pidSeed: seed, trace: true, stepsMax: 300_000 }
    const options = { ...common, ...(oracle === null ? {} : { oracle }) }
    this.k = scenario.release === '4.2' ? createKernel42(options) : createKernel51(options)
    this.machine = machineOf(this.k)
    this.check = watch(this.machine)
    this.kernel = new KernelPlayer(this)
    this.user = new UserPlayer(this)
  }

  play(): Run {
    const { k } = this
    const outcome = k.boot(() => this.main())
    this.check()
    // Views of whatever is left.
    k.psText()
    k.kdump()
    k.waiting()
    k.locks()
    return { outcome, hash: k.trace!.hash(), log: this.log, console: k.console }
  }

  /** How a run may end: with its scenario played, or where that asked for the end of the kernel. */
  judge(outcome: Outcome<unknown>): void {
    if (outcome.kind === 'fault') throw asError(outcome.error)
    if (outcome.kind === 'done' && outcome.value === 'over') return
    const { nowNs, steps, ...ending } = outcome
    this.fail(`the run ended at ${nowNs} after ${steps} steps as ${JSON.stringify(ending)}`)
  }

  private *main(): Steps<string> {
    const { k, scenario, machine } = this
    if (scenario.release === '5.1') k.sysctl('kern.rthreads', 1)
    yield* this.kernel.setUp()
    for (const [at, plan] of scenario.processes.entries()) this.user.start(`p${at}`, plan)
    if (scenario.slots > 0) {
      k.sysctl('kern.maxproc', machine.table.nprocs + scenario.slots)
      this.isLimited = true
    }
    const self = this.self('main', 'kthread')
    for (const plan of scenario.threads) yield* this.kernel.create(self, plan)
    yield* this.rescue()
    return 'over'
  }

  /** Main plays no part of the scenario: it brings what the threads would wait for in vain. */
  private *rescue(): Steps<void> {
    const { k, machine } = this
    for (let round = 0; ; round++) {
      yield* k.tsleep('rescue', k.PWAIT, 'rescue', 2)
      yield* this.kernel.wakeChannels()
      for (const p of k.allproc) if (p.state === ThreadState.stopped) yield* k.psignal(p, k.SIGCONT)
      const users = k.allproc.filter((p) => p.isUser && p !== k.initproc)
      if (round >= KILL_AFTER) for (const p of users) if (!p.isFree) yield* k.psignal(p, k.SIGKILL)
      if (round >= ROUNDS_MAX) this.fail(`not all come to their end: ${JSON.stringify(k.waiting())}\n${k.psText()}`)
      if (users.length > 0 || this.kernel.isBusy) continue
      yield* k.settle()
      // Whom its parent left is waited for by init.
      if (machine.table.zombproc.size === 0 && machine.deadproc.length === 0) break
    }
    // Interrupts that are on their way may arm a timeout.
    yield* k.tsleep('timeouts', k.PWAIT, 'timeouts', 9)
    this.kernel.isOver()
    this.expect(machine.table.nprocs === k.allproc.length, 'every slot is free again')
  }

  self(name: string, kind: Self['kind']): Self {
    const p = kind === 'interrupt' ? null : this.k.curproc
    return { name, kind, p, order: -1, mayNotWait: kind === 'interrupt' ? 1 : 0 }
  }

  expect(condition: boolean, what: string): void {
    if (!condition) this.fail(what)
  }

  fail(what: string): never {
    throw new InvariantBroken(what)
  }

  /** A creation that failed had a reason. */
  expectFailure(error: number, what: string): void {
    const { EAGAIN, ENOMEM } = this.k
    const isAllowed = (error === EAGAIN && this.isLimited) || (error === ENOMEM && this.isInjected)
    this.expect(isAllowed, `${what} fails with ${error}`)
  }
}

/** Plays a scenario once. */
export function play(scenario: Scenario, oracle?: Oracle): Run {
  const player = new Player(scenario, oracle)
  const run = player.play()
  player.judge(run.outcome)
  return run
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new SimulatorFault(String(error))
}
