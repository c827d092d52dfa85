import { ThreadState, type KernelCall, type Operation, type Out, type Steps } from '@kt/core'
import type { Pcpu } from './cpu.js'
import { outOf } from './create.js'
import { EINVAL } from './errno.js'
import { createOrAdd } from './kproc.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { schedAdd, setThreadClass } from './sched.js'
import type { Td } from './td.js'

/** The handler needs no Giant. */
export const INTR_MPSAFE = 0x200

type SwiFunction = (arg: never) => Iterable<unknown>

/** A software interrupt handler; what `swi_add` gives. */
export class Swi {
  isPending = false

  constructor(
    readonly event: IntrEvent,
    readonly name: string,
    readonly handler: SwiFunction,
    readonly arg: unknown,
    readonly isMpsafe: boolean,
  ) {}
}

/** An interrupt event: its thread, and the handlers that share it. */
export class IntrEvent {
  readonly handlers: Swi[] = []
  ithread: Td | null = null
  /** There is work. */
  need = false

  constructor(
    readonly prefix: string,
    readonly priority: number,
  ) {}

  /** Name of the thread: that of the event and of all handlers. */
  get fullName(): string {
    return `${this.prefix} ${this.handlers.map(({ name }) => name).join(' ')}`.trimEnd()
  }
}

/** swi(9). */
export interface SwiCalls {
  /**
   * Adds a handler of software interrupts, in a thread of its own of process `intr`, or beside others.
   *
   * @param eventp - Holds the event to share, or receives the new one; null for one of its own.
   * @param name - Of the handler, which shows in the name of the thread.
   * @param handler - Called with `arg`; may not sleep.
   * @param pri - `SWI_*`: the thread runs at `PI_SOFT` + 4 `pri`.
   * @param flags - `INTR_MPSAFE`, else the handler runs with Giant.
   * @param cookiep - Receives what `swi_sched` takes.
   * @returns 0, or `EINVAL`.
   * @see swi(9), swi_add.
   */
  swi_add: <A>(
    eventp: Out<IntrEvent> | null,
    name: string,
    handler: (arg: A) => Iterable<unknown>,
    arg: A,
    pri: number,
    flags: number,
    cookiep: Out<Swi> | null,
  ) => KernelCall<number>
  /** Asks for the handler. @see swi(9), swi_sched */
  swi_sched: (cookie: Swi, flags: number) => KernelCall<void>
}

export function swiCalls(machine: FreebsdMachine): SwiCalls {
  return {
    swi_add(eventp, name, handler, arg, pri, flags, cookiep) {
      if (typeof name !== 'string') throw new TypeError('swi_add: name must be a string')
      if (typeof handler !== 'function') throw new TypeError('swi_add: handler must be a function')
      outOf('swi_add', 'eventp', eventp)
      outOf('swi_add', 'cookiep', cookiep)
      if (eventp !== null && eventp.value !== null && !belongs(machine, eventp.value))
        throw new TypeError('swi_add: what swi_add stored is expected in eventp, of this kernel')
      if (!Number.isInteger(flags)) throw new TypeError(`swi_add: flags must be a whole number, not ${String(flags)}`)
      return machine.call('swi_add', swiAdd(machine, eventp, name, handler as SwiFunction, arg, pri, flags, cookiep))
    },
    swi_sched(cookie) {
      if (!(cookie instanceof Swi)) throw new TypeError('swi_sched: what swi_add gave is expected')
      if (!belongs(machine, cookie.event)) throw new TypeError('swi_sched: the handler belongs to another kernel')
      machine.enter(sched).a = cookie
      return machine.port
    },
  }
}

function belongs(machine: FreebsdMachine, event: IntrEvent): boolean {
  return event instanceof IntrEvent && (event.ithread === null || event.ithread.cpu.machine === machine)
}

export function* swiAdd(
  machine: FreebsdMachine,
  eventp: Out<IntrEvent> | null,
  name: string,
  handler: SwiFunction,
  arg: unknown,
  pri: number,
  flags: number,
  cookiep: Out<Swi> | null,
): Steps<number> {
  if (!Number.isInteger(pri) || pri < 0 || pri > P.SWI_TQ) return EINVAL
  const event = eventp?.value ?? new IntrEvent(`swi${pri}:`, P.PI_SOFT + 4 * pri)
  if (eventp !== null) eventp.value = event
  const cookie = new Swi(event, name, handler, arg, (flags & INTR_MPSAFE) !== 0)
  event.handlers.push(cookie)
  if (event.ithread === null) yield* createIthread(machine, event)
  else event.ithread.name = event.fullName.slice(0, P.MAXCOMLEN)
  if (cookiep !== null) cookiep.value = cookie
  return 0
}

/** A thread of process `intr`, which waits in its inhibitor instead of being queued. */
function* createIthread(machine: FreebsdMachine, event: IntrEvent): Steps<void> {
  const tdptr: Out<Td> = { value: null }
  const body = () => ithreadLoop(machine, event)
  const flags = P.RFSTOPPED | P.RFHIGHPID
  const request = { func: body, arg: null, newpp: machine.intrproc, flags, pages: 0, fmt: '%s', args: [event.fullName] }
  const error = yield* createOrAdd(machine, request, tdptr, 'intr')
  if (error !== 0) machine.panic(`kproc_create() failed with ${error}`)
  const td = tdptr.value!
  setThreadClass(machine, td, P.PRI_ITHD)
  td.ownPriority = td.td_base_pri = event.priority
  td.td_pflags |= P.TDP_ITHREAD
  td.isIwait = true
  machine.housekeeping(td)
  event.ithread = td
}

function* ithreadLoop(machine: FreebsdMachine, event: IntrEvent): Steps {
  const td = machine.running!
  const { giant, mtx } = machine
  for (;;) {
    while (event.need) {
      event.need = false
      for (const swi of event.handlers) {
        if (!swi.isPending) continue
        swi.isPending = false
        if (!swi.isMpsafe) yield* mtx.mtx_lock(giant)
        td.td_pflags |= P.TDP_NOSLEEPING
        yield* swi.handler(swi.arg as never) as Steps
        td.td_pflags &= ~P.TDP_NOSLEEPING
        if (!swi.isMpsafe) yield* mtx.mtx_unlock(giant)
      }
    }
    machine.begin(iwait).a = event
    yield* machine.port
  }
}

/** Waits for an interrupt, unless one came since the thread last looked. */
const iwait: Operation = {
  name: 'ithread_loop',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if ((td.a as IntrEvent).need) return true
    machine.assertSwitchable(td, this.name)
    td.state = ThreadState.embryo
    td.isIwait = true
    return false
  },
  resume: () => true,
}

/** Asks for a handler, from anywhere. */
export function swiSched(machine: FreebsdMachine, swi: Swi): void {
  swi.isPending = true
  swi.event.need = true
  const { ithread } = swi.event
  if (ithread?.isIwait === true) schedAdd(machine, ithread)
}

const sched: Operation = {
  name: 'swi_sched',
  start(machine: FreebsdMachine, td: Td) {
    swiSched(machine, td.a as Swi)
    td.result = undefined
    return true
  },
  resume: () => true,
}

/** At SI_SUB_SOFTINTR: the clock's software interrupt, of every CPU. */
export function* startSoftclocks(machine: FreebsdMachine): Steps<void> {
  for (const cpu of machine.cpus) {
    const cookie: Out<Swi> = { value: null }
    const handler = () => machine.softclock.run(cpu)
    yield* swiAdd(machine, null, 'clock', handler, null, P.SWI_CLOCK, INTR_MPSAFE, cookie)
    machine.softclock.cookies[cpu.index] = cookie.value
    bindTo(cookie.value!.event.ithread!, cpu)
  }
  // The clock's work is no load.
  machine.intrproc.value!.p_flag |= P.P_NOLOAD
}

/** The wheel of a CPU is turned there. */
function bindTo(td: Td, cpu: Pcpu): void {
  td.cpu = cpu
}
