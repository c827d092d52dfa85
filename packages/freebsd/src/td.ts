import { Thread, ThreadMark, ThreadState, type Machine } from '@kt/core'
import type { Pcpu } from './cpu.js'
import type { Cpuset } from './cpuset.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** The address of a member of a structure, as something to sleep on. */
export class Address {
  readonly kind = 'address'
  constructor(readonly name: string) {}
}

/**
 * `struct thread`: what is scheduled.
 *
 * A handle keeps answering after its thread has exited, as the structure does until it is used for another thread;
 * `isRecycled` says that it was.
 */
export class Td extends Thread {
  declare cpu: Pcpu
  declare readonly process: Proc

  td_flags: number = P.TDF_INMEM
  td_pflags = 0
  /** What a sleep or sched_prio gave it; `td_priority` has what is lent to it as well. */
  ownPriority: number = P.PVM
  td_base_pri: number = P.PUSER
  td_pri_class: number = P.PRI_TIMESHARE
  td_user_pri: number = P.PUSER
  td_base_user_pri: number = P.PUSER
  /** Critical sections it is in; a thread is born in one, and leaves it when it first runs. */
  td_critnest = 1
  td_kstack_pages = 0
  /** Read locks it holds: having one lets it past writers that wait. */
  td_rw_rlocks = 0
  /** An interrupt thread without work. */
  isIwait = false
  /** It has left, and the structure is still what it was. */
  isExited = false
  /** The structure became another thread's. */
  isRecycled = false

  /** Depth of Giant that a sleep gave up, to be had again before the thread goes on. */
  giantDepth = 0
  /** Priority word of the sleep it begins, and the tick at which it went to sleep, −1 while it does not sleep. */
  sleepPriority = 0
  td_slptick = -1
  /** A spin mutex stayed taken for too long. */
  hasSpunTooLong = false

  // SCHED_ULE
  /** Statistics clocks left of the slice. */
  ts_slice = 0
  /** Ticks asleep and running of the recent past, times 1024. */
  ts_slptime = 0
  ts_runtime = 0
  /** Ticks on a CPU, times 1024, since `ts_ftick`; and the last of them. */
  ts_ticks = 0
  ts_ftick = 0
  ts_ltick = 0
  /** When it last ran on its CPU. */
  ts_rltick = 0

  // SCHED_4BSD
  td_estcpu = 0
  /** Whole seconds asleep, by schedcpu. */
  ts_slpsecs = 0

  /** Its line in a scheduling graph, made on first use and kept whatever it is renamed to (FB8-D-22). */
  ktrName: string | null = null

  private flagsAddress: Address | null = null
  private nameAddress: Address | null = null

  constructor(
    tid: number,
    name: string,
    process: Proc,
    cpu: Pcpu,
    public td_cpuset: Cpuset,
  ) {
    super(tid, name, process, cpu)
  }

  get td_tid(): number {
    return this.id
  }

  get td_name(): string {
    return this.name ?? ''
  }

  get td_proc(): Proc {
    return this.process
  }

  /** What it runs and waits at: its own priority, or a better one that is lent to it. */
  get td_priority(): number {
    return this.lentRank < 0 ? this.ownPriority : Math.min(this.ownPriority, P.PRI_MAX - this.lentRank)
  }

  /** TDS_INACTIVE, TDS_INHIBITED, TDS_CAN_RUN, TDS_RUNQ or TDS_RUNNING. */
  get td_state(): number {
    if (this === this.cpu.idle) return this.cpu.current === null ? P.TDS_RUNNING : P.TDS_CAN_RUN
    switch (this.state) {
      case ThreadState.embryo:
        return this.isIwait ? P.TDS_INHIBITED : P.TDS_CAN_RUN
      case ThreadState.runnable:
        return P.TDS_RUNQ
      case ThreadState.running:
        return P.TDS_RUNNING
      case ThreadState.dead:
        return P.TDS_INACTIVE
      case ThreadState.sleeping:
      case ThreadState.stopped:
        return P.TDS_INHIBITED
    }
  }

  /** TDI_* bits: what keeps it from running. */
  get td_inhibitors(): number {
    const sleeps = this.state === ThreadState.sleeping || this.is(ThreadMark.asleep)
    const waits = !sleeps ? 0 : this.sleepQueue?.isTurnstile === true ? P.TDI_LOCK : P.TDI_SLEEPING
    const suspended = this.state === ThreadState.stopped ? P.TDI_SUSPENDED : 0
    return waits | suspended | (this.isIwait ? P.TDI_IWAIT : 0)
  }

  /** What it sleeps on, null when it does not sleep or waits for a lock. */
  get td_wchan(): unknown {
    return (this.td_inhibitors & P.TDI_SLEEPING) === 0 ? null : (this.sleepQueue?.object ?? null)
  }

  /** Wait message while asleep, else null. */
  get td_wmesg(): string | null {
    return (this.td_inhibitors & P.TDI_SLEEPING) === 0 ? null : this.wmesg
  }

  /** The lock it is blocked on, else null. */
  get td_lockname(): string | null {
    return (this.td_inhibitors & P.TDI_LOCK) === 0 ? null : this.wmesg
  }

  get td_lastcpu(): number {
    return this.cpu.index
  }

  get td_oncpu(): number {
    return this.state === ThreadState.running ? this.cpu.index : P.NOCPU
  }

  /** `&td->td_flags`, on which whoever suspends it waits. */
  get td_flags_address(): Address {
    return (this.flagsAddress ??= new Address(`&td_flags of ${this.td_name}`))
  }

  /** `&td->td_name`, on which it is parked. */
  get td_name_address(): Address {
    return (this.nameAddress ??= new Address(`&td_name of ${this.td_name}`))
  }

  get isKthread(): boolean {
    return (this.td_pflags & P.TDP_KTHREAD) !== 0
  }
}

/** What is not a thread of this machine would be changed behind the back of its own. */
export function threadOf(machine: Machine, call: string, td: unknown): Td {
  if (!(td instanceof Td)) throw new TypeError(`${call}: a thread is expected, not ${td === null ? 'null' : typeof td}`)
  if (td.cpu.machine !== machine) throw new TypeError(`${call}: the thread belongs to another kernel`)
  return td
}
