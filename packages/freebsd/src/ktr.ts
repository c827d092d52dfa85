import { ThreadState, underInterrupts } from '@kt/core'
import type { Callout } from './callout.js'
import type { Pcpu } from './cpu.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { STATHZ } from './policy.js'
import { Td } from './td.js'

/** A record of the kernel's trace buffer. */
export interface KtrRecord {
  /** Virtual nanoseconds, in the place of the cycle counter. */
  readonly timeNs: number
  readonly cpu: number
  /** The class it was recorded for: KTR_SCHED, … */
  readonly class: number
  /** Id of the thread that recorded it; −1 for none. */
  readonly tid: number
  readonly text: string
}

/** ktr(4): a ring of records, by class. Nothing is recorded once the kernel panics. */
export class Ktr {
  private readonly ring: KtrRecord[] = []
  private next = 0

  constructor(
    private readonly machine: FreebsdMachine,
    /** debug.ktr.mask and debug.ktr.cpumask. */
    public mask: number,
    public cpumask: number,
  ) {}

  /** The records, the oldest first. */
  get records(): readonly KtrRecord[] {
    return [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)]
  }

  private wants(ktrClass: number): boolean {
    return (this.mask & ktrClass) !== 0 && this.machine.panicking === null
  }

  private record(ktrClass: number, text: string, cpu: Pcpu = this.machine.cpu): void {
    if ((this.cpumask & (1 << cpu.index)) === 0) return
    const { running, timeline } = this.machine
    this.ring[this.next] = { timeNs: timeline.now, cpu: cpu.index, class: ktrClass, tid: running?.id ?? -1, text }
    this.next = (this.next + 1) % P.KTR_ENTRIES
  }

  private graph(td: Td, kind: string, attributes: string, cpu?: Pcpu): void {
    this.record(P.KTR_SCHED, `KTRGRAPH group:"thread", id:"${idOf(td)}", ${kind}, attributes: ${attributes}`, cpu)
  }

  private state(td: Td, state: string, attributes: string, cpu?: Pcpu): void {
    this.graph(td, `state:"${state}"`, attributes, cpu)
  }

  // The scheduler

  /** A thread was queued, by whatever runs. */
  queued(td: Td): void {
    if (!this.wants(P.KTR_SCHED)) return
    const current = this.current()
    this.state(td, 'runq add', `prio:${td.td_priority}, linkedto:"${current === null ? '' : idOf(current)}"`)
    if (current !== null) this.graph(current, 'point:"wokeup"', `linkedto:"${idOf(td)}"`)
  }

  /** A CPU goes over to another thread. */
  switched(cpu: Pcpu, td: Td | null): void {
    if (!this.wants(P.KTR_SCHED)) {
      cpu.ktrRunning = td
      return
    }
    const out = cpu.ktrRunning
    cpu.ktrRunning = td
    if (out === td) return
    if (out instanceof Td && out.state !== ThreadState.dead) {
      const wmesg = out.td_wmesg ?? '(null)'
      const attributes = `prio:${out.td_priority}, wmesg:"${wmesg}", lockname:"${out.td_lockname ?? '(null)'}"`
      this.state(out, stateOut(out), attributes, cpu)
    } else if (out === null && cpu.idle !== null) this.state(cpu.idle, 'idle', `prio:${cpu.idle.td_priority}`, cpu)
    const into = td ?? cpu.idle
    if (into !== null) this.state(into, 'running', `prio:${into.td_priority}`, cpu)
    this.load(cpu)
  }

  private load(cpu: Pcpu): void {
    const isUle = this.machine.schedulerName === 'ULE'
    const id = isUle ? `CPU ${cpu.index} load` : 'global load'
    const running = this.machine.cpus.filter(({ current }) => current !== null).length
    const count = cpu.queue.length + (isUle ? Number(cpu.current !== null) : running)
    this.record(P.KTR_SCHED, `KTRGRAPH group:"load", id:"${id}", counter:${count}, attributes: none`, cpu)
  }

  exited(td: Td, how: 'thread exit' | 'proc exit'): void {
    if (!this.wants(P.KTR_SCHED)) return
    const isUle = this.machine.schedulerName === 'ULE'
    // The format lacks its specifier, so what is printed is the name of the variable.
    this.state(td, isUle || how === 'proc exit' ? how : 'exit', 'prio:td')
  }

  priority(td: Td, prio: number): void {
    if (!this.wants(P.KTR_SCHED) || td.td_priority === prio) return
    const point = this.machine.schedulerName === 'ULE' ? 'prio' : 'priority change'
    const current = this.current()
    const link = current === null ? '' : `, linkedto:"${idOf(current)}"`
    this.graph(td, `point:"${point}"`, `prio:${td.td_priority}, new prio:${prio}${link}`)
  }

  /** A thread lends another what it waits at. */
  lent(td: Td, lender: Td): void {
    if (!this.wants(P.KTR_SCHED)) return
    const point = this.machine.schedulerName === 'ULE' ? 'prio' : 'priority change'
    const prio = lender.td_priority
    this.graph(td, `point:"${point}"`, `prio:${td.td_priority}, new prio:${prio}, linkedto:"${idOf(lender)}"`)
    this.graph(lender, 'point:"lend prio"', `prio:${td.td_priority}, new prio:${prio}, linkedto:"${idOf(td)}"`)
  }

  /** A thread is taken off a queue, and not to run. */
  dequeued(td: Td): void {
    if (!this.wants(P.KTR_SCHED)) return
    const isUle = this.machine.schedulerName === 'ULE'
    const current = isUle ? null : this.current()
    const link = current === null ? '' : `, linkedto:"${idOf(current)}"`
    this.state(td, 'runq rem', `prio:${td.td_priority}${link}`)
  }

  statclock(td: Td): void {
    if (!this.wants(P.KTR_SCHED)) return
    this.graph(td, 'point:"statclock"', `prio:${td.td_priority}, stathz:${STATHZ}`)
  }

  // Others

  handler(name: string, priority: number): void {
    if (this.wants(P.KTR_EVH)) this.record(P.KTR_EVH, `eventhandler_invoke: executing ${name} at priority ${priority}`)
  }

  callout(c: Callout): void {
    if (!this.wants(P.KTR_CALLOUT)) return
    const { machine } = this
    this.record(P.KTR_CALLOUT, `callout ${machine.pointer(c)} func ${machine.pointer(c.func)}`)
  }

  /** What executes; in an interrupt, a clock's too, what lies under it. */
  private current(): Td | null {
    const { cpu, running } = this.machine
    return running instanceof Td ? running : (underInterrupts(cpu) ?? cpu.idle)
  }
}

/** A thread's line in a graph: the name it had when it was first asked for. */
function idOf(td: Td): string {
  return (td.ktrName ??= `${td.td_name} tid ${td.td_tid}`)
}

/** Why a thread left its CPU, the first that fits. */
function stateOut(td: Td): string {
  const inhibitors = td.td_inhibitors
  if ((inhibitors & P.TDI_SLEEPING) !== 0) return 'sleep'
  if ((inhibitors & P.TDI_SUSPENDED) !== 0) return 'suspended'
  if ((inhibitors & P.TDI_SWAPPED) !== 0) return 'swapped'
  if ((inhibitors & P.TDI_LOCK) !== 0) return 'blocked'
  if ((inhibitors & P.TDI_IWAIT) !== 0) return 'iwait'
  return 'yielding'
}
