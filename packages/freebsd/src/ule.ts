import { Preemption, ThreadMark, type Thread } from '@kt/core'
import type { Pcpu } from './cpu.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { FreebsdPolicy, STATHZ } from './policy.js'
import type { Td } from './td.js'
import { UleQueue } from './ule-queue.js'

/** Ticks are kept times 1024. */
const SHIFT = 10
const ONE_TICK: number = 1 << SHIFT
/** Of the scores 0 … 100, half. */
const HALF = 50
/** User priorities that follow the share of the CPU: 180 … 203. */
const SHARED_MIN: number = P.PRI_MIN_TIMESHARE + 20
const SHARED_RANGE = 24
/** Seconds over which the share of the CPU is taken, and after which the window moves. */
const SHARE_SECONDS = 10
const SHARE_SECONDS_MAX = 11

/** SCHED_ULE: a queue for each CPU, priorities by how interactive a thread is, and placement by idleness and load. */
export class UlePolicy extends FreebsdPolicy {
  readonly label = 'freebsd, SCHED_ULE'

  /** kern.sched.*: slice in statistics clocks, and thresholds. */
  slice: number = Math.floor(STATHZ / 10)
  interact = 30
  preemptThresh: number = P.PRI_MIN_KERN
  staticBoost: number = P.PRI_MIN_TIMESHARE
  idlespins = 10_000
  idlespinthresh = 4
  affinity = 1
  balance = 1
  balanceInterval: number = STATHZ
  stealHtt = 1
  stealIdle = 1
  stealThresh = 1

  override attach(machine: FreebsdMachine): void {
    super.attach(machine)
    if (machine.preemptionOption === 'full') this.preemptThresh = P.PRI_MAX_IDLE
    if (machine.preemptionOption === false) this.preemptThresh = 0
    this.affinity = Math.max(1, Math.floor(machine.clock.hz / 1000))
    this.stealThresh = Math.min(31 - Math.clz32(machine.ncpu), 3)
  }

  // Placement

  place(td: Td): Pcpu {
    const { machine } = this
    const { scheduler } = machine
    if (machine.ncpu === 1 || td.is(ThreadMark.bound)) return td.cpu
    const allowed = this.allowed(td)
    if (allowed.length === 1) return allowed[0]!
    if (allowed.includes(td.cpu)) {
      if (scheduler.isIdle(td.cpu)) return td.cpu
      const isWarm = machine.clock.ticks - td.ts_rltick < this.affinity
      if (isWarm && td.td_priority < urgency(td.cpu)) return td.cpu
    }
    // Where it would run at once, the least loaded; else the least loaded of all.
    return least(allowed.filter((cpu) => td.td_priority < urgency(cpu))) ?? least(allowed)!
  }

  choose(cpu: Pcpu): Thread | null {
    if (this.machine.panicking !== null) return this.chooseInPanic(cpu)
    return cpu.queue.take() ?? this.steal(cpu)
  }

  private chooseInPanic(cpu: Pcpu): Thread | null {
    for (const td of cpu.queue.threads()) {
      if (!this.mayRunNow(td as Td)) continue
      cpu.queue.remove(td)
      return td
    }
    return null
  }

  /** An idle CPU takes the first thread it may run from the most loaded one. */
  private steal(cpu: Pcpu): Thread | null {
    const { cpus, ncpu, scheduler } = this.machine
    if (ncpu === 1 || this.stealIdle === 0 || (scheduler.started & (1 << cpu.index)) === 0) return null
    const others = cpus.filter((other) => other !== cpu && other.queue.length > 0)
    others.sort((a, b) => loadOf(b) - loadOf(a))
    for (const other of others) {
      if (loadOf(other) < this.stealThresh) continue
      for (const td of other.queue.threads()) {
        if (!this.mayRunOn(td as Td, cpu)) continue
        other.queue.remove(td)
        this.machine.ktr.dequeued(td as Td)
        return td
      }
    }
    return null
  }

  protected override preempts(td: Td, running: Td, cpu: Pcpu): Preemption {
    const { td_priority: priority } = td
    const isRemote = cpu !== this.machine.cpu
    if (running.td_priority >= P.PRI_MIN_IDLE) return Preemption.now
    if (this.preemptThresh !== 0) {
      if (priority <= this.preemptThresh) return Preemption.now
      const isUsers = running.td_priority >= P.PRI_MIN_TIMESHARE
      if (isRemote && priority < P.PRI_MIN_TIMESHARE && isUsers) return Preemption.now
    }
    return isRemote ? Preemption.none : Preemption.atUserReturn
  }

  // Sleep

  protected override sleepsAt(td: Td, priority: number): void {
    if (classOf(td) !== P.PRI_TIMESHARE) return
    if (this.staticBoost === 1 && priority !== 0) this.assign(td, priority)
    else if (this.staticBoost > 1 && td.ownPriority > this.staticBoost) this.assign(td, this.staticBoost)
  }

  private assign(td: Td, priority: number): void {
    this.machine.ktr.priority(td, priority)
    td.ownPriority = td.td_base_pri = priority
  }

  protected override wakes(td: Td): void {
    const { ticks } = this.machine.clock
    // A thread that waited for a lock has not slept.
    if (td.td_slptick >= 0 && td.td_slptick !== ticks) {
      td.ts_slptime += (ticks - td.td_slptick) * ONE_TICK
      this.limitHistory(td)
    }
    td.td_slptick = -1
    td.ts_slice = this.slice
    this.setUserPriority(td)
  }

  // Clock

  protected override hardclock(td: Td, ticks: number): void {
    td.ts_ticks += ONE_TICK
    td.ts_ltick = ticks
    td.ts_rltick = ticks
    if (td.ts_ftick + SHARE_SECONDS_MAX * this.machine.clock.hz < ticks) this.moveShareWindow(td, ticks)
  }

  protected override statclock(cpu: Pcpu, td: Td): void {
    const queue = cpu.queue as UleQueue
    queue.advance()
    if ((td.td_pri_class & P.PRI_FIFO_BIT) !== 0) return
    if (classOf(td) === P.PRI_TIMESHARE) {
      td.ts_runtime += Math.floor((this.machine.clock.hz << SHIFT) / STATHZ)
      this.limitHistory(td)
      this.setUserPriority(td)
    }
    if (--td.ts_slice > 0) return
    td.ts_slice = this.slice
    this.machine.scheduler.giveWayInUserMode(cpu)
  }

  // Threads come and go

  override forked(td: Td, template: Td): void {
    const { ticks } = this.machine.clock
    td.ts_ticks = template.ts_ticks
    td.ts_ltick = template.ts_ltick
    td.ts_ftick = template.ts_ftick
    td.ts_rltick = ticks
    td.ts_slptime = template.ts_slptime
    td.ts_runtime = template.ts_runtime
    td.ts_slice = 1
    // Half a second of the past is enough for a new thread.
    const limit = (this.machine.clock.hz >> 1) << SHIFT
    const sum = td.ts_slptime + td.ts_runtime
    if (sum > limit) {
      const ratio = Math.floor(sum / limit)
      td.ts_runtime = Math.floor(td.ts_runtime / ratio)
      td.ts_slptime = Math.floor(td.ts_slptime / ratio)
    }
  }

  override left(td: Td, heir: Td): void {
    heir.ts_runtime += td.ts_runtime
    this.limitHistory(heir)
    this.setUserPriority(heir)
  }

  override added(td: Td): void {
    this.setUserPriority(td)
  }

  /** How interactive a thread is, 0 … 100: below `interact` it is. */
  score(td: Td): number {
    const { ts_runtime: run, ts_slptime: sleep } = td
    if (this.interact <= HALF && run >= sleep) return HALF
    if (run > sleep) return HALF + (HALF - Math.floor(sleep / Math.max(1, Math.floor(run / HALF))))
    if (sleep > run) return Math.floor(run / Math.max(1, Math.floor(sleep / HALF)))
    return run > 0 ? HALF : 0
  }

  /** Sets the user priority of a thread of time-sharing; what it runs at in the kernel stays. */
  setUserPriority(td: Td): void {
    if (classOf(td) !== P.PRI_TIMESHARE) return
    const nice = td.process.p_nice
    const score = Math.max(0, this.score(td) + nice)
    if (score < this.interact) {
      const range = P.PRI_MAX_REALTIME - P.PRI_MIN_REALTIME
      td.td_base_user_pri = P.PRI_MIN_REALTIME + Math.floor(range / this.interact) * score
    } else {
      td.td_base_user_pri = clampUser(SHARED_MIN + this.share(td) + nice)
    }
    td.td_user_pri = td.td_base_user_pri
  }

  /** Of the CPU in the last seconds, 0 … 23. */
  private share(td: Td): number {
    if (td.ts_ticks === 0) return 0
    const { hz } = this.machine.clock
    const total = Math.max(td.ts_ltick - td.ts_ftick, hz)
    const perStep = Math.ceil(total / SHARED_RANGE)
    return Math.min(SHARED_RANGE - 1, Math.floor((td.ts_ticks >> SHIFT) / perStep))
  }

  private moveShareWindow(td: Td, ticks: number): void {
    const window = SHARE_SECONDS * this.machine.clock.hz
    const elapsed = Math.max(1, td.ts_ltick - td.ts_ftick)
    td.ts_ticks = Math.floor(td.ts_ticks / elapsed) * Math.max(0, td.ts_ltick - (ticks - window))
    td.ts_ftick = ticks - window
  }

  /** Five seconds of history count: more is scaled down, or cut. */
  private limitHistory(td: Td): void {
    const limit = (this.machine.clock.hz * 5) << SHIFT
    const sum = td.ts_runtime + td.ts_slptime
    if (sum < limit) return
    if (sum > limit * 2) {
      const isRunner = td.ts_runtime > td.ts_slptime
      td.ts_runtime = isRunner ? limit : 1
      td.ts_slptime = isRunner ? 1 : limit
    } else if (sum > Math.floor(limit / 5) * 6) {
      td.ts_runtime = Math.floor(td.ts_runtime / 2)
      td.ts_slptime = Math.floor(td.ts_slptime / 2)
    } else {
      td.ts_runtime = Math.floor(td.ts_runtime / 5) * 4
      td.ts_slptime = Math.floor(td.ts_slptime / 5) * 4
    }
  }
}

function classOf(td: Td): number {
  return td.td_pri_class & ~P.PRI_FIFO_BIT
}

export function clampUser(priority: number): number {
  return Math.min(P.PRI_MAX_TIMESHARE, Math.max(P.PRI_MIN_TIMESHARE, priority))
}

/** Priority of the best thread of a CPU, that of its idle thread if there is none. */
function urgency(cpu: Pcpu): number {
  let best: number = P.PRI_MAX_IDLE
  if (cpu.current !== null) best = cpu.current.td_priority
  for (const td of cpu.queue.threads()) return Math.min(best, (td as Td).td_priority)
  return best
}

/** Threads a CPU has to run. */
function loadOf(cpu: Pcpu): number {
  return cpu.queue.length + (cpu.current === null ? 0 : 1)
}

function least(cpus: readonly Pcpu[]): Pcpu | null {
  let best: Pcpu | null = null
  for (const cpu of cpus) if (best === null || loadOf(cpu) < loadOf(best)) best = cpu
  return best
}
